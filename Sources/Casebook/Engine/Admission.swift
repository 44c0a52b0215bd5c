public import Replication

/// Takes foreign entries in: scope, chain and signature are checked before anything is stored.
public struct Admission {
  public enum Failure: Error, Sendable, Hashable {
    /// The author's charter is not held (yet): nothing is stored, the next session tries again.
    case unknownAuthor(KeyFingerprint)
    /// This office may not hold the stream.
    case outOfScope(StreamID)
    case chain(ChainFailure)
    case unreadable(CBORReader.Failure)
  }

  /// Result of one batch.
  public struct Outcome: Sendable, Hashable {
    public var stored: Int
    /// Entries that were held already.
    public var known: Int
  }

  private var projector: Projector

  public init(context: ReplicaContext) { projector = Projector(context: context) }

  public var context: ReplicaContext { projector.context }

  /// Verifies and stores a run of encoded entries of one stream. Entries held already are skipped when they are the
  /// same, and are a fork when not.
  public mutating func admit(
    _ encoded: [[UInt8]], of stream: StreamID, at wallMilliseconds: UInt64, in storage: any ReplicaStorage
  ) throws -> Outcome {
    let context = projector.context
    guard let seat = context.tree.seat(of: stream.author) else { throw Failure.unknownAuthor(stream.author) }
    guard context.tree.mayRead(context.office, stream) else { throw Failure.outOfScope(stream) }
    var run: [Entry] = []
    for bytes in encoded {
      do throws(CBORReader.Failure) {
        run.append(try Entry(decoding: bytes))
      } catch {
        throw Failure.unreadable(error)
      }
    }
    let head = try storage.head(of: stream)
    let known = try skipKnown(&run, below: head, of: stream, in: storage)
    guard !run.isEmpty else { return Outcome(stored: 0, known: known) }
    let newHead: StreamHead
    do throws(ChainFailure) {
      newHead = try ChainCheck.verify(
        run, continuing: head, of: stream, by: seat.charter.signingKey, depth: .head, suites: context.suites)
    } catch {
      throw Failure.chain(error)
    }
    try storage.append(run, head: newHead, receivedAt: wallMilliseconds)
    var clock = HybridClock(last: try Journal.lastStamp(in: storage))
    for entry in run {
      clock.witness(entry.header.stamp, wallMilliseconds: wallMilliseconds)
      try projector.project(entry, in: storage)
    }
    try Journal.keep(clock, in: storage)
    return Outcome(stored: run.count, known: known)
  }

  /// Refolds what the entries touched; once, before the transaction ends.
  public mutating func finish(in storage: any ReplicaStorage) throws { try projector.finish(in: storage) }

  private func skipKnown(
    _ run: inout [Entry], below head: StreamHead?, of stream: StreamID, in storage: any ReplicaStorage
  ) throws -> Int {
    guard let head else { return 0 }
    var known = 0
    while let first = run.first, first.header.seq <= head.seq {
      let ours = try storage.entries(of: stream, from: first.header.seq, bytesMax: 1).first
      guard ours?.headerBytes == first.headerBytes else {
        throw Failure.chain(.fork(seq: first.header.seq))
      }
      run.removeFirst()
      known += 1
    }
    return known
  }
}
