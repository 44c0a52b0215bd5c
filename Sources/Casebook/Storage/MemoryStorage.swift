public import Replication

/// A replica's storage in memory: for tests and the simulator. Not safe to share between threads.
public final class MemoryStorage: ReplicaStorage {
  private struct RowKey: Hashable {
    let type: UInt64
    let id: RecordID
  }

  private var log: [StreamID: [Entry]] = [:]
  private var streamHeads: [StreamID: StreamHead] = [:]
  private var moveCount: UInt64 = 0
  private var movedAt: [StreamID: UInt64] = [:]
  /// The streams held, in order: comparing them anew for each list would cost more than all else here.
  private var ordered: [StreamID] = []
  private var storedCharters: [StoredCharter] = []
  private var receiptsByStream: [StreamID: [StoredReceipt]] = [:]
  /// The first receipt's clock of each entry that holds some.
  private var receiptClocks: [Digest: UInt64] = [:]
  private var latestReceipt: Digest?
  private var rowsByKey: [RowKey: RecordRow] = [:]
  private var actsByFile: [RecordID: [RecordID: StoredAct]] = [:]
  private var summariesByFile: [RecordID: CaseSummary] = [:]
  private var changes: [String: UInt64] = [:]
  private var held: [HeldChange] = []
  private var small: [String: [UInt8]] = [:]
  private var aside: [StreamID: [Entry]] = [:]
  private var proofs: [StoredForkProof] = []
  private var decidingFacts: [StoredFact] = []
  private var seen: [StreamID: [KeyFingerprint: Sighting]] = [:]
  private var clamps: [WriteStamp: HybridTimestamp] = [:]
  private var doubted: [RecordID: StoredDoubt] = [:]
  private var arrivals: [StreamID: [UInt64]] = [:]
  private var parked: [ParkedRun: [[UInt8]]] = [:]
  private var parkedSince: [ParkedRun: UInt64] = [:]

  public init() {}

  private init(copying other: MemoryStorage) {
    log = other.log
    streamHeads = other.streamHeads
    moveCount = other.moveCount
    movedAt = other.movedAt
    ordered = other.ordered
    storedCharters = other.storedCharters
    receiptsByStream = other.receiptsByStream
    receiptClocks = other.receiptClocks
    latestReceipt = other.latestReceipt
    rowsByKey = other.rowsByKey
    actsByFile = other.actsByFile
    summariesByFile = other.summariesByFile
    changes = other.changes
    held = other.held
    small = other.small
    aside = other.aside
    proofs = other.proofs
    decidingFacts = other.decidingFacts
    seen = other.seen
    clamps = other.clamps
    doubted = other.doubted
    arrivals = other.arrivals
    parked = other.parked
    parkedSince = other.parkedSince
  }

  /// One of its own with the same contents: what a transaction goes back to, or a backup.
  public func copy() -> MemoryStorage { MemoryStorage(copying: self) }

  public func head(of stream: StreamID) -> StreamHead? { streamHeads[stream] }
  public func streamCount(of author: KeyFingerprint) -> Int { ordered.count { $0.author == author } }
  public func heads() -> [StreamHead] { ordered.compactMap { streamHeads[$0] } }

  private func setHead(_ head: StreamHead?, of stream: StreamID) {
    let isKnown = streamHeads[stream] != nil
    streamHeads[stream] = head
    if head == nil {
      ordered.removeAll { $0 == stream }
    } else if !isKnown {
      ordered.insert(stream, at: ordered.firstIndex { stream < $0 } ?? ordered.count)
    }
  }

  public func append(_ run: [Entry], head: StreamHead, receivedAt milliseconds: UInt64) {
    log[head.stream, default: []].append(contentsOf: run)
    setHead(head, of: head.stream)
    arrivals[head.stream, default: []].append(contentsOf: run.map { _ in milliseconds })
    noteMove(head.stream)
  }

  public func firstEntry(of stream: StreamID, receivedSince milliseconds: UInt64) -> UInt64? {
    arrivals[stream]?.firstIndex { $0 >= milliseconds }.map { UInt64($0) + 1 }
  }

  public func tail(of stream: StreamID, after seq: UInt64) -> StreamTail? {
    guard let entries = log[stream], let times = arrivals[stream], seq < UInt64(entries.count) else { return nil }
    let first = Int(seq)
    return StreamTail(
      entries: UInt64(entries.count) - seq, bytes: entries[first...].reduce(0) { $0 + $1.stored.count },
      since: times[first], newest: times[entries.count - 1])
  }

  public func places(ofHash prefix: [UInt8]) -> [EntryPlace] {
    log.flatMap { stream, entries in
      let followed = zip(entries, entries.dropFirst()).filter { $1.header.previous.bytes.starts(with: prefix) }
      let ends = streamHeads[stream].map { $0.hash.bytes.starts(with: prefix) ? [$0.seq] : [] } ?? []
      return (followed.map(\.0.header.seq) + ends).map { EntryPlace(stream: stream, seq: $0) }
    }
  }

  public func openFiles(of office: String, dueBefore day: String) -> (open: Int, overdue: Int) {
    let open = summariesByFile.values.filter { $0.office == office && !$0.isFinal }
    return (open.count, open.count { $0.nextDue.map { $0 < day } ?? false })
  }

  public func rowsInConflict(_ type: UInt64) -> [RecordRow] {
    rows(type).filter { $0.fields.values.contains(where: \.isInConflict) }
  }

  private func noteMove(_ stream: StreamID) {
    moveCount += 1
    movedAt[stream] = moveCount
  }

  public func moves() -> UInt64 { moveCount }
  public func heads(movedAfter moves: UInt64) -> [StreamHead] {
    heads().filter { (movedAt[$0.stream] ?? 0) > moves }
  }

  public func entries(of stream: StreamID, from seq: UInt64, bytesMax: Int) -> [Entry] {
    guard let entries = log[stream], seq >= 1, seq <= UInt64(entries.count) else { return [] }
    var taken: [Entry] = []
    var bytes = 0
    for entry in entries[Int(seq - 1)...] {
      bytes += EntryRun.bytes(of: entry)
      if !taken.isEmpty, bytes > bytesMax { break }
      taken.append(entry)
    }
    return taken
  }

  public func entryCount() -> UInt64 {
    log.values.reduce(0) { $0 + UInt64($1.count) } + aside.values.reduce(0) { $0 + UInt64($1.count) }
  }

  public func setAside(_ stream: StreamID, from seq: UInt64, head: StreamHead?) {
    guard let entries = log[stream], seq >= 1, seq <= UInt64(entries.count) else { return }
    putAside(Array(entries[Int(seq - 1)...]))
    log[stream] = head == nil ? nil : Array(entries[..<Int(seq - 1)])
    arrivals[stream] = arrivals[stream].map { Array($0.prefix(Int(seq - 1))) }
    setHead(head, of: stream)
    noteMove(stream)
  }

  public func putAside(_ entries: [Entry]) {
    for entry in entries where !(aside[entry.header.stream] ?? []).contains(entry) {
      aside[entry.header.stream, default: []].append(entry)
    }
  }

  public func removeAside(_ entries: [Entry]) {
    for entry in entries {
      let stream = entry.header.stream
      aside[stream]?.removeAll { $0 == entry }
      if aside[stream]?.isEmpty ?? false { aside[stream] = nil }
    }
  }

  public func entriesAside(of stream: StreamID) -> [Entry] {
    (aside[stream] ?? []).sorted { left, right in
      left.header.seq != right.header.seq
        ? left.header.seq < right.header.seq : left.encoded.lexicographicallyPrecedes(right.encoded)
    }
  }

  public func streamsAside() -> [StreamID] { aside.keys.sorted() }

  public func forkProofs() -> [StoredForkProof] {
    proofs.sorted { ($0.proof.stream, $0.proof.seq) < ($1.proof.stream, $1.proof.seq) }
  }

  public func put(_ proof: StoredForkProof) {
    if let index = proofs.firstIndex(where: { $0.proof == proof.proof }) {
      proofs[index].isPublished = proofs[index].isPublished || proof.isPublished
    } else {
      proofs.append(proof)
    }
  }

  public func charters() -> [StoredCharter] { storedCharters }
  public func put(_ charter: StoredCharter) {
    let known = storedCharters.firstIndex { $0.charter == charter.charter && $0.issuer == charter.issuer }
    guard let known else { return storedCharters.append(charter) }
    if let stamp = charter.stamp { storedCharters[known].stamp = min(stamp, storedCharters[known].stamp ?? stamp) }
    storedCharters[known].isPinned = storedCharters[known].isPinned || charter.isPinned
  }

  public func facts() -> [StoredFact] { decidingFacts }
  public func put(_ fact: StoredFact) {
    if !decidingFacts.contains(fact) { decidingFacts.append(fact) }
  }

  public func sightings(of stream: StreamID) -> [Sighting] {
    (seen[stream] ?? [:]).sorted { $0.key < $1.key }.map(\.value)
  }
  public func put(_ sighting: Sighting, by author: KeyFingerprint) {
    let stream = sighting.face.header.stream
    func rank(_ sighting: Sighting) -> (UInt64, [UInt8]) {
      (sighting.face.header.seq, Entry.payload(of: [.sighting(sighting)]))
    }
    if let known = seen[stream]?[author] {
      let (one, other) = (rank(sighting), rank(known))
      if one.0 < other.0 || (one.0 == other.0 && !other.1.lexicographicallyPrecedes(one.1)) { return }
    }
    seen[stream, default: [:]][author] = sighting
  }
  public func sightingSeq(of stream: StreamID, by author: KeyFingerprint) -> UInt64 {
    seen[stream]?[author]?.face.header.seq ?? 0
  }

  public func put(_ receipt: StoredReceipt) {
    let stream = receipt.receipt.head.stream
    if receiptsByStream[stream]?.contains(receipt) ?? false { return }
    receiptsByStream[stream, default: []].append(receipt)
    if receiptClocks[receipt.entry] == nil { receiptClocks[receipt.entry] = receipt.receipt.clock }
    latestReceipt = receipt.entry
  }
  public func receipts(of stream: StreamID, from seq: UInt64) -> [StoredReceipt] {
    (receiptsByStream[stream] ?? []).filter { $0.receipt.head.seq >= seq }
      .sorted { $0.receipt.head.seq < $1.receipt.head.seq }
  }
  public func lastReceipt(of stream: StreamID, by issuer: KeyFingerprint) -> ReceiptMark? {
    receiptsByStream[stream]?.filter { $0.issuer == issuer }
      .map { ReceiptMark(seq: $0.receipt.head.seq, clock: $0.receipt.clock) }.max { ($0.seq, $0.clock) < ($1.seq, $1.clock) }
  }
  public func receipts(of stream: StreamID) -> [StoredReceipt] { receipts(of: stream, from: 0) }
  public func latestReceiptEntry() -> Digest? { latestReceipt }
  public func receiptClock(ofEntry hash: Digest) -> UInt64? { receiptClocks[hash] }

  public func row(_ type: UInt64, _ id: RecordID) -> RecordRow? { rowsByKey[RowKey(type: type, id: id)] }
  public func put(_ row: RecordRow) {
    let old = rowsByKey.updateValue(row, forKey: RowKey(type: row.type, id: row.id))
    if RecordType.ofAllOffices.contains(where: { $0.number == row.type }) { noteChange(of: nil) }
    guard row.type == RecordType.subject.number else { return }
    for row in [old, row].compactMap({ $0 }) { noteChange(of: row.text(SubjectField.office)) }
  }
  private func noteChange(of office: String?) { changes[office ?? "", default: 0] += 1 }
  public func changeCounts() -> [String: UInt64] { changes }
  public func rows(_ type: UInt64, where field: UInt64, is value: FieldValue) -> [RecordRow] {
    rows(type).filter { $0.value(field) == value }
  }
  public func rows(_ type: UInt64) -> [RecordRow] {
    rowsByKey.values.filter { $0.type == type }.sorted { $0.id < $1.id }
  }

  public func values(
    _ type: UInt64, _ fields: [UInt64], where field: UInt64, is value: FieldValue
  ) -> [RecordValues] {
    rowsByKey.values.filter { $0.type == type && $0.value(field) == value }
      .map { row in RecordValues(id: row.id, values: fields.map { row.value($0) }) }
  }

  public func acts(of file: RecordID) -> [StoredAct] {
    (actsByFile[file] ?? [:]).values.sorted { $0.change.id < $1.change.id }
  }
  public func act(_ id: RecordID, of file: RecordID) -> StoredAct? { actsByFile[file]?[id] }
  public func put(_ act: StoredAct) { actsByFile[act.change.file, default: [:]][act.change.id] = act }

  public func reorder(act: RecordID, of file: RecordID, stamp: HybridTimestamp) {
    actsByFile[file]?[act]?.stamp = stamp
  }

  public func clamp(of stamp: WriteStamp) -> HybridTimestamp? { clamps[stamp] }
  public func setClamp(_ clamp: HybridTimestamp?, of stamp: WriteStamp) { clamps[stamp] = clamp }
  public func doubts() -> [StoredDoubt] { doubted.sorted { $0.key < $1.key }.map(\.value) }
  public func doubtCounts() -> [KeyFingerprint: Int] {
    doubted.values.reduce(into: [:]) { $0[$1.author, default: 0] += 1 }
  }
  public func put(_ doubt: StoredDoubt) { doubted[doubt.act] = doubt }
  public func removeDoubt(of act: RecordID) { doubted[act] = nil }
  public func hasClamps() -> Bool { !clamps.isEmpty }

  public func put(_ summary: CaseSummary) {
    let old = summariesByFile.updateValue(summary, forKey: summary.file)
    for summary in [old, summary].compactMap({ $0 }) { noteChange(of: summary.openedBy) }
  }
  public func summary(of file: RecordID) -> CaseSummary? { summariesByFile[file] }
  public func files(numbered number: String, most: Int) -> [RecordID] {
    Array(summariesByFile.values.filter { $0.number == number }.map(\.file).sorted().prefix(most))
  }
  public func files(in ids: ClosedRange<RecordID>, most: Int) -> [RecordID] {
    Array(summariesByFile.keys.filter { ids.contains($0) }.sorted().prefix(most))
  }
  public func summaries() -> [CaseSummary] {
    summariesByFile.values.sorted { ($0.openedOn, $0.file) < ($1.openedOn, $1.file) }
  }

  public func summaries(
    openedBy office: String, pack: String, closedSince closed: String, openedSince opened: String
  ) -> [CaseSummary] {
    summaries().filter {
      $0.openedBy == office && $0.pack == pack && ($0.closedOn.map { $0 >= closed } ?? false || $0.openedOn >= opened)
    }
  }
  public func hasFiles(openedBy office: String, pack: String) -> Bool {
    summariesByFile.values.contains { $0.openedBy == office && $0.pack == pack && !$0.isOrder }
  }
  public func fileTallies() -> [FileTally] { FileTally.all(of: summariesByFile.values) }

  public func clearProjection() {
    for office in changes.keys { noteChange(of: office) }
    storedCharters = storedCharters.filter(\.isPinned).map { StoredCharter(charter: $0.charter, issuer: $0.issuer) }
    receiptsByStream = [:]
    receiptClocks = [:]
    latestReceipt = nil
    decidingFacts = []
    seen = [:]
    clamps = [:]
    doubted = [:]
    rowsByKey = [:]
    actsByFile = [:]
    summariesByFile = [:]
    held = []
    small = small.filter { item in !Self.derivedValues.contains { item.key.hasPrefix($0.prefix) } }
  }

  /// Beginnings of the names of small values that are made from the log, each with a name for the table they would be.
  private static let derivedValues = [
    (prefix: NumberIndex.prefix, table: "document_number"), (prefix: DossierLedger.prefix, table: "dossier"),
    (prefix: AttachmentLedger.prefix, table: "named_content"),
    (prefix: ContradictionLedger.prefix, table: "contradiction"),
    (prefix: SightingLedger.prefix, table: "sighting_ahead"),
  ]

  public func differences(
    fromProjectionMadeBy make: (any ReplicaStorage) throws -> Void
  ) throws -> [ProjectionDifference] {
    let other = MemoryStorage()
    try make(other)
    let (ours, theirs) = (projectedRows(), other.projectedRows())
    return Set(ours.keys).union(theirs.keys).sorted().compactMap { table in
      let (left, right) = (ours[table] ?? [:], theirs[table] ?? [:])
      let rows = Set(left.keys).union(right.keys).filter { left[$0] != right[$0] }
      return rows.min { $0.order < $1.order }.map {
        ProjectionDifference(table: table, row: $0, others: rows.count - 1)
      }
    }
  }

  /// Everything that is made from the log, by table and by what a row is found by.
  private func projectedRows() -> [String: [ProjectionDifference.Row: Set<AnyHashable>]] {
    var rows: [String: [ProjectionDifference.Row: Set<AnyHashable>]] = [:]
    func add(_ table: String, _ row: ProjectionDifference.Row, _ value: some Hashable) {
      rows[table, default: [:]][row, default: []].insert(AnyHashable(value))
    }
    for charter in storedCharters { add("charter", .init(name: charter.charter.office.text), charter) }
    for (stream, receipts) in receiptsByStream {
      for receipt in receipts { add("receipt", .init(stream: stream, seq: receipt.receipt.head.seq), receipt) }
    }
    for act in actsByFile.values.flatMap(\.values) {
      add("act", .init(file: act.change.file, record: act.change.id), act)
    }
    for row in rowsByKey.values {
      let type = RecordSchema.standard.type(row.type)
      add(type.map { "r_\($0.name)" } ?? "other_record", .init(record: row.id), row)
    }
    for summary in summariesByFile.values { add("case_summary", .init(file: summary.file), summary) }
    for held in self.held { add("held_change", .init(stream: held.stream, seq: held.seq), held) }
    for fact in decidingFacts { add("fact", .init(stream: fact.stream, seq: fact.seq), fact) }
    for (stream, sightings) in seen { add("sighting", .init(stream: stream), sightings) }
    for (stamp, clamp) in clamps { add("clamp", .init(name: "\(stamp.author) \(stamp.time.rawValue)"), clamp) }
    for doubt in doubted.values { add("time_doubt", .init(file: doubt.file, record: doubt.act), doubt) }
    for (name, value) in small {
      guard let derived = Self.derivedValues.first(where: { name.hasPrefix($0.prefix) }) else { continue }
      add(derived.table, .init(name: name), value)
    }
    return rows
  }

  public func put(_ change: HeldChange) {
    if !held.contains(change) { held.append(change) }
  }
  public func heldChanges() -> [HeldChange] { held }
  public func remove(_ change: HeldChange) { held.removeAll { $0 == change } }
  /// Nothing here depends on the registry.
  public func restore(_ type: UInt64, _ id: RecordID) {}

  public func park(_ run: ParkedRun, entries: [[UInt8]], receivedAt milliseconds: UInt64) {
    if parked.updateValue(entries, forKey: run) == nil { parkedSince[run] = milliseconds }
  }
  public func parkedRuns(of stream: StreamID?) -> [ParkedRun] {
    parked.keys.filter { stream == nil || $0.stream == stream }
      .sorted { $0.stream != $1.stream ? $0.stream < $1.stream : ($0.first, $0.last) < ($1.first, $1.last) }
  }
  public func parkedEntries(_ run: ParkedRun) -> [[UInt8]] { parked[run] ?? [] }
  public func unpark(_ run: ParkedRun) {
    parked[run] = nil
    parkedSince[run] = nil
  }
  public func arrival(of run: ParkedRun) -> UInt64? { parkedSince[run] }

  public func value(_ key: String) -> [UInt8]? { small[key] }
  public func setValue(_ key: String, _ value: [UInt8]?) { small[key] = value }
  public func values(prefix: String) -> [(key: String, value: [UInt8])] {
    small.filter { $0.key.hasPrefix(prefix) }.sorted { $0.key < $1.key }.map { (key: $0.key, value: $0.value) }
  }
}
