import Casework
public import Replication

/// Where coverage that was counted is kept, so that a board counts anew only what changed since the last one.
public protocol CoverageShelf: Sendable {
  func kept(_ office: OfficeCode) -> KeptCoverage?
  func keep(_ coverage: KeptCoverage, of office: OfficeCode)
  /// What was kept last.
  func keptMerges() -> KeptMerges?
  func keep(_ merges: KeptMerges)
}

/// An office's coverage as it was counted, with all it was counted from: as long as none of that has changed, counting
/// again gives the same.
public struct KeptCoverage: Sendable {
  /// What concerns every office alike.
  struct Ground: Sendable, Equatable {
    var today: CivilDate
    var office: OfficeCode
    var tree: OfficeTree
    /// Of packs, figures set and merges said, and of records that say no office.
    var changes: UInt64
    /// Which records are one unit (`MergedUnits.digest`): what a merge comes to changes with records of other offices.
    var merges: Digest
  }

  let ground: Ground
  /// Offices whose records were read, with their counts of changes then (`ReplicaStorage.changeCounts`).
  let read: [String: UInt64]
  /// Some record that was looked for is not held: whatever comes may be it. All counts together then.
  let total: UInt64?
  let rows: [(place: RegimePlace, rows: [CoverageRow])]

  /// How many rows it takes to keep.
  public var count: Int { rows.reduce(0) { $0 + $1.rows.count } }

  func isGood(on ground: Ground, _ counts: [String: UInt64]) -> Bool {
    self.ground == ground && read.allSatisfy { counts[$0.key] ?? 0 == $0.value }
      && (total.map { $0 == counts.values.reduce(0, +) } ?? true)
  }
}

/// Which records were one unit, so that the merges are gone through again only after something changed.
public struct KeptMerges: Sendable {
  let office: OfficeCode
  let tree: OfficeTree
  /// All counts of changes together; none ever falls, so that one sum is one state.
  let total: UInt64
  let digest: Digest
}

/// Position of a pack among those in force, and of a regime in it.
struct RegimePlace: Sendable, Hashable {
  var pack: Int
  var regime: Int
}
