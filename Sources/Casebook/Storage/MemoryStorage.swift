public import Replication

/// A replica's storage in memory: for tests and the simulator. Not safe to share between threads.
public final class MemoryStorage: ReplicaStorage {
  private struct RowKey: Hashable {
    let type: UInt64
    let id: RecordID
  }

  private var log: [StreamID: [Entry]] = [:]
  private var streamHeads: [StreamID: StreamHead] = [:]
  private var storedCharters: [StoredCharter] = []
  private var storedReceipts: [StoredReceipt] = []
  private var rowsByKey: [RowKey: RecordRow] = [:]
  private var actsByFile: [RecordID: [RecordID: StoredAct]] = [:]
  private var summariesByFile: [RecordID: CaseSummary] = [:]
  private var held: [HeldChange] = []
  private var small: [String: [UInt8]] = [:]

  public init() {}

  public func head(of stream: StreamID) -> StreamHead? { streamHeads[stream] }
  public func heads() -> [StreamHead] { streamHeads.values.sorted { $0.stream < $1.stream } }

  public func append(_ run: [Entry], head: StreamHead, receivedAt milliseconds: UInt64) {
    log[head.stream, default: []].append(contentsOf: run)
    streamHeads[head.stream] = head
  }

  public func entries(of stream: StreamID, from seq: UInt64, bytesMax: Int) -> [Entry] {
    guard let entries = log[stream], seq >= 1, seq <= UInt64(entries.count) else { return [] }
    var taken: [Entry] = []
    var bytes = 0
    for entry in entries[Int(seq - 1)...] {
      bytes += entry.encoded.count
      if !taken.isEmpty, bytes > bytesMax { break }
      taken.append(entry)
    }
    return taken
  }

  public func entryCount() -> UInt64 { log.values.reduce(0) { $0 + UInt64($1.count) } }

  public func charters() -> [StoredCharter] { storedCharters }
  public func put(_ charter: StoredCharter) {
    if !storedCharters.contains(charter) { storedCharters.append(charter) }
  }
  public func put(_ receipt: StoredReceipt) {
    if !storedReceipts.contains(receipt) { storedReceipts.append(receipt) }
  }
  public func receipts(of stream: StreamID) -> [StoredReceipt] {
    storedReceipts.filter { $0.receipt.head.stream == stream }
      .sorted { $0.receipt.head.seq < $1.receipt.head.seq }
  }
  public func latestReceiptEntry() -> Digest? { storedReceipts.last?.entry }
  public func receiptClock(ofEntry hash: Digest) -> UInt64? {
    storedReceipts.first { $0.entry == hash }?.receipt.clock
  }

  public func row(_ type: UInt64, _ id: RecordID) -> RecordRow? { rowsByKey[RowKey(type: type, id: id)] }
  public func put(_ row: RecordRow) { rowsByKey[RowKey(type: row.type, id: row.id)] = row }
  public func rows(_ type: UInt64, where field: UInt64, is value: FieldValue) -> [RecordRow] {
    rows(type).filter { $0.value(field) == value }
  }
  public func rows(_ type: UInt64) -> [RecordRow] {
    rowsByKey.values.filter { $0.type == type }.sorted { $0.id < $1.id }
  }

  public func acts(of file: RecordID) -> [StoredAct] {
    (actsByFile[file] ?? [:]).values.sorted { $0.change.id < $1.change.id }
  }
  public func put(_ act: StoredAct) {
    if actsByFile[act.change.file]?[act.change.id] == nil {
      actsByFile[act.change.file, default: [:]][act.change.id] = act
    }
  }

  public func put(_ summary: CaseSummary) { summariesByFile[summary.file] = summary }
  public func summary(of file: RecordID) -> CaseSummary? { summariesByFile[file] }
  public func summaries() -> [CaseSummary] {
    summariesByFile.values.sorted { ($0.openedOn, $0.file) < ($1.openedOn, $1.file) }
  }

  public func clearProjection() {
    storedCharters = []
    storedReceipts = []
    rowsByKey = [:]
    actsByFile = [:]
    summariesByFile = [:]
    held = []
  }

  public func put(_ change: HeldChange) {
    if !held.contains(change) { held.append(change) }
  }
  public func heldChanges() -> [HeldChange] { held }

  public func value(_ key: String) -> [UInt8]? { small[key] }
  public func setValue(_ key: String, _ value: [UInt8]?) { small[key] = value }
  public func values(prefix: String) -> [(key: String, value: [UInt8])] {
    small.filter { $0.key.hasPrefix(prefix) }.sorted { $0.key < $1.key }.map { (key: $0.key, value: $0.value) }
  }
}
