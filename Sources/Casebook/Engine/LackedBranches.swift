public import Replication

/// Branches that a fork proof names and that are held nowhere here. Their author may have lost them with a disk while some
/// other office keeps them aside: heads are equal then, and nobody would ask. So whoever knows the proof does, of each
/// peer that may hold the stream.
public struct LackedBranches: Sendable, Hashable {
  /// Streams asked for in one session: far below `SessionLimits.wantsMax`, whatever hostile authors fork.
  public static let streamsMax = 16
  /// Of these, streams of one key that is not this office's own: who forks many keeps nobody else's from being asked for.
  public static let streamsPerKeyMax = 4
  /// Complete sessions in which a peer is asked: it may have to ask another first. What it has not by then nobody there
  /// has, and what lies aside is not to be carried with each session for ever.
  public static let asksMax: UInt8 = 4
  private static let prefix = "lacked."

  /// Streams of which a branch is missing.
  public let streams: Set<StreamID>
  /// Over the missing branches' first entries.
  private let digest: Digest?
  private let peer: OfficeCode

  /// - Complexity: O(fork proofs, and entries aside of their streams).
  public init(context: ReplicaContext, sharedWith peer: OfficeCode, in storage: any ReplicaStorage) throws {
    self.peer = peer
    var missing: [(isOwn: Bool, stream: StreamID, seq: UInt64, hash: Digest)] = []
    for (stream, proofs) in Dictionary(grouping: try storage.forkProofs().map(\.proof), by: \.stream) {
      guard context.tree.mayExchange(context.office, with: peer, stream) else { continue }
      let aside = Set(
        try storage.entriesAside(of: stream).compactMap { entry in
          context.suites[entry.header.suite].map { entry.hash(using: $0) }
        })
      for proof in proofs {
        // Who holds nothing there yet gets what there is without asking.
        guard let held = try context.hash(of: stream, at: proof.seq, in: storage) else { continue }
        for face in [proof.lesser, proof.greater] {
          guard let suite = context.suites[face.header.suite] else { continue }
          let hash = face.hash(using: suite)
          if hash != held, !aside.contains(hash) {
            missing.append((context.isOwn(stream.author), stream, proof.seq, hash))
          }
        }
      }
    }
    missing.sort { left, right in
      if left.isOwn != right.isOwn { return left.isOwn }
      if left.stream != right.stream { return left.stream < right.stream }
      return left.seq != right.seq ? left.seq < right.seq : left.hash < right.hash
    }
    var streams: Set<StreamID> = []
    var perKey: [KeyFingerprint: Int] = [:]
    for branch in missing where !streams.contains(branch.stream) && streams.count < Self.streamsMax {
      guard branch.isOwn || perKey[branch.stream.author, default: 0] < Self.streamsPerKeyMax else { continue }
      streams.insert(branch.stream)
      perKey[branch.stream.author, default: 0] += 1
    }
    self.streams = streams
    digest = missing.isEmpty ? nil : context.suites[.ed25519]?.hash(missing.flatMap(\.hash.bytes))
  }

  /// Whether the peer is to be asked, though both may hold the same.
  public func isOwed(in storage: any ReplicaStorage) throws -> Bool {
    guard let digest else { return false }
    let known = try storage.value(Self.prefix + peer.text)
    return known?.dropLast() != digest.bytes[...] || known?.last ?? 0 < Self.asksMax
  }

  /// A session with the peer is complete; what is still missing it did not have.
  public func noteAsked(in storage: any ReplicaStorage) throws {
    guard let digest, try isOwed(in: storage) else { return }
    let known = try storage.value(Self.prefix + peer.text)
    let count = known?.dropLast() == digest.bytes[...] ? known?.last ?? 0 : 0
    try storage.setValue(Self.prefix + peer.text, digest.bytes + [count + 1])
  }
}
