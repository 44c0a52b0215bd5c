import Casebook
import Casework
import Replication
import SignatureSuites
import Testing

@Suite("Transfer of a file to an office beside")
struct TransferTests {
  /// That a file is one and the same in several offices: row, fold and summary.
  private func expectEqual(_ id: RecordID, in offices: [Replica], _ place: SourceLocation = #_sourceLocation) throws {
    let first = try #require(try offices[0].folded(id), sourceLocation: place)
    for office in offices.dropFirst() {
      let folded = try office.folded(id)
      #expect(folded == first, "\(office.context.office)", sourceLocation: place)
      #expect(
        office.storage.row(RecordType.caseFile.number, id) == offices[0].storage.row(RecordType.caseFile.number, id),
        sourceLocation: place)
      #expect(office.storage.summary(of: id) == offices[0].storage.summary(of: id), sourceLocation: place)
    }
  }

  @Test("the receiver gets the file under its authors and goes on; superiors see one history; verify passes")
  func handedOver() throws {
    let region = try Transferring()
    let (east, west) = (region.east, region.west)
    let file = try region.filedCase()
    let other = try region.east.open("case")
    _ = try east.perform(.fileReveal(file: file, purpose: "核实", officer: "zhang"))
    try east.transfer(file, to: "130505")
    try region.settle()
    let id = try region.id(file)
    try expectEqual(id, in: [region.city, west, region.province, east])
    let view = try west.file(file)
    #expect(view.row.office == "130505" && view.openedBy == "130526" && view.subject == "乙公司")
    #expect(view.acts.map(\.office) == ["130526", "130526", "130526", "130526"] && view.acts.allSatisfy(\.stands))
    #expect(view.transfer?.to == "130505" && view.transfer?.hasEndedHere == false)
    // The scope end names its own place, the last word of the east on the file.
    let ended = try #require(east.storage.acts(of: id).first { $0.change.rule == "transfer" })
    #expect(view.transfer?.position == "130526#\(ended.seq)")
    #expect(east.storage.acts(of: id).allSatisfy { $0.seq <= ended.seq })
    // Nothing else of the east's reached the west, nor anything the south.
    #expect(!west.storage.heads().contains { $0.stream.author == east.context.key })
    #expect(!west.storage.summaries().contains { $0.number == other })
    #expect(west.storage.rows(RecordType.subject.number).map { $0.text(2) } == ["乙公司"])
    #expect(west.storage.rows(RecordType.sealedComplainant.number).isEmpty && !view.hasSealedComplainant)
    #expect(west.storage.acts(of: id).allSatisfy { !$0.change.rule.hasPrefix("@") })
    #expect(region.south.storage.summaries().isEmpty)
    // A guest reads nothing and seats nobody.
    let guest = try #require(OfficeCode("130526"))
    #expect(west.context.tree.guest(guest) != nil && west.context.tree.seat(guest) == nil)
    #expect(!west.context.tree.mayRead(guest, west.context.stream(.up)))
    #expect(!west.context.tree.mayRead(west.context.office, east.context.stream(.up)))

    try west.act(file, "conclude-investigation", ["zhang", "li"], ["summary": "已查明"])
    try region.settle()
    try expectEqual(id, in: [region.city, west, region.province])
    // The east keeps what it had and is told nothing more.
    #expect(try east.file(file).acts.count == 4)
    #expect(try east.file(file).transfer?.hasEndedHere == true)
    #expect(throws: DeskFailure.self) { try east.act(file, "record-evidence", ["zhang"], ["evidence": "x"]) }
    // A superior's act goes to the office that has the file now.
    try region.city.act(file, "takeover", ["sun"], ["takeoverReason": "重大"])
    try region.settle()
    try expectEqual(id, in: [region.city, west, region.province])
    #expect(try west.file(file).row.office == "1305" && east.file(file).acts.count == 4)
    for office in [east, west, region.south, region.city, region.province] { #expect(try office.verifyProblems() == []) }
    // Nothing is left to say once everything is said.
    let owed = try Witness.owed(context: region.city.context, at: region.city.now, in: region.city.storage)
    #expect(!owed.contains { $0.changes.contains { if case .dossier = $0 { true } else { false } } })
  }

  @Test("nothing is owed twice: a dossier is written once, later entries in another")
  func once() throws {
    let region = try Transferring()
    let file = try region.filedCase()
    try region.east.transfer(file, to: "130505")
    try region.settle()
    let stream = region.city.context.stream(.office(region.west.context.office))
    func dossiers() -> Int {
      region.city.storage.entries(of: stream, from: 1, bytesMax: .max)
        .flatMap { (try? $0.changes()) ?? [] }.filter { if case .dossier = $0 { true } else { false } }.count
    }
    #expect(dossiers() == 1)
    try region.west.act(file, "conclude-investigation", ["zhang", "li"], ["summary": "已查明"])
    try region.settle()
    #expect(dossiers() == 1)
  }

  @Test("returned by a transfer back, with what was done meanwhile; then the other side sees nothing new")
  func returned() throws {
    let region = try Transferring()
    let (east, west) = (region.east, region.west)
    let file = try region.filedCase()
    try east.transfer(file, to: "130505")
    try region.settle()
    try west.act(file, "record-evidence", ["zhang"], ["evidence": "工资表"])
    try west.transfer(file, to: "130526")
    try region.settle()
    let id = try region.id(file)
    try expectEqual(id, in: [region.city, east, region.province, west])
    try east.act(file, "conclude-investigation", ["zhang", "li"], ["summary": "已查明"])
    try region.settle()
    try expectEqual(id, in: [region.city, east, region.province])
    let (view, kept) = (try east.file(file), try west.file(file))
    #expect(view.row.office == "130526" && view.transfer?.hasEndedHere == false && view.facts["evidence"] == "工资表")
    #expect(kept.acts.count == view.acts.count - 1 && kept.transfer?.hasEndedHere == true)
    // On to a third: both sides' entries go with it.
    try east.transfer(file, to: "130508")
    try region.settle()
    try expectEqual(id, in: [region.city, region.south, region.province])
    #expect(try region.south.file(file).row.office == "130508")
    for office in [east, west, region.south, region.city] { #expect(try office.verifyProblems() == []) }
  }

  @Test("a late act of the former office is void where it falls, with the reason, also at the receiver")
  func lateAct() throws {
    let region = try Transferring()
    let file = try region.filedCase()
    try region.settle()
    let id = try region.id(file)
    let before = try #require(try region.east.folded(id)?.heads.compactMap { RecordID(hex: $0) })
    try region.east.transfer(file, to: "130505")
    try region.settle()
    try region.east.force("record-evidence", on: id, after: before, facts: ["evidence": "迟到"])
    try region.settle()
    try expectEqual(id, in: [region.city, region.west, region.province, region.east])
    let late = try #require(try region.west.file(file).acts.first { $0.act == "record-evidence" })
    #expect(!late.stands && late.office == "130526")
    #expect(late.reason?.zh.contains("已于 2026-01-06 将本案移交 130505") == true)
    #expect(try region.west.file(file).row.office == "130505")
  }

  @Test("a takeover by the province that did not know of the transfer comes first, also at the receiver")
  func takeoverRace() throws {
    let region = try Transferring()
    let file = try region.filedCase()
    try region.settle()
    try region.province.act(file, "takeover", ["sun"], ["takeoverReason": "重大"])
    try region.east.transfer(file, to: "130505")
    for office in [region.east, region.west] { try region.meetCity(office) }
    #expect(try region.west.file(file).row.office == "130505")
    try region.west.act(file, "record-evidence", ["zhang"], ["evidence": "x"])
    try region.settle()
    let id = try region.id(file)
    try expectEqual(id, in: [region.city, region.west, region.province])
    // What the west did meanwhile, void as it is, was never the east's to see.
    #expect(try region.east.file(file).row.office == "13")
    #expect(try region.east.file(file).acts.filter { !$0.stands }.map(\.act) == ["transfer"])
    let view = try region.west.file(file)
    #expect(view.row.office == "13" && view.acts.filter { !$0.stands }.map(\.act) == ["transfer", "record-evidence"])
  }

  @Test("a city that took a file over gives it to another district")
  func assigned() throws {
    let region = try Transferring()
    let file = try region.filedCase()
    try region.settle()
    try region.city.act(file, "takeover", ["sun"], ["takeoverReason": "回避"])
    try region.city.transfer(file, to: "130505")
    try region.settle()
    let id = try region.id(file)
    try expectEqual(id, in: [region.city, region.west, region.province, region.east])
    try region.west.act(file, "record-evidence", ["zhang"], ["evidence": "x"])
    try region.settle()
    try expectEqual(id, in: [region.city, region.west, region.province])
    #expect(try region.east.file(file).transfer?.hasEndedHere == true)
  }

  @Test("an office that does not exist: the root alone can take the file back")
  func nobody() throws {
    let region = try Transferring()
    let file = try region.filedCase()
    try region.east.transfer(file, to: "999")
    try region.settle()
    #expect(throws: DeskFailure.self) { try region.city.act(file, "takeover", ["sun"], ["takeoverReason": "x"]) }
    try region.province.act(file, "takeover", ["sun"], ["takeoverReason": "接收机构不存在"])
    #expect(throws: DeskFailure.self) { try region.province.transfer(file, to: "998") }
    try region.province.transfer(file, to: "130505")
    try region.settle()
    let id = try region.id(file)
    try expectEqual(id, in: [region.province, region.city, region.west])
    #expect(try region.west.file(file).row.office == "130505")
  }

  @Test("deadlines are counted alike, by the notice of the common superior: at the receiver, back again, and above")
  func calendar() throws {
    let region = try Transferring()
    let csv = "date,name,is_workday,notice_year\n" + (1...20).map { "2027-01-\($0 < 10 ? "0" : "")\($0),x,0,2027\n" }.joined()
    try region.city.perform(.calendarImport(CalendarDraft(csv: csv, notice: "7号", isApplied: true)))
    try region.city.refresh()
    let file = try region.east.open("case")
    try region.east.act(file, "propose-filing", ["wang"], ["facts": "欠薪"], on: "2026-12-01")
    try region.east.act(file, "review-filing", ["zhao"], ["opinion": "同意"], on: "2026-12-01")
    try region.east.act(file, "approve-filing", ["chen"], ["handler": "zhang", "secondHandler": "li"], on: "2026-12-01")
    try region.settle()
    let id = try region.id(file)
    try region.east.act(
      file, "transfer", ["liu"], ["transferTo": "130505", "transferReason": "属地管辖"], on: "2026-12-02")
    try region.settle()
    try expectEqual(id, in: [region.city, region.west, region.province, region.east])
    // The notice counts: without it the day is an earlier one.
    let due = try #require(try region.west.file(file).clocks.first { $0.id == "investigation" }?.due)
    #expect(due >= "2027-03-10")
    try region.west.act(
      file, "transfer", ["liu"], ["transferTo": "130526", "transferReason": "退回"], on: "2026-12-03")
    try region.settle()
    try expectEqual(id, in: [region.city, region.west, region.province, region.east])
    #expect(try region.east.file(file).clocks.first { $0.id == "investigation" }?.due == due)
  }

  @Test("what the desk refuses: itself, a superior, a code that is none, a finished file, an order")
  func refused() throws {
    let region = try Transferring()
    let file = try region.filedCase()
    func code(_ body: () throws -> Void) -> String? {
      do { try body() } catch { return (error as? DeskFailure)?.code }
      return nil
    }
    #expect(code { try region.east.transfer(file, to: "130526") } == "transfer-target")
    #expect(code { try region.east.transfer(file, to: "1305") } == "transfer-target")
    #expect(code { try region.east.transfer(file, to: "中") } == "office-code")
    #expect(code { try region.east.transfer(file, to: "130505", by: []) } == "quorum")
    #expect(code { try region.east.act(file, "transfer", ["liu"], ["transferTo": "130505"]) } == "form-field")
    #expect(code { try region.city.transfer(file, to: "130505") } == "unknown-file")
    try region.settle()
    #expect(code { try region.city.transfer(file, to: "130505") } == "not-responsible")
    try region.east.act(file, "conclude-investigation", ["zhang", "li"], ["summary": "已查明"])
    try region.east.act(file, "withdraw", ["liu"], ["corrected": "已改正"])
    #expect(code { try region.east.transfer(file, to: "130505") } == "file-closed")
    #expect(!(try region.east.storage.acts(of: region.id(file)).contains { $0.change.rule == "transfer" }))
  }

  @Test("between branches of two districts: the offices between are guests, the receiver's district reads along")
  func branches() throws {
    let region = try Transferring()
    let (east, west) = (region.east, region.west)
    let from = try east.subordinate("130526-01", salt: 5)
    let to = try west.subordinate("130505-01", salt: 6)
    for (branch, district) in [(from, east), (to, west)] {
      try branch.forgetTree(of: district)
      try district.meet(branch)
      try branch.staff()
      try district.meet(branch)
    }
    try region.settle()
    let file = try from.open("case")
    try from.act(file, "propose-filing", ["wang"], ["facts": "欠薪"])
    try from.transfer(file, to: "130505-01")
    for _ in 0..<2 {
      try east.meet(from)
      try east.witness()
      try region.settle()
      try west.meet(to)
      try west.witness()
    }
    try to.act(file, "review-filing", ["zhao"], ["opinion": "同意"])
    try west.meet(to)
    try region.settle()
    let id = try region.id(file)
    try expectEqual(id, in: [region.city, to, west, region.province])
    let tree = to.context.tree
    #expect(tree.guest(from.context.office)?.parent == east.context.office)
    #expect(tree.guest(east.context.office)?.keys.isEmpty == true)
    #expect(tree.rank(of: from.context.office) == tree.rank(of: to.context.office))
    #expect(tree.isSuperior(region.city.context.office, of: from.context.office))
    for office in [to, west, region.city] { #expect(try office.verifyProblems() == []) }
  }
}
