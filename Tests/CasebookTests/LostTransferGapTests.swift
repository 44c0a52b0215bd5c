import Casebook
import Casework
import Replication
import Testing

/// An office that is no root gave a file of its own down, and was set back to before it: of what stood before the
/// transfer, something is in no dossier. Whoever was given the file gives the dossier back.
@Suite("A lost transfer behind something else that was lost")
struct LostTransferGapTests {
  /// Up to whom the transfer had gone before machines were set back.
  enum Reach: Int {
    case nobody, city, province
  }

  enum Meeting: CaseIterable {
    case receiverFirst, superiorFirst
  }

  /// A province at the root over a city over a district, which gave a file to its branch; and the district's machine from
  /// a backup.
  private struct Scene {
    let province: Replica
    var city: Replica
    let west: Replica
    let branch: Replica
    let file: String
    let id: RecordID
    let machine: Replica
    /// Where the transfer stood.
    let stream: StreamID

    /// - Parameters:
    ///   - isCityLost: whether the city's machine was set back too.
    ///   - isNoticed: whether the district knew at once that it was set back, and went over to a new incarnation.
    init(_ reach: Reach, isCityLost: Bool = false, isNoticed: Bool = false) throws {
      province = try Replica.root("13")
      city = try province.subordinate("1305", salt: 1)
      west = try city.subordinate("130505", salt: 2)
      branch = try west.subordinate("130505-01", salt: 3)
      try city.publish("renxian")
      for office in [west, branch] { try office.staff() }
      for _ in 0..<2 {
        try west.exchange(with: city)
        try branch.exchange(with: west)
      }
      file = try west.open("case")
      try west.act(file, "propose-filing", ["wang"], ["facts": "欠薪"])
      try west.exchange(with: city)
      try city.exchange(with: province)
      stream = west.context.stream(.up)
      let (held, cityHeld) = (west.storage.heads(), city.storage.heads())
      _ = try west.open("case")
      try west.transfer(file, to: "130505-01")
      for _ in 0..<2 { try branch.exchange(with: west) }
      id = try #require(branch.storage.summaries().first?.file)
      if reach.rawValue >= Reach.city.rawValue { try west.exchange(with: city) }
      if reach == .province { try city.exchange(with: province) }
      machine = try west.setBack(to: held)
      if isNoticed { try BranchRecovery.begin(&machine.context, in: machine.storage) }
      if isCityLost { city = try city.setBack(to: cityHeld) }
    }

    func meet(_ meeting: Meeting = .receiverFirst) throws {
      for _ in 0..<4 {
        if meeting == .receiverFirst { try branch.exchange(with: machine) }
        try machine.exchange(with: city)
        if meeting == .superiorFirst { try branch.exchange(with: machine) }
        try city.exchange(with: province)
      }
    }

    /// All four show one file, which the branch has; and whoever meets again has nothing to say.
    func check(_ acts: [String] = ["propose-filing", "transfer"]) throws {
      let offices = [province, city, machine, branch]
      try Replica.checkAlike(offices, file, id, at: "130505-01", acts)
      let heads = offices.map { $0.storage.heads() }
      try meet()
      #expect(offices.map { $0.storage.heads() } == heads)
    }
  }

  @Test("nobody above holds it: it is recorded again, and everybody has it", arguments: Meeting.allCases)
  func recordedAgain(_ meeting: Meeting) throws {
    let scene = try Scene(.nobody)
    #expect(try scene.machine.folded(scene.id)?.responsible == "130505")
    try scene.meet(meeting)
    try scene.check()
    #expect(scene.machine.context.incarnation == 2)
    for office in [scene.machine, scene.city, scene.province] {
      #expect(office.places(of: "transfer", in: scene.id).map(\.stream.incarnation) == [2])
      #expect(office.storage.forkProofs().isEmpty)
    }
    try scene.branch.act(scene.file, "review-filing", ["zhao"], ["opinion": "同意"])
    try scene.meet()
    try scene.check(["propose-filing", "transfer", "review-filing"])
  }

  @Test("the superior holds the rest: all of it comes back at its place, and nothing is recorded twice",
    arguments: Meeting.allCases)
  func superiorHolds(_ meeting: Meeting) throws {
    let scene = try Scene(.city)
    try scene.meet(meeting)
    try scene.check()
    #expect(scene.machine.context.incarnation == 1)
    #expect(scene.machine.storage.head(of: scene.stream) == scene.west.storage.head(of: scene.stream))
  }

  @Test("the superior was set back too, and an office above it holds the rest: both places hold one act, and no fork")
  func turnsUp() throws {
    let scene = try Scene(.province, isCityLost: true, isNoticed: true)
    try scene.branch.exchange(with: scene.machine)
    #expect(scene.machine.places(of: "transfer", in: scene.id).isEmpty)
    try scene.machine.exchange(with: scene.city)
    #expect(scene.machine.places(of: "transfer", in: scene.id).map(\.stream.incarnation) == [2])
    try scene.meet()
    try scene.check()
    for office in [scene.machine, scene.city, scene.province] {
      #expect(office.storage.head(of: scene.stream) == scene.west.storage.head(of: scene.stream))
      #expect(office.places(of: "transfer", in: scene.id).map(\.stream.incarnation) == [1, 2])
      #expect(!office.storage.forkProofs().contains { $0.proof.stream.author == scene.stream.author })
      #expect(try office.file(scene.file).acts.count == 2)
    }
  }

  @Test("it wrote on where something of that stood: what it did counts as far as it came before")
  func wroteOn() throws {
    let scene = try Scene(.nobody)
    try scene.machine.act(scene.file, "review-filing", ["zhao"], ["opinion": "同意"])
    try scene.meet()
    try scene.check(["propose-filing", "review-filing", "transfer"])
    #expect(scene.machine.storage.forkProofs().isEmpty)
  }

  @Test("it wrote on, and then the rest turned up above: the fork is noticed, and nothing of either branch is lost")
  func wroteOnAndTurnsUp() throws {
    let scene = try Scene(.province, isCityLost: true)
    try scene.machine.act(scene.file, "review-filing", ["zhao"], ["opinion": "同意"])
    try scene.branch.exchange(with: scene.machine)
    try scene.machine.exchange(with: scene.city)
    try scene.meet()
    // The transfer's own place is the earlier one again.
    try scene.check(["propose-filing", "transfer"])
    for office in [scene.machine, scene.city, scene.province] {
      #expect(try office.file(scene.file).acts.contains { $0.act == "review-filing" && !$0.stands })
      #expect(office.storage.forkProofs().contains { $0.proof.stream == scene.stream })
    }
  }

  @Test("set back once more: what was recorded again comes back, and what it replaced is not recorded a third time")
  func twice() throws {
    let scene = try Scene(.nobody)
    let held = scene.machine.storage.heads()
    try scene.meet()
    let again = try scene.machine.setBack(to: held)
    again.context.incarnation = 1
    for _ in 0..<3 {
      try scene.branch.exchange(with: again)
      try again.exchange(with: scene.city)
    }
    try Replica.checkAlike(
      [scene.province, scene.city, again, scene.branch], scene.file, scene.id, at: "130505-01",
      ["propose-filing", "transfer"])
    for office in [again, scene.city] {
      #expect(office.places(of: "transfer", in: scene.id).map(\.stream.incarnation) == [2])
    }
  }
}
