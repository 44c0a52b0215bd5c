import Replication
import SignatureSuites
import TestKit

extension VectorReading {
  /// The trees of two sides that meet: what both tell of each level, and where each finds that they differ.
  func frontierTree() throws -> JSONValue {
    guard let other = vector.given?["other"]?.text.flatMap({ Hexadecimal.bytes($0) }) else {
      throw MalformedVector(what: vector.name)
    }
    var trees = try [bytes, other].map { bytes in
      guard case .frontier(let heads, _) = try SyncFrame(decoding: bytes) else { throw MalformedVector(what: "frontier") }
      return FrontierTree(heads, using: Ed25519Suite())
    }
    var levels: [JSONValue] = []
    while !trees[0].nodes.isEmpty {
      let told = trees.map(\.nodes)
      levels.append(.list(told.map { Shown.hex(SyncFrame.tree($0).encoded) }))
      for side in 0...1 where !trees[side].meet(told[1 - side]) { throw MalformedVector(what: "nodes") }
    }
    return .object([
      "levels": .list(levels),
      "differing": .list(trees.map { .list($0.differing.map { Shown.stream($0.stream) }) }),
    ])
  }
}
