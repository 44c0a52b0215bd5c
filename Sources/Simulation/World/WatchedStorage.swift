import Casebook
import Replication

/// A storage whose writes are effects: any of them may be the one before which the power goes.
final class WatchedStorage: ReplicaStorage {
  private let storage: any ReplicaStorage
  private let crashPoint: CrashPoint
  /// Puts another row in place of the one to be written: for canaries.
  private let alter: ((RecordRow) -> RecordRow)?

  /// Bug put in on purpose; `nil`: none.
  private let canary: Canary?

  init(_ storage: any ReplicaStorage, crashPoint: CrashPoint, canary: Canary?, alter: ((RecordRow) -> RecordRow)?) {
    self.storage = storage
    self.crashPoint = crashPoint
    self.canary = canary
    self.alter = alter
  }

  private func write(_ body: (any ReplicaStorage) throws -> Void) throws {
    try crashPoint.effect()
    try body(storage)
  }

  func head(of stream: StreamID) throws -> StreamHead? { try storage.head(of: stream) }
  func heads() throws -> [StreamHead] { try storage.heads() }
  func streamCount(of author: KeyFingerprint) throws -> Int { try storage.streamCount(of: author) }
  func moves() throws -> UInt64 { try storage.moves() }
  func heads(movedAfter moves: UInt64) throws -> [StreamHead] { try storage.heads(movedAfter: moves) }
  func append(_ run: [Entry], head: StreamHead, receivedAt milliseconds: UInt64) throws {
    try write { try $0.append(run, head: head, receivedAt: milliseconds) }
  }
  func entries(of stream: StreamID, from seq: UInt64, bytesMax: Int) throws -> [Entry] {
    try storage.entries(of: stream, from: seq, bytesMax: bytesMax)
  }
  func firstEntry(of stream: StreamID, receivedSince milliseconds: UInt64) throws -> UInt64? {
    try storage.firstEntry(of: stream, receivedSince: milliseconds)
  }
  func tail(of stream: StreamID, after seq: UInt64) throws -> StreamTail? { try storage.tail(of: stream, after: seq) }
  func lastReceipt(of stream: StreamID, by issuer: KeyFingerprint) throws -> ReceiptMark? {
    try storage.lastReceipt(of: stream, by: issuer)
  }
  func arrival(of run: ParkedRun) throws -> UInt64? { try storage.arrival(of: run) }
  func places(ofHash prefix: [UInt8]) throws -> [EntryPlace] { try storage.places(ofHash: prefix) }
  func openFiles(of office: String, dueBefore day: String) throws -> (open: Int, overdue: Int) {
    try storage.openFiles(of: office, dueBefore: day)
  }
  func rowsInConflict(_ type: UInt64) throws -> [RecordRow] { try storage.rowsInConflict(type) }
  func entryCount() throws -> UInt64 { try storage.entryCount() }

  func setAside(_ stream: StreamID, from seq: UInt64, head: StreamHead?) throws {
    try write { try $0.setAside(stream, from: seq, head: head) }
  }
  func putAside(_ entries: [Entry]) throws { try write { try $0.putAside(entries) } }
  func removeAside(_ entries: [Entry]) throws { try write { try $0.removeAside(entries) } }
  func entriesAside(of stream: StreamID) throws -> [Entry] { try storage.entriesAside(of: stream) }
  func streamsAside() throws -> [StreamID] { try storage.streamsAside() }
  func forkProofs() throws -> [StoredForkProof] { try storage.forkProofs() }
  func put(_ proof: StoredForkProof) throws {
    if canary == .swallowedFork { return }
    try write { try $0.put(proof) }
  }

  func charters() throws -> [StoredCharter] { try storage.charters() }
  func put(_ charter: StoredCharter) throws { try write { try $0.put(charter) } }
  func facts() throws -> [StoredFact] { try storage.facts() }
  func put(_ fact: StoredFact) throws { try write { try $0.put(fact) } }
  func sightings(of stream: StreamID) throws -> [Sighting] { try storage.sightings(of: stream) }
  func put(_ sighting: Sighting, by author: KeyFingerprint) throws { try write { try $0.put(sighting, by: author) } }
  func sightingSeq(of stream: StreamID, by author: KeyFingerprint) throws -> UInt64 {
    try storage.sightingSeq(of: stream, by: author)
  }
  func put(_ receipt: StoredReceipt) throws { try write { try $0.put(receipt) } }
  func receipts(of stream: StreamID, from seq: UInt64) throws -> [StoredReceipt] {
    try storage.receipts(of: stream, from: seq)
  }
  func receiptClock(ofEntry hash: Digest) throws -> UInt64? { try storage.receiptClock(ofEntry: hash) }
  func latestReceiptEntry() throws -> Digest? { try storage.latestReceiptEntry() }

  func row(_ type: UInt64, _ id: RecordID) throws -> RecordRow? { try storage.row(type, id) }
  func put(_ row: RecordRow) throws { try write { try $0.put(alter?(row) ?? row) } }
  func apply(_ write: RecordWrite, stamp: WriteStamp, ranks: AuthorRanks) throws {
    if canary == .narrowStore, write.fields.contains(where: { RecordSchema.standard.type(write.type)?.field($0.number) == nil }) {
      throw NarrowStoreFailure(type: write.type)
    }
    guard let alter else { return try self.write { try $0.apply(write, stamp: stamp, ranks: ranks) } }
    var row = try storage.row(write.type, write.id) ?? RecordRow(type: write.type, id: write.id)
    row.apply(write, stamp: stamp) { ranks($0) }
    try self.write { try $0.put(alter(row)) }
  }
  func rows(_ type: UInt64, where field: UInt64, is value: FieldValue) throws -> [RecordRow] {
    try storage.rows(type, where: field, is: value)
  }
  func rows(_ type: UInt64) throws -> [RecordRow] { try storage.rows(type) }
  func values(
    _ type: UInt64, _ fields: [UInt64], where field: UInt64, is value: FieldValue
  ) throws -> [RecordValues] {
    try storage.values(type, fields, where: field, is: value)
  }
  func acts(of file: RecordID) throws -> [StoredAct] { try storage.acts(of: file) }
  func act(_ id: RecordID, of file: RecordID) throws -> StoredAct? { try storage.act(id, of: file) }
  func put(_ act: StoredAct) throws { try write { try $0.put(act) } }

  func reorder(act: RecordID, of file: RecordID, stamp: HybridTimestamp) throws {
    try write { try $0.reorder(act: act, of: file, stamp: stamp) }
  }
  func clamp(of stamp: WriteStamp) throws -> HybridTimestamp? { try storage.clamp(of: stamp) }
  func setClamp(_ clamp: HybridTimestamp?, of stamp: WriteStamp) throws {
    try write { try $0.setClamp(clamp, of: stamp) }
  }
  func doubts() throws -> [StoredDoubt] { try storage.doubts() }
  func doubtCounts() throws -> [KeyFingerprint: Int] { try storage.doubtCounts() }
  func put(_ doubt: StoredDoubt) throws { try write { try $0.put(doubt) } }
  func removeDoubt(of act: RecordID) throws { try write { try $0.removeDoubt(of: act) } }
  func hasClamps() throws -> Bool { try storage.hasClamps() }

  func put(_ summary: CaseSummary) throws { try write { try $0.put(summary) } }
  func summary(of file: RecordID) throws -> CaseSummary? { try storage.summary(of: file) }
  func files(numbered number: String, most: Int) throws -> [RecordID] {
    try storage.files(numbered: number, most: most)
  }
  func files(in ids: ClosedRange<RecordID>, most: Int) throws -> [RecordID] { try storage.files(in: ids, most: most) }
  func summaries() throws -> [CaseSummary] { try storage.summaries() }
  func summaries(
    openedBy office: String, pack: String, closedSince closed: String, openedSince opened: String
  ) throws -> [CaseSummary] {
    try storage.summaries(openedBy: office, pack: pack, closedSince: closed, openedSince: opened)
  }
  func hasFiles(openedBy office: String, pack: String) throws -> Bool {
    try storage.hasFiles(openedBy: office, pack: pack)
  }
  func changeCounts() throws -> [String: UInt64] { try storage.changeCounts() }
  func fileTallies() throws -> [FileTally] { try storage.fileTallies() }
  func clearProjection() throws { try write { try $0.clearProjection() } }
  func differences(fromProjectionMadeBy make: (any ReplicaStorage) throws -> Void) throws -> [ProjectionDifference] {
    try storage.differences(fromProjectionMadeBy: make)
  }
  func put(_ held: HeldChange) throws {
    if canary == .forgottenClass, held.rule != nil { return }
    try write { try $0.put(held) }
  }
  func heldChanges() throws -> [HeldChange] { try storage.heldChanges() }

  func remove(_ held: HeldChange) throws { try write { try $0.remove(held) } }
  func restore(_ type: UInt64, _ id: RecordID) throws { try write { try $0.restore(type, id) } }

  func park(_ run: ParkedRun, entries: [[UInt8]], receivedAt milliseconds: UInt64) throws {
    try write { try $0.park(run, entries: entries, receivedAt: milliseconds) }
  }
  func parkedRuns(of stream: StreamID?) throws -> [ParkedRun] { try storage.parkedRuns(of: stream) }
  func parkedEntries(_ run: ParkedRun) throws -> [[UInt8]] { try storage.parkedEntries(run) }
  func unpark(_ run: ParkedRun) throws { try write { try $0.unpark(run) } }

  func value(_ key: String) throws -> [UInt8]? { try storage.value(key) }
  func setValue(_ key: String, _ value: [UInt8]?) throws { try write { try $0.setValue(key, value) } }
  func values(prefix: String) throws -> [(key: String, value: [UInt8])] {
    // Where `DossierBook` notes what is owed.
    if canary == .withheldDossier, prefix == "dossier-due/" { return [] }
    return try storage.values(prefix: prefix)
  }
}

/// A canary's store: a column for each field it knows.
struct NarrowStoreFailure: Error {
  let type: UInt64
}
