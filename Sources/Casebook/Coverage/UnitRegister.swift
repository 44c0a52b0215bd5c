import Casework
import Replication

/// The register of supervised units (监督检查对象名录) of an office, and how it stood on a day.
struct UnitRegister: Sendable, Hashable {
  struct Unit: Sendable, Hashable {
    /// Of the unit, not of a record (`UnitIdentity`).
    var id: String
    var kind: String
    /// The day it was registered: record ids begin with their time.
    var since: CivilDate
  }

  /// What a share is taken of.
  struct Base: Sendable, Hashable {
    var units: Set<String>
    /// The day it was taken.
    var day: CivilDate
    var note: Bilingual?
  }

  var units: [Unit]

  init(units: [Unit]) { self.units = units }

  /// - Parameter rows: of one office. Records of the same unit are one, of the survivor's kind, since the first of them.
  init(rows: [RecordRow], identity: UnitIdentity, merges: SubjectMerges) {
    var units: [Unit] = []
    var positions: [String: Int] = [:]
    // A survivor before what was merged into it.
    let merged = rows.filter { merges.isMerged($0.id.description) }
    for row in rows.filter({ !merges.isMerged($0.id.description) }) + merged {
      let id = identity.of(row.id.description)
      let milliseconds = row.id.bytes.prefix(6).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      let since = CivilDate.fromUnixMilliseconds(milliseconds)
      if let position = positions[id] {
        units[position].since = min(units[position].since, since)
      } else {
        positions[id] = units.count
        units.append(Unit(id: id, kind: row.text(3) ?? "", since: since))
      }
    }
    self.units = units
  }

  /// The units a regime supervises: where some are registered under its id, its name or one of its subjects' names,
  /// those and the ones of its subsets; where none is, the whole register but for natural persons.
  func of(_ regime: Regime) -> UnitRegister {
    let names = Set(([regime.name] + regime.subjects).flatMap { [$0.zh, $0.en] } + [regime.id])
    guard units.contains(where: { names.contains($0.kind) }) else {
      return UnitRegister(units: units.filter { !SubjectKind.isPerson($0.kind) })
    }
    let subsets = regime.indicators.compactMap { indicator -> String? in
      if case .share(_, _, let subset) = indicator.shape { subset } else { nil }
    }
    return UnitRegister(units: units.filter { names.contains($0.kind) || subsets.contains($0.kind) })
  }

  /// The units of a kind.
  func of(kind: String) -> UnitRegister { UnitRegister(units: units.filter { $0.kind == kind }) }

  /// The register as it stood on the first day of a span; as it is now, and saying so, where nothing was registered
  /// then. A unit that came later neither raises nor lowers what a period asks for.
  func base(of span: CoverageSpan, today: CivilDate) -> Base {
    let then = units.filter { $0.since <= span.first }
    guard then.isEmpty, !units.isEmpty else {
      return Base(units: Set(then.map(\.id)), day: span.first, note: units.isEmpty ? Self.emptyNote : nil)
    }
    return Base(
      units: Set(units.map(\.id)), day: today,
      note: Bilingual(
        zh: "期初（\(span.first)）登记簿为空，以现有 \(units.count) 户为基数。",
        en: "The register was empty on \(span.first); its base is the \(units.count) units of today."))
  }

  private static let emptyNote = Bilingual(
    zh: "登记簿中没有监督检查对象，无法计算。", en: "The register is empty: it cannot be counted.")
}
