import Casebook
import Casework
import Replication
import Testing

/// Whoever held a transfer besides its receiver set back to before it: the author, and the superior that handed the file
/// over. The superior finds the author's entries in its own dossier, which the receiver gives it back.
@Suite("A transfer that its author and its superior lost")
struct LostTransferBelowTests {
  enum Meeting: CaseIterable {
    case authorFirst, receiverFirst
  }

  /// A city at the root over two districts, of which the east gave a file to the west.
  private struct Scene {
    let city: Replica
    let east: Replica
    let west: Replica
    let file: String
    let id: RecordID
    let cityMachine: Replica
    let eastMachine: Replica

    /// - Parameter isApart: something else of the east's, which is in no dossier, stands before the transfer and is lost too.
    init(isApart: Bool = false) throws {
      city = try Replica.root("1305")
      east = try city.subordinate("130526", salt: 1)
      west = try city.subordinate("130505", salt: 2)
      // An office knows those above and below it alone.
      for office in [east, west] { try office.forgetTree(of: city) }
      try city.publish("renxian")
      for office in [city, east, west] { try office.staff() }
      for _ in 0..<2 { for office in [east, west] { try office.exchange(with: city) } }
      file = try east.open("case")
      try east.act(file, "propose-filing", ["wang"], ["facts": "欠薪"])
      try east.exchange(with: city)
      let (cityHeld, eastHeld) = (city.storage.heads(), east.storage.heads())
      if isApart { _ = try east.open("case") }
      try east.transfer(file, to: "130505")
      for _ in 0..<2 { for office in [east, west] { try office.exchange(with: city) } }
      id = try #require(west.storage.summaries().first?.file)
      cityMachine = try city.setBack(to: cityHeld)
      eastMachine = try east.setBack(to: eastHeld)
    }

    func meet(_ meeting: Meeting = .receiverFirst) throws {
      for _ in 0..<3 {
        for office in meeting == .authorFirst ? [eastMachine, west] : [west, eastMachine] {
          try office.exchange(with: cityMachine)
        }
      }
    }

    /// All three show one file, which the west has, and find nothing wrong; so does a rebuild.
    func check(_ acts: [String]) throws {
      try checkAlike([cityMachine, eastMachine, west], file, id, acts)
    }
  }

  @Test("the superior takes the entries from its dossier, and the author has them back", arguments: Meeting.allCases)
  func takenBack(_ meeting: Meeting) throws {
    let scene = try Scene()
    let stream = scene.east.context.stream(.up)
    #expect(try scene.cityMachine.folded(scene.id)?.responsible == "130526")
    try scene.meet(meeting)
    try scene.check(["propose-filing", "transfer"])
    for office in [scene.cityMachine, scene.eastMachine] {
      #expect(office.storage.head(of: stream) == scene.east.storage.head(of: stream))
    }
    #expect(scene.eastMachine.context.incarnation == 1)
  }

  @Test("the author wrote on where the transfer stood: the fork is noticed, and nothing of either branch is lost")
  func wroteOn() throws {
    let scene = try Scene()
    try scene.eastMachine.act(scene.file, "review-filing", ["zhao"], ["opinion": "同意"])
    try scene.meet()
    // What it did with the file that it believed to have is void, kept and shown.
    try scene.check(["propose-filing", "transfer"])
    for office in [scene.cityMachine, scene.eastMachine, scene.west] {
      #expect(try office.file(scene.file).acts.contains { $0.act == "review-filing" && !$0.stands })
    }
    for office in [scene.cityMachine, scene.eastMachine] { #expect(office.storage.forkProofs().count == 1) }
  }

  @Test("an entry before the transfer is lost too: nothing is taken across the gap, and all of it once that one comes")
  func gap() throws {
    let scene = try Scene(isApart: true)
    let stream = scene.east.context.stream(.up)
    let before = try #require(scene.cityMachine.storage.head(of: stream))
    try scene.meet()
    #expect(scene.cityMachine.storage.head(of: stream) == before)
    let last = try #require(scene.east.storage.head(of: stream)).seq
    for piece in scene.east.pieces(of: stream) where (piece.first?.header.seq ?? 0) == before.seq + 1 {
      #expect(before.seq + 1 < last)
      _ = try scene.cityMachine.take(piece)
    }
    try scene.meet()
    try scene.check(["propose-filing", "transfer"])
    #expect(scene.eastMachine.storage.head(of: stream)?.seq == last)
  }

  @Test("a superior that is no root gave a file of its own down: it takes the transfer back, and those above it get it")
  func ownFile() throws {
    let province = try Replica.root("13")
    let city = try province.subordinate("1305", salt: 1)
    let west = try city.subordinate("130505", salt: 2)
    try city.publish("renxian")
    for office in [city, west] { try office.staff() }
    for _ in 0..<2 {
      try city.exchange(with: province)
      try west.exchange(with: city)
    }
    let file = try city.open("case")
    try city.act(file, "propose-filing", ["wang"], ["facts": "欠薪"])
    let held = city.storage.heads()
    try city.transfer(file, to: "130505")
    for _ in 0..<2 { try west.exchange(with: city) }
    let id = try #require(west.storage.summaries().first?.file)
    let machine = try city.setBack(to: held)
    for _ in 0..<3 {
      try west.exchange(with: machine)
      try machine.exchange(with: province)
    }
    try checkAlike([province, machine, west], file, id, ["propose-filing", "transfer"])
    let stream = city.context.stream(.up)
    #expect(machine.storage.head(of: stream) == city.storage.head(of: stream))
  }
}

/// All show one file, which the west has, and find nothing wrong; so does a rebuild.
private func checkAlike(_ offices: [Replica], _ file: String, _ id: RecordID, _ acts: [String]) throws {
  for office in offices {
    let view = try office.file(file)
    #expect(view.row.office == "130505")
    #expect(view.acts.filter(\.stands).map(\.act).sorted() == acts.sorted())
    #expect(try office.verifyProblems() == [])
    let (folded, values) = (try office.folded(id), office.storage.values(prefix: DossierLedger.prefix))
    var projector = Projector(context: office.context)
    try projector.rebuild(in: office.storage)
    office.context = projector.context
    #expect(try office.folded(id) == folded)
    #expect(office.storage.values(prefix: DossierLedger.prefix).elementsEqual(values) { $0 == $1 })
  }
  for office in offices.dropFirst() { #expect(try office.folded(id) == offices[0].folded(id)) }
}

extension Replica {
  /// Its machine from a backup, a minute later.
  fileprivate func setBack(to heads: [StreamHead]) throws -> Replica {
    let machine = try restored()
    try machine.takeAll(
      heads.flatMap { head in pieces(of: head.stream).filter { $0.allSatisfy { $0.header.seq <= head.seq } } })
    machine.now += 60_000
    return machine
  }
}
