import Casebook
import Casework
import Replication
import Testing

/// A city's receipts, which were the first over a branch's entries, come not to count: its key was in other hands. Above,
/// the entries are ordered by the next receipts; so they are where a dossier had stated the first ones.
@Suite("Times that a dossier states anew")
struct RestatedTimeTests {
  /// A province over a city over a district with two stations; the first station has two posts. An office hands over the
  /// files of those below it, and the city none.
  private struct Scene {
    let province: Replica
    let city: Replica
    let district: Replica
    let station: Replica
    let one: Replica
    let two: Replica
    let beside: Replica
    /// Who meets whom, from the bottom.
    private let lines: [(Replica, Replica)]
    let file: String
    let id: RecordID
    /// The city's streams before it receipted anything of the file.
    let cuts: [StreamHead]

    private static let year: UInt64 = 365 * 86_400_000

    /// The first post files a case, its clock a year ahead, and has not met anybody since.
    init() throws {
      province = try Replica.root("13")
      city = try province.subordinate("1305", salt: 1)
      district = try city.subordinate("130526", salt: 2)
      station = try district.subordinate("130526-01", salt: 3)
      one = try station.subordinate("130526-01-a", salt: 4)
      two = try station.subordinate("130526-01-b", salt: 5)
      beside = try district.subordinate("130526-02", salt: 6)
      // An office knows those above and below it alone.
      for (office, superior) in [(one, station), (two, station), (beside, district)] {
        try office.forgetTree(of: superior)
      }
      try city.publish("renxian")
      for office in [one, two, beside] { try office.staff() }
      lines = [
        (one, station), (two, station), (beside, district), (station, district), (district, city), (city, province),
      ]
      try Self.settle(lines)
      // Of all receipts over what comes, the city's have the earliest clock.
      city.now -= 3_600_000
      let key = city.context.key
      cuts = city.storage.heads().filter { $0.stream.author == key }
      file = try one.open("case")
      id = try #require(one.storage.summaries().first?.file)
      one.now += Self.year
      try one.act(file, "propose-filing", ["wang"], ["facts": "欠薪"])
      one.now -= Self.year
    }

    func settle() throws { try Self.settle(lines) }

    private static func settle(_ lines: [(Replica, Replica)]) throws {
      for line in [lines, lines.reversed(), lines, lines.reversed()].joined() { try line.0.exchange(with: line.1) }
    }

    func revokeCity() throws {
      let revocation = Revocation(
        office: city.context.office, key: city.context.key, reason: .compromised,
        position: province.storage.entryCount(), cuts: cuts, text: "私钥外泄")
      try province.write([.revocation(revocation)], for: .subtree(city.context.office))
      try settle()
    }

    /// What orders the file's acts.
    func stamps(_ office: Replica) throws -> [RecordID: HybridTimestamp] {
      Dictionary(uniqueKeysWithValues: office.storage.acts(of: id).map { ($0.change.id, $0.stamp) })
    }

    /// The second post has the file, as those above see it, and so it does after a rebuild.
    func check(_ acts: Int) throws {
      let above = try stamps(district)
      #expect(above.count == acts)
      for office in [two, station, district, province] {
        #expect(try stamps(office) == above, "\(office.context.office)")
        #expect(try office.folded(id) == district.folded(id))
        #expect(try office.file(file).row.office == "130526-01-b")
        #expect(try office.verifyProblems() == [])
        let values = office.storage.values(prefix: DossierLedger.prefix)
        var projector = Projector(context: office.context)
        try projector.rebuild(in: office.storage)
        office.context = projector.context
        #expect(try stamps(office) == above, "\(office.context.office)")
        #expect(office.storage.values(prefix: DossierLedger.prefix).elementsEqual(values) { $0 == $1 })
      }
      #expect(two.storage.doubts().map(\.act) == district.storage.doubts().map(\.act))
    }

    /// How many dossiers an office wrote for the second post.
    func dossiers(of office: Replica) throws -> Int {
      let entries = office.pieces(of: office.context.stream(.office(two.context.office))).joined()
      return try entries.flatMap { try $0.changes() }.filter { if case .dossier = $0 { true } else { false } }.count
    }
  }

  @Test("the first receipt came not to count: the receiver orders the file by the next one, as those above")
  func receiptGone() throws {
    let scene = try Scene()
    try scene.one.transfer(scene.file, to: "130526-01-b")
    try scene.settle()
    try scene.check(2)
    let before = try scene.stamps(scene.two)
    try scene.revokeCity()
    try scene.check(2)
    for (act, stamp) in try scene.stamps(scene.two) { #expect(stamp > before[act] ?? stamp) }
    // Once said, it is said.
    let count = try scene.dossiers(of: scene.station)
    try scene.settle()
    #expect(try scene.dossiers(of: scene.station) == count)
  }

  @Test("the file came back through another superior's dossiers: both that stated the receipt state the time anew")
  func formerPublisher() throws {
    let scene = try Scene()
    let two = scene.two
    try scene.one.transfer(scene.file, to: "130526-01-b")
    try scene.settle()
    try two.transfer(scene.file, to: "130526-02")
    try scene.settle()
    try scene.beside.transfer(scene.file, to: "130526-01-b")
    try scene.settle()
    try scene.check(4)
    let counts = try [scene.station, scene.district].map(scene.dossiers)
    #expect(counts.allSatisfy { $0 > 0 })
    try scene.revokeCity()
    try scene.check(4)
    let restated = try [scene.station, scene.district].map(scene.dossiers)
    #expect(zip(counts, restated).allSatisfy(<))
    try scene.settle()
    #expect(try [scene.station, scene.district].map(scene.dossiers) == restated)

    // In every order of arrival.
    let acts = two.storage.acts(of: scene.id)
    let handed = Set([scene.station, scene.district].map { $0.context.stream(.office(two.context.office)) })
    let chunks = two.storage.heads().flatMap { head -> [[Entry]] in
      handed.contains(head.stream)
        ? two.pieces(of: head.stream) : [two.storage.entries(of: head.stream, from: 1, bytesMax: .max)]
    }
    for step in 0..<2 * chunks.count {
      let replica = try two.enrolledAnew()
      let turned = Array(chunks[(step / 2)...] + chunks[..<(step / 2)])
      // Streams turned about; a stream's own entries wait for those before them.
      try replica.takeAll(step % 2 == 0 ? turned : turned.reversed())
      #expect(replica.storage.acts(of: scene.id) == acts)
      #expect(
        replica.storage.values(prefix: DossierLedger.prefix)
          .elementsEqual(two.storage.values(prefix: DossierLedger.prefix)) { $0 == $1 })
    }
  }

  @Test("no receipt comes in place of the one stated: that is said once, not a clock of each session")
  func none() throws {
    let scene = try Scene()
    let station = scene.station
    try scene.one.transfer(scene.file, to: "130526-01-b")
    try scene.one.send(to: station)
    var counts: [Int] = []
    for _ in 0..<4 {
      station.now += 60_000
      // No stream has moved, so none is receipted.
      let owed = try Witness.owed(context: station.context, movedAfter: .max, at: station.now, in: station.storage)
      for (audience, changes) in owed { try station.record(changes, for: audience) }
      counts.append(owed.count)
    }
    #expect(counts == [1, 1, 0, 0])
    try station.send(to: scene.two)
    #expect(try scene.stamps(scene.two) == scene.stamps(station))
    // The receipt comes after all.
    for _ in 0..<2 { try station.witness() }
    #expect(try station.witness() == 0)
    try station.send(to: scene.two)
    #expect(try scene.stamps(scene.two) == scene.stamps(station))
    #expect(try scene.dossiers(of: station) == 3)
  }
}
