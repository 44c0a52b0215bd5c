import Casebook
import Replication
import SignatureSuites
import Testing

/// A root that shows two districts two faces, and passes everything between them itself: only what goes from hand to hand
/// meets.
@Suite("Two offices beside each other compare what the root showed them")
struct SiblingBundleTests {
  /// The districts know nothing of each other, as in life.
  private struct Scene {
    let root: Replica
    let east: Replica
    let west: Replica
    let faces: [Entry]

    init() throws {
      let root = try Replica.root("1305")
      let evil = try root.copy()
      let east = try root.subordinate("130526", salt: 1)
      let west = try evil.subordinate("130527", salt: 2)
      evil.now = root.now + 5_000
      faces = [
        try root.name(root.newID(), "甲面", for: .down), try evil.name(evil.newID(), "乙面", for: .down),
      ]
      try root.name(root.newID(), "甲面之后", for: .down)
      for (office, machine) in [(east, root), (west, evil)] {
        for _ in 0..<2 { try office.exchange(with: machine) }
      }
      (self.root, self.east, self.west) = (root, east, west)
      #expect(west.context.tree.seat(east.context.office) == nil && east.context.tree.seat(west.context.office) == nil)
    }
  }

  @Test("a whole bundle carries the root's log alone; the faces meet, each side proves it, and the root is told")
  func handToHand() throws {
    let scene = try Scene()
    let (east, west) = (scene.east, scene.west)
    let stream = scene.faces[0].header.stream
    let plan = try BundlePlan(for: west.context.office, since: .whole, context: east.context, in: east.storage)
    #expect(plan.ranges.map(\.stream) == [stream])
    #expect(plan.ranges.first?.first == 1 && plan.ranges.first?.last == east.storage.head(of: stream)?.seq)
    let (there, back) = (
      try east.bundle(for: west.context.office, since: .whole), try west.bundle(for: east.context.office, since: .whole)
    )
    for part in there { #expect(try west.apply(part).refused.isEmpty) }
    #expect(west.storage.forkProofs().map(\.proof.seq) == [scene.faces[0].header.seq])
    for part in back { #expect(try east.apply(part).refused.isEmpty) }
    #expect(east.storage.forkProofs().map(\.proof) == west.storage.forkProofs().map(\.proof))
    // Nobody stands above the root: of its faces the least stands, and both districts hold that one now.
    #expect(east.storage.head(of: stream).map { $0.seq } != nil)
    let held = [east, west].map { $0.storage.entries(of: stream, from: scene.faces[0].header.seq, bytesMax: 1).first }
    #expect(held[0] == held[1])
    // The proof stands in what goes up.
    for office in [east, west] {
      let up = try office.storage.entries(of: office.context.stream(.up), from: 1, bytesMax: .max).flatMap { try $0.changes() }
      #expect(up.contains { if case .forkProof(let proof) = $0 { proof.seq == scene.faces[0].header.seq } else { false } })
    }
    try scene.root.takeAll(east.pieces(of: east.context.stream(.up)))
    #expect(scene.root.storage.forkProofs().count == 1)
  }

  @Test("the root, which knows every office, and an office whose key is revoked make none for a stranger")
  func none() throws {
    let scene = try Scene()
    let stranger = try #require(OfficeCode("130599"))
    #expect(try scene.root.bundle(for: stranger, since: .whole).isEmpty)
    let east = scene.east
    #expect(try !east.bundle(for: stranger, since: .whole).isEmpty)
    try scene.root.write(
      [
        .revocation(
          Revocation(
            office: east.context.office, key: east.context.key, reason: .retired, position: scene.root.storage.entryCount(),
            cuts: [], text: ""))
      ], for: .subtree(east.context.office))
    try east.takeAll(scene.root.pieces(of: scene.root.context.stream(.subtree(east.context.office))))
    #expect(try east.bundle(for: stranger, since: .whole).isEmpty)
  }
}
