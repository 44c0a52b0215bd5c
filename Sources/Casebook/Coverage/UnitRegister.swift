import Casework
import Replication

/// The register of supervised units (监督检查对象名录) of an office, and how it stood on a day. Units are told apart by
/// what `UnitIdentity` gives for them.
struct UnitRegister {
  private struct Unit {
    var kind: String
    /// The day it was registered: record ids begin with their time.
    var since: CivilDate
  }

  /// What a share is taken of.
  struct Base {
    let count: Int
    /// The day it was taken.
    let day: CivilDate
    let note: Bilingual?
    fileprivate let register: UnitRegister
    /// Units that came later are not of the base; `nil`: all are.
    fileprivate let last: CivilDate?

    func contains(_ unit: String) -> Bool {
      register.unit(unit).map { unit in last.map { unit.since <= $0 } ?? true } ?? false
    }
  }

  private let units: [String: Unit]
  /// Days of registration by kind, in order: how many there were on a day is a look-up, however often it is asked.
  private let days: [String: [CivilDate]]
  /// Kinds of `days` that count.
  private let kinds: Set<String>

  /// - Parameter rows: of one office, each with its code and its kind. Records of the same unit are one, of the survivor's
  ///   kind, since the first of them.
  init(_ rows: [(id: RecordID, kind: String)], identity: UnitIdentity, merges: SubjectMerges) {
    var units: [String: Unit] = [:]
    units.reserveCapacity(rows.count)
    let ordered = rows.sorted { $0.id < $1.id }.map { (id: $0.id, reference: $0.id.description, kind: $0.kind) }
    // A survivor before what was merged into it.
    let merged = merges.isEmpty ? [] : ordered.filter { merges.isMerged($0.reference) }
    let first = merged.isEmpty ? ordered : ordered.filter { !merges.isMerged($0.reference) }
    for row in first + merged {
      let milliseconds = row.id.bytes.prefix(6).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      let since = CivilDate.fromUnixMilliseconds(milliseconds)
      let unit = identity.of(row.reference)
      units[unit, default: Unit(kind: row.kind, since: since)].since = min(units[unit]?.since ?? since, since)
    }
    self.units = units
    days = Dictionary(grouping: units.values, by: \.kind).mapValues { $0.map(\.since).sorted() }
    kinds = Set(days.keys)
  }

  private init(_ register: UnitRegister, kinds: Set<String>) {
    units = register.units
    days = register.days
    self.kinds = kinds
  }

  var isEmpty: Bool { kinds.isEmpty }

  /// Whether it holds a unit, since whichever day.
  func contains(_ id: String) -> Bool { unit(id) != nil }

  private func unit(_ id: String) -> Unit? { units[id].flatMap { kinds.contains($0.kind) ? $0 : nil } }

  /// The units a regime supervises: where some are registered under its id, its name or one of its subjects' names,
  /// those and the ones of its subsets; where none is, the whole register but for natural persons.
  func of(_ regime: Regime) -> UnitRegister {
    let names = Set(([regime.name] + regime.subjects).flatMap { [$0.zh, $0.en] } + [regime.id])
    guard !kinds.isDisjoint(with: names) else {
      return UnitRegister(self, kinds: kinds.filter { !SubjectKind.isPerson($0) })
    }
    let subsets = regime.indicators.compactMap { indicator -> String? in
      if case .share(_, _, let subset) = indicator.shape { subset } else { nil }
    }
    return UnitRegister(self, kinds: kinds.intersection(names.union(subsets)))
  }

  /// The units of a kind.
  func of(kind: String) -> UnitRegister { UnitRegister(self, kinds: kinds.intersection([kind])) }

  /// The register as it stood on the first day of a span; as it is now, and saying so, where nothing was registered
  /// then. A unit that came later neither raises nor lowers what a period asks for.
  func base(of span: CoverageSpan, today: CivilDate) -> Base {
    let then = kinds.reduce(0) { $0 + Self.count(days[$1] ?? [], until: span.first) }
    guard then == 0, !isEmpty else {
      return Base(
        count: then, day: span.first, note: isEmpty ? Self.emptyNote : nil, register: self, last: span.first)
    }
    let count = kinds.reduce(0) { $0 + (days[$1]?.count ?? 0) }
    return Base(
      count: count, day: today,
      note: Bilingual(
        zh: "期初（\(span.first)）登记簿为空，以现有 \(count) 户为基数。",
        en: "The register was empty on \(span.first); its base is the \(count) units of today."),
      register: self, last: nil)
  }

  /// How many of the days, which are in order, are not after the last one.
  private static func count(_ days: [CivilDate], until last: CivilDate) -> Int {
    var (low, high) = (0, days.count)
    while low < high {
      let middle = (low + high) / 2
      if days[middle] <= last { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private static let emptyNote = Bilingual(
    zh: "登记簿中没有监督检查对象，无法计算。", en: "The register is empty: it cannot be counted.")
}
