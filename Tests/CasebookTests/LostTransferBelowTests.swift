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
    /// What was in the backups.
    let cityHeld: [StreamHead]
    let eastHeld: [StreamHead]
    let cityMachine: Replica
    let eastMachine: Replica

    /// - Parameters:
    ///   - isApart: something else of the east's, which is in no dossier, stands before the transfer and is lost too.
    ///   - unit: whom the file and another one that is transferred with it are of.
    ///   - ahead: how far ahead the east's clock ran at the transfer.
    init(isApart: Bool = false, unit: String? = nil, ahead: UInt64 = 0) throws {
      city = try Replica.root("1305")
      east = try city.subordinate("130526", salt: 1)
      west = try city.subordinate("130505", salt: 2)
      // An office knows those above and below it alone.
      for office in [east, west] { try office.forgetTree(of: city) }
      try city.publish("renxian")
      for office in [city, east, west] { try office.staff() }
      for _ in 0..<2 { for office in [east, west] { try office.exchange(with: city) } }
      if let unit {
        try east.perform(.subjectImport([SubjectDraft(code: "", name: unit, kind: "", address: "", line: 2)]))
      }
      file = try east.open("case", of: unit)
      let other = unit == nil ? nil : try east.open("case", of: unit)
      try east.act(file, "propose-filing", ["wang"], ["facts": "欠薪"])
      try east.exchange(with: city)
      cityHeld = city.storage.heads()
      eastHeld = east.storage.heads()
      east.now += ahead
      if isApart { _ = try east.open("case") }
      for file in [file, other].compactMap(\.self) { try east.transfer(file, to: "130505") }
      east.now -= ahead
      for _ in 0..<2 { for office in [east, west] { try office.exchange(with: city) } }
      let number = file
      let summary = city.storage.summaries().first { $0.number == number }
      id = try #require(summary).file
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
      try Replica.checkAlike([cityMachine, eastMachine, west], file, id, at: "130505", acts)
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

  @Test(
    "an entry before the transfer is lost too: what follows is handed back to its author, who records it again",
    arguments: Meeting.allCases)
  func gap(_ meeting: Meeting) throws {
    let scene = try Scene(isApart: true)
    try scene.meet(meeting)
    #expect(scene.eastMachine.context.incarnation == 2)
    for office in [scene.cityMachine, scene.eastMachine] {
      #expect(office.places(of: "transfer", in: scene.id).map(\.stream.incarnation) == [2])
    }
    try scene.check(["propose-filing", "transfer"])
    let offices = [scene.cityMachine, scene.eastMachine, scene.west]
    let heads = offices.map { $0.storage.heads() }
    try scene.meet(meeting)
    #expect(offices.map { $0.storage.heads() } == heads)
  }

  @Test("what everybody had lost turns up once the transfer was recorded again: both places hold one act")
  func turnsUp() throws {
    let scene = try Scene(isApart: true)
    let stream = scene.east.context.stream(.up)
    try BranchRecovery.begin(&scene.eastMachine.context, in: scene.eastMachine.storage)
    try scene.meet()
    for piece in scene.east.pieces(of: stream) { _ = try scene.cityMachine.take(piece) }
    try scene.meet()
    try scene.check(["propose-filing", "transfer"])
    for office in [scene.cityMachine, scene.eastMachine] {
      #expect(office.storage.head(of: stream) == scene.east.storage.head(of: stream))
      #expect(office.places(of: "transfer", in: scene.id).map(\.stream.incarnation) == [1, 2])
      #expect(office.storage.forkProofs().isEmpty)
    }
    let heads = scene.west.storage.heads()
    try scene.meet()
    #expect(scene.west.storage.heads() == heads)
  }

  @Test("both are set back once more, to before it was recorded again: a third incarnation, and it stands once")
  func setBackAgain() throws {
    let scene = try Scene(isApart: true)
    try BranchRecovery.begin(&scene.eastMachine.context, in: scene.eastMachine.storage)
    _ = try scene.eastMachine.open("case")
    for _ in 0..<2 { try scene.meet() }
    #expect(scene.cityMachine.places(of: "transfer", in: scene.id).map(\.stream.incarnation) == [2])
    let city = try scene.city.setBack(to: scene.cityHeld)
    let east = try scene.east.setBack(to: scene.eastHeld)
    for _ in 0..<3 { for office in [scene.west, east] { try office.exchange(with: city) } }
    try Replica.checkAlike(
      [city, east, scene.west], scene.file, scene.id, at: "130505", ["propose-filing", "transfer"])
    // A dossier alone showed the second one.
    for office in [city, east] { #expect(office.places(of: "transfer", in: scene.id).map(\.stream.incarnation) == [3]) }
    let heads = [city, east, scene.west].map { $0.storage.heads() }
    for office in [scene.west, east] { try office.exchange(with: city) }
    #expect([city, east, scene.west].map { $0.storage.heads() } == heads)
  }

  @Test("the entries of a unit that two files are of are handed back once; what is recorded again is the later write")
  func unit() throws {
    let scene = try Scene(isApart: true, unit: "乙公司", ahead: 86_400_000)
    try scene.meet()
    try scene.check(["propose-filing", "transfer"])
    let back = scene.cityMachine.context.stream(.office(scene.east.context.office))
    let returned = try scene.cityMachine.handedOver(in: back)
    let isUnit = try returned.map { entry in
      try entry.changes().allSatisfy { if case .record = $0 { true } else { false } }
    }
    #expect(isUnit.contains(true))
    #expect(Set(returned.map(\.encoded)).count == returned.count)
    let offices = [scene.cityMachine, scene.eastMachine, scene.west]
    let units = try offices.map { office in
      try #require(office.storage.rows(RecordType.subject.number).first).fields.mapValues(\.versions)
    }
    #expect(units[0] == units[1] && units[0] == units[2])
  }

  @Test("the author has its entries still, and its superior alone lost them: nothing is handed back or recorded again")
  func authorHolds() throws {
    let scene = try Scene(isApart: true)
    for office in [scene.west, scene.east, scene.west] { try office.exchange(with: scene.cityMachine) }
    try Replica.checkAlike(
      [scene.cityMachine, scene.east, scene.west], scene.file, scene.id, at: "130505", ["propose-filing", "transfer"])
    #expect(scene.east.context.incarnation == 1)
    let back = scene.cityMachine.context.stream(.office(scene.east.context.office))
    #expect(scene.cityMachine.storage.head(of: back) == scene.city.storage.head(of: back))
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
    try Replica.checkAlike([province, machine, west], file, id, at: "130505", ["propose-filing", "transfer"])
    let stream = city.context.stream(.up)
    #expect(machine.storage.head(of: stream) == city.storage.head(of: stream))
  }
}
