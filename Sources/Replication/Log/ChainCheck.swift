/// Why entries were not taken into a stream. Each has a vector and a message of its own.
public enum ChainFailure: Sendable, Hashable, Error {
  case empty
  case wrongStream(seq: UInt64)
  /// The run does not continue where the stream ends.
  case gap(expected: UInt64, found: UInt64)
  /// Another entry already stands at this position, or the run builds on one that does not: a fork.
  case fork(seq: UInt64)
  case payloadAltered(seq: UInt64)
  case badSignature(seq: UInt64)
  case unknownSuite(seq: UInt64)

  /// Short names for vectors and logs.
  public enum Code: String, Sendable, Hashable, CaseIterable {
    case empty
    case wrongStream = "wrong-stream"
    case gap
    case fork
    case payloadAltered = "payload-altered"
    case badSignature = "bad-signature"
    case unknownSuite = "unknown-suite"
  }

  public var kind: Code {
    switch self {
    case .empty: .empty
    case .wrongStream: .wrongStream
    case .gap: .gap
    case .fork: .fork
    case .payloadAltered: .payloadAltered
    case .badSignature: .badSignature
    case .unknownSuite: .unknownSuite
    }
  }

  public var code: String { kind.rawValue }

  public var seq: UInt64? {
    switch self {
    case .empty: nil
    case .gap(_, let found): found
    case .wrongStream(let seq), .fork(let seq), .payloadAltered(let seq), .badSignature(let seq),
      .unknownSuite(let seq):
      seq
    }
  }
}

/// Checks a contiguous run of entries against the head of its stream.
public enum ChainCheck {
  public enum Depth: Sendable, Hashable {
    /// One signature on the last entry authenticates the run, because each entry's hash covers the ones before:
    /// verify heads, not links.
    case head
    /// Every signature: `docket verify`.
    case everyLink
  }

  /// - Parameters:
  ///   - run: entries in order, without gaps.
  ///   - stream: the stream they are to continue.
  ///   - head: its last entry here, `nil` when nothing of it is held.
  ///   - key: the author's key.
  /// - Returns: the new head.
  /// - Complexity: O(bytes), and one signature or one for each entry.
  public static func verify(
    _ run: [Entry], continuing head: StreamHead?, of stream: StreamID, by key: PublicKey, depth: Depth,
    suites: SuiteSet
  ) throws(ChainFailure) -> StreamHead {
    guard let last = run.last else { throw .empty }
    var seq = head?.seq ?? 0
    var previous = head?.hash ?? .zero
    for entry in run {
      let header = entry.header
      guard header.stream == stream else { throw .wrongStream(seq: header.seq) }
      guard header.seq == seq + 1 else { throw .gap(expected: seq + 1, found: header.seq) }
      guard header.previous == previous else { throw .fork(seq: header.seq) }
      guard let suite = suites[header.suite] else { throw .unknownSuite(seq: header.seq) }
      guard entry.isPayloadIntact(using: suite) else { throw .payloadAltered(seq: header.seq) }
      if depth == .everyLink || entry.header.seq == last.header.seq {
        guard entry.isSigned(by: key, using: suite) else { throw .badSignature(seq: header.seq) }
      }
      seq = header.seq
      previous = entry.hash(using: suite)
    }
    return StreamHead(stream: stream, seq: seq, hash: previous)
  }

  /// Checks a run put together from what frames carry: its links and payloads are right, so one signature is all that is
  /// left.
  /// - Throws: `badSignature` at the first entry that is not the author's, whether it or something before was altered.
  /// - Complexity: one signature; where it fails, one for each entry up to the wrong one.
  public static func verify(
    _ run: RebuiltRun, continuing head: StreamHead?, of stream: StreamID, by key: PublicKey, suites: SuiteSet
  ) throws(ChainFailure) -> StreamHead {
    guard let first = run.entries.first, let last = run.entries.last, let hash = run.hashes.last else { throw .empty }
    guard first.header.stream == stream else { throw .wrongStream(seq: first.header.seq) }
    let next = (head?.seq ?? 0) + 1
    guard first.header.seq == next else { throw .gap(expected: next, found: first.header.seq) }
    guard first.header.previous == head?.hash ?? .zero else { throw .fork(seq: first.header.seq) }
    func isSigned(_ entry: Entry) -> Bool {
      suites[entry.header.suite].map { entry.isSigned(by: key, using: $0) } ?? false
    }
    guard isSigned(last) else {
      throw .badSignature(seq: run.entries.first { !isSigned($0) }?.header.seq ?? last.header.seq)
    }
    return StreamHead(stream: stream, seq: last.header.seq, hash: hash)
  }
}
