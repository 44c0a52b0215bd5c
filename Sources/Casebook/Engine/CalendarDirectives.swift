public import Casework
public import Replication

/// A year's holiday notice as an office passed it down.
public struct CalendarDirective: Sendable, Hashable {
  public var record: RecordID
  public var year: Int
  /// Number of the notice (文号).
  public var notice: String
  public var author: OfficeCode
  public var stamp: HybridTimestamp
  /// This year's notice alone.
  public var table: HolidayTable
}

/// The shipped table and the directives laid over it.
///
/// A directive binds the office that published it and those below: a subordinate's is held above it too, but moves
/// nothing there. Of several for one year the highest office's stands, and of one office's the latest; so the answer
/// depends on what is held and not on the order of its arrival. A file is counted by the directives that bind the
/// office responsible for it, wherever it is looked at.
public struct Calendars: Sendable {
  public let shipped: HolidayTable
  /// By stamp.
  public let directives: [CalendarDirective]
  private let base: CalendarHistory
  /// By publishing office: what binds it and, until the next publisher on the way down, those below.
  private let histories: [OfficeCode: CalendarHistory]

  public init(shipped: HolidayTable, directives: [CalendarDirective] = [], tree: OfficeTree) {
    self.shipped = shipped
    self.directives = directives.sorted { ($0.stamp, $0.record) < ($1.stamp, $1.record) }
    base = CalendarHistory(shipped: shipped)
    var histories: [OfficeCode: CalendarHistory] = [:]
    for office in Set(directives.map(\.author)) {
      let binding = Self.binding(self.directives, office, tree)
      let steps = Set(binding.map(\.stamp)).map { stamp in
        let known = binding.filter { $0.stamp <= stamp }
        let years = Set(known.map(\.year)).sorted()
        let table = years.compactMap { Self.standing(known, $0, tree)?.table }
          .reduce(shipped) { $0.overlaid(by: $1) }
        return CalendarHistory.Step(stamp: stamp.rawValue, table: table)
      }
      histories[office] = CalendarHistory(shipped: shipped, steps: steps)
    }
    self.histories = histories
  }

  /// What an office's files are counted by.
  /// - Complexity: O(depth of the tree).
  public func history(for office: OfficeCode, in tree: OfficeTree) -> CalendarHistory {
    if histories.isEmpty { return base }
    var next: OfficeCode? = office
    while let code = next {
      if let history = histories[code] { return history }
      next = tree.seat(code)?.charter.parent ?? tree.guest(code)?.parent
    }
    return base
  }

  /// The directive for a year that binds an office; `nil`: the shipped table stands.
  public func directive(for year: Int, binding office: OfficeCode, in tree: OfficeTree) -> CalendarDirective? {
    Self.standing(Self.binding(directives, office, tree), year, tree)
  }

  func adding(_ more: [CalendarDirective], in tree: OfficeTree) -> Calendars {
    Calendars(shipped: shipped, directives: directives + more, tree: tree)
  }

  private static func binding(
    _ directives: [CalendarDirective], _ office: OfficeCode, _ tree: OfficeTree
  ) -> [CalendarDirective] {
    directives.filter { $0.author == office || tree.isSuperior($0.author, of: office) }
  }

  private static func standing(
    _ directives: [CalendarDirective], _ year: Int, _ tree: OfficeTree
  ) -> CalendarDirective? {
    directives.filter { $0.year == year }.max { left, right in
      let ranks = (tree.rank(of: left.author), tree.rank(of: right.author))
      return ranks.0 != ranks.1 ? ranks.0 < ranks.1 : (left.stamp, left.record) < (right.stamp, right.record)
    }
  }
}

extension Calendars {
  /// Directives as their records say. One that is not a single year's notice, was written by several hands, or whose
  /// author has no seat, is none.
  static func directives(in storage: any ReplicaStorage, tree: OfficeTree) throws -> [CalendarDirective] {
    let rows = try storage.rows(RecordType.calendarYear.number)
    guard !rows.isEmpty else { return [] }
    let offices = Dictionary(
      tree.all.map { (WriteStamp.short($0.key), $0.charter.office) }, uniquingKeysWith: { first, _ in first })
    return rows.compactMap { row in
      let stamps = Set(row.fields.values.compactMap { $0.winner?.stamp })
      guard stamps.count == 1, let stamp = stamps.first, let author = offices[stamp.author],
        let year = row.value(1).integer.flatMap({ Int(exactly: $0) }), let notice = row.text(2),
        let table = row.text(3).flatMap({ try? HolidayTable(csv: $0) }), table.years == [year]
      else { return nil }
      return CalendarDirective(
        record: row.id, year: year, notice: notice, author: author, stamp: stamp.time, table: table)
    }
  }
}

extension ReplicaContext {
  /// Reads the directives held anew: at start, and when one arrived or the tree changed.
  public mutating func refreshCalendars(in storage: any ReplicaStorage) throws {
    calendars = Calendars(
      shipped: calendars.shipped, directives: try Calendars.directives(in: storage, tree: tree), tree: tree)
  }

  /// The working days this office counts by.
  public var calendar: HolidayTable { calendars.history(for: office, in: tree).current }

  /// What a file is counted by. Of an office beside, which a file was transferred to, nothing is known but that it has a
  /// superior in common.
  func calendars(for folded: FoldedCase) -> CalendarHistory {
    let responsible = OfficeCode(folded.responsible)
      .flatMap { tree.seat($0) != nil || tree.guest($0) != nil ? $0 : nil }
    return calendars.history(for: responsible ?? office, in: tree)
  }
}
