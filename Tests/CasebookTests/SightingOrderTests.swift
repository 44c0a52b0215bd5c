import Casebook
import Replication
import Testing

/// Reports of what a superior showed, and the superior's own entries, in every order.
@Suite("Sightings meet the entries they are of")
struct SightingOrderTests {
  @Test("an earlier report is compared too, though a later one came and its entry never did")
  func earlier() throws {
    let scene = try TwoFaces()
    let district = scene.district
    for piece in [[scene.common], [scene.hidden[0]], [scene.hidden[1]]] {
      try district.take(piece)
      try district.witness()
    }
    let reports = district.pieces(of: district.context.stream(.up))
    #expect(reports.count >= 3)
    var states: Set<[String]> = []
    let face = [scene.common, scene.shown[0]]
    for order in [reports + [face], [face] + reports, [[face[0]]] + reports + [[face[1]]]] {
      let province = try scene.bareProvince()
      try province.takeAll(order)
      #expect(province.storage.forkProofs().map(\.proof.seq) == [scene.parting])
      #expect(try province.matchesRebuild())
      states.insert(try Judged.state(of: province))
    }
    #expect(states.count == 1)
  }

  @Test("own entries are compared with what was reported before they were written: a restored office learns of its other face")
  func ownEntries() throws {
    let scene = try TwoFaces()
    let district = scene.district
    try district.take([scene.common])
    try district.take([scene.shown[0]])
    try district.witness()
    // The other machine lacks what the district reports of, and writes on.
    let machine = try scene.city.restored()
    machine.context.standing = Standing()
    for head in machine.context.tree.inSendingOrder(scene.other.storage.heads()) {
      try machine.takeAll(scene.other.pieces(of: head.stream).filter { $0[0].header.seq < scene.parting || head.stream != scene.stream })
    }
    try machine.takeAll(district.pieces(of: district.context.stream(.up)))
    #expect(machine.storage.forkProofs().isEmpty)
    try machine.name(machine.newID(), "恢复后", for: .down)
    #expect(machine.storage.forkProofs().map(\.proof.seq) == [scene.parting])
  }

  @Test("of two reports the further one tells how far the office holds the stream, whichever comes last")
  func furthest() throws {
    let scene = try TwoFaces()
    let (storage, key) = (MemoryStorage(), scene.district.context.key)
    for entry in [scene.hidden[1], scene.hidden[0], scene.shown[1]] {
      storage.put(Sighting(entry), by: key)
      #expect(storage.sightingSeq(of: scene.stream, by: key) == scene.hidden[1].header.seq)
    }
    let other = MemoryStorage()
    for entry in [scene.shown[1], scene.hidden[1]] { other.put(Sighting(entry), by: key) }
    #expect(storage.sightings(of: scene.stream) == other.sightings(of: scene.stream))
  }
}

extension TwoFaces {
  /// The province before it took anything of the stream in question.
  fileprivate func bareProvince() throws -> Replica {
    let bare = try province.restored()
    bare.context.standing = Standing()
    for head in province.context.tree.inSendingOrder(province.storage.heads()) {
      try bare.takeAll(province.pieces(of: head.stream).filter { $0[0].header.stream != stream || $0[0].header.seq < common.header.seq })
    }
    return bare
  }
}
