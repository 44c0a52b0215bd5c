/// Working days by the State Council's yearly notice: weekends, days off, and make-up working days (调休).
///
/// The notice names only days that differ from the plain week or belong to a holiday, so weekend logic and
/// exceptions are both needed. 部分公民放假 (妇女节 and the like) and 纪念日 are not in it and do not suspend
/// anything (全国年节及纪念日放假办法 第三条、第五条).
public struct HolidayTable: Sendable, Hashable {
  public struct Entry: Sendable, Hashable {
    public var date: CivilDate
    public var name: String
    /// A make-up working day, else a day off.
    public var isWorkday: Bool
    /// Year of the notice that names it: the day's own, or the next.
    public var noticeYear: Int

    /// - Parameter noticeYear: `nil`: the day's own year.
    public init(date: CivilDate, name: String, isWorkday: Bool, noticeYear: Int? = nil) {
      self.date = date
      self.name = name
      self.isWorkday = isWorkday
      self.noticeYear = noticeYear ?? date.year
    }

    /// What the day adds to the working days of the plain week.
    fileprivate var difference: Int { (isWorkday ? 1 : 0) - (date.isWeekend ? 0 : 1) }
  }

  /// Ascending by date, no date twice.
  public let entries: [Entry]
  /// Years the State Council has given notice for. The notice of a year may reach into the December before.
  public let years: Set<Int>
  /// `differences[i]` is the sum over the first `i` entries.
  private let differences: [Int]

  /// - Parameters:
  ///   - entries: in any order; of two for one day the later stands.
  ///   - years: years with a notice; every other year is computed on weekends alone and is provisional.
  public init(entries: [Entry], years: Set<Int>) {
    var latest: [CivilDate: Entry] = [:]
    for entry in entries { latest[entry.date] = entry }
    self.entries = latest.values.sorted { $0.date < $1.date }
    self.years = years
    var differences = [0]
    var sum = 0
    for entry in self.entries {
      sum += entry.difference
      differences.append(sum)
    }
    self.differences = differences
  }

  /// No notice known: the plain week.
  public static let empty = HolidayTable(entries: [], years: [])

  /// The table with another's notices in place of its own for the other's years. Of two notices that name one day,
  /// the later year's stands: it may change the December before.
  public func overlaid(by other: HolidayTable) -> HolidayTable {
    let kept = entries.filter { !other.years.contains($0.noticeYear) }
    return HolidayTable(
      entries: (kept + other.entries).sorted { $0.noticeYear < $1.noticeYear }, years: years.union(other.years))
  }

  /// One notice of the table, without the others.
  public func notice(of year: Int) -> HolidayTable {
    HolidayTable(entries: entries.filter { $0.noticeYear == year }, years: years.intersection([year]))
  }

  /// - Complexity: O(log *n*) in the number of entries.
  public func isWorkingDay(_ date: CivilDate) -> Bool { entry(of: date)?.isWorkday ?? !date.isWeekend }

  /// Whether the year is computed on weekends alone, because its notice is not known (暂定).
  public func isProvisional(year: Int) -> Bool { !years.contains(year) }

  /// Name of a day off or make-up day.
  public func name(of date: CivilDate) -> String? { entry(of: date)?.name }

  /// A day the notice names.
  func entry(of date: CivilDate) -> Entry? {
    let index = count(through: date) - 1
    guard index >= 0, entries[index].date == date else { return nil }
    return entries[index]
  }

  /// Days the notice names after `start`, up to and with `end`, ascending.
  func entries(after start: CivilDate, through end: CivilDate) -> ArraySlice<Entry> {
    let first = count(through: start)
    return entries[first..<max(first, count(through: end))]
  }

  /// Working days up to and with `date`, from an arbitrary origin: only differences mean anything.
  func workingDays(through date: CivilDate) -> Int {
    date.weekdaysThrough + differences[count(through: date)]
  }

  /// Entries up to and with `date`.
  private func count(through date: CivilDate) -> Int {
    var low = 0
    var high = entries.count
    while low < high {
      let middle = low + (high - low) / 2
      if entries[middle].date <= date { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

extension CivilDate {
  var isWeekend: Bool { weekday > 5 }

  /// Mondays to Fridays up to and with this day, from the Monday 1969-12-29.
  fileprivate var weekdaysThrough: Int {
    let sinceMonday = Int(dayNumber) + 3
    let weeks = sinceMonday.flooredQuotient(by: 7)
    return weeks * 5 + min(sinceMonday - weeks * 7 + 1, 5)
  }
}
