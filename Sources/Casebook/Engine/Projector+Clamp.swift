import Replication

/// Clocks that ran ahead: stamps held to the first receipt for ordering (`Clamp`).
extension Projector {
  /// How far back the receipt before a new one is looked for first, and how many times further each time after that.
  private static let lookBack: UInt64 = 16

  /// The entry's clamp by the receipts held already; kept for registers.
  mutating func clamp(of entry: Entry, in storage: any ReplicaStorage) throws -> HybridTimestamp? {
    let receipts = try receipts(covering: entry, in: storage)
    lastDoubt = try doubt(of: entry, receipts: receipts, in: storage)
    let clamp = Clamp.of(entry.header.stamp, seq: entry.header.seq, receipts: receipts)
    if let clamp { try keep(clamp, of: entry, in: storage) }
    return clamp
  }

  /// Receipts that reach the entry; others may be among them. What is new has none, however many there are of its stream.
  mutating func receipts(covering entry: Entry, in storage: any ReplicaStorage) throws -> [Receipt] {
    let (stream, seq) = (entry.header.stream, entry.header.seq)
    if let lastReceipts, lastReceipts.stream == stream, lastReceipts.from <= seq { return lastReceipts.receipts }
    let receipts = try receiptsOnBranch(of: stream, from: seq, in: storage)
    lastReceipts = (stream, seq, receipts)
    return receipts
  }

  /// A receipt arrived: entries under it that no earlier clock covers are ordered by it.
  mutating func clampEntries(under receipt: Receipt, in storage: any ReplicaStorage) throws {
    let stream = receipt.head.stream
    lastReceipts = nil
    guard let head = try storage.head(of: stream) else { return }
    // Of a receipt that reaches further than what is held, the entries held are clamped; those to come will be.
    if let held = try context.hash(of: stream, at: receipt.head.seq, in: storage), held != receipt.head.hash { return }
    // Entries that a receipt with no later clock covers keep what that one gave them. It is usually the one before.
    var back = Self.lookBack
    var from = min(receipt.head.seq, head.seq)
    var receipts: [Receipt] = []
    var covered: UInt64 = 0
    repeat {
      from = from > back ? from - back : 0
      back *= Self.lookBack
      receipts = try receiptsOnBranch(of: stream, from: from, in: storage)
      covered = receipts.filter { $0 != receipt && $0.clock <= receipt.clock }.map(\.head.seq).max() ?? 0
    } while covered == 0 && from > 0
    var next = covered + 1
    let last = min(receipt.head.seq, head.seq)
    while next <= last {
      let entries = try storage.entries(of: stream, from: next, bytesMax: SessionLimits.creditBytes)
      guard let end = entries.last?.header.seq else { break }
      for entry in entries where entry.header.seq <= last {
        try note(try doubt(of: entry, receipts: receipts, in: storage), of: entry, in: storage)
        // More receipts can only bring a clamp, or an earlier one.
        guard let clamp = Clamp.of(entry.header.stamp, seq: entry.header.seq, receipts: receipts) else { continue }
        try keep(clamp, of: entry, in: storage)
        try reorder(entry, by: clamp, in: storage)
      }
      next = end + 1
    }
  }

  /// Whether the entry's claimed time lies outside what the receipts prove.
  private func doubt(of entry: Entry, receipts: [Receipt], in storage: any ReplicaStorage) throws -> TimeDoubt? {
    let until = receipts.lazy.filter { $0.head.seq >= entry.header.seq }.map(\.clock).min()
    let from = try entry.header.seen.flatMap { try storage.receiptClock(ofEntry: $0) }
    guard until != nil || from != nil else { return nil }
    return TimeDoubt(claimed: entry.header.stamp.milliseconds, from: from, until: until)
  }

  /// Notes the doubt with the entry's acts, or takes the note back: a receipt that came later proves another time.
  func note(_ doubt: TimeDoubt?, of entry: Entry, in storage: any ReplicaStorage) throws {
    for case .act(let act) in (try? entry.changes()) ?? [] {
      guard let kept = try storage.act(act.id, of: act.file), kept.stream == entry.header.stream,
        kept.seq == entry.header.seq
      else { continue }
      try note(doubt, of: kept, in: storage)
    }
  }

  func note(_ doubt: TimeDoubt?, of act: StoredAct, in storage: any ReplicaStorage) throws {
    if let doubt {
      try storage.put(
        StoredDoubt(act: act.change.id, file: act.change.file, author: act.stream.author, doubt: doubt))
    } else {
      try storage.removeDoubt(of: act.change.id)
    }
  }

  /// A broken key may sign two entries under one stamp, in two streams with receipts of their own: the least of their
  /// clamps orders both, whichever came first.
  mutating func keep(_ clamp: HybridTimestamp, of entry: Entry, in storage: any ReplicaStorage) throws {
    let stamp = WriteStamp(time: entry.header.stamp, author: entry.header.stream.author)
    if context.hasClamps, let known = try storage.clamp(of: stamp), known <= clamp { return }
    try storage.setClamp(clamp, of: stamp)
    context.hasClamps = true
  }

  /// Orders again what an entry wrote.
  private mutating func reorder(_ entry: Entry, by stamp: HybridTimestamp, in storage: any ReplicaStorage) throws {
    guard let changes = try? entry.changes() else { return }
    for change in changes {
      switch change {
      case .record(let write):
        guard var row = try storage.row(write.type, write.id) else { continue }
        try sort(&row, in: storage)
        try storage.put(row)
        if write.type == RecordType.caseFile.number { touchedFiles.insert(write.id) }
        if PackMark.concerns(write.type) { try touchPack(of: entry, write.id, in: storage) }
      case .act(let act):
        // Another entry's act of the same id may be the one that is kept.
        guard let kept = try storage.act(act.id, of: act.file), kept.stream == entry.header.stream,
          kept.seq == entry.header.seq
        else { continue }
        try storage.reorder(act: act.id, of: act.file, stamp: stamp)
        touchedFiles.insert(act.file)
      default: continue
      }
    }
  }

  /// Orders a row's values by authority and clamped stamps.
  func sort(_ row: inout RecordRow, in storage: any ReplicaStorage) throws {
    let conflicts = row.fields.values.filter(\.isInConflict)
    guard !conflicts.isEmpty else { return }
    var clamps: [WriteStamp: HybridTimestamp] = [:]
    for stamp in conflicts.flatMap(\.versions).map(\.stamp) { clamps[stamp] = try storage.clamp(of: stamp) }
    let tree = context.tree
    row.sort(rank: { tree.rank(ofShortAuthor: $0) }, time: { clamps[$0] ?? $0.time })
  }

  /// Receipts of superiors over the branch that is held, whose heads stand at the position or further on.
  private func receiptsOnBranch(
    of stream: StreamID, from seq: UInt64, in storage: any ReplicaStorage
  ) throws -> [Receipt] {
    let all = try context.witnessed(stream, from: seq, in: storage).map(\.receipt)
    guard context.contradicted.contains(stream) || context.standing.firstFork(of: stream) != nil else { return all }
    return try all.filter { receipt in
      try context.hash(of: stream, at: receipt.head.seq, in: storage).map { $0 == receipt.head.hash } ?? true
    }
  }
}
