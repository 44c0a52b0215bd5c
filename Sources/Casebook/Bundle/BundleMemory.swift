public import Replication

/// What this office knows of its exchange by bundles with another one. Kept as a small value: a bundle that gets lost
/// on the way must come again, so only what the other side has shown counts.
public struct BundleMemory: Sendable, Hashable {
  /// A bundle from there of which parts are still missing.
  public struct Arriving: Sendable, Hashable {
    public var id: [UInt8]
    public var parts: Int
    /// Ascending.
    public var seen: [Int]
  }

  /// Bundles with missing parts that are remembered; older ones are forgotten, which loses no entry.
  static let arrivingMax = 8
  private static let keyPrefix = "bundle."

  /// Positions the other office has shown that it holds.
  public var held: [StreamID: UInt64] = [:]
  /// Positions up to which the last bundle made for it went.
  public var made: [StreamID: UInt64] = [:]
  /// Heads of its own side's streams that the last bundle showed it: this office's word that it holds them.
  public var shown: [StreamID: UInt64] = [:]
  /// Newest last.
  public private(set) var arriving: [Arriving] = []

  public init() {}

  /// Takes note of a part that was whole.
  /// - Returns: the parts still missing, ascending.
  public mutating func arrived(_ head: BundleHead) -> [Int] {
    var bundle = arriving.first { $0.id == head.id } ?? Arriving(id: head.id, parts: head.parts, seen: [])
    arriving.removeAll { $0.id == head.id }
    bundle.seen = Set(bundle.seen + [head.part]).sorted()
    let missing = (1...bundle.parts).filter { !bundle.seen.contains($0) }
    if !missing.isEmpty { arriving.append(bundle) }
    if arriving.count > Self.arrivingMax { arriving.removeFirst() }
    return missing
  }

  public static func read(of office: OfficeCode, in storage: any ReplicaStorage) throws -> BundleMemory {
    guard let bytes = try storage.value(keyPrefix + office.text) else { return BundleMemory() }
    // Damaged, it is as good as forgotten: more is sent than need be.
    return (try? BundleMemory(decoding: bytes)) ?? BundleMemory()
  }

  public func keep(for office: OfficeCode, in storage: any ReplicaStorage) throws {
    try storage.setValue(Self.keyPrefix + office.text, encoded)
  }

  /// `[held, made, shown, [[id, parts, [seen…]]…]]`, each of the first three `[[stream, seq]…]`.
  private var encoded: [UInt8] {
    var writer = CBORWriter()
    writer.arrayHead(4)
    for table in [held, made, shown] {
      writer.arrayHead(table.count)
      for (stream, seq) in table.sorted(by: { $0.key < $1.key }) {
        writer.arrayHead(2)
        stream.write(to: &writer)
        writer.unsigned(seq)
      }
    }
    writer.arrayHead(arriving.count)
    for bundle in arriving {
      writer.arrayHead(3)
      writer.byteString(bundle.id)
      writer.unsigned(UInt64(bundle.parts))
      writer.arrayHead(bundle.seen.count)
      for part in bundle.seen { writer.unsigned(UInt64(part)) }
    }
    return writer.bytes
  }

  private init(decoding bytes: [UInt8]) throws(CBORReader.Failure) {
    var reader = CBORReader(bytes)
    try reader.array(of: 4)
    var tables: [[StreamID: UInt64]] = []
    for _ in 0..<3 {
      var table: [StreamID: UInt64] = [:]
      for _ in 0..<(try reader.arrayHead(atMost: SessionLimits.headsMax)) {
        try reader.array(of: 2)
        table[try StreamID(from: &reader)] = try reader.unsigned()
      }
      tables.append(table)
    }
    (held, made, shown) = (tables[0], tables[1], tables[2])
    for _ in 0..<(try reader.arrayHead(atMost: Self.arrivingMax)) {
      try reader.array(of: 3)
      let id = try reader.byteString(atMost: BundleLimits.idBytes)
      let parts = try reader.count(atMost: BundleLimits.partsMax)
      var seen: [Int] = []
      for _ in 0..<(try reader.arrayHead(atMost: BundleLimits.partsMax)) {
        seen.append(try reader.count(atMost: BundleLimits.partsMax))
      }
      arriving.append(Arriving(id: id, parts: parts, seen: seen))
    }
    try reader.finish()
  }
}
