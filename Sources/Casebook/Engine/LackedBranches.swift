public import Replication

/// Branches that a fork proof names and that are held nowhere here. Their author may have lost them with a disk while some
/// other office keeps them aside: heads are equal then, and nobody would ask. So whoever knows the proof does.
public struct LackedBranches: Sendable, Hashable {
  /// Streams asked for in one session: far below `SessionLimits.wantsMax`, whatever a hostile author forks.
  public static let streamsMax = 16
  /// Sessions in which a peer is asked though there is nothing else to exchange: it may have to ask another first. After
  /// that it is asked whenever there is something.
  public static let asksMax: UInt8 = 4
  private static let prefix = "lacked."

  /// Streams with the first position at which a branch is missing; our own before others'.
  public let streams: [StreamID: UInt64]
  /// Over the missing branches' first entries.
  private let digest: Digest?

  public init(context: ReplicaContext, in storage: any ReplicaStorage) throws {
    var missing: [(isOwn: Bool, stream: StreamID, seq: UInt64, hash: Digest)] = []
    for proof in try storage.forkProofs().map(\.proof) {
      let stream = proof.stream
      // Who holds nothing there yet gets what there is without asking.
      guard let held = try context.hash(of: stream, at: proof.seq, in: storage) else { continue }
      let aside = try storage.entriesAside(of: stream).filter { $0.header.seq == proof.seq }
      for face in [proof.lesser, proof.greater] {
        guard let suite = context.suites[face.header.suite] else { continue }
        let hash = face.hash(using: suite)
        if hash == held || aside.contains(where: { $0.hash(using: suite) == hash }) { continue }
        missing.append((context.isOwn(stream.author), stream, proof.seq, hash))
      }
    }
    missing.sort { left, right in
      if left.isOwn != right.isOwn { return left.isOwn }
      if left.stream != right.stream { return left.stream < right.stream }
      return left.seq != right.seq ? left.seq < right.seq : left.hash < right.hash
    }
    var streams: [StreamID: UInt64] = [:]
    for branch in missing where streams[branch.stream] == nil && streams.count < Self.streamsMax {
      streams[branch.stream] = branch.seq
    }
    self.streams = streams
    digest = missing.isEmpty ? nil : context.suites[.ed25519]?.hash(missing.flatMap(\.hash.bytes))
  }

  /// Whether a peer is to be asked though both may hold the same.
  public func isOwed(to peer: OfficeCode, in storage: any ReplicaStorage) throws -> Bool {
    guard let digest else { return false }
    let known = try storage.value(Self.prefix + peer.text)
    return known?.dropLast() != digest.bytes[...] || known?.last ?? 0 < Self.asksMax
  }

  /// A session with the peer is complete; what is still missing it did not have.
  public func noteAsked(_ peer: OfficeCode, in storage: any ReplicaStorage) throws {
    guard let digest, try isOwed(to: peer, in: storage) else { return }
    let known = try storage.value(Self.prefix + peer.text)
    let count = known?.dropLast() == digest.bytes[...] ? known?.last ?? 0 : 0
    try storage.setValue(Self.prefix + peer.text, digest.bytes + [count + 1])
  }
}
