public import Replication

/// Turns verified entries into rows, acts and facts. A change that cannot be projected is kept with its reason and
/// never stops the others. Runs inside the transaction that stored the entries.
public struct Projector {
  public internal(set) var context: ReplicaContext { didSet { ranks = nil } }
  /// Of the tree as it is; made again after anything that may have changed it.
  private var ranks: AuthorRanks?
  var touchedFiles: Set<RecordID> = []
  var hasTouchedPacks = false
  var hasTouchedTree = false
  /// A dossier told where an office beside stands: what superiors did to files that such offices had may count now.
  var hasTouchedGuests = false
  var hasTouchedCalendar = false
  /// A fact arrived that changes what other entries count for: the projection is made again from the log. Such facts
  /// (revocation, ratification, fork, a change of keys) come a few times in a node's life.
  public internal(set) var mustRebuild = false
  /// Another branch of a forked stream may stand now.
  var mustSettle = false
  /// Judgements of streams that facts concern; a rebuild makes them anew.
  var judgements: [StreamID: StreamJudgement] = [:]
  /// Receipts over the stream that was projected last, from a position on: a run is of one stream.
  var lastReceipts: (stream: StreamID, from: UInt64, receipts: [Receipt])?
  /// What is doubtful about the claimed time of the entry that was projected last.
  var lastDoubt: TimeDoubt?

  /// Pieces of dossiers that are not whole yet.
  var assemblers: [StreamID: DossierAssembler] = [:]
  /// Dossiers of this transaction.
  var dossiers: [ReceivedDossier] = []
  /// Whether everything is being projected anew, so that nothing withdrawn is left to take back.
  var isRebuilding = false

  /// The file that `finish` put together last, where it was a single one: whoever recorded an act shows it next.
  private(set) var refolded: RefoldedFile?

  public init(context: ReplicaContext) { self.context = context }

  /// Projects one entry; a part of a transaction waits for the last one.
  public mutating func project(_ entry: Entry, in storage: any ReplicaStorage) throws {
    guard let part = entry.header.part else {
      try projectChanges(of: entry, in: storage)
      return
    }
    guard part.index == part.count else { return }
    // A part that claims more pieces than the stream has before it is its author's mistake: what is there counts.
    let first = entry.header.seq - min(UInt64(part.count - 1), entry.header.seq - 1)
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
    let judgement = try judgement(of: entry, in: storage)
    guard judgement.entryClass == .valid else {
      let reason: HeldChange.Reason = judgement.entryClass == .disputed ? .disputed : .quarantined
      try storage.put(HeldChange(stream: stream, seq: seq, index: -1, reason: reason, rule: judgement.rule))
      return
    }
    guard let changes = try? entry.changes() else {
      try storage.put(HeldChange(stream: stream, seq: seq, index: -1, reason: .unreadable))
      return
    }
    let clamp = try clamp(of: entry, in: storage)
    for (index, change) in changes.enumerated() {
      if let reason = try project(change, of: entry, clamp: clamp, in: storage) {
        try storage.put(HeldChange(stream: stream, seq: seq, index: index, reason: reason))
      }
    }
  }

  /// - Returns: why the change is held, or `nil` when it was projected whole.
  mutating func project(
    _ change: Change, of entry: Entry, clamp: HybridTimestamp?, in storage: any ReplicaStorage
  ) throws -> HeldChange.Reason? {
    let stream = entry.header.stream
    switch change {
    case .record(let write):
      return try project(write, of: entry, in: storage)
    case .act(let act):
      let stored = StoredAct(
        change: act, stream: stream, seq: entry.header.seq, stamp: clamp ?? entry.header.stamp)
      let present = try storage.act(act.id, of: act.file)
      if let present, !isKept(stored, over: present) { return nil }
      try storage.put(stored)
      if present != nil || lastDoubt != nil { try note(lastDoubt, of: stored, in: storage) }
      try NumberIndex.note(act, by: stream.author, in: storage)
      touchedFiles.insert(act.file)
      return nil
    case .unknown:
      return .unknownKind
    case .dossier(let piece):
      try project(piece, of: entry, in: storage)
      return nil
    case .charter, .receipt, .revocation, .ratification, .forkProof, .introduction, .sighting:
      return try projectFact(change, of: entry, in: storage)
    }
  }

  /// Which of two acts under one id is kept, whichever came first. The same act stands twice when it was recorded again
  /// in a later incarnation; another content is a forgery, and no office can take the place of a higher one's act.
  private func isKept(_ act: StoredAct, over present: StoredAct) -> Bool {
    func rank(_ act: StoredAct) -> Int { context.tree.office(of: act.stream.author).map { context.tree.rank(of: $0) } ?? 0 }
    if rank(act) != rank(present) { return rank(act) > rank(present) }
    let (one, other) = (Entry.payload(of: [.act(act.change)]), Entry.payload(of: [.act(present.change)]))
    if one != other { return one.lexicographicallyPrecedes(other) }
    return act.stream != present.stream ? act.stream < present.stream : act.seq <= present.seq
  }

  private mutating func project(
    _ write: RecordWrite, of entry: Entry, in storage: any ReplicaStorage
  ) throws -> HeldChange.Reason? {
    guard write.isStorable else { return .unreadable }
    let type = context.schema.type(write.type)
    let stream = entry.header.stream
    let tree = context.tree
    let stamp = WriteStamp(time: entry.header.stamp, author: entry.header.stream.author)
    if context.hasClamps {
      var row = try storage.row(write.type, write.id) ?? RecordRow(type: write.type, id: write.id)
      row.apply(write, stamp: stamp) { tree.rank(ofShortAuthor: $0) }
      try sort(&row, in: storage)
      try storage.put(row)
    } else {
      let ranks = ranks ?? AuthorRanks(tree)
      self.ranks = ranks
      try storage.apply(write, stamp: stamp, ranks: ranks)
    }
    if write.type == RecordType.caseFile.number { touchedFiles.insert(write.id) }
    if context.tree.mayRead(context.office, stream) { try AttachmentLedger.note(write, in: stream, storage) }
    // Whoever a file was transferred to is told of what is added to it.
    if let file = write.attachedFile { touchedFiles.insert(file) }
    if PackMark.concerns(write.type) { try touchPack(of: entry, write.id, in: storage) }
    if write.type == RecordType.calendarYear.number { hasTouchedCalendar = true }
    let isUnknown = type == nil || write.fields.contains { type?.field($0.number) == nil }
    return isUnknown ? .unknownKind : nil
  }

  mutating func touchPack(of entry: Entry, _ record: RecordID, in storage: any ReplicaStorage) throws {
    hasTouchedPacks = true
    try PackMark.change(by: entry.headerBytes + record.bytes, suites: context.suites, in: storage)
  }

  /// Refolds the files that were touched; to be called once at the end of the transaction.
  public mutating func finish(in storage: any ReplicaStorage) throws {
    lastReceipts = nil
    refolded = nil
    if hasTouchedTree { try retryHeld(in: storage) }
    if mustSettle, !mustRebuild { mustRebuild = try BranchChoice(context: context).settle(in: storage) }
    mustSettle = false
    if mustRebuild { return try rebuild(in: storage) }
    if hasTouchedTree { try retryDossiers(in: storage) }
    try projectDossiers(in: storage)
    if mustRebuild { return try rebuild(in: storage) }
    var files = touchedFiles
    if hasTouchedCalendar || hasTouchedTree { try context.refreshCalendars(in: storage) }
    if hasTouchedPacks || hasTouchedTree || hasTouchedGuests || hasTouchedCalendar {
      for summary in try storage.summaries()
      where hasTouchedTree || summary.state.isEmpty || (hasTouchedCalendar && !summary.isFinal)
        || (hasTouchedGuests && mayAwaitGuest(summary))
      {
        files.insert(summary.file)
      }
    }
    var packs = files.count > 1 ? try PackCache(context: context, storage: storage) : nil
    for id in files.sorted() {
      let file = packs == nil ? try context.file(id, in: storage) : try packs?.file(id)
      if let file {
        let summary = context.summary(of: file)
        try storage.put(summary)
        // Of one alone: of thousands that were caught up with, nobody asks.
        if packs == nil { refolded = RefoldedFile(file: file, summary: summary) }
      }
      try DossierBook(context: context, storage: storage).mark(id, file)
    }
    touchedFiles = []
    hasTouchedPacks = false
    hasTouchedTree = false
    hasTouchedCalendar = false
    hasTouchedGuests = false
  }

  /// Whether something of the file does not count, or an office without a seat here has or opened it.
  private func mayAwaitGuest(_ summary: CaseSummary) -> Bool {
    let areSeated = [summary.openedBy, summary.office].allSatisfy { code in
      OfficeCode(code).flatMap { context.tree.seat($0) } != nil
    }
    return !areSeated || summary.voidCount + summary.waitingCount > 0
  }
}

/// A file as it stands after what was recorded.
struct RefoldedFile {
  let file: OpenedFile
  let summary: CaseSummary
}
