import Casebook
import Casework
import Replication
import Testing

/// Two codes with the right check characters, and one that fails.
enum Codes {
  static let first = "91110000101623741K"
  static let second = "91350100M000100Y43"
  static let failing = "91350211M0000XUF46"
}

/// Asks of the register.
extension Replica {
  func add(
    _ name: String, code: String = "", kind: String = "", address: String = "", representative: String = "",
    number: String = ""
  ) throws {
    try perform(
      .subjectAdd(
        SubjectDraft(
          code: code, name: name, kind: kind, address: address, representative: representative, residentID: number,
          line: nil)))
  }

  /// Rows of a file: code, name, kind, number.
  func importing(_ rows: [(String, String, String, String)]) throws -> [ImportRow] {
    let drafts = rows.enumerated().map { index, row in
      SubjectDraft(code: row.0, name: row.1, kind: row.2, address: "", residentID: row.3, line: index + 2)
    }
    guard case .imported(let view) = try perform(.subjectImport(drafts)) else { throw CancellationError() }
    #expect(view.added + view.updated + view.unchanged + view.refused == view.rows.count)
    return view.rows
  }

  func subjects(_ text: String? = nil) throws -> [SubjectView] {
    guard case .subjects(let views) = try perform(.subjectList(contains: text)) else { throw CancellationError() }
    return views
  }

  func subject(_ reference: String) throws -> SubjectDetailView {
    guard case .subject(let view) = try perform(.subjectShow(reference)) else { throw CancellationError() }
    return view
  }

  func duplicates() throws -> [DuplicateView] {
    guard case .duplicates(let pairs) = try perform(.subjectDuplicates) else { throw CancellationError() }
    return pairs
  }

  @discardableResult
  func merge(_ from: String, _ into: String, because reason: String = "同一单位") throws -> SubjectDetailView {
    let draft = SubjectMergeDraft(from: from, into: into, reason: reason, officer: "zhang")
    guard case .subject(let view) = try perform(.subjectMerge(draft)) else { throw CancellationError() }
    return view
  }

  func unmerge(_ subject: String) throws {
    try perform(.subjectUnmerge(SubjectUnmergeDraft(subject: subject, reason: "误并", officer: "zhang")))
  }

  func entries(_ audience: Audience) -> [Entry] {
    storage.entries(of: context.stream(audience), from: 1, bytesMax: .max)
  }

  /// Name of the surviving record of each unit, by the names of all records.
  func survivors() throws -> [String: String] {
    Dictionary(
      try subjects().map { ($0.name, $0.mergedInto?.name ?? $0.name) }, uniquingKeysWith: { first, _ in first })
  }
}

@Suite("Importing a register")
struct SubjectImportTests {
  @Test("row by row: added, updated, unchanged, refused, warned")
  func outcomes() throws {
    let office = try Replica.root("130526")
    try office.add("任县长城玩具厂", code: Codes.first, address: "东街")
    let rows = try office.importing([
      (Codes.first, "任县恒通机械厂", "", ""), (Codes.second, "盛达餐饮", "employer", ""), ("", " ", "", ""),
      (Codes.failing, "金马劳务", "", ""), (Codes.second, "又一家", "", ""), ("", "上\n下", "", ""),
      ("", String(repeating: "长", count: 201), "", ""), ("123", "短码", "", ""),
    ])
    #expect(
      rows.map(\.outcome) == [.updated, .added, .refused, .added, .refused, .refused, .refused, .added])
    #expect(rows.map(\.line) == Array(2...9))
    #expect(rows[0].messages.map(\.zh) == ["原名称“任县长城玩具厂”。"])
    #expect(rows[1].messages.isEmpty)
    #expect(rows[3].messages.first?.zh.contains("应为 R") == true)
    #expect(rows[4].messages.first?.zh.contains(Codes.second) == true)
    #expect(rows[7].messages.first?.zh.contains("应为 18 位") == true)
    for row in rows where row.outcome == .refused { #expect(row.messages.first?.en.contains("not") == true) }
    // An empty cell says nothing: the address stays.
    let kept = try #require(try office.subjects(Codes.first).first)
    #expect((kept.name, kept.address, kept.formerNames) == ("任县恒通机械厂", "东街", ["任县长城玩具厂"]))
    #expect(try office.subjects().count == 4)
    // The same again changes nothing, so nothing is written. Spelling of the code aside.
    let before = office.entries(.up).count
    let again = try office.importing([(" \(Codes.second.lowercased())", "盛达餐饮 ", "", "")])
    #expect(again.map(\.outcome) == [.unchanged])
    #expect(office.entries(.up).count == before)
  }

  @Test("suspected duplicates by name: in the register and in the file, with name, code and line; known ones are not news")
  func suspects() throws {
    let office = try Replica.root("130526")
    try office.add("河北长城玩具有限公司", code: Codes.first)
    let rows = try office.importing([
      (Codes.second, "长城玩具厂", "", ""), ("", "恒通建筑劳务", "", ""), ("", "恒通建筑劳务有限公司", "", ""),
      ("", "盛达餐饮", "", ""),
    ])
    #expect(rows.map(\.outcome) == [.added, .added, .added, .added])
    #expect(rows[0].suspects.map(\.subject.name) == ["河北长城玩具有限公司"])
    #expect(rows[0].suspects.first?.subject.code == Codes.first)
    #expect(rows[0].suspects.first?.line == nil)
    #expect(rows[1].suspects.isEmpty)
    #expect(rows[2].suspects.map(\.line) == [3])
    #expect(rows[2].suspects.map(\.score) == [1000])
    #expect(rows[3].suspects.isEmpty)
    #expect(try office.importing([(Codes.second, "长城玩具厂", "", "")])[0].suspects.isEmpty)
    #expect(try office.importing([(Codes.second, "长城玩具有限公司", "", "")])[0].suspects.count == 1)
    // Said of a single one too.
    guard case .subjects(let views) = try office.perform(
      .subjectAdd(SubjectDraft(code: "", name: "盛达餐饮店", kind: "", address: "", line: nil)))
    else { throw CancellationError() }
    #expect(views.first?.warnings.first?.zh.contains("盛达餐饮") == true)
  }

  @Test("an import is one transaction, which other offices see whole or not at all")
  func transaction() throws {
    let city = try Replica.root("1305")
    let county = try city.subordinate("130526", salt: 1)
    // The replica's ids repeat after 255.
    let drafts = (0..<200).map { index in
      SubjectDraft(
        code: "", name: "单位\(index)", kind: "", address: String(repeating: "街", count: 400), line: index + 2)
    }
    let before = county.entries(.up).count
    try county.perform(.subjectImport(drafts))
    let written = Array(county.entries(.up).dropFirst(before))
    #expect(written.count > 1)
    #expect(written.map(\.header.part) == (1...written.count).map { .init(index: $0, count: written.count) })
    var admission = Admission(context: city.context)
    let stream = county.context.stream(.up)
    _ = try admission.admit(written.dropLast().map(\.encoded), of: stream, at: city.now, in: city.storage)
    #expect(try city.subjects().isEmpty)
    try county.send(to: city)
    #expect(try city.subjects().count == 200)
  }
}

@Suite("Identification numbers")
struct ResidentNumberTests {
  private static let number = "11010519491231002X"
  private static let other = "440524188001010014"

  private struct Region {
    let city: Replica
    let county: Replica

    init() throws {
      city = try Replica.root("1305")
      county = try city.subordinate("130526", salt: 1)
      try county.staff()
      try city.staff()
      try county.add("王伟", kind: "个人", number: ResidentNumberTests.number.lowercased())
      try city.meet(county)
    }
  }

  /// Everything the desk says, as text.
  private func said(_ replica: Replica) throws -> String {
    let replies = try [
      DeskRequest.subjectList(contains: nil), .subjectList(contains: Self.number), .subjectShow("王伟"),
      .subjectDuplicates, .conflicts, .log(limit: 100), .coverage,
    ].map { String(describing: try replica.perform($0)) }
    return replies.joined()
  }

  @Test("the whole number is in the own stream alone, and masked in every view")
  func sealed() throws {
    let region = try Region()
    func holds(_ entry: Entry, _ text: String) -> Bool {
      String(decoding: entry.encoded, as: UTF8.self).contains(text)
    }
    #expect(region.county.entries(.own).contains { holds($0, Self.number) })
    let streams = region.county.storage.heads().map(\.stream).filter { $0.audience != .own }
    for stream in streams {
      for entry in region.county.storage.entries(of: stream, from: 1, bytesMax: .max) {
        // Not even its birth date.
        #expect(!holds(entry, "19491231"))
      }
    }
    #expect(region.city.storage.rows(RecordType.sealedPerson.number).isEmpty)
    let view = try #require(try region.county.subjects("王伟").first)
    #expect((view.code, view.kind, view.maskedResidentID) == ("", "person", "110105********002X"))
    #expect(try region.county.subjects(Self.number.lowercased()).map(\.name) == ["王伟"])
    #expect(try region.city.subjects("王伟").first?.maskedResidentID == .some(nil))
    for replica in [region.county, region.city] { #expect(try !said(replica).contains("19491231")) }
  }

  @Test("reveal needs a purpose and an officer, and is recorded where superiors see it")
  func reveal() throws {
    let region = try Region()
    func reveal(_ replica: Replica, _ purpose: String = "送达", officer: String = "zhang") throws -> RevealedSubjectView {
      let request = DeskRequest.subjectReveal(subject: "王伟", purpose: purpose, officer: officer)
      guard case .subjectRevealed(let view) = try replica.perform(request) else { throw CancellationError() }
      return view
    }
    #expect(refusal { _ = try reveal(region.county, " ") } == "purpose")
    #expect(refusal { _ = try reveal(region.county, officer: "nobody") } == "unknown-officer")
    #expect(refusal { _ = try reveal(region.city) } == "not-sealed-here")
    #expect(try region.county.subject("王伟").reveals.isEmpty)
    #expect(try reveal(region.county).numbers.map(\.residentID) == [Self.number])
    try region.city.meet(region.county)
    for replica in [region.county, region.city] {
      let looks = try replica.subject("王伟").reveals
      #expect(looks.map(\.purpose) == ["送达"])
      #expect(looks.map(\.officer) == ["zhang"])
      #expect(looks.map(\.office) == ["130526"])
    }
    try region.county.add("盛达餐饮")
    let request = DeskRequest.subjectReveal(subject: "盛达餐饮", purpose: "x", officer: "zhang")
    #expect(refusal { try region.county.perform(request) } == "no-resident-id")
    guard case .verified(let checked) = try region.city.perform(.verify) else { throw CancellationError() }
    #expect(checked.problems.isEmpty)
  }

  @Test("a person is told by the number; a number in the wrong column is refused; warnings do not spell it out")
  func persons() throws {
    let office = try Replica.root("130526")
    let rows = try office.importing([
      ("", "王伟", "person", Self.number), ("", "王伟", "自然人", Self.other), (Self.number, "王伟", "person", ""),
      (Self.number, "某店", "employer", ""), ("", "李某", "person", "110105194902300021"),
      ("", "张某", "person", "110105491231002"), (Codes.first, "赵某", "person", Self.other),
      (Codes.second, "恒通", "employer", Self.number),
    ])
    #expect(
      rows.map(\.outcome) == [.added, .added, .refused, .refused, .added, .added, .refused, .added])
    // Of one name, but two numbers: two people.
    #expect(rows[1].suspects.isEmpty)
    #expect(rows[4].messages.contains { $0.zh.contains("出生日期不存在") })
    #expect(rows[5].messages.contains { $0.zh.contains("15 位旧号码") })
    let text = String(describing: rows)
    for part in ["19491231", "19490230", "491231"] { #expect(!text.contains(part), "\(part)") }
    #expect(try office.importing([(Self.number, "王伟伟", "person", "")]).map(\.outcome) == [.updated])
    #expect(try office.subjects("王伟伟").first?.formerNames == ["王伟"])
    #expect(try office.importing([("", "王伟", "person", "")])[0].suspects.map(\.subject.name) == ["王伟"])
    // A unit's is its representative's.
    #expect(try office.subjects("恒通").first?.maskedResidentID == "110105********002X")
  }
}

@Suite("Duplicates")
struct DuplicateTests {
  @Test("pairs with score and reason: the same code at two offices first, then similar names; not what is merged")
  func pairs() throws {
    let office = try CountingOffice()
    try office.city.staff()
    try office.city.add("长城玩具", code: Codes.first)
    try office.county.add("任县长城玩具厂", code: Codes.first)
    try office.county.add("恒通建筑劳务有限公司")
    try office.county.add("恒通建筑劳务")
    try office.county.add("盛达餐饮")
    try office.city.meet(office.county)
    let pairs = try office.city.duplicates()
    #expect(pairs.map(\.reason) == [.sameCode, .similarName])
    #expect(
      pairs.map { Set([$0.first.name, $0.second.name]) } == [
        ["长城玩具", "任县长城玩具厂"], ["恒通建筑劳务有限公司", "恒通建筑劳务"],
      ])
    #expect(pairs[1].score == 1000)
    #expect(try office.county.duplicates().map(\.reason) == [.similarName])
    try office.county.merge("恒通建筑劳务", "恒通建筑劳务有限公司")
    #expect(try office.county.duplicates().isEmpty)
  }
}
