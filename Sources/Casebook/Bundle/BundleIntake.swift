public import Replication

/// Takes the items of a bundle in. What continues a stream is verified and stored; what comes before its time is parked
/// and taken in when the gap closes; what does not verify is refused and stops nothing else.
public struct BundleIntake {
  /// Bytes of all runs that wait. As much as the largest part, so that any two parts may come in the wrong order, and a
  /// stranger's stick cannot fill the disk: runs of unknown authors cannot be verified yet.
  public static let parkedBytesMax = BundleLimits.partBytesMax

  public enum Outcome: Sendable, Hashable {
    case stored(Int, known: Int)
    /// Parked: so many entries.
    case waiting(Int)
    /// Neither stored nor parked: too much waits already. The file must be applied again after the ones before it.
    case full(Int)
    case refused(Admission.Failure)
  }

  private var admission: Admission
  /// Entries stored from runs that had been waiting.
  public private(set) var released = 0
  /// Positions of forks that runs proved or belong to.
  public private(set) var forks: [StreamID: UInt64] = [:]

  private let parkedBytesMax: Int

  public init(context: ReplicaContext, parkedBytesMax: Int = Self.parkedBytesMax) {
    admission = Admission(context: context)
    self.parkedBytesMax = parkedBytesMax
  }

  public var context: ReplicaContext { admission.context }

  /// - Throws: what the storage throws.
  public mutating func take(
    _ item: BundleItem, at wallMilliseconds: UInt64, in storage: any ReplicaStorage
  ) throws -> Outcome {
    let run: [Entry]
    do {
      run = try Self.run(item)
    } catch let failure as Admission.Failure {
      return .refused(failure)
    }
    guard let first = run.first?.header, let last = run.last?.header else { return .stored(0, known: 0) }
    if let key = context.tree.publicKey(item.stream.author) {
      do {
        let outcome = try admit(item.entries, of: item.stream, at: wallMilliseconds, in: storage)
        try release(of: item.stream, at: wallMilliseconds, in: storage)
        return .stored(outcome.stored, known: outcome.known)
      } catch let failure as Admission.Failure {
        guard try first.seq > (storage.head(of: item.stream)?.seq ?? 0) + 1, Self.isEarly(failure) else {
          return .refused(failure)
        }
      }
      do throws(ChainFailure) {
        let before = StreamHead(stream: item.stream, seq: first.seq - 1, hash: first.previous)
        _ = try ChainCheck.verify(
          run, continuing: before, of: item.stream, by: key, depth: .head, suites: context.suites)
      } catch {
        return .refused(.chain(error))
      }
    }
    let parked = ParkedRun(
      stream: item.stream, first: first.seq, last: last.seq, bytes: item.entries.reduce(0) { $0 + $1.count })
    let waiting = try storage.parkedRuns(of: nil)
    if waiting.contains(parked) { return .waiting(run.count) }
    guard waiting.reduce(parked.bytes, { $0 + $1.bytes }) <= parkedBytesMax else { return .full(run.count) }
    try storage.park(parked, entries: item.entries, receivedAt: wallMilliseconds)
    return .waiting(run.count)
  }

  /// Whether the run may be right, but comes before what it continues.
  private static func isEarly(_ failure: Admission.Failure) -> Bool {
    switch failure {
    case .branchesApart, .chain(.gap): true
    default: false
    }
  }

  private mutating func admit(
    _ entries: [[UInt8]], of stream: StreamID, at wallMilliseconds: UInt64, in storage: any ReplicaStorage
  ) throws -> Admission.Outcome {
    let outcome = try admission.admit(entries, of: stream, at: wallMilliseconds, in: storage)
    if let seq = outcome.fork { forks[stream] = seq }
    return outcome
  }

  /// Takes in every parked run whose gap has closed or whose author has a charter now.
  public mutating func releaseAll(at wallMilliseconds: UInt64, in storage: any ReplicaStorage) throws {
    var before = -1
    while released != before {
      before = released
      let streams = Set(try storage.parkedRuns(of: nil).map(\.stream))
      let ready = streams.compactMap { stream in context.tree.seat(of: stream.author).map { ($0.depth, stream) } }
      for (_, stream) in ready.sorted(by: { $0.0 != $1.0 ? $0.0 < $1.0 : $0.1 < $1.1 }) {
        try release(of: stream, at: wallMilliseconds, in: storage)
      }
    }
  }

  /// The same for one stream, after entries of it arrived by whatever way.
  public mutating func release(
    of stream: StreamID, at wallMilliseconds: UInt64, in storage: any ReplicaStorage
  ) throws {
    for run in try storage.parkedRuns(of: stream) {
      let reached = try storage.head(of: stream)?.seq ?? 0
      if run.first > reached + 1 { continue }
      if run.last > reached {
        do {
          let entries = try storage.parkedEntries(run)
          released += try admit(entries, of: stream, at: wallMilliseconds, in: storage).stored
        } catch is Admission.Failure {
          // What was parked unverified proves false, or is not for this office: it never counted for anything.
        }
      }
      try storage.unpark(run)
    }
  }

  /// Refolds what the entries touched; once, before the transaction ends.
  public mutating func finish(in storage: any ReplicaStorage) throws { try admission.finish(in: storage) }

  /// The item's entries, which must be of its stream and without gaps.
  private static func run(_ item: BundleItem) throws -> [Entry] {
    var run: [Entry] = []
    for bytes in item.entries {
      let entry: Entry
      do throws(CBORReader.Failure) {
        entry = try Entry(decoding: bytes)
      } catch {
        throw Admission.Failure.unreadable(error)
      }
      let seq = entry.header.seq
      guard entry.header.stream == item.stream else { throw Admission.Failure.chain(.wrongStream(seq: seq)) }
      if let last = run.last, seq != last.header.seq + 1 {
        throw Admission.Failure.chain(.gap(expected: last.header.seq + 1, found: seq))
      }
      run.append(entry)
    }
    return run
  }
}
