import Casebook
import Casework
import Foundation
import Replication
import Testing

/// A city's bureau over four districts and 300 townships: what it reads of them, and what never reaches it.
@Suite("A bureau over hundreds of offices")
struct BureauTests {
  private static let districts = 4
  private static let townshipsOfEach = 75
  /// Every tenth township has made a visit.
  private static let visitsEvery = 10
  private static let secret = "不愿透露姓名的人"

  /// The counting pack for the whole city, with days to answer a complaint in.
  private static func pack() throws -> String {
    let days =
      "clocks: [{id: answer, name: {zh: 答复, en: answer}, unit: day, count: 10, anchor: opening, stops: [finish],"
      + " roll: false, article: 五}]"
    let text = CountingPack.yaml.replacingOccurrences(of: "division: \"130526\"", with: "division: \"130500\"")
    let place = try #require(text.range(of: "- id: complaint"))
    let clocks = try #require(text.range(of: "clocks: []", range: place.upperBound..<text.endIndex))
    return text.replacingCharacters(in: clocks, with: days)
  }

  private struct Bureau {
    let city: Replica
    let districts: [Replica]
    /// By township, of the complaint it holds.
    var complaints: [String: String] = [:]
    var visits = 0

    init() throws {
      city = try Replica.root("130500")
      try city.perform(.regimePublish(yaml: try BureauTests.pack()))
      let city = self.city
      districts = try (1...BureauTests.districts).map { try city.subordinate("130500\($0)", salt: UInt8($0)) }
      for district in districts { try city.send(to: district) }
      for (index, district) in districts.enumerated() {
        for number in 1...BureauTests.townshipsOfEach {
          let code = "130500\(index + 1)" + String(format: "%03d", number)
          let isVisiting = number.isMultiple(of: BureauTests.visitsEvery)
          try work(code, salt: UInt8(10 + number), under: district, visits: isVisiting)
        }
        try district.send(to: city)
      }
      // 2026-03-10, noon.
      for office in [city] + districts { office.now = 1_773_115_200_000 }
    }

    /// A township's own machine: it lives as long as it takes to hand its work in.
    private mutating func work(_ code: String, salt: UInt8, under district: Replica, visits isVisiting: Bool) throws {
      let office = try district.subordinate(code, salt: salt)
      // Ids begin with the time: no two townships make the same.
      office.now += UInt64(complaints.count) * 10_000
      try district.send(to: office)
      func open(_ kind: String, _ regime: String, check: String?, from name: String?) throws -> String {
        let draft = FileDraft(
          kind: kind, pack: "counting", regime: regime, workflow: nil, title: code, subject: nil, openedOn: "2026-01-06",
          addressee: nil, relatesTo: nil, checkKind: check, complainantName: name, complainantPhone: nil)
        guard case .acted(let view) = try office.perform(.fileOpen(draft)) else { throw CancellationError() }
        return view.file.number
      }
      complaints[code] = try open("complaint", "insurance", check: nil, from: BureauTests.secret)
      if isVisiting {
        for login in ["zhang", "li"] {
          try office.perform(
            .officerAdd(
              OfficerDraft(
                login: login, name: login, roles: ["handler"], certificateNumber: login, certificateKind: "enforcement",
                validFrom: "2020-01-01", validTo: "2030-12-31")))
        }
        let file = try open("inspection", "training", check: "routine", from: nil)
        try office.act(file, "record", ["zhang", "li"])
        try office.act(file, "close", ["zhang"])
        visits += 1
      }
      try office.send(to: district)
    }
  }

  private func files(_ office: Replica, _ request: DeskRequest) throws -> [FileRow] {
    guard case .files(let rows) = try office.perform(request) else { throw CancellationError() }
    return rows
  }

  @Test("lists, overdue files and coverage of all offices below; sealed names and siblings' files stay where they are")
  func reads() throws {
    let bureau = try Bureau()
    let (city, townships) = (bureau.city, Set(bureau.complaints.keys))
    #expect(townships.count == Self.districts * Self.townshipsOfEach)

    let overdue = try files(city, .overdue)
    #expect(Set(overdue.map(\.office)) == townships && overdue.count == townships.count)
    #expect(Set(overdue.map(\.number)) == Set(bureau.complaints.values))
    let every = FileFilter(kind: nil, office: nil, openOnly: false, limit: .max)
    #expect(try files(city, .fileList(every)).count == townships.count + bureau.visits)
    let last = try files(city, .fileList(FileFilter(kind: "complaint", office: nil, openOnly: true, limit: 20)))
    #expect(last.count == 20 && last.allSatisfy { $0.kind == "complaint" && !$0.isFinal })

    guard case .coverage(let coverage) = try city.perform(.coverage) else { throw CancellationError() }
    let units = coverage.filter { $0.regime == "training" && $0.indicator == "visits" }
    #expect(Set(units.map(\.office)).isSuperset(of: townships) && units.count == townships.count + Self.districts + 1)
    let january = coverage.filter { $0.regime == "training" && $0.indicator == "full-share" }
    #expect(january.count == units.count)

    // What its own streams are for never left a township: not the record, not the name in any byte.
    for office in [city] + bureau.districts {
      #expect(office.storage.rows(RecordType.sealedComplainant.number).isEmpty)
      let heads = office.storage.heads()
      #expect(!heads.contains { $0.stream.audience == .own && $0.stream.author != office.context.key })
      let name = Array(Self.secret.utf8)
      for head in heads {
        for entry in office.storage.entries(of: head.stream, from: 1, bytesMax: .max) {
          #expect(!entry.payload.contains(name))
        }
      }
    }
    let complaint = try #require(bureau.complaints.values.sorted().first)
    #expect(throws: DeskFailure.self) {
      try city.perform(.fileReveal(file: complaint, purpose: "复查", officer: "zhang"))
    }

    // One stream of each township reaches the bureau, whatever it does; a district holds its own townships' alone.
    let authors = city.storage.heads().compactMap { city.context.tree.office(of: $0.stream.author)?.text }
    #expect(authors.count { townships.contains($0) } == townships.count)
    for (index, district) in bureau.districts.enumerated() {
      let below = try files(district, .overdue).map(\.office)
      #expect(below.count == Self.townshipsOfEach && below.allSatisfy { $0.hasPrefix("130500\(index + 1)") })
      #expect(try files(district, .fileList(every)).allSatisfy { $0.office.hasPrefix("130500\(index + 1)") })
    }
  }
}
