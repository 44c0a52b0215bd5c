/// Entries of one stream as a frame or a bundle carries them.
public enum CarriedRun: Sendable, Hashable {
  /// Entries' encodings: bundles, and frames of protocol version 1.
  case whole(StreamID, [[UInt8]])
  /// Frames of protocol version 2.
  case spare(EntryRun)

  public var stream: StreamID {
    switch self {
    case .whole(let stream, _): stream
    case .spare(let run): run.stream
    }
  }

  public var count: Int {
    switch self {
    case .whole(_, let entries): entries.count
    case .spare(let run): run.items.count
    }
  }

  /// What the run takes of the credit.
  public var bytes: Int {
    switch self {
    case .whole(_, let entries): entries.reduce(0) { $0 + $1.count }
    case .spare(let run): run.bytes
    }
  }
}
