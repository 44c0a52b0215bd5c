public import Replication

/// How a plan's entries are spread over items and parts. Sizes are estimated upwards, so that no part exceeds its size.
public struct BundleLayout: Sendable, Hashable {
  /// One item: entries of a stream from `first` on.
  public struct Slice: Sendable, Hashable {
    public var stream: StreamID
    public var first: UInt64
    public var count: Int

    /// The slice's entries: the same whenever they are read, for a log only grows.
    public func item(in storage: any ReplicaStorage) throws -> BundleItem {
      let entries = try storage.entries(of: stream, from: first, bytesMax: sliceBytes).prefix(count)
      return BundleItem(stream: stream, entries: entries.map(\.encoded))
    }
  }

  /// Bytes a part's file may have.
  public let partBytes: Int
  public private(set) var parts: [[Slice]] = []
  private var room = 0

  /// - Parameter partBytes: `BundleLimits.partBytesMin...BundleLimits.partBytesMax`.
  public init(partBytes: Int) { self.partBytes = partBytes }

  /// Entry bytes to ask the storage for, for one item.
  private static let sliceBytes = SessionLimits.entryBytesPerFrame

  public var entryCount: Int { parts.joined().reduce(0) { $0 + $1.count } }

  /// Cuts a range into items.
  public mutating func add(_ range: BundlePlan.Range, in storage: any ReplicaStorage) throws {
    var next = range.first
    while next <= range.last {
      let found = try storage.entries(of: range.stream, from: next, bytesMax: Self.sliceBytes)
        .prefix(Int(range.last - next + 1))
      // A bundle holds entries whole: their encodings are longer than what the storage counts.
      var count = 0
      var bytes = 0
      for entry in found {
        let size = entry.encoded.count
        if count > 0, bytes + size > Self.sliceBytes { break }
        count += 1
        bytes += size
      }
      if count == 0 { break }
      add(Slice(stream: range.stream, first: next, count: count), entryBytes: bytes)
      next += UInt64(count)
    }
  }

  private mutating func add(_ slice: Slice, entryBytes: Int) {
    let size = BundleItem.size(entryBytes: entryBytes, count: slice.count)
    if parts.isEmpty || size > room {
      parts.append([])
      room = partBytes - BundleLimits.frameBytes
    }
    parts[parts.count - 1].append(slice)
    room -= size
  }
}
