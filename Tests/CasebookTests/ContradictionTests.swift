import Casebook
import Casework
import Replication
import SignatureSuites
import Testing

/// A receipt proves that its issuer holds another entry than the one held here.
@Suite("A superior's receipt names another entry")
struct ContradictionTests {
  // MARK: Noticed

  @Test("receipt first, entry first, or with what it covers between: the same is noticed, and so in a rebuild",
    arguments: [Audience.down, nil])
  func everyOrder(audience: Audience?) throws {
    let scene = try TwoFaces(in: audience)
    let (common, hidden, receipts) = ([scene.common], scene.hidden, scene.receipts)
    var states: Set<[String]> = []
    for order in [
      [receipts, common, hidden], [common, receipts, hidden], [common, hidden, receipts],
      [receipts, common] + hidden.map { [$0] }, [common, [hidden[0]], receipts, Array(hidden[1...])],
    ] {
      let district = try scene.district(taking: order)
      #expect(try district.contradictions() == [scene.contradiction])
      #expect(try district.matchesRebuild())
      // The receipt is over another branch: it neither orders what came before nor proves when it was written.
      let stamp = WriteStamp(time: scene.common.header.stamp, author: scene.stream.author)
      #expect(district.storage.clamp(of: stamp) == nil)
      #expect(try Witness.interval(of: scene.stream, seq: scene.common.header.seq, in: district.storage).until == nil)
      states.insert(try Judged.state(of: district))
    }
    #expect(states.count == 1)
  }

  @Test("a receipt over the face held here contradicts nothing, and orders it")
  func agreeing() throws {
    let scene = try TwoFaces()
    let district = try scene.district(taking: [scene.receipts, [scene.common], scene.shown])
    #expect(try district.contradictions().isEmpty && district.matchesRebuild())
    let stamp = WriteStamp(time: scene.common.header.stamp, author: scene.stream.author)
    #expect(district.storage.clamp(of: stamp) != nil)
  }

  // MARK: Told

  @Test("verify, explain and the warnings say where, by whom and what to do")
  func told() throws {
    let scene = try TwoFaces()
    let district = try scene.district(taking: [scene.receipts, [scene.common], scene.hidden])
    guard case .verified(let view) = try district.perform(.verify) else { throw CancellationError() }
    #expect(view.problems.map(\.code) == ["receipt-mismatch"])
    #expect(view.problems.first?.seq == scene.parting && view.problems.first?.office == "1305")
    let words = ContradictionWords(context: district.context)
    let warning = try #require(try words.warnings(in: district.storage).first)
    for text in [warning.zh, warning.en] {
      #expect(text.contains("1305 down") && text.contains("\(scene.parting)"))
      #expect(text.contains("docket bundle create --for 13"))
    }
    let hash = Hexadecimal.string(TwoFaces.head(scene.hidden[0]).hash.bytes)
    guard case .entry(let entry) = try district.perform(.explain([hash])) else { throw CancellationError() }
    #expect(entry.facts.contains { $0.kind == "receipt" && $0.office == "13" && $0.text.en.contains("another #\(scene.parting)") })
    #expect(entry.receipts.isEmpty)
  }

  @Test("of many streams a few are told, then how many more")
  func many() throws {
    let city = try Replica.root("1305")
    for number in 0..<5 {
      let stream = StreamID(author: city.context.key, incarnation: UInt64(number + 1), audience: .down)
      let found = Contradiction(head: StreamHead(stream: stream, seq: 1, hash: .zero), witness: city.context.key)
      city.storage.setValue("\(ContradictionLedger.prefix)\(number)", found.encoded)
    }
    let warnings = try ContradictionWords(context: city.context).warnings(in: city.storage)
    #expect(warnings.count == 4)
    #expect(warnings.last?.en.hasPrefix("2 more streams") ?? false)
    // One's own log: another machine, or a restored one.
    #expect(warnings.first?.en.contains("Another machine may write with this office's keys") ?? false)
  }

  // MARK: Proven

  @Test("the entry is shown to the witness once, though a later one was shown before; the proof comes back, and all is quiet")
  func proven() throws {
    let scene = try TwoFaces()
    let (province, district) = (scene.province, try scene.district(taking: [[scene.common], scene.hidden]))
    try district.witness()
    let up = district.context.stream(.up)
    #expect(try district.sightings(in: .up).last { $0.header.stream == scene.stream }?.header == scene.hidden.last?.header)
    // The province holds one entry of the shown face: the later sighting meets nothing there.
    try province.takeAll(district.pieces(of: up))
    #expect(province.storage.forkProofs().isEmpty)
    try district.take(scene.receipts)
    #expect(try district.witness() == 1)
    #expect(try district.sightings(in: .up).last == ForkProof.Face(scene.hidden[0]))
    #expect(district.storage.sightingSeq(of: scene.stream, by: district.context.key) == scene.hidden.last?.header.seq)
    #expect(try district.witness() == 0)
    try province.takeAll(district.pieces(of: up))
    #expect(province.storage.forkProofs().map(\.proof.seq) == [scene.parting])
    try province.witness()
    try province.takeAll(district.pieces(of: up))
    let about = province.context.stream(.subtree(scene.city.context.office))
    let reached = district.storage.head(of: about)?.seq ?? 0
    try district.take(province.storage.entries(of: about, from: reached + 1, bytesMax: .max))
    #expect(district.storage.forkProofs().map(\.proof) == province.storage.forkProofs().map(\.proof))
    #expect(try district.contradictions().isEmpty)
    for replica in [district, province] {
      #expect(try replica.matchesRebuild())
      try replica.witness()
      #expect(try replica.witness() == 0)
    }
  }

  @Test("a city that keeps the district's reports back: the district hands them over by file, and both ends fall silent")
  func handedOver() throws {
    let scene = try TwoFaces(in: nil)
    let province = scene.province
    let district = try scene.district(taking: [scene.receipts, [scene.common], scene.hidden])
    try district.witness()
    var rounds = 0
    while rounds < 8 {
      let up = try district.bundle(for: province.context.office)
      for part in up { try province.apply(part) }
      let down = try province.bundle(for: district.context.office)
      for part in down { try district.apply(part) }
      if up.isEmpty, down.isEmpty { break }
      rounds += 1
    }
    #expect((1..<8).contains(rounds))
    #expect(province.storage.forkProofs().map(\.proof.seq) == [scene.parting])
    #expect(district.storage.forkProofs().map(\.proof) == province.storage.forkProofs().map(\.proof))
    #expect(try district.contradictions().isEmpty)
    // The files carry the branch that the province witnessed, though the district had shown it another.
    #expect(try district.context.holds(TwoFaces.head(scene.shown[0]), in: district.storage))
    #expect(try district.sightings(in: .up).filter { $0.header.stream == scene.stream } == [ForkProof.Face(scene.hidden[0])])
  }

  @Test("while no proof comes, sessions that stay quiet stay quiet: receipts of the report owe no other")
  func noEnd() throws {
    let scene = try TwoFaces()
    let district = try scene.district(taking: [scene.receipts, [scene.common], scene.hidden])
    // The machine that talks to the district has its face too, and passes nothing on.
    for _ in 0..<3 { try scene.other.exchange(with: district) }
    let before = (district.storage.heads(), scene.other.storage.heads())
    for _ in 0..<3 { try scene.other.exchange(with: district) }
    #expect(before.0 == district.storage.heads() && before.1 == scene.other.storage.heads())
    #expect(try district.sightings(in: .up).count { $0 == ForkProof.Face(scene.hidden[0]) } == 1)
    #expect(try district.contradictions() == [scene.contradiction])
  }

  @Test("a key that comes later says it anew: what an earlier one said may count nowhere")
  func laterKey() throws {
    let scene = try TwoFaces()
    let district = try scene.district(taking: [scene.receipts, [scene.common], scene.hidden])
    try district.witness()
    #expect(try district.witness() == 0)
    let next = try SoftwareSigner.generate(suite: .ed25519)
    district.context.sign(with: next.publicKey)
    let owed = try Witness.owed(context: district.context, at: district.now, in: district.storage)
    #expect(owed.flatMap(\.changes).contains(.sighting(Sighting(scene.hidden[0]))))
  }

  @Test("who stands above the author shows it to the witness between them")
  func witnessBelow() throws {
    let region = try Judged()
    let (province, city, county) = (region.province, region.city, region.county)
    let machine = try county.copy()
    machine.now = county.now + 5_000
    let shown = try county.name(county.newID(), "市局所见")
    let hidden = try machine.name(machine.newID(), "省厅所见")
    try city.take([shown])
    let about = city.context.stream(.office(county.context.office))
    let before = city.storage.head(of: about)?.seq ?? 0
    try city.witness()
    let receipts = city.storage.entries(of: about, from: before + 1, bytesMax: .max)
    for order in [[receipts, [hidden]], [[hidden], receipts]] {
      let upper = try province.copy()
      try upper.takeAll(order)
      #expect(try upper.contradictions().map(\.witness) == [city.context.key])
      try upper.witness()
      #expect(try upper.sightings(in: .office(county.context.office)) == [ForkProof.Face(hidden)])
      let lower = try city.copy()
      try lower.takeAll(upper.pieces(of: upper.context.stream(.office(county.context.office))))
      #expect(lower.storage.forkProofs().map(\.proof.seq) == [shown.header.seq])
    }
  }

  @Test("what an office keeps for itself is shown to nobody, whatever a receipt says of it")
  func sealed() throws {
    let region = try Judged()
    let (province, county) = (region.province, region.county)
    let entry = try county.name(county.newID(), "举报人", for: .own)
    let head = StreamHead(stream: entry.header.stream, seq: 1, hash: .zero)
    let office = county.context.office
    let said = try province.write([.receipt(Receipt(head: head, clock: 1, position: 1))], for: .office(office))
    try county.takeAll(province.pieces(of: said.header.stream).suffix(1))
    #expect(try county.contradictions().map(\.head) == [head])
    let owed = try Witness.owed(context: county.context, at: county.now, in: county.storage).flatMap(\.changes)
    #expect(!owed.contains { if case .sighting(let sighting) = $0 { sighting.face.header.stream == head.stream } else { false } })
  }
}
