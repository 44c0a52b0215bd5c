public import Replication

/// What a session with one peer begins with, and what is remembered of it at its end.
public struct SessionStart: Sendable {
  /// Of the streams that both may hold, in sending order.
  public let heads: [StreamHead]
  /// This replica's count of moves when they were read.
  public let moves: UInt64
  private let context: ReplicaContext
  private let peer: OfficeCode
  private let suite: any SignatureSuite
  private let agreement: Agreement?
  private let moved: Set<StreamID>
  private let lacked: LackedBranches
  private let isAsking: Bool
  private let settledForks: Set<StreamID>

  /// Reads it, in one snapshot.
  /// - Throws: `OfficeTree.Failure.unknownSuite` without Ed25519, whose hash digests of heads are made with.
  public init(_ context: ReplicaContext, with peer: OfficeCode, in storage: any ReplicaStorage) throws {
    guard let suite = context.suites[.ed25519] else { throw OfficeTree.Failure.unknownSuite }
    self.context = context
    self.peer = peer
    self.suite = suite
    heads = try context.sharedHeads(with: peer, in: storage)
    moves = try storage.moves()
    agreement = try Agreement.read(with: peer, in: storage)
    moved = Set(try agreement.map { try storage.heads(movedAfter: $0.moves) }?.map(\.stream) ?? [])
    lacked = try LackedBranches(context: context, sharedWith: peer, in: storage)
    isAsking = try lacked.isOwed(in: storage)
    settledForks = try context.settledForks(lacking: isAsking ? lacked.streams : [], in: storage)
  }

  /// This side of a session.
  /// - Parameters:
  ///   - clock: the node's wall, Unix milliseconds.
  ///   - software: this build, as peers see it.
  ///   - begun: what an earlier connection cut off.
  ///   - wholeHeadsMax: heads that are told without a digest tree; a smaller one for trials of it.
  public func session(
    clock: UInt64, software: String, begun: BegunEntry? = nil, wholeHeadsMax: Int = SessionLimits.wholeHeadsMax
  ) -> SyncSession {
    let hello = SyncFrame.Hello(
      version: SessionLimits.protocolVersion, office: context.office,
      // Not the heads' digest, so that the session goes on though both may hold the same.
      digest: isAsking ? context.key.digest : SyncFrame.digest(of: heads, using: suite), clock: clock,
      software: software, agreed: agreement?.digest)
    return SyncSession(
      hello: hello, peer: peer, heads: heads,
      moved: agreement == nil ? nil : heads.filter { moved.contains($0.stream) },
      settledForks: settledForks, lacked: isAsking ? lacked.streams : [], begun: begun, hashing: suite,
      wholeHeadsMax: wholeHeadsMax)
  }

  /// Whether a session that is complete with these heads leaves anything to remember; one that was idle does not.
  public var isNews: Bool { isAsking || agreement?.digest != SyncFrame.digest(of: heads, using: suite) }

  /// A session is complete: both hold these heads.
  public func note(in storage: any ReplicaStorage) throws {
    try Agreement.keep(heads, with: peer, using: suite, in: storage)
    try lacked.noteAsked(in: storage)
  }
}
