import Casebook
import Casework
import ReplicaStore
import Replication
import Synchronization
import TestKit
import Testing

/// What was counted for an earlier board, without end.
private final class Shelf: CoverageShelf {
  private let coverage = Mutex<[OfficeCode: KeptCoverage]>([:])
  private let merges = Mutex<KeptMerges?>(nil)
  private let kept = Mutex(0)

  var counted: Int { kept.withLock { $0 } }
  func kept(_ office: OfficeCode) -> KeptCoverage? { coverage.withLock { $0[office] } }
  func keep(_ coverage: KeptCoverage, of office: OfficeCode) {
    self.coverage.withLock { $0[office] = coverage }
    kept.withLock { $0 += 1 }
  }

  func keptMerges() -> KeptMerges? { merges.withLock { $0 } }
  func keep(_ merges: KeptMerges) { self.merges.withLock { $0 = merges } }
}

/// A bureau with two districts whose board is read again and again over one shelf, while everything it is made of changes.
@Suite("Coverage that was counted before")
struct KeptCoverageTests {
  private static func pack(version: Int, least: Int, from effective: String = "2020-01-01") -> String {
    """
    pack: {code: kept, version: \(version), issuer: {zh: 局, en: bureau}, division: "1305", effective: \(effective), document: x}
    regimes:
      - id: r
        name: {zh: 用人单位, en: employers}
        source: 一
        subjects: [{zh: 企业, en: company}]
        superior-overrides: true
        workflows: [visit]
        ceiling: {at-most: 1, source: 一}
        indicators:
          - {id: visits, name: {zh: 次数, en: visits}, check: routine, shape: visits, at-least: \(least), per: year, source: 一}
          - {id: share, name: {zh: 面, en: share}, check: routine, shape: share, percent: 50, per: year, source: 一}
    workflows:
      - id: visit
        name: {zh: 检查, en: visit}
        kind: inspection
        source: 一
        initial: opened
        states: [{id: opened, name: {zh: 已安排, en: planned}}, {id: recorded, name: {zh: 已记录, en: recorded}}, {id: closed, name: {zh: 已归档, en: closed}, final: true}]
        acts:
          - {id: record, name: {zh: 记录, en: record}, from: [opened], to: recorded, source: 一, guards: [{officers: 2, article: 一}]}
          - {id: close, name: {zh: 归档, en: close}, from: [recorded], to: closed, source: 一}
        clocks: []
    """
  }

  /// The offices and what of them can be named again.
  private final class Province {
    let city: DiskReplica
    let counties: [DiskReplica]
    let shelf = Shelf()
    var units: [(id: RecordID, office: String)] = []
    var files: [(id: RecordID, office: Int, unit: String)] = []
    var day: CivilDate

    init() throws {
      let city = try DiskReplica.root("1305")
      self.city = city
      counties = try (1...2).map { try city.subordinate("13052\(5 + $0)", salt: UInt8($0)) }
      day = try #require(CivilDate("2026-03-01"))
      city.now = UInt64(day.dayNumber) * 86_400_000 + 14_400_000
      try city.perform(.regimePublish(yaml: KeptCoverageTests.pack(version: 1, least: 2)))
      for county in counties {
        county.now = city.now
        try city.send(to: county)
      }
    }

    /// The board and the rows over the shelf, beside those counted anew.
    func expectSame(_ what: String) throws {
      for request in [DeskRequest.coverage, .board] {
        let (kept, fresh) = try city.store.read { storage in
          let clerks = [shelf, nil].map {
            Clerk(
              context: city.context, signer: city.signer, now: city.now, makeID: { .zero }, coverageShelf: $0)
          }
          return (try clerks[0].perform(request, in: storage), try clerks[1].perform(request, in: storage))
        }
        #expect(kept == fresh, "\(what)")
      }
    }

    /// The city says that two records are one unit.
    func merge(_ from: RecordID, into: RecordID) throws {
      try write(
        .subjectMerge, city.newID(),
        [(1, .text(from.description)), (2, .text(into.description)), (3, .text("同一")), (5, .text(day.description))],
        by: city)
    }

    func write(_ type: RecordType, _ id: RecordID, _ values: [(UInt64, FieldValue)], by office: DiskReplica) throws {
      let present = try office.store.read { try $0.row(type.number, id) }
      try office.record(
        [
          .record(
            RecordWrite(
              type: type.number, id: id,
              fields: values.map { number, value in
                .init(
                  number: number, value: value,
                  replaces: present?.fields[number]?.stamps(besides: WriteStamp.short(office.context.key)) ?? [])
              }))
        ], for: .up)
    }
  }

  private enum Step: CaseIterable {
    case unit, otherCode, otherOffice, merge, cityMerge, open, act, foreignUnit, foreignSource, missing, setting, pack, day, rebuild
  }

  @Test("after any change the board over the shelf is the one counted anew", arguments: 1...10)
  func steps(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let province = try Province()
    try province.expectSame("at first")
    for round in 0..<40 {
      let step = try #require(Step.allCases.randomElement(using: &random))
      try take(step, province, round, &random)
      try province.expectSame("\(round): \(step)")
    }
  }

  @Test("a second board counts nothing, and a change in one office counts that office alone")
  func spared() throws {
    var random = SeededGenerator(seed: 7)
    let province = try Province()
    for step in [Step.unit, .unit, .unit, .open, .open, .act] { try take(step, province, 0, &random) }
    try province.expectSame("at first")
    let first = province.shelf.counted
    #expect(first == 3)
    try province.expectSame("again")
    #expect(province.shelf.counted == first)
    try province.write(
      .subject, province.counties[0].newID(), [(2, .text("新")), (3, .text("企业")), (5, .text("130526"))],
      by: province.counties[0])
    try province.counties[0].send(to: province.city)
    try province.expectSame("one more unit")
    #expect(province.shelf.counted == first + 1)
    province.city.now += 86_400_000
    try province.expectSame("the next day")
    #expect(province.shelf.counted == first + 4)
  }

  @Test("a merge over another office's record counts once that comes, and joins what has its code from then on")
  func overAnother() throws {
    let province = try Province()
    let (city, north, south) = (province.city, province.counties[0], province.counties[1])
    func unit(_ id: RecordID, _ code: String, by county: DiskReplica) throws {
      try province.write(
        .subject, id,
        [(1, .text(code)), (2, .text("某")), (3, .text("企业")), (5, .text(county.context.office.text))], by: county)
    }
    let units = [north.newID(), north.newID(), north.newID()]
    let other = south.newID()
    for (id, code) in zip(units, ["C1", "C2", "C3"]) { try unit(id, code, by: north) }
    try north.send(to: city)
    try unit(other, "", by: south)
    for id in units.prefix(2) { try province.merge(id, into: other) }
    /// Units of the northern county, by what its share is taken of.
    func base() throws -> Int? {
      guard case .coverage(let rows) = try city.perform(.coverage) else { return nil }
      return rows.first { $0.office == north.context.office.text && $0.indicator == "share" }?.base
    }
    try province.expectSame("a merge into a record that is not held")
    #expect(try base() == 3)
    try south.send(to: city)
    try province.expectSame("the record came")
    #expect(try base() == 2)
    try province.write(.subject, other, [(1, .text("C3"))], by: south)
    try south.send(to: city)
    try province.expectSame("it has the third one's code")
    #expect(try base() == 1)
    let counted = province.shelf.counted
    // Nothing that a merge is made of.
    try province.write(.subject, other, [(2, .text("另"))], by: south)
    try south.send(to: city)
    try province.expectSame("another name")
    #expect(province.shelf.counted == counted + 1)
  }

  private func take(_ step: Step, _ province: Province, _ round: Int, _ random: inout SeededGenerator) throws {
    let index = Int.random(in: 0...1, using: &random)
    let (city, county) = (province.city, province.counties[index])
    let office = county.context.office.text
    county.now = max(county.now, city.now)
    let own = province.units.filter { $0.office == office }
    let foreign = province.units.filter { $0.office != office }
    func openFile(unit: String, from source: String = "") throws {
      let id = county.newID()
      try province.write(
        .caseFile, id,
        [
          (1, .text("inspection")), (2, .text("n\(round)")), (4, .text("kept")), (5, .integer(1)), (6, .text("r")),
          (7, .text("visit")), (8, .text(unit)), (9, .text(office)), (11, .text(province.day.description)),
          (12, .text(source)), (13, .text("routine")),
        ], by: county)
      province.files.append((id, index, unit))
    }
    switch step {
    case .unit:
      let id = county.newID()
      let code = try #require(["", "C1", "C2", "C3"].randomElement(using: &random))
      try province.write(
        .subject, id, [(1, .text(code)), (2, .text("某")), (3, .text("企业")), (5, .text(office))], by: county)
      province.units.append((id, office))
    case .otherCode:
      guard let unit = own.randomElement(using: &random) else { return }
      // Of an id that was only named so far, the record comes.
      try province.write(
        .subject, unit.id, [(1, .text(Bool.random(using: &random) ? "C1" : "C9")), (5, .text(office))], by: county)
    case .otherOffice:
      guard let unit = own.randomElement(using: &random) else { return }
      let other = province.counties[1 - index].context.office.text
      try province.write(.subject, unit.id, [(5, .text(other))], by: county)
      province.units.removeAll { $0.id == unit.id }
      province.units.append((unit.id, other))
    case .merge:
      guard let one = own.first, let other = own.dropFirst().randomElement(using: &random) else { return }
      try province.write(
        .subjectMerge, county.newID(),
        [(1, .text(one.id.description)), (2, .text(other.id.description)), (3, .text("同一")), (5, .text("2026-03-01"))],
        by: county)
    case .cityMerge:
      // Two units of one county over one of the other, or over an id whose record may come later or never.
      if Bool.random(using: &random) {
        let other = province.counties[1 - index]
        province.units.append((other.newID(), other.context.office.text))
      }
      let others = province.units.filter { $0.office != office }
      guard let other = others.last else { return }
      for one in own.shuffled(using: &random).prefix(2) { try province.merge(one.id, into: other.id) }
    case .open: try openFile(unit: own.randomElement(using: &random)?.id.description ?? "")
    case .foreignUnit: try openFile(unit: foreign.randomElement(using: &random)?.id.description ?? "")
    case .missing:
      // The record it names may come later: its id is known, no more.
      let id = county.newID()
      try openFile(unit: id.description, from: county.newID().description)
      province.units.append((id, office))
    case .foreignSource:
      guard let source = province.files.filter({ $0.office != index }).randomElement(using: &random) else { return }
      try openFile(unit: own.randomElement(using: &random)?.id.description ?? "", from: source.id.description)
      // Of which it turns out that it is no check.
      let other = province.counties[1 - index]
      try province.write(.caseFile, source.id, [(1, .text("complaint"))], by: other)
      try other.send(to: city)
    case .act:
      guard let file = province.files.filter({ $0.office == index }).randomElement(using: &random) else { return }
      let officers = ["a", "b"].flatMap { [$0, $0, "handler", "E", "enforcement", "2020-01-01", "2030-12-31"] }
      var parents: [RecordID] = []
      for rule in ["record", "close"] {
        let id = county.newID()
        try county.record(
          [
            .act(
              ActChange(
                file: file.id, id: id, parents: parents, rule: rule,
                facts: [
                  .init(name: "@date", value: .text(province.day.description)),
                  .init(name: "@officers", value: .list(officers.map { .text($0) })),
                ]))
          ], for: .up)
        parents = [id]
      }
    case .setting:
      try city.perform(
        .indicatorSet(
          IndicatorDraft(
            pack: "kept", regime: "r", indicator: "visits", value: round + 1, document: "文", effective: "2026-01-01",
            office: Bool.random(using: &random) ? office : nil)))
    case .pack:
      try city.perform(.regimePublish(yaml: Self.pack(version: 2 + round, least: round + 1)))
    case .day:
      province.day = province.day + Int.random(in: 1...40, using: &random)
      city.now = max(city.now, UInt64(province.day.dayNumber) * 86_400_000 + 14_400_000)
    case .rebuild: try city.rebuild()
    }
    // What a county wrote arrives at once, or some steps later.
    if Bool.random(using: &random) { for county in province.counties { try county.send(to: city) } }
  }
}
