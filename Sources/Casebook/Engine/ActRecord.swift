import Casework
import Replication

/// An act between its two forms: the log's (`ActChange`, names and scalar values) and the law's (`Act`).
///
/// Besides the form's own facts an act carries two reserved ones: `@date` (the day it was taken) and `@officers`
/// (for each officer seven texts in a row: id, name, roles by spaces, certificate number, kind, first and last day).
enum ActRecord {
  static let dateName = "@date"
  static let officersName = "@officers"
  /// A note, not a step: the sealed complainant was shown. Notes begin with `@` and take no part in the fold.
  static let notePrefix = "@"
  static let revealRule = "@reveal"
  private static let officerWidth = 7

  static func change(
    file: RecordID, id: RecordID, parents: [RecordID], rule: String, date: CivilDate, officers: [ActOfficer],
    facts: [String: FactValue]
  ) -> ActChange {
    var list: [ActChange.Fact] = facts.map { name, value in
      switch value {
      case .text(let text): ActChange.Fact(name: name, value: .text(text))
      case .integer(let number): ActChange.Fact(name: name, value: .integer(number))
      case .flag(let flag): ActChange.Fact(name: name, value: .flag(flag))
      }
    }
    list.append(ActChange.Fact(name: dateName, value: .text(date.description)))
    list.append(ActChange.Fact(name: officersName, value: .list(officers.flatMap(texts).map { .text($0) })))
    return ActChange(file: file, id: id, parents: parents, rule: rule, facts: list)
  }

  /// - Returns: `nil` when the reserved facts are missing or malformed, or the author has no seat.
  static func act(_ stored: StoredAct, in tree: OfficeTree) -> Act? {
    guard let office = tree.office(of: stored.stream.author) else { return nil }
    var facts: [String: FactValue] = [:]
    var date: CivilDate?
    var officers: [ActOfficer] = []
    for fact in stored.change.facts {
      switch (fact.name, fact.value) {
      case (dateName, .text(let text)): date = CivilDate(text)
      case (officersName, .list(let values)): officers = self.officers(values)
      case (_, .text(let text)): facts[fact.name] = .text(text)
      case (_, .integer(let number)): facts[fact.name] = .integer(number)
      case (_, .flag(let flag)): facts[fact.name] = .flag(flag)
      default: continue
      }
    }
    guard let date else { return nil }
    return Act(
      id: stored.change.id.description, rule: stored.change.rule, office: office.text,
      rank: tree.rank(of: office), stamp: stored.stamp.rawValue,
      parents: stored.change.parents.map(\.description), date: date, officers: officers, facts: facts)
  }

  private static func texts(of officer: ActOfficer) -> [String] {
    let certificate = officer.certificate
    return [
      officer.id, officer.name, officer.roles.joined(separator: " "), certificate?.number ?? "",
      certificate?.kind ?? "", certificate?.validFrom.description ?? "", certificate?.validTo.description ?? "",
    ]
  }

  private static func officers(_ values: [FieldValue]) -> [ActOfficer] {
    stride(from: 0, to: values.count - values.count % officerWidth, by: officerWidth).map { start in
      let texts = values[start..<(start + officerWidth)].map { $0.text ?? "" }
      var certificate: Certificate?
      if let from = CivilDate(texts[5]), let to = CivilDate(texts[6]) {
        certificate = Certificate(number: texts[3], kind: texts[4], validFrom: from, validTo: to)
      }
      return ActOfficer(
        id: texts[0], name: texts[1], roles: texts[2].split(separator: " ").map(String.init),
        certificate: certificate)
    }
  }
}
