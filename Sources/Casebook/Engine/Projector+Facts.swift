public import Replication

/// Facts that decide over entries: charters, receipts, revocations and the rest.
extension Projector {
  /// - Returns: why the fact is held, or `nil` when it counts.
  mutating func projectFact(
    _ change: Change, of entry: Entry, in storage: any ReplicaStorage
  ) throws -> HeldChange.Reason? {
    let stream = entry.header.stream
    let fact = StoredFact(change: change, stream: stream, seq: entry.header.seq)
    let issuer = context.tree.office(of: stream.author)
    switch change {
    case .charter(let charter):
      return try project(charter, from: entry, in: storage)
    case .receipt(let receipt):
      return try project(receipt, from: issuer, of: entry, in: storage)
    case .introduction(let introduction):
      guard issuer == introduction.office else { return .factRefused }
      try storage.put(fact)
      if context.tree.introduce(introduction, by: stream.author, suites: context.suites) { mustRebuild = true }
    case .revocation(let revocation):
      guard let issuer, context.tree.reaches(stream, everyStreamOf: revocation.office),
        context.standing.add(revocation, from: issuer, in: context.tree)
      else { return .factRefused }
      try storage.put(fact)
      context.tree.revoke(revocation.key)
      mustRebuild = true
    case .ratification(let ratification):
      guard let issuer, context.tree.reaches(stream, holdersOf: ratification.stream),
        context.standing.add(ratification, from: issuer, in: context.tree)
      else { return .factRefused }
      try storage.put(fact)
      mustRebuild = true
    case .forkProof(let proof):
      let author = context.tree.office(of: proof.stream.author)
      // A superior's word reaches every holder of the stream; another's has to be passed on by one.
      let reaches = issuer == context.office || context.isAbove(issuer, author)
      return try note(proof, isPublished: reaches, in: storage) ? nil : .factRefused
    case .sighting(let sighting):
      try project(sighting, from: entry, in: storage)
    case .record, .act, .dossier, .unknown: return .unknownKind
    }
    return nil
  }

  private mutating func project(
    _ charter: Charter, from entry: Entry, in storage: any ReplicaStorage
  ) throws -> HeldChange.Reason? {
    let issuer = entry.header.stream.author
    let stamp = entry.header.stamp
    let before = context.tree
    do throws(OfficeTree.Failure) {
      try context.tree.admit(charter, from: issuer, stamp: stamp, suites: context.suites)
    } catch {
      guard error == .awaitsIntroduction else { return .charterRefused }
      try storage.put(StoredCharter(charter: charter, issuer: issuer, stamp: stamp))
      try noteTree(before, in: storage)
      return .charterWaiting
    }
    try storage.put(StoredCharter(charter: charter, issuer: issuer, stamp: stamp))
    try noteTree(before, in: storage)
    // What was taken of a guest on a superior's word is to be taken from the office's own streams.
    if before.guest(charter.office) != nil, context.tree != before { mustRebuild = true }
    return nil
  }

  /// A charter was read: others may count now. One that has to wait may change the tree too: the same charter was
  /// believed as long as it was known from enrolment alone.
  private mutating func noteTree(_ before: OfficeTree, in storage: any ReplicaStorage) throws {
    guard context.tree != before else { return }
    hasTouchedTree = true
    guard context.hasUnseatedStreams else { return }
    let tree = context.tree
    mustRebuild =
      try mustRebuild
      || storage.heads().contains {
        before.seat(of: $0.stream.author) == nil && tree.seat(of: $0.stream.author) != nil
      }
  }

  private mutating func project(
    _ receipt: Receipt, from issuer: OfficeCode?, of entry: Entry, in storage: any ReplicaStorage
  ) throws -> HeldChange.Reason? {
    guard receipt.isStorable, let issuer,
      let author = context.tree.seat(of: receipt.head.stream.author)?.charter.office,
      context.tree.isSuperior(issuer, of: author),
      context.tree.reaches(entry.header.stream, holdersOf: receipt.head.stream),
      let suite = context.suites[entry.header.suite]
    else { return .receiptRefused }
    let judgement = try judgement(of: receipt.head.stream, in: storage)
    try storage.put(
      StoredReceipt(receipt: receipt, issuer: entry.header.stream.author, entry: entry.hash(using: suite)))
    try reconsider(receipt.head.stream, judgedBefore: judgement, in: storage)
    try compare(receipt, by: entry.header.stream.author, in: storage)
    try clampEntries(under: receipt, in: storage)
    return nil
  }

  /// Keeps a fork proof that proves itself, whoever reports it.
  /// - Returns: whether it is one.
  mutating func note(_ proof: ForkProof, isPublished: Bool, in storage: any ReplicaStorage) throws -> Bool {
    guard let key = context.tree.publicKey(proof.stream.author), proof.isValid(by: key, suites: context.suites) else {
      return false
    }
    let isNew = try !storage.forkProofs().contains { $0.proof == proof }
    try storage.put(StoredForkProof(proof: proof, isPublished: isPublished))
    if isNew {
      context.standing.add(proof)
      mustRebuild = true
    }
    return true
  }

  // MARK: Judgement

  /// How the entries held of a stream are judged now; `nil` where nothing but valid can come of it.
  func judgement(of stream: StreamID, in storage: any ReplicaStorage) throws -> StreamJudgement? {
    context.standing.concerns(stream) ? try context.judge(stream, in: storage) : nil
  }

  /// Something came that may decide over earlier entries, or between branches. Only where it does is the projection made
  /// again: a hostile author who goes on in a forked stream would have it made for each of his runs.
  mutating func reconsider(
    _ stream: StreamID, judgedBefore before: StreamJudgement?, in storage: any ReplicaStorage
  ) throws {
    guard !mustRebuild, let now = try judgement(of: stream, in: storage) else { return }
    if now != before { mustRebuild = true } else if !now.branchStands { mustSettle = true }
  }

  mutating func judgement(of entry: Entry, in storage: any ReplicaStorage) throws -> Judgement {
    let stream = entry.header.stream
    guard context.standing.concerns(stream) else { return Judgement(.valid, .undisputed) }
    if let known = judgements[stream] { return known.judgement(at: entry.header.seq) }
    let fresh = try context.judge(stream, in: storage)
    judgements[stream] = fresh
    return fresh.judgement(at: entry.header.seq)
  }

  // MARK: Held changes

  /// Reasons that a growing tree can do away with.
  private static let retried: Set<HeldChange.Reason> = [
    .charterRefused, .charterWaiting, .receiptRefused, .factRefused,
  ]

  /// Tries again what a charter was missing for.
  mutating func retryHeld(in storage: any ReplicaStorage) throws {
    var hasProgress = true
    while hasProgress {
      hasProgress = false
      for held in try storage.heldChanges() where held.index >= 0 && Self.retried.contains(held.reason) {
        guard let entry = try storage.entries(of: held.stream, from: held.seq, bytesMax: 1).first,
          let changes = try? entry.changes(), changes.indices.contains(held.index)
        else { continue }
        if try project(changes[held.index], of: entry, clamp: nil, in: storage) == nil {
          try storage.remove(held)
          hasProgress = true
        }
      }
    }
  }
}

extension ReplicaContext {
  /// Streams with a fork of which the branch held here stands, and the other ones are kept.
  public func settledForks(
    lacking lacked: Set<StreamID>, in storage: any ReplicaStorage
  ) throws -> Set<StreamID> {
    try Set(
      standing.forkedStreams.filter { stream in
        try !lacked.contains(stream) && judge(stream, in: storage).branchStands
      })
  }

  func isAbove(_ superior: OfficeCode?, _ office: OfficeCode?) -> Bool {
    guard let superior, let office else { return false }
    return tree.isSuperior(superior, of: office)
  }

  /// Judges the branch of a stream that is held here.
  func judge(_ stream: StreamID, in storage: any ReplicaStorage) throws -> StreamJudgement {
    try judge(stream, in: storage) { seq in try self.hash(of: stream, at: seq, in: storage) }
  }

  /// The same with another branch in mind.
  func judge(
    _ stream: StreamID, in storage: any ReplicaStorage, hash: (UInt64) throws -> Digest?
  ) throws -> StreamJudgement {
    try standing.judge(
      stream, in: tree, receipts: try witnessed(stream, in: storage), suites: suites, hash: hash)
  }

  /// Receipts of superiors over a stream, on whatever branch, whose heads stand at the position or further on.
  func witnessed(
    _ stream: StreamID, from seq: UInt64 = 0, in storage: any ReplicaStorage
  ) throws -> [WitnessedHead] {
    try storage.receipts(of: stream, from: seq).compactMap { stored in
      tree.office(of: stored.issuer).map { WitnessedHead(receipt: stored.receipt, issuer: $0) }
    }
  }

  /// Whether the chain held here goes through a head.
  public func holds(_ head: StreamHead, in storage: any ReplicaStorage) throws -> Bool {
    try hash(of: head.stream, at: head.seq, in: storage) == head.hash
  }

  /// Where a head that a peer holds lies here. Where no more can be kept aside, nothing more is looked for.
  /// - Complexity: O(entries aside of the stream) where it is not on the chain held.
  public func place(of head: StreamHead, in storage: any ReplicaStorage) throws -> HeadPlace {
    if try holds(head, in: storage) { return .held }
    let aside = try storage.entriesAside(of: head.stream)
    let isKept = aside.contains { entry in
      entry.header.seq == head.seq && suites[entry.header.suite].map { entry.hash(using: $0) } == head.hash
    }
    return isKept || aside.count >= Admission.asideMax ? .aside : .nowhere
  }

  /// Hash of the entry held at a position.
  func hash(of stream: StreamID, at seq: UInt64, in storage: any ReplicaStorage) throws -> Digest? {
    if let head = try storage.head(of: stream), head.seq == seq { return head.hash }
    guard let entry = try storage.entries(of: stream, from: seq, bytesMax: 1).first, entry.header.seq == seq,
      let suite = suites[entry.header.suite]
    else { return nil }
    return entry.hash(using: suite)
  }
}
