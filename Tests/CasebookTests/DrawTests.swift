import Casebook
import Casework
import Foundation
import Replication
import SignatureSuites
import Testing

@Suite("Random draws over the log")
struct DrawTests {
  /// A city and one district with a register of 12 units and seven officers, three of whom may be drawn.
  private struct District {
    let city: Replica
    let east: Replica
    private let ids = IDs()

    init(units: Int = 12) throws {
      city = try Replica.root("1305")
      east = try city.subordinate("130526", salt: 1)
      city.now = 1_767_900_000_000  // 2026-01-09
      east.now = 1_767_900_100_000
      try city.publish("renxian")
      try city.send(to: east)
      try east.staff()
      try officer("qian", "E3", until: "2026-01-09")
      try officer("expired", "E4", until: "2026-01-08")
      try officer("future", "E5", from: "2026-01-10", until: "2030-01-01")
      try register((1...units).map { ("单位\($0)", $0 % 3 == 0 ? "agency" : "employer") })
    }

    func officer(_ login: String, _ number: String, from: String = "2020-01-01", until: String) throws {
      try east.perform(
        .officerAdd(
          OfficerDraft(
            login: login, name: login, roles: ["handler"], certificateNumber: number, certificateKind: "enforcement",
            validFrom: from, validTo: until)))
    }

    func register(_ units: [(name: String, kind: String)]) throws {
      let drafts = units.map { SubjectDraft(code: "", name: $0.name, kind: $0.kind, address: "", line: nil) }
      try perform(.subjectImport(drafts), at: east)
    }

    /// As `Replica.perform`, with bytes for a nonce and more than 255 ids.
    @discardableResult
    func perform(_ request: DeskRequest, at office: Replica, nonce: UInt8 = 7) throws -> DeskReply {
      office.now += 1_000
      let prefix = Array(office.context.key.bytes.prefix(2))
      return try Clerk(
        context: office.context, signer: office.signer, now: office.now,
        makeID: { ids.next(prefix, milliseconds: office.now) },
        randomBytes: { [UInt8](repeating: nonce, count: $0) }
      ).perform(request, in: office.storage)
    }

    func draw(_ request: DeskRequest, at office: Replica? = nil, nonce: UInt8 = 7) throws -> DrawView {
      guard case .draw(let view) = try perform(request, at: office ?? east, nonce: nonce) else {
        throw CancellationError()
      }
      return view
    }

    func commit(_ draft: DrawDraft = DrawTests.draft(), nonce: UInt8 = 7) throws -> String {
      try draw(.drawCommit(draft), nonce: nonce).row.number
    }

    /// The district hands in, the city receipts, the district hears of it.
    func meet() throws {
      city.now = max(city.now, east.now) + 5_000
      try east.send(to: city)
      for (audience, changes) in try Witness.owed(context: city.context, at: city.now, in: city.storage) {
        try city.record(changes, for: audience)
      }
      try city.meet(east)
    }

    /// A draw of four units, revealed and known to both.
    func revealed() throws -> String {
      let number = try commit()
      try meet()
      _ = try draw(.drawReveal(number))
      try meet()
      return number
    }

    func atCity(_ number: String) throws -> DrawView { try draw(.drawShow(number), at: city) }

    /// Kinds of what the city finds, after the district wrote past its own software.
    func found(_ number: String) throws -> [DrawFinding.Kind] {
      try meet()
      return try atCity(number).findings.map(\.kind)
    }

    func row(_ type: RecordType, where field: UInt64, is value: String) throws -> RecordRow {
      try #require(east.storage.rows(type.number, where: field, is: .text(value)).first)
    }

    /// Writes fields past the clerk; replaces what is there.
    func forge(_ type: RecordType, _ id: RecordID, _ values: [(UInt64, FieldValue)]) throws {
      let row = east.storage.row(type.number, id)
      east.now += 1_000
      try east.record(
        [
          .record(
            RecordWrite(
              type: type.number, id: id,
              fields: values.map {
                RecordWrite.Field(number: $0.0, value: $0.1, replaces: row?.fields[$0.0]?.stamps ?? [])
              }))
        ], for: .up)
    }

    func newID() -> RecordID { ids.next([9, 9], milliseconds: east.now) }
  }

  private final class IDs {
    private var last: UInt64 = 0

    func next(_ prefix: [UInt8], milliseconds: UInt64) -> RecordID {
      last += 1
      let random = prefix + (0..<8).map { UInt8(truncatingIfNeeded: last >> UInt64(56 - 8 * $0)) }
      return RecordID(milliseconds: milliseconds, random: random) ?? .zero
    }
  }

  fileprivate static func draft(
    size: DrawSize = .count(4), kinds: [String] = [], recusals: [DrawRecusal] = [], perUnit: Int? = nil
  ) -> DrawDraft {
    DrawDraft(
      title: "劳务派遣抽查", pack: "renxian", regime: "labour-dispatch", checkKind: "full", size: size,
      minimums: [DrawMinimum(stratum: "agency", atLeast: .count(1))], officersPerSubject: perUnit, kinds: kinds,
      recusals: recusals, officers: ["chen"])
  }

  private func expectFailure(
    _ kind: DeskFailure.Kind, _ code: String, _ location: SourceLocation = #_sourceLocation, _ body: () throws -> Void
  ) {
    do {
      try body()
      Issue.record("nothing was refused; expected \(code)", sourceLocation: location)
    } catch let failure as DeskFailure {
      #expect(failure.kind == kind && failure.code == code, "\(failure)", sourceLocation: location)
      #expect(!failure.message.zh.isEmpty && !failure.remedy.zh.isEmpty, sourceLocation: location)
      #expect(!failure.message.en.isEmpty && !failure.remedy.en.isEmpty, sourceLocation: location)
    } catch {
      Issue.record(error, sourceLocation: location)
    }
  }

  // MARK: - The way it should go

  @Test("committed offline, not revealed before the superior's receipt, then the same list everywhere")
  func commitAndReveal() throws {
    let district = try District()
    let committed = try district.draw(.drawCommit(Self.draft()))
    let number = committed.row.number
    #expect(number == "130526抽〔2026〕1号")
    #expect(committed.row.state == .waiting && committed.row.units == 12 && committed.row.drawn == 4)
    #expect(committed.officers == ["chen"] && committed.findings.isEmpty && committed.file == nil)
    expectFailure(.refused, "no-receipt") { _ = try district.draw(.drawReveal(number)) }
    // The entries reached the superior, but its receipt has not come back.
    try district.east.send(to: district.city)
    #expect(try district.atCity(number).row.state == .waiting)
    expectFailure(.refused, "no-receipt") { _ = try district.draw(.drawReveal(number)) }
    try district.meet()
    #expect(try district.atCity(number).row.state == .ready)
    #expect(try district.atCity(number).findings.isEmpty)
    let revealed = try district.draw(.drawReveal(number))
    #expect(revealed.row.state == .revealed && revealed.standing.count == 4 && revealed.findings.isEmpty)
    #expect(Set(revealed.standing.map(\.id)).count == 4)
    let able: Set = ["zhang", "li", "qian"]
    #expect(revealed.standing.allSatisfy { $0.officers.count == 2 && able.isSuperset(of: $0.officers) })
    let seed = try #require(revealed.rounds.first?.seed)
    let receipts = district.city.storage.receipts(of: district.east.context.stream(.up))
    #expect(receipts.contains { Hexadecimal.string($0.entry.bytes) == seed })
    try district.meet()
    let superior = try district.atCity(number)
    #expect(superior.standing == revealed.standing && superior.findings.isEmpty && superior.file == revealed.file)
    guard case .draws(let rows) = try district.perform(.drawList, at: district.city) else { throw CancellationError() }
    #expect(rows == [superior.row] && superior.row.rounds == 1)
    expectFailure(.refused, "draw-revealed") { _ = try district.draw(.drawReveal(number)) }
    expectFailure(.notPermitted, "not-own-draw") { _ = try district.draw(.drawReveal(number), at: district.city) }
    for office in [district.city, district.east] {
      guard case .verified(let view) = try office.perform(.verify) else { throw CancellationError() }
      #expect(view.problems.isEmpty)
    }
  }

  @Test("the nonce stays in the office until it is revealed")
  func secret() throws {
    let district = try District()
    let number = try district.commit(nonce: 0xAB)
    try district.meet()
    let nonce = String(repeating: "ab", count: 32)
    #expect(try district.row(.drawSecret, where: 2, is: nonce).type == RecordType.drawSecret.number)
    #expect(district.city.storage.rows(RecordType.drawSecret.number).isEmpty)
    func held() -> Bool {
      RecordType.all.contains { type in
        district.city.storage.rows(type.number).contains { row in row.fields.keys.contains { row.text($0) == nonce } }
      }
    }
    #expect(!held())
    _ = try district.draw(.drawReveal(number))
    try district.meet()
    #expect(held())
  }

  @Test("the seed is the first receipt over the commitment, whatever receipts follow; another is found")
  func firstReceipt() throws {
    let district = try District()
    let number = try district.commit()
    try district.meet()
    let stream = district.east.context.stream(.up)
    let first = try #require(district.east.storage.receipts(of: stream).last)
    try district.officer("sunli", "E9", until: "2030-01-01")
    try district.meet()
    let second = try #require(district.east.storage.receipts(of: stream).last)
    #expect(second.receipt.head.seq > first.receipt.head.seq)
    let view = try district.draw(.drawReveal(number))
    #expect(view.rounds.first?.seed == Hexadecimal.string(first.entry.bytes))
    #expect(view.rounds.first?.receiptedAt == first.receipt.clock)
    // A district that prefers what the second would bring.
    let other = try District()
    let preferred = try other.commit()
    try other.meet()
    try other.officer("sunli", "E9", until: "2030-01-01")
    try other.meet()
    let draw = try other.row(.draw, where: 1, is: preferred)
    let later = try #require(other.east.storage.receipts(of: other.east.context.stream(.up)).last)
    try other.forge(
      .drawResult, other.newID(),
      [
        (1, .text(draw.id.description)), (2, .integer(1)), (7, .text(String(repeating: "07", count: 32))),
        (8, .text(Hexadecimal.string(later.entry.bytes))),
      ])
    #expect(try other.found(preferred) == [.seed])
  }

  @Test("the snapshot of a long register is in sections of at most 16 KiB and reads back the same")
  func sections() throws {
    let district = try District(units: 1)
    try district.register((1...6_000).map { ("u\($0)", "a kind\nwith a line end") })
    let number = try district.commit(
      DrawDraft(
        title: "t", pack: "renxian", regime: "labour-dispatch", checkKind: "full", size: .percent(10), minimums: [],
        officersPerSubject: nil, kinds: ["a kind\nwith a line end"], recusals: [], officers: ["chen"]))
    let rows = district.east.storage.rows(RecordType.drawSection.number)
    #expect(rows.count > 20 && rows.allSatisfy { ($0.text(4) ?? "").utf8.count <= 16 * 1024 })
    try district.meet()
    #expect(try district.draw(.drawReveal(number)).standing.count == 600)
    #expect(try district.found(number).isEmpty)
  }

  // MARK: - Who may be drawn

  @Test("only officers whose certificate of the right kind is valid on the day are on the officers' roster")
  func certificates() throws {
    let district = try District()
    let number = try district.commit()
    // zhang, li and qian, whose last day it is; not: expired, future, sun (supervision), those without one.
    #expect(try district.draw(.drawShow(number)).officersInRoster == 3)
    let text = try district.row(.drawSection, where: 2, is: "parameters").text(4) ?? ""
    let certificates = text.split(separator: "\n").filter { $0.hasPrefix("officer ") }.map { $0.suffix(2) }
    #expect(Set(certificates) == ["E1", "E2", "E3"])
    // The next day qian's has expired too.
    district.east.now += 24 * 3600 * 1000
    let next = try district.draw(.drawCommit(DrawTests.draftOfRoutine))
    #expect(next.officersInRoster == 3 && next.row.openedOn == "2026-01-10")
    let later = try #require(
      district.east.storage.rows(RecordType.drawSection.number, where: 1, is: .text(next.row.id))
        .first { $0.text(2) == "parameters" }?.text(4))
    #expect(!later.contains("E3") && later.contains("E5"))
  }

  private static var draftOfRoutine: DrawDraft {
    var draft = draft()
    draft.checkKind = "routine"
    return draft
  }

  @Test("an officer put on the roster without a valid certificate, and a unit left off it, are found above")
  func forgedRosters() throws {
    let district = try District()
    // The district's own tables are made to say otherwise; its log still says what it says.
    let expired = try district.row(.officer, where: 8, is: "expired")
    var fields = expired.fields
    let stamp = try #require(fields[6]?.winner?.stamp)
    fields[6] = RegisterState(versions: [.init(stamp: stamp, value: .text("2030-01-01"))], replaced: [])
    district.east.storage.put(RecordRow(type: expired.type, id: expired.id, fields: fields))
    let friend = try district.row(.subject, where: 2, is: "单位5")
    district.east.storage.put(RecordRow(type: friend.type, id: friend.id))
    let number = try district.commit()
    #expect(try Set(district.found(number)) == [.certificate, .register])
  }

  @Test("refused before anything is written: no officers, too few for the regime, an unknown unit, no superior")
  func refusals() throws {
    let district = try District()
    let before = district.east.storage.entryCount()
    expectFailure(.refused, "quorum") { _ = try district.commit(Self.draft(perUnit: 1)) }
    expectFailure(.badInput, "draw-officers") { _ = try district.commit(Self.draft(perUnit: 4)) }
    expectFailure(.badInput, "draw-units") { _ = try district.commit(Self.draft(size: .count(13))) }
    expectFailure(.badInput, "draw-units") { _ = try district.commit(Self.draft(kinds: ["school"])) }
    expectFailure(.badInput, "not-drawn") {
      _ = try district.commit(Self.draft(recusals: [DrawRecusal(subject: "没有的单位", officer: "li")]))
    }
    expectFailure(.badInput, "unknown-officer") {
      _ = try district.commit(Self.draft(recusals: [DrawRecusal(subject: "单位1", officer: "nobody")]))
    }
    expectFailure(.refused, "no-witness") { _ = try district.draw(.drawCommit(Self.draft()), at: district.city) }
    // Without a source of randomness there is no nonce.
    expectFailure(.badInput, "draw") { try district.east.perform(.drawCommit(Self.draft())) }
    #expect(district.east.storage.entryCount() == before)
  }

  @Test("a recused officer is not sent to the unit")
  func recusal() throws {
    let district = try District()
    let number = try district.commit(
      Self.draft(size: .percent(100), recusals: [DrawRecusal(subject: "单位1", officer: "li")]))
    try district.meet()
    let view = try district.draw(.drawReveal(number))
    let unit = try #require(view.standing.first { $0.name == "单位1" })
    #expect(Set(unit.officers) == ["zhang", "qian"])
  }

  // MARK: - What an office might try

  @Test("a changed nonce is found")
  func changedNonce() throws {
    let district = try District()
    let number = try district.commit()
    try district.meet()
    let draw = try district.row(.draw, where: 1, is: number)
    let seed = try #require(district.east.storage.receipts(of: district.east.context.stream(.up)).last)
    try district.forge(
      .drawResult, district.newID(),
      [
        (1, .text(draw.id.description)), (2, .integer(1)), (7, .text(String(repeating: "08", count: 32))),
        (8, .text(Hexadecimal.string(seed.entry.bytes))),
      ])
    #expect(try district.found(number) == [.nonce])
  }

  @Test("a changed roster is found, before and after the reveal, and hinders an honest reveal")
  func changedRoster() throws {
    for isRevealed in [false, true] {
      let district = try District()
      let number = isRevealed ? try district.revealed() : try district.commit()
      let section = try district.row(.drawSection, where: 2, is: "roster")
      let lines = (section.text(4) ?? "").split(separator: "\n").dropFirst().joined(separator: "\n")
      try district.forge(.drawSection, section.id, [(4, .text(lines))])
      let found = try district.found(number)
      #expect(Set(found) == [.roster, .header, .register])
      if !isRevealed { expectFailure(.integrity, "draw-altered") { _ = try district.draw(.drawReveal(number)) } }
    }
  }

  @Test("a changed list, and a commitment written again, are found")
  func changedList() throws {
    let district = try District()
    let number = try district.revealed()
    let result = try district.row(.drawSection, where: 2, is: "result")
    let lines = (result.text(4) ?? "").split(separator: "\n")
    try district.forge(.drawSection, result.id, [(4, .text(lines.reversed().joined(separator: "\n")))])
    #expect(try district.found(number) == [.subjects])
    let draw = try district.row(.draw, where: 1, is: number)
    try district.forge(.draw, draw.id, [(15, .text(String(repeating: "00", count: 32)))])
    #expect(try Set(district.found(number)).isSuperset(of: [.commitment, .rewritten, .seed]))
  }

  @Test("a second commitment to one matter is refused, and found above when it is made all the same and withheld")
  func withheld() throws {
    let district = try District()
    let number = try district.commit()
    expectFailure(.refused, "draw-open") { _ = try district.commit(nonce: 8) }
    let draw = try district.row(.draw, where: 1, is: number)
    var copy = draw.fields.keys.sorted().map { ($0, draw.value($0)) }
    copy[0] = (1, .text("130526抽〔2026〕2号"))
    try district.forge(.draw, district.newID(), copy)
    try district.meet()
    _ = try district.draw(.drawReveal(number))
    #expect(try district.found(number) == [.withheld])
    #expect(try district.atCity(number).findings.first?.message.zh.contains("2号") == true)
    // Another matter hinders nothing.
    let other = try District()
    _ = try other.commit()
    let routine = try other.draw(.drawCommit(Self.draftOfRoutine)).row.number
    try other.meet()
    _ = try other.draw(.drawReveal(routine))
    #expect(try other.found(routine).isEmpty)
  }

  // MARK: - Drawing again

  private func redraw(
    _ number: String, _ replaces: [DrawReplacement], note: String = "已注销", reason: DrawReason = .closed
  ) -> DeskRequest {
    .drawRedraw(DrawRedrawDraft(draw: number, reason: reason, note: note, replaces: replaces, officers: ["chen"]))
  }

  @Test("a re-draw is a numbered round with its reason and a seed of its own")
  func redraws() throws {
    let district = try District()
    let number = try district.revealed()
    let before = try district.atCity(number)
    let (gone, kept) = (before.standing[0], before.standing[1])
    let officer = DrawReplacement(subject: kept.id, officer: kept.officers[0])
    let asked = try district.draw(redraw(number, [DrawReplacement(subject: gone.name), officer]))
    #expect(asked.row.state == .waiting && asked.row.rounds == 1 && asked.rounds.count == 2)
    #expect(asked.standing == before.standing && asked.findings.isEmpty)
    #expect(asked.rounds[1].replaces == [gone.name, "\(kept.name) / \(kept.officers[0])"])
    expectFailure(.refused, "no-receipt") { _ = try district.draw(.drawReveal(number)) }
    expectFailure(.refused, "draw-open") {
      _ = try district.draw(redraw(number, [DrawReplacement(subject: kept.id)]))
    }
    try district.meet()
    let again = try district.draw(.drawReveal(number))
    #expect(again.row.rounds == 2 && again.row.state == .revealed && again.findings.isEmpty)
    #expect(again.rounds[1].seed != again.rounds[0].seed && again.rounds[1].reason?.zh == "注销或停业")
    #expect(again.standing.count == 4 && !again.standing.contains { $0.id == gone.id })
    let unit = try #require(again.standing.first { $0.id == kept.id })
    #expect(!unit.officers.contains(kept.officers[0]) && unit.officers.contains(kept.officers[1]))
    try district.meet()
    let superior = try district.atCity(number)
    #expect(superior.standing == again.standing && superior.findings.isEmpty)
    #expect(try #require(superior.file).findings(suites: .standard).isEmpty)
    // What is replaced already cannot be replaced again.
    expectFailure(.badInput, "not-drawn") { _ = try district.draw(redraw(number, [DrawReplacement(subject: gone.id)])) }
  }

  @Test("a re-draw without reason, without anything to replace, or that could not be filled is refused")
  func redrawRefusals() throws {
    let district = try District()
    let open = try district.commit()
    expectFailure(.refused, "draw-open") {
      _ = try district.draw(redraw(open, [DrawReplacement(subject: "单位1")]))
    }
    try district.meet()
    let unit = try district.draw(.drawReveal(open)).standing[0]
    let before = district.east.storage.entryCount()
    for note in ["", " \n"] {
      expectFailure(.badInput, "draw-note") {
        _ = try district.draw(redraw(open, [DrawReplacement(subject: unit.id)], note: note))
      }
    }
    expectFailure(.badInput, "draw-replaces") { _ = try district.draw(redraw(open, [])) }
    expectFailure(.badInput, "not-drawn") {
      _ = try district.draw(redraw(open, [DrawReplacement(subject: unit.id, officer: "sun")]))
    }
    // Three officers, two drawn: when both stand back only one is left.
    expectFailure(.badInput, "draw-officers") {
      let both = unit.officers.map { DrawReplacement(subject: unit.id, officer: $0) }
      _ = try district.draw(redraw(open, both, reason: .recusal))
    }
    #expect(district.east.storage.entryCount() == before)
  }

  @Test("two re-draws of one round, of which one is withheld, are found")
  func withheldRedraw() throws {
    let district = try District()
    let number = try district.revealed()
    let unit = try district.atCity(number).standing[0]
    let draw = try district.row(.draw, where: 1, is: number)
    _ = try district.draw(redraw(number, [DrawReplacement(subject: unit.id)]))
    try district.forge(
      .drawResult, district.newID(),
      [
        (1, .text(draw.id.description)), (2, .integer(2)), (3, .text("closed")), (4, .text("x")),
        (5, .text(unit.id)),
      ])
    #expect(try district.found(number) == [.withheld])
    #expect(try district.atCity(number).findings.first?.round == 2)
  }

  // MARK: - Published

  /// A file with one re-draw, through JSON.
  private func published() throws -> (DrawFile, District) {
    let district = try District()
    let number = try district.revealed()
    let unit = try district.atCity(number).standing[0]
    _ = try district.draw(redraw(number, [DrawReplacement(subject: unit.id)]))
    // Other work between request and receipt: its payloads are not in the file.
    try district.officer("secretive", "E8", until: "2030-01-01")
    try district.officer("sunli", "E9", until: "2030-01-01")
    try district.meet()
    let file = try #require(try district.draw(.drawReveal(number)).file)
    let json = try JSONEncoder().encode(file)
    return (try JSONDecoder().decode(DrawFile.self, from: json), district)
  }

  private func kinds(_ file: DrawFile, witness: String? = nil) -> Set<DrawFinding.Kind> {
    Set(file.findings(suites: .standard, witness: witness).map(\.kind))
  }

  @Test("a published file verifies without an office, and holds no other work of it")
  func publishedFile() throws {
    let (file, district) = try published()
    #expect(kinds(file).isEmpty)
    #expect(file.proofs.count == 2 && file.proofs[1].links.count == 2)
    #expect(file.witnessKey.fingerprint(.standard) == Hexadecimal.string(district.city.context.key.bytes))
    #expect(kinds(file, witness: file.witnessKey.fingerprint(.standard)).isEmpty)
    let text = String(decoding: try JSONEncoder().encode(file), as: UTF8.self)
    #expect(!text.contains("secretive") && !text.contains(Hexadecimal.string(Array("secretive".utf8))))
    #expect(file.names.values.contains("zhang"))
  }

  @Test("every alteration of a published file is found, with its kind")
  func alteredFile() throws {
    let (file, _) = try published()
    let (stranger, _) = try published()
    func altered(_ change: (inout DrawFile) throws -> Void) rethrows -> Set<DrawFinding.Kind> {
      var copy = file
      try change(&copy)
      return kinds(copy)
    }
    #expect(altered { $0.publication.result.rounds[0].drawn.swapAt(0, 1) } == [.subjects])
    #expect(altered { $0.publication.result.rounds[1].drawn[0].officers.reverse() } == [.officers])
    #expect(altered { $0.publication.reveal.nonce[0] ^= 1 } == [.nonce])
    let fewer = DrawRoster(Array(file.publication.roster.subjects.dropLast()))
    #expect(altered { $0.publication.roster = fewer } == [.roster])
    #expect(altered { $0.publication.parameters.officers.removeLast() } == [.parameters])
    // A commitment made to fit other parts is not the one the office signed before the receipt.
    #expect(altered { $0.publication.commitment = stranger.publication.commitment }.isSuperset(of: [.request]))
    #expect(altered { $0.publication.reveal.redraws[0].note = "别的原因" }.contains(.request))
    #expect(altered { $0.title = "别的事项" } == [.request, .seed])
    #expect(altered { $0.id = String($0.id.reversed()) } == [.request, .seed])
    #expect(altered { $0.proofs[1].links.removeLast() } == [.receipt, .seed])
    #expect(altered { $0.proofs[1].links.removeFirst() } == [.chain, .seed])
    #expect(altered { $0.proofs[1].receipt = $0.proofs[0].receipt } == [.receipt, .seed])
    #expect(altered { $0.proofs[0].receipt = stranger.proofs[0].receipt } == [.receipt, .seed])
    #expect(altered { $0.proofs[0].request = stranger.proofs[0].request } == [.request, .seed])
    #expect(altered { $0.witnessKey = $0.officeKey } == [.receipt, .seed])
    #expect(altered { $0.officeKey = $0.witnessKey } == [.request, .seed])
    #expect(altered { $0.proofs.removeLast() } == [.seed])
    #expect(altered { $0.publication.reveal.redraws = []; $0.publication.result.rounds.removeLast() }.contains(.rounds))
    #expect(altered { $0.format = "docket-draw/2" } == [.unreadable])
    #expect(altered { $0.suite = 9 } == [.unreadable])
    // A whole file of an invented office and superior holds together; its witness is not the one expected.
    #expect(kinds(stranger).isEmpty)
    #expect(kinds(stranger, witness: file.witnessKey.fingerprint(.standard)) == [.witness])
  }

  @Test("a request of another branch, and a receipt the office signed itself, are found")
  func forgedEntries() throws {
    let (file, district) = try published()
    func entry(_ text: String) throws -> Entry { try Entry(decoding: try #require(Hexadecimal.bytes(text))) }
    // The office signs the same request at the same place a second time, with another stamp.
    let request = try entry(file.proofs[1].request)
    var header = request.header
    header.stamp = header.stamp.next
    let branch = try Entry(header: header, payload: request.payload, signer: district.east.signer)
    var copy = file
    copy.proofs[1].request = Hexadecimal.string(branch.encoded)
    #expect(kinds(copy) == [.chain, .seed])
    // The witness's signature under another payload: the receipt's position one higher or lower.
    copy = file
    let last = try #require(file.proofs[0].receipt.last?.hexDigitValue)
    copy.proofs[0].receipt = file.proofs[0].receipt.dropLast() + String(last ^ 1, radix: 16)
    #expect(try entry(copy.proofs[0].receipt).changes().count == entry(file.proofs[0].receipt).changes().count)
    #expect(kinds(copy) == [.receipt, .seed])
    // The office invents a receipt that brings a better list, in the witness's name.
    let receipt = try entry(file.proofs[0].receipt)
    header = receipt.header
    header.stamp = header.stamp.next
    let invented = try Entry(header: header, payload: receipt.payload, signer: district.east.signer)
    copy = file
    copy.proofs[0].receipt = Hexadecimal.string(invented.encoded)
    copy.publication.reveal.seed = invented.hash(using: Ed25519Suite()).bytes
    #expect(kinds(copy).contains(.receipt))
  }
}
