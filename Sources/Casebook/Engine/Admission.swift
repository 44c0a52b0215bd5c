public import Replication

/// Takes foreign entries in: scope, chain and signature are checked before anything is stored.
public struct Admission {
  public enum Failure: Error, Sendable, Hashable {
    /// The author's charter is not held (yet): nothing is stored, the next session tries again.
    case unknownAuthor(KeyFingerprint)
    /// This office may not hold the stream.
    case outOfScope(StreamID)
    /// The author has as many streams here as it may have.
    case tooManyStreams(StreamID)
    /// The run continues another chain than the one held: the branches part before it, and entries from further back
    /// are needed to prove it.
    case branchesApart(StreamID, before: UInt64)
    case chain(ChainFailure)
    case unreadable(CBORReader.Failure)
  }

  /// Result of one batch.
  public struct Outcome: Sendable, Hashable {
    public var stored: Int
    /// Entries that were held already, or were kept aside.
    public var known: Int
    /// Position of a fork of the stream that this batch proved or belongs to.
    public var fork: UInt64?

    public init(stored: Int, known: Int, fork: UInt64? = nil) {
      self.stored = stored
      self.known = known
      self.fork = fork
    }
  }

  /// Entries of branches that do not stand, kept for each stream: evidence, and work that an ancestor may ratify. A
  /// hostile author cannot fill the disk with more.
  public static let asideMax = 10_000

  /// Streams of one key without looking at the tree: five audiences in two hundred incarnations.
  public static let streamsPerKeyMax = 1_000
  /// And so many more for each office below its own, which it may address.
  static let streamsPerOfficeBelow = 8

  private var projector: Projector
  /// When the last run came.
  private(set) var arrival: UInt64 = 0

  public init(context: ReplicaContext) { projector = Projector(context: context) }

  public var context: ReplicaContext { projector.context }

  /// Verifies and stores a run of encoded entries of one stream. Entries held already are skipped. Where the run is
  /// another branch than the one held, the proof is kept, and the branch that stands becomes the one held.
  public mutating func admit(
    _ carried: CarriedRun, at wallMilliseconds: UInt64, in storage: any ReplicaStorage
  ) throws -> Outcome {
    arrival = wallMilliseconds
    let context = projector.context
    let stream = carried.stream
    guard let key = context.tree.publicKey(stream.author) else { throw Failure.unknownAuthor(stream.author) }
    guard try context.tree.mayRead(context.office, stream) || awaitsSeat(stream, in: storage) else {
      throw Failure.outOfScope(stream)
    }
    var run = try ArrivedRun(carried, suites: context.suites)
    let head = try storage.head(of: stream)
    let (known, differing) = try known(of: run.entries, below: head, of: stream, in: storage)
    run = run.dropFirst(known)
    if let differing {
      return try admitBranch(run, differingFrom: differing, by: key, at: wallMilliseconds, in: storage)
    }
    let entries = run.entries
    guard let first = entries.first else { return Outcome(stored: 0, known: known) }
    if head == nil, try hasTooMany(stream.author, in: storage) { throw Failure.tooManyStreams(stream) }
    let next = (head?.seq ?? 0) + 1
    if first.header.stream == stream, first.header.seq > next || first.header.previous != head?.hash ?? .zero {
      // A branch that lies aside goes on, or ours went back while these were on their way.
      if try isAside(previousOf: first, in: storage) { return try keepAside(run, of: stream, by: key, in: storage) }
      if head != nil { throw Failure.branchesApart(stream, before: min(first.header.seq, next)) }
    }
    let newHead = try verify(run, after: head, of: stream, by: key)
    let judgement = try projector.judgement(of: stream, in: storage)
    try storage.append(entries, head: newHead, receivedAt: wallMilliseconds)
    try projector.meet(entries, in: storage)
    try project(entries, at: wallMilliseconds, in: storage)
    // A receipt or a cut further on than was held is on this branch only now: that decides over earlier entries too.
    try projector.reconsider(stream, judgedBefore: judgement, in: storage)
    // In a file of an earlier release the furthest sightings are all that was kept.
    for sighting in try storage.sightings(of: stream) { try projector.compare(sighting, in: storage) }
    return Outcome(stored: entries.count, known: known)
  }

  /// As `admit`, for entries' encodings.
  public mutating func admit(
    _ encoded: [[UInt8]], of stream: StreamID, at wallMilliseconds: UInt64, in storage: any ReplicaStorage
  ) throws -> Outcome {
    try admit(.whole(stream, encoded), at: wallMilliseconds, in: storage)
  }

  /// Refolds what the entries touched; once, before the transaction ends.
  public mutating func finish(in storage: any ReplicaStorage) throws {
    try projector.finish(in: storage)
    while try takeBack(in: storage) { try projector.finish(in: storage) }
  }

  /// Incarnations and offices addressed are whatever their author says, and heads of all streams are told in sessions, at
  /// most `SessionLimits.headsMax`: one hostile key below would keep an honest office from its own superior.
  private func hasTooMany(_ author: KeyFingerprint, in storage: any ReplicaStorage) throws -> Bool {
    if projector.context.isOwn(author) { return false }
    let held = try storage.streamCount(of: author)
    guard held >= Self.streamsPerKeyMax else { return false }
    let tree = projector.context.tree
    guard let office = tree.office(of: author) else { return true }
    let below = tree.all.count { tree.isSuperior(office, of: $0.charter.office) }
    return held >= Self.streamsPerKeyMax + Self.streamsPerOfficeBelow * below
  }

  /// Whether the office that a superior's stream is for has no seat here only because its charter does not count yet,
  /// which one of our office or below it signed: a receipt that makes it count may stand in this very stream.
  private func awaitsSeat(_ stream: StreamID, in storage: any ReplicaStorage) throws -> Bool {
    let (tree, office) = (projector.context.tree, projector.context.office)
    guard let target = stream.audience.target, tree.seat(target) == nil,
      let author = tree.office(of: stream.author), tree.isSuperior(author, of: office)
    else { return false }
    return try storage.heads().contains { head in
      guard head.stream.audience == .subtree(target), let issuer = tree.office(of: head.stream.author) else {
        return false
      }
      return issuer == office || tree.isSuperior(office, of: issuer)
    }
  }

  private func verify(
    _ run: ArrivedRun, after head: StreamHead?, of stream: StreamID, by key: PublicKey
  ) throws -> StreamHead {
    do throws(ChainFailure) {
      return try run.verified(after: head, of: stream, by: key, suites: projector.context.suites)
    } catch {
      throw Failure.chain(error)
    }
  }

  private mutating func project(
    _ run: [Entry], at wallMilliseconds: UInt64, in storage: any ReplicaStorage
  ) throws {
    var clock = HybridClock(last: try Journal.lastStamp(in: storage))
    for entry in run {
      if projector.context.isOwn(entry.header.stream.author) {
        clock.resume(after: entry.header.stamp)
      } else {
        clock.witness(entry.header.stamp, wallMilliseconds: wallMilliseconds)
      }
      try projector.project(entry, in: storage)
    }
    try Journal.keep(clock, in: storage)
  }

  /// - Returns: how many of the run's first entries are held already, and the entry held where the run first differs.
  private func known(
    of run: [Entry], below head: StreamHead?, of stream: StreamID, in storage: any ReplicaStorage
  ) throws -> (count: Int, differing: Entry?) {
    guard let head else { return (0, nil) }
    var count = 0
    for entry in run {
      guard entry.header.seq <= head.seq, entry.header.stream == stream,
        let ours = try storage.entries(of: stream, from: entry.header.seq, bytesMax: 1).first
      else { break }
      guard ours.headerBytes == entry.headerBytes, ours.signature == entry.signature else { return (count, ours) }
      count += 1
    }
    return (count, nil)
  }

  // MARK: Branches

  /// A run that differs from what is held at its first entry.
  private mutating func admitBranch(
    _ run: ArrivedRun, differingFrom ours: Entry, by key: PublicKey, at wallMilliseconds: UInt64,
    in storage: any ReplicaStorage
  ) throws -> Outcome {
    let context = projector.context
    let stream = ours.header.stream
    let entries = run.entries
    guard let theirs = entries.first, let suite = context.suites[theirs.header.suite] else {
      throw Failure.chain(.unknownSuite(seq: ours.header.seq))
    }
    let seq = ours.header.seq
    if theirs.header.previous != ours.header.previous {
      if try isAside(previousOf: theirs, in: storage) { return try keepAside(run, of: stream, by: key, in: storage) }
      throw Failure.branchesApart(stream, before: seq)
    }
    var base: StreamHead?
    if seq > 1 { base = StreamHead(stream: stream, seq: seq - 1, hash: ours.header.previous) }
    let newHead = try verify(run, after: base, of: stream, by: key)
    guard theirs.isSigned(by: key, using: suite) else { throw Failure.chain(.badSignature(seq: seq)) }
    if let proof = ForkProof(ForkProof.Face(ours), ForkProof.Face(theirs)) {
      _ = try projector.note(proof, isPublished: false, in: storage)
    }
    guard try stands(entries, insteadOf: ours, in: storage) else {
      try putAside(entries, of: stream, in: storage)
      return Outcome(stored: 0, known: entries.count, fork: seq)
    }
    try storage.setAside(stream, from: seq, head: base)
    try storage.append(entries, head: newHead, receivedAt: wallMilliseconds)
    projector.mustRebuild = true
    return Outcome(stored: entries.count, known: 0, fork: seq)
  }

  /// Whether the run's branch is the one to hold. Of our own keys' branches it is: this machine can go on in a new
  /// incarnation, what others hold cannot be taken back.
  private func stands(_ run: [Entry], insteadOf ours: Entry, in storage: any ReplicaStorage) throws -> Bool {
    let context = projector.context
    let stream = ours.header.stream
    if context.recovers(stream.author) { return true }
    let theirs = Dictionary(run.map { ($0.header.seq, $0) }, uniquingKeysWith: { first, _ in first })
    return try context.judge(stream, in: storage) { seq in
      if seq < ours.header.seq { return try context.hash(of: stream, at: seq, in: storage) }
      return theirs[seq].flatMap { entry in context.suites[entry.header.suite].map { entry.hash(using: $0) } }
    }.branchStands
  }

  private func isAside(previousOf entry: Entry, in storage: any ReplicaStorage) throws -> Bool {
    try storage.entriesAside(of: entry.header.stream).contains { aside in
      aside.header.seq + 1 == entry.header.seq
        && projector.context.suites[aside.header.suite].map { aside.hash(using: $0) } == entry.header.previous
    }
  }

  private mutating func keepAside(
    _ run: ArrivedRun, of stream: StreamID, by key: PublicKey, in storage: any ReplicaStorage
  ) throws -> Outcome {
    guard let first = run.entries.first else { return Outcome(stored: 0, known: 0) }
    _ = try verify(
      run, after: StreamHead(stream: stream, seq: first.header.seq - 1, hash: first.header.previous), of: stream, by: key)
    try putAside(run.entries, of: stream, in: storage)
    return Outcome(stored: 0, known: run.entries.count, fork: projector.context.standing.firstFork(of: stream))
  }

  private mutating func putAside(_ run: [Entry], of stream: StreamID, in storage: any ReplicaStorage) throws {
    let room = Self.asideMax - (try storage.entriesAside(of: stream).count)
    if room > 0 { try storage.putAside(Array(run.prefix(room))) }
    // The branch may reach the head that was witnessed only now.
    projector.mustSettle = true
  }
}
