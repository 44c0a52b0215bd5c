import Casebook
import Casework
import Replication
import Testing

/// A root set back to before it transferred a file: nobody else may hold the stream its transfer stood in. What it had
/// handed over holds the entries, and they are recorded again from there.
@Suite("A root's lost transfer")
struct LostTransferTests {
  enum Backup: CaseIterable {
    case beforeFile, beforeTransfer
  }

  /// A city at the root over a district, which the city gave a file of its own; and the city's machine from a backup.
  private struct Scene {
    let city: Replica
    let west: Replica
    let file: String
    let id: RecordID
    let machine: Replica

    init(_ backup: Backup) throws {
      city = try Replica.root("1305")
      west = try city.subordinate("130505", salt: 1)
      try city.publish("renxian")
      try city.staff()
      try west.staff()
      for _ in 0..<2 { try west.exchange(with: city) }
      var held = city.storage.heads()
      file = try city.open("case")
      try city.act(file, "propose-filing", ["wang"], ["facts": "欠薪"])
      if backup == .beforeTransfer { held = city.storage.heads() }
      try city.transfer(file, to: "130505")
      id = try #require(city.storage.summaries().first?.file)
      for _ in 0..<2 { try west.exchange(with: city) }
      machine = try city.restored()
      try machine.takeAll(
        held.flatMap { head in city.pieces(of: head.stream).filter { $0.allSatisfy { $0.header.seq <= head.seq } } })
      machine.now += 60_000
    }

    /// Both sides show one file, which the district has, and find nothing wrong; so does a rebuild.
    func check(_ acts: [String]) throws {
      for _ in 0..<3 { try west.exchange(with: machine) }
      for office in [machine, west] {
        let view = try office.file(file)
        #expect(view.row.office == "130505")
        #expect(view.acts.filter(\.stands).map(\.act) == acts)
        #expect(try office.verifyProblems() == [])
        let (folded, values) = (try office.folded(id), office.storage.values(prefix: DossierLedger.prefix))
        var projector = Projector(context: office.context)
        try projector.rebuild(in: office.storage)
        office.context = projector.context
        #expect(try office.folded(id) == folded)
        #expect(office.storage.values(prefix: DossierLedger.prefix).elementsEqual(values) { $0 == $1 })
      }
      #expect(try machine.folded(id) == west.folded(id))
      let rows = [machine, west].map { $0.storage.row(RecordType.caseFile.number, id) }
      #expect(rows[0] == rows[1])
    }
  }

  @Test("it takes the entries back from its dossier, and both have one file", arguments: Backup.allCases)
  func takenBack(_ backup: Backup) throws {
    let scene = try Scene(backup)
    #expect(try scene.machine.folded(scene.id)?.responsible != "130505")
    try scene.check(["propose-filing", "transfer"])
    // The other machine's entry and the one recorded again were signed for different places.
    #expect(scene.machine.context.incarnation == 2)
    try scene.west.act(scene.file, "review-filing", ["zhao"], ["opinion": "同意"])
    try scene.check(["propose-filing", "transfer", "review-filing"])
  }

  @Test("the district went on with the file before it met the machine")
  func wentOn() throws {
    let scene = try Scene(.beforeFile)
    try scene.west.act(scene.file, "review-filing", ["zhao"], ["opinion": "同意"])
    try scene.check(["propose-filing", "transfer", "review-filing"])
  }

  @Test("the machine went on with the file, which it believed to have: what it did counts as far as it came before")
  func wroteOn() throws {
    let scene = try Scene(.beforeTransfer)
    try scene.machine.act(scene.file, "review-filing", ["zhao"], ["opinion": "另一意见"])
    try scene.check(["propose-filing", "review-filing", "transfer"])
  }

  @Test(
    "set back once more: what was recorded again is taken back likewise, and what it replaced is not",
    arguments: Backup.allCases)
  func twice(_ backup: Backup) throws {
    let scene = try Scene(backup)
    let before = scene.machine.storage.heads()
    try scene.check(["propose-filing", "transfer"])
    let again = try scene.machine.restored()
    again.context.incarnation = 1
    try again.takeAll(
      before.flatMap { head in
        scene.machine.pieces(of: head.stream).filter { $0.allSatisfy { $0.header.seq <= head.seq } }
      })
    again.now += 120_000
    for _ in 0..<3 { try scene.west.exchange(with: again) }
    #expect(try again.file(scene.file).acts.map(\.stands).filter { $0 }.count == 2)
    #expect(try again.folded(scene.id) == scene.west.folded(scene.id))
    for office in [again, scene.west] { #expect(try office.verifyProblems() == []) }
  }

  @Test("nothing is recorded again where the entry is held: a stream that comes back by itself")
  func held() throws {
    let scene = try Scene(.beforeTransfer)
    let stream = scene.city.context.stream(.up)
    for piece in scene.city.pieces(of: stream) { _ = try scene.machine.take(piece) }
    try scene.check(["propose-filing", "transfer"])
    #expect(scene.machine.context.incarnation == 1)
  }
}
