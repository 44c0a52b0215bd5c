import Casework
import Replication

/// The texts of a draw in the replica: line by line, so that people can read them too, in sections
/// (`PackSections`), so that no entry grows too large.
enum DrawRecords {
  /// Fields of `RecordType.draw`.
  enum Field {
    static let number: UInt64 = 1
    static let office: UInt64 = 2
    static let witness: UInt64 = 3
    static let title: UInt64 = 4
    static let pack: UInt64 = 5
    static let packVersion: UInt64 = 6
    static let regime: UInt64 = 7
    static let checkKind: UInt64 = 8
    static let openedOn: UInt64 = 9
    static let officers: UInt64 = 10
    static let suite: UInt64 = 11
    static let roster: UInt64 = 12
    static let parameters: UInt64 = 13
    static let nonce: UInt64 = 14
    static let commitment: UInt64 = 15
    static let kinds: UInt64 = 16
    static let units: UInt64 = 17
    static let drawn: UInt64 = 18
  }

  /// Fields of `RecordType.drawResult`.
  enum RoundField {
    static let draw: UInt64 = 1
    static let round: UInt64 = 2
    static let reason: UInt64 = 3
    static let note: UInt64 = 4
    static let replaces: UInt64 = 5
    static let officers: UInt64 = 6
    static let nonce: UInt64 = 7
    static let seed: UInt64 = 8
  }

  /// Texts in sections, by what they hold.
  enum Part: String {
    case roster, parameters, result
  }

  // MARK: - Texts

  /// A line is `id stratum`; ids have no spaces.
  static func text(of roster: DrawRoster) -> String {
    roster.subjects.map { "\($0.id) \($0.stratum)" }.joined(separator: "\n")
  }

  /// - Returns: `nil` for a line without a space.
  static func roster(_ text: String) -> DrawRoster? {
    var subjects: [DrawSubject] = []
    for line in lines(text) {
      guard let (id, stratum) = cut(line) else { return nil }
      subjects.append(DrawSubject(id: id, stratum: stratum))
    }
    return DrawRoster(subjects)
  }

  /// A line is a word and its values: `size percent 30`, `officers-per-subject 2`,
  /// `minimum percent 50 <stratum>`, `officer <id> <certificate>`, `recusal <subject> <officer>`.
  static func text(of parameters: DrawParameters) -> String {
    var lines = ["size \(text(of: parameters.size))", "officers-per-subject \(parameters.officersPerSubject)"]
    lines += parameters.minimums.map { "minimum \(text(of: $0.atLeast)) \($0.stratum)" }
    lines += parameters.officers.map { "officer \($0.id) \($0.certificate)" }
    lines += parameters.recusals.map { "recusal \($0.subject) \($0.officer)" }
    return lines.joined(separator: "\n")
  }

  /// - Returns: `nil` for a line of another form, or without size.
  static func parameters(_ text: String) -> DrawParameters? {
    var parameters = DrawParameters(size: .count(0), officers: [], officersPerSubject: 0)
    var hasSize = false
    for line in lines(text) {
      guard let (word, rest) = cut(line) else { return nil }
      switch word {
      case "size":
        guard let (size, none) = size(rest), none.isEmpty else { return nil }
        parameters.size = size
        hasSize = true
      case "officers-per-subject":
        guard let count = Int(rest) else { return nil }
        parameters.officersPerSubject = count
      case "minimum":
        guard let (size, stratum) = size(rest) else { return nil }
        parameters.minimums.append(DrawMinimum(stratum: stratum, atLeast: size))
      case "officer":
        guard let (id, certificate) = cut(rest) else { return nil }
        parameters.officers.append(DrawOfficer(id: id, certificate: certificate))
      case "recusal":
        guard let (subject, officer) = cut(rest) else { return nil }
        parameters.recusals.append(DrawRecusal(subject: subject, officer: officer))
      default: return nil
      }
    }
    return hasSize ? parameters : nil
  }

  /// A line is a unit and its officers.
  static func text(of drawn: [DrawAssignment]) -> String {
    drawn.map { ([$0.subject] + $0.officers).joined(separator: " ") }.joined(separator: "\n")
  }

  static func drawn(_ text: String) -> [DrawAssignment] {
    lines(text).map { line in
      let words = line.split(separator: " ").map(String.init)
      return DrawAssignment(subject: words.first ?? "", officers: Array(words.dropFirst()))
    }
  }

  /// A line is a unit, or a unit and one of its officers.
  static func text(of replaces: [DrawReplacement]) -> String {
    replaces.map { ([$0.subject] + ($0.officer.map { [$0] } ?? [])).joined(separator: " ") }.joined(separator: "\n")
  }

  static func replaces(_ text: String) -> [DrawReplacement] {
    lines(text).map { line in
      cut(line).map { DrawReplacement(subject: $0.0, officer: $0.1) } ?? DrawReplacement(subject: line)
    }
  }

  /// A text as one line: control characters become spaces, because a line end would forge a line.
  static func oneLine(_ text: String) -> String {
    var scalars = String.UnicodeScalarView()
    for scalar in text.unicodeScalars { scalars.append(scalar.value < 0x20 || scalar.value == 0x7F ? " " : scalar) }
    return String(scalars)
  }

  private static func text(of size: DrawSize) -> String {
    switch size {
    case .count(let count): "count \(count)"
    case .percent(let percent): "percent \(percent)"
    }
  }

  /// The size at the beginning of `text`, and what follows.
  private static func size(_ text: String) -> (DrawSize, String)? {
    guard let (word, rest) = cut(text) else { return nil }
    let (digits, stratum) = cut(rest) ?? (rest, "")
    guard let number = Int(digits) else { return nil }
    switch word {
    case "count": return (.count(number), stratum)
    case "percent": return (.percent(number), stratum)
    default: return nil
    }
  }

  /// Before and after the first space.
  private static func cut(_ line: String) -> (String, String)? {
    let utf8 = line.utf8
    guard let space = utf8.firstIndex(of: 0x20) else { return nil }
    return (String(line[..<space]), String(line[utf8.index(after: space)...]))
  }

  /// By bytes: for `Character`, a space and a combining mark behind it would be one.
  private static func lines(_ text: String) -> [String] {
    text.utf8.split(separator: 0x0A).map { String(decoding: $0, as: UTF8.self) }
  }

  // MARK: - Sections

  /// - Parameter newID: a fresh id at each call.
  static func sections(_ text: String, _ part: Part, of owner: RecordID, newID: () -> RecordID) -> [Change] {
    PackSections.split(text).enumerated().map { position, body in
      let values: [(UInt64, FieldValue)] = [
        (1, .text(owner.description)), (2, .text(part.rawValue)), (3, .integer(Int64(position))), (4, .text(body)),
      ]
      return .record(
        RecordWrite(
          type: RecordType.drawSection.number, id: newID(),
          fields: values.map { RecordWrite.Field(number: $0.0, value: $0.1, replaces: []) }))
    }
  }

  /// The text of a part, or `nil` when no section of it is held.
  /// - Parameter office: whose draw it is; sections that another wrote are not its word.
  static func text(
    _ part: Part, of owner: RecordID, by office: OfficeCode?, tree: OfficeTree, in storage: any ReplicaStorage
  ) throws -> String? {
    let rows = try storage.rows(RecordType.drawSection.number, where: 1, is: .text(owner.description))
      .filter { $0.text(2) == part.rawValue && tree.soleAuthor(of: $0) == office }
    if rows.isEmpty { return nil }
    return rows.sorted { ($0.value(3).integer ?? 0, $0.id) < ($1.value(3).integer ?? 0, $1.id) }
      .compactMap { $0.text(4) }.joined()
  }
}
