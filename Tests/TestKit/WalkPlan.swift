import Casework

/// A few walks of a workflow that together meet every refusal its guards can give.
public struct WalkPlan {
  /// Walks tried before giving up; a guard not met by then is reported by the test.
  public static let triesMax: UInt64 = 400

  public let walks: [WorkflowWalker.Walk]
  public let guardKeys: Set<String>

  init(walks: [WorkflowWalker.Walk], guardKeys: Set<String>) {
    self.walks = walks
    self.guardKeys = guardKeys
  }

  public init(_ walker: WorkflowWalker) {
    var walks: [WorkflowWalker.Walk] = []
    var keys: Set<String> = []
    for seed in 1...Self.triesMax {
      let walk = walker.walk(seed: seed, probing: true)
      guard walk.folded.isFinal else { continue }
      let gain = walk.guardKeys.subtracting(keys)
      guard walks.isEmpty || !gain.isEmpty else { continue }
      walks.append(walk)
      keys.formUnion(gain)
      if walker.guardKeys.subtracting(keys).allSatisfy(walker.mayBeImplied) { break }
    }
    self.walks = walks
    guardKeys = keys
  }
}
