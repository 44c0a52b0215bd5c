/// The record types a replica knows, a registry: its tables, and what it can project. Passed in, so that tools and tests
/// can work on types of their own, or of a later release, with the same engine and store.
public struct RecordSchema: Sendable, Hashable {
  /// By ascending number.
  public let types: [RecordType]
  /// Raised with every addition to the registry; carried in every entry's header and kept in the database.
  public let version: UInt64
  private let positions: [UInt64: Int]

  /// What every office of this release runs.
  public static let standard = RecordSchema(types: RecordType.all)

  /// - Parameter types: in any order; of two with one number the first stands.
  public init(types: [RecordType], version: UInt64 = RecordType.schemaVersion) {
    var positions: [UInt64: Int] = [:]
    var kept: [RecordType] = []
    for type in types.sorted(by: { $0.number < $1.number }) where positions[type.number] == nil {
      positions[type.number] = kept.count
      kept.append(type)
    }
    self.types = kept
    self.positions = positions
    self.version = version
  }

  public func type(_ number: UInt64) -> RecordType? { positions[number].map { types[$0] } }
}
