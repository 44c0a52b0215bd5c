/// The record types a replica knows: its tables, and what it can project. Passed in, so that tools can work on types of
/// their own with the same engine and store.
public struct RecordSchema: Sendable, Hashable {
  /// By ascending number.
  public let types: [RecordType]
  private let positions: [UInt64: Int]

  /// What every office runs.
  public static let standard = RecordSchema(RecordType.all)

  /// - Parameter types: in any order; of two with one number the first stands.
  public init(_ types: [RecordType]) {
    var positions: [UInt64: Int] = [:]
    var kept: [RecordType] = []
    for type in types.sorted(by: { $0.number < $1.number }) where positions[type.number] == nil {
      positions[type.number] = kept.count
      kept.append(type)
    }
    self.types = kept
    self.positions = positions
  }

  public func type(_ number: UInt64) -> RecordType? { positions[number].map { types[$0] } }
}
