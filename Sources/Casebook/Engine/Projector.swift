public import Replication

/// Turns verified entries into rows, acts and facts. A change that cannot be projected is kept with its reason and
/// never stops the others. Runs inside the transaction that stored the entries.
public struct Projector {
  public private(set) var context: ReplicaContext
  private var touchedFiles: Set<RecordID> = []
  private var hasTouchedPacks = false
  private var hasTouchedTree = false
  private var hasTouchedCalendar = false

  public init(context: ReplicaContext) { self.context = context }

  /// Projects one entry; a part of a transaction waits for the last one.
  public mutating func project(_ entry: Entry, in storage: any ReplicaStorage) throws {
    guard let part = entry.header.part else {
      try projectChanges(of: entry, in: storage)
      return
    }
    guard part.index == part.count else { return }
    let first = entry.header.seq - UInt64(part.count - 1)
    var next = first
    while next < entry.header.seq {
      let pieces = try storage.entries(of: entry.header.stream, from: next, bytesMax: LogLimits.entryBytesMax)
      guard !pieces.isEmpty else { break }
      for piece in pieces where piece.header.seq < entry.header.seq {
        try projectChanges(of: piece, in: storage)
        next = piece.header.seq + 1
      }
    }
    try projectChanges(of: entry, in: storage)
  }

  private mutating func projectChanges(of entry: Entry, in storage: any ReplicaStorage) throws {
    let stream = entry.header.stream
    let seq = entry.header.seq
    guard let changes = try? entry.changes() else {
      try storage.put(HeldChange(stream: stream, seq: seq, index: -1, reason: .unreadable))
      return
    }
    let stamp = WriteStamp(time: entry.header.stamp, author: stream.author)
    for (index, change) in changes.enumerated() {
      func hold(_ reason: HeldChange.Reason) throws {
        try storage.put(HeldChange(stream: stream, seq: seq, index: index, reason: reason))
      }
      switch change {
      case .record(let write):
        let type = RecordType.type(write.type)
        if type == nil || write.fields.contains(where: { type?.field($0.number) == nil }) { try hold(.unknownKind) }
        var row = try storage.row(write.type, write.id) ?? RecordRow(type: write.type, id: write.id)
        let tree = context.tree
        row.apply(write, stamp: stamp) { tree.rank(ofShortAuthor: $0) }
        try storage.put(row)
        if write.type == RecordType.caseFile.number { touchedFiles.insert(write.id) }
        if write.type == RecordType.pack.number || write.type == RecordType.packSection.number {
          hasTouchedPacks = true
        }
        if write.type == RecordType.calendarYear.number { hasTouchedCalendar = true }
      case .act(let act):
        try storage.put(StoredAct(change: act, stream: stream, seq: seq, stamp: entry.header.stamp))
        try NumberIndex.note(act, by: stream.author, in: storage)
        touchedFiles.insert(act.file)
      case .charter(let charter):
        do {
          try context.tree.admit(charter, from: stream.author, suites: context.suites)
          try storage.put(StoredCharter(charter: charter, issuer: stream.author))
          hasTouchedTree = true
        } catch {
          try hold(.charterRefused)
        }
      case .receipt(let receipt):
        guard let issuer = context.tree.office(of: stream.author),
          let author = context.tree.office(of: receipt.head.stream.author),
          context.tree.isSuperior(issuer, of: author), let suite = context.suites[entry.header.suite]
        else {
          try hold(.receiptRefused)
          continue
        }
        try storage.put(
          StoredReceipt(receipt: receipt, issuer: stream.author, entry: entry.hash(using: suite)))
      case .unknown:
        try hold(.unknownKind)
      }
    }
  }

  /// Refolds the files that were touched; to be called once at the end of the transaction.
  public mutating func finish(in storage: any ReplicaStorage) throws {
    var files = touchedFiles
    if hasTouchedCalendar || hasTouchedTree { try context.refreshCalendars(in: storage) }
    if hasTouchedPacks || hasTouchedTree || hasTouchedCalendar {
      for summary in try storage.summaries()
      where hasTouchedTree || summary.state.isEmpty || (hasTouchedCalendar && !summary.isFinal) {
        files.insert(summary.file)
      }
    }
    var packs = files.count > 1 ? try PackCache(context: context, storage: storage) : nil
    for id in files.sorted() {
      let file = packs == nil ? try context.file(id, in: storage) : try packs?.file(id)
      if let file { try storage.put(context.summary(of: file)) }
    }
    touchedFiles = []
    hasTouchedPacks = false
    hasTouchedTree = false
    hasTouchedCalendar = false
  }

  /// Makes the projection again from the log: streams of the greatest seats first, so that charters come before
  /// what they decide over.
  public mutating func rebuild(in storage: any ReplicaStorage) throws {
    try storage.clearProjection()
    context.tree = OfficeTree(rootKey: context.tree.rootKey)
    context.calendars = Calendars(shipped: context.calendars.shipped, tree: context.tree)
    var pending = try storage.heads()
    while !pending.isEmpty {
      let ready = pending.filter { $0.stream.author == context.tree.rootKey || context.tree.seat(of: $0.stream.author) != nil }
      guard !ready.isEmpty else { break }
      for head in ready {
        var next: UInt64 = 1
        while next <= head.seq {
          let entries = try storage.entries(of: head.stream, from: next, bytesMax: SessionLimits.creditBytes)
          guard let last = entries.last else { break }
          for entry in entries { try project(entry, in: storage) }
          next = last.header.seq + 1
        }
      }
      let done = Set(ready.map(\.stream))
      pending.removeAll { done.contains($0.stream) }
    }
    try finish(in: storage)
  }
}
