import Casebook
import Casework
import Replication
import SignatureSuites
import Testing

/// A province over a city over three districts; the east one has a branch. Packs are the city's.
struct Transferring {
  let province: Replica
  let city: Replica
  let east: Replica
  let west: Replica
  let south: Replica

  init() throws {
    province = try Replica.root("13")
    city = try province.subordinate("1305", salt: 1)
    east = try city.subordinate("130526", salt: 2)
    west = try city.subordinate("130505", salt: 3)
    south = try city.subordinate("130508", salt: 4)
    // An office knows those above and below it alone; what was granted to others it is not told.
    try province.meet(city)
    try city.publish("renxian")
    try city.staff()
    try province.staff()
    for office in [east, west, south] {
      try office.forgetTree(of: city)
      try city.meet(office)
      try office.staff()
    }
    try settle()
  }

  /// Everybody meets the superior twice, the city with receipts and dossiers at the end of each session.
  func settle() throws {
    for _ in 0..<2 {
      for office in [east, west, south] { try meetCity(office) }
      try province.meet(city)
      try province.witness()
      try province.meet(city)
    }
  }

  func meetCity(_ office: Replica) throws {
    try city.meet(office)
    try city.witness()
    try city.send(to: office)
  }

  /// A case of the east with a subject that came in an import of three; filed and investigated.
  func filedCase() throws -> String {
    let drafts = ["甲公司", "乙公司", "丙公司"].enumerated().map { index, name in
      SubjectDraft(code: "", name: name, kind: "", address: "", line: index + 2)
    }
    try east.perform(.subjectImport(drafts))
    let draft = FileDraft(
      kind: "case", pack: "renxian", regime: "case-handling", workflow: nil, title: "欠薪", subject: "乙公司",
      openedOn: "2026-01-05", addressee: nil, relatesTo: nil, checkKind: nil, complainantName: "投诉人",
      complainantPhone: "1")
    guard case .acted(let view) = try east.perform(.fileOpen(draft)) else { throw CancellationError() }
    let file = view.file.number
    try east.act(file, "propose-filing", ["wang"], ["facts": "欠薪"])
    try east.act(file, "review-filing", ["zhao"], ["opinion": "同意"])
    try east.act(file, "approve-filing", ["chen"], ["handler": "zhang", "secondHandler": "li"])
    return file
  }

  func id(_ number: String) throws -> RecordID {
    try #require(city.storage.summaries().first { $0.number == number }?.file)
  }
}

extension Replica {
  func transfer(_ file: String, to office: String, by officers: [String] = ["liu"]) throws {
    try act(file, "transfer", officers, ["transferTo": office, "transferReason": "属地管辖"])
  }

  /// Leaves of the tree only what a district is shown: the seats above it and its own.
  func forgetTree(of superior: Replica) throws {
    let code = context.office
    context.tree = OfficeTree(rootKey: superior.context.tree.rootKey)
    for seat in superior.context.tree.all
    where seat.charter.office == code || superior.context.tree.isSuperior(seat.charter.office, of: code) {
      let issuer = seat.charter.parent.flatMap { superior.context.tree.seat($0)?.key } ?? context.tree.rootKey
      try context.tree.admit(seat.charter, from: issuer, suites: .standard)
      storage.put(StoredCharter(charter: seat.charter, issuer: issuer))
    }
  }

  /// The same seat on an empty machine that knows only the charters it was enrolled with.
  func enrolledAnew() throws -> Replica {
    let replica = try restored()
    for charter in storage.charters() where charter.isPinned || charter.charter.parent == nil {
      replica.storage.put(StoredCharter(charter: charter.charter, issuer: charter.issuer))
    }
    try replica.context.refresh(from: replica.storage)
    return replica
  }

  func folded(_ id: RecordID) throws -> FoldedCase? { try context.file(id, in: storage)?.folded }

  func verifyProblems() throws -> [VerifyProblem] {
    guard case .verified(let view) = try perform(.verify) else { throw CancellationError() }
    return view.problems
  }

  /// What the desk would refuse: an act signed all the same, on the parents given.
  func force(_ rule: String, on file: RecordID, after parents: [RecordID], facts: [String: String]) throws {
    let list = facts.map { ActChange.Fact(name: $0.key, value: .text($0.value)) }
    let officer = try #require(storage.rows(RecordType.officer.number).first { $0.text(7) == context.office.text })
    let texts = [officer.id.description, officer.text(1) ?? "", officer.text(2) ?? "", "", "", "", ""]
    let own = [
      ActChange.Fact(name: "@date", value: .text("2026-01-07")),
      ActChange.Fact(name: "@officers", value: .list(texts.map { .text($0) })),
    ]
    try write([.act(ActChange(file: file, id: newID(), parents: parents, rule: rule, facts: list + own))], for: .up)
  }
}
