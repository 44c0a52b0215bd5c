extension HolidayTable {
  /// First line of the file.
  static let header = "date,name,is_workday,notice_year"

  /// A notice names some forty days, so this is more than two centuries of them.
  static let rowsMax = 10_000

  /// Reads `date,name,is_workday,notice_year`: the header, then a line per day, without quotes or blank lines.
  ///
  /// `is_workday` is 0 for a day off and 1 for a make-up working day. `notice_year` is the year the notice was
  /// given for: the day's own, or the next (2018-12-31 stands in the notice for 2019). A year counts as known
  /// when a notice was given *for* it, not when a day happens to lie in it. Lines end in LF or CR LF; a byte
  /// order mark in front, as spreadsheets write it, is passed over.
  /// - Throws: the first mistake.
  public init(csv: String) throws(CalendarError) {
    let (table, mistakes) = Self.reading(csv)
    if let first = mistakes.first { throw first }
    self = table
  }

  /// Every mistake of a file, by line; empty when it can be read.
  public static func mistakes(inCSV csv: String) -> [CalendarError] { reading(csv).mistakes }

  /// The table as a file, by day.
  public var csv: String {
    ([Self.header]
      + entries.map { "\($0.date),\($0.name),\($0.isWorkday ? 1 : 0),\($0.noticeYear)" })
      .joined(separator: "\n") + "\n"
  }

  private static func reading(_ csv: String) -> (table: HolidayTable, mistakes: [CalendarError]) {
    var entries: [Entry] = []
    var seen: Set<CivilDate> = []
    var mistakes: [CalendarError] = []
    var lines = Self.lines(of: csv)
    // What follows the last line end is no line.
    if lines.count > 1, lines.last == "" { lines.removeLast() }
    guard lines.first == Self.header else {
      return (.empty, [CalendarError(line: 1, problem: .header, found: lines.first ?? "")])
    }
    guard lines.count > 1 else { return (.empty, [CalendarError(line: 1, problem: .empty)]) }
    guard lines.count - 1 <= Self.rowsMax else {
      return (.empty, [CalendarError(line: Self.rowsMax + 2, problem: .tooLong)])
    }
    for (index, line) in lines.enumerated().dropFirst() {
      do throws(CalendarError) {
        let entry = try Self.row(line, number: index + 1)
        guard seen.insert(entry.date).inserted else {
          throw CalendarError(line: index + 1, problem: .repeated, found: entry.date.description)
        }
        entries.append(entry)
      } catch {
        mistakes.append(error)
      }
    }
    return (HolidayTable(entries: entries, years: Set(entries.map(\.noticeYear))), mistakes)
  }

  private static func row(_ line: String, number: Int) throws(CalendarError) -> Entry {
    let fields = line.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
      .map { String($0) ?? "" }
    guard fields.count == 4, !line.utf8.contains(UInt8(ascii: "\"")) else {
      throw CalendarError(line: number, problem: .fields)
    }
    guard let date = CivilDate(fields[0]) else {
      throw CalendarError(line: number, problem: .date, found: fields[0])
    }
    guard !fields[1].isEmpty else { throw CalendarError(line: number, problem: .name) }
    guard fields[2] == "0" || fields[2] == "1" else {
      throw CalendarError(line: number, problem: .flag, found: fields[2])
    }
    guard let year = [date.year, date.year + 1].first(where: { String($0) == fields[3] }) else {
      throw CalendarError(line: number, problem: .year, found: fields[3])
    }
    return Entry(date: date, name: fields[1], isWorkday: fields[2] == "1", noticeYear: year)
  }

  /// Split by bytes: to Swift, CR LF is one character.
  private static func lines(of text: String) -> [String] {
    var bytes = Substring(text).utf8
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes = bytes.dropFirst(3) }
    return bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { line in
      String(line.last == UInt8(ascii: "\r") ? line.dropLast() : line) ?? ""
    }
  }
}
