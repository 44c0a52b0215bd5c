import Casebook
import Casework
import ReplicaStore
import Replication
import TestKit
import Testing

/// The board is made of tallies that the database keeps; here it is counted again, file by file.
@Suite("The board from tallies")
struct BoardTests {
  private static let today = "2026-01-06"

  /// A summary of no file in particular.
  static func summary(_ file: RecordID, _ random: inout SeededGenerator) -> CaseSummary {
    func pick(_ choices: [String]) -> String { choices.randomElement(using: &random) ?? "" }
    let isFinal = Bool.random(using: &random)
    let due = pick([
      "2025-12-01", "2026-01-05", "2026-01-06", "2026-01-09", "2026-01-13", "2026-01-14", "2026-03-01", "",
    ])
    let closed = pick(["2024-05-05", "2025-12-31", "2026-01-01", "2026-01-06", ""])
    return CaseSummary(
      file: file, kind: pick(["case", "inspection", "complaint", "order"]), number: "n", title: "t",
      pack: pick(["p", "q"]), regime: "r", workflow: "w", subject: "", office: pick(["1305", "130526", "130527", "9"]),
      openedBy: pick(["1305", "130526", "130527"]), addressee: "", checkKind: pick(["routine", ""]), state: "s",
      isFinal: isFinal, openedOn: pick(["2024-02-01", "2025-07-01", "2026-01-02"]),
      closedOn: isFinal && !closed.isEmpty ? closed : nil, nextDue: isFinal || due.isEmpty ? nil : due,
      nextClock: nil, isProvisional: false, isSuspended: !isFinal && Bool.random(using: &random), actCount: 3,
      voidCount: Int.random(in: 0...2, using: &random), waitingCount: 0)
  }

  /// What the board says of an office, but for its coverage and how fresh it is.
  private struct Counts: Equatable {
    var open = 0, dueSoon = 0, overdue = 0, suspended = 0, closed = 0, longestOverdue = 0, inspections = 0
    var voidActs = 0, doubtedActs = 0

    init(_ line: BoardLine) {
      (open, dueSoon, overdue, suspended, closed) = (line.open, line.dueSoon, line.overdue, line.suspended, line.closed)
      (longestOverdue, inspections) = (line.longestOverdue, line.inspections)
      (voidActs, doubtedActs) = (line.voidActs, line.doubtedActs)
    }

    /// Counted from the files themselves.
    init(of office: String, _ summaries: [CaseSummary], _ doubts: [StoredDoubt], _ context: ReplicaContext) throws {
      let today = try #require(CivilDate(BoardTests.today))
      let soon = context.calendar.date(after: today, workingDays: 5).date
      for file in summaries where file.office == office && file.kind != "order" {
        voidActs += file.voidCount
        if file.isFinal {
          closed += 1
          if file.kind == "inspection", let day = file.closedOn, CivilDate(day)?.year == 2026 { inspections += 1 }
          continue
        }
        open += 1
        if file.isSuspended { suspended += 1 }
        guard let due = file.nextDue.flatMap({ CivilDate($0) }) else { continue }
        if due < today {
          overdue += 1
          longestOverdue = max(longestOverdue, context.calendar.workingDays(from: due, to: today))
        } else if due <= soon {
          dueSoon += 1
        }
      }
      doubtedActs = doubts.count { context.tree.office(of: $0.author)?.text == office }
    }
  }

  private func expectSame(_ city: DiskReplica) throws {
    guard case .board(let board) = try city.perform(.board) else { throw CancellationError() }
    let (summaries, doubts, tallies) = try city.store.read {
      (try $0.summaries(), try $0.doubts(), try $0.fileTallies())
    }
    #expect(board.today == Self.today)
    #expect(board.rows.map(\.office).sorted() == ["1305", "130526", "130527"])
    for line in board.rows {
      #expect(try Counts(line) == Counts(of: line.office, summaries, doubts, city.context), "\(line.office)")
    }
    #expect(tallies.allSatisfy { $0.files > 0 && $0.voidActs >= 0 })
    #expect(tallies.reduce(0) { $0 + $1.files } == summaries.count)
  }

  @Test("after each of many writes and overwrites, and made again from the log", arguments: 1...6)
  func counted(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let city = try DiskReplica.root("1305")
    let counties = try (1...2).map { try city.subordinate("13052\(5 + $0)", salt: UInt8($0)) }
    let files = (0..<60).map { _ in city.newID() }
    for _ in 0..<8 {
      try city.store.transaction { storage in
        for _ in 0..<25 { try storage.put(Self.summary(try #require(files.randomElement(using: &random)), &random)) }
        let author = try #require([city, counties[0], counties[1]].randomElement(using: &random)).context.key
        try storage.put(StoredDoubt(act: city.newID(), file: files[0], author: author, doubt: .ahead))
      }
      try expectSame(city)
    }
    // No act stands behind these summaries: the log gives none of them.
    try city.rebuild()
    #expect(try city.store.read { try $0.fileTallies() }.isEmpty)
    try expectSame(city)
  }

  @Test("SQLite and memory answer alike", arguments: 1...4)
  func storages(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let city = try DiskReplica.root("1305")
    let memory = MemoryStorage()
    for _ in 0..<80 {
      let summary = Self.summary(city.newID(), &random)
      try city.store.transaction { try $0.put(summary) }
      memory.put(summary)
    }
    for index in 0..<30 {
      let fields: [RecordWrite.Field] = [
        // A number, and a text with a zero byte, have no column of their kind.
        .init(number: 1, value: index % 5 == 0 ? .integer(7) : .text("code\(index % 4)"), replaces: []),
        .init(number: 2, value: .text(index % 7 == 0 ? "a\0b" : "name\(index)"), replaces: []),
        .init(number: 5, value: .text(index % 3 == 0 ? "130526" : "130527"), replaces: []),
        .init(number: 900, value: .text("later"), replaces: []),
      ]
      let kept = index % 2 == 0 ? fields : Array(fields.prefix(3))
      try city.record([.record(RecordWrite(type: 1, id: city.newID(), fields: kept))], for: .up)
    }
    try city.store.read { (storage: StoreTransaction) throws in
      for row in try storage.rows(1) { memory.put(row) }
      for office in ["1305", "130526", "130527", "x"] {
        for pack in ["p", "q", "x"] {
          #expect(try storage.hasFiles(openedBy: office, pack: pack) == memory.hasFiles(openedBy: office, pack: pack))
          let days = [("2026-01-01", "2026-01-01"), ("2025-01-01", "2026-01-02"), ("2027-01-01", "2025-01-01")]
          for (closed, opened) in days {
            let found = try storage.summaries(openedBy: office, pack: pack, closedSince: closed, openedSince: opened)
            #expect(
              found == memory.summaries(openedBy: office, pack: pack, closedSince: closed, openedSince: opened))
          }
        }
        func sorted(_ rows: [RecordValues]) -> [RecordValues] { rows.sorted { $0.id < $1.id } }
        for fields: [UInt64] in [[1, 3], [2], [1, 900], []] {
          #expect(
            sorted(try storage.values(1, fields, where: 5, is: .text(office)))
              == sorted(memory.values(1, fields, where: 5, is: .text(office))))
        }
      }
      #expect(Set(try storage.fileTallies()) == Set(memory.fileTallies()))
    }
  }
}
