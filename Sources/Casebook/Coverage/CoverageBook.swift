import Casework
import Replication

/// Every indicator of every office at or below ours against what was done (指标完成情况). Nothing is left out: a row
/// that cannot be counted says why.
///
/// - Complexity: for each office of which anything changed since it was last counted on the same shelf, O(units + files of
///   this year and, where an indicator looks back, of the last), and a fold for each check among them that was not closed
///   on the day it was opened. Holds one office's units and files at a time.
struct CoverageBook {
  private let context: ReplicaContext
  private let today: CivilDate
  private let storage: any ReplicaStorage
  private let shelf: (any CoverageShelf)?
  private var packs: PackCache
  private var reader: CheckReader
  private var known: MergedUnits?

  /// - Parameter shelf: what was counted before; `nil`: everything is counted.
  init(
    context: ReplicaContext, today: CivilDate, storage: any ReplicaStorage, shelf: (any CoverageShelf)? = nil
  ) throws {
    self.context = context
    self.today = today
    self.storage = storage
    self.shelf = shelf
    packs = try PackCache(context: context, storage: storage)
    reader = CheckReader(packs: packs)
  }

  /// By pack, regime, indicator, office.
  mutating func rows() throws -> [CoverageRow] {
    var byRegime: [RegimePlace: [[CoverageRow]]] = [:]
    try eachRegime { byRegime[$1, default: []].append($2) }
    return byRegime.sorted { ($0.key.pack, $0.key.regime) < ($1.key.pack, $1.key.regime) }.flatMap { _, offices in
      (offices.first?.indices).map { $0.flatMap { position in offices.map { $0[position] } } } ?? []
    }
  }

  /// How many percent of the indicators that can be judged each office meets; without offices that have none.
  mutating func percentMet() throws -> [OfficeCode: Int] {
    var judged: [OfficeCode: Int] = [:]
    var met: [OfficeCode: Int] = [:]
    try eachRegime { office, _, rows in
      for row in rows where row.required != nil && !row.isPending {
        judged[office, default: 0] += 1
        if row.met { met[office, default: 0] += 1 }
      }
    }
    return judged.reduce(into: [:]) { $0[$1.key] = (met[$1.key] ?? 0) * 100 / $1.value }
  }

  /// Office by office, so that one office's units and files are held at a time.
  private mutating func eachRegime(_ body: (OfficeCode, RegimePlace, [CoverageRow]) -> Void) throws {
    let shelf = shelf
    let counts = try shelf == nil ? [:] : storage.changeCounts()
    var ground: KeptCoverage.Ground?
    if let shelf {
      ground = KeptCoverage.Ground(
        today: today, office: context.office, tree: context.tree, changes: counts[""] ?? 0,
        merges: try mergesDigest(counts, shelf))
    }
    var common: CommonRecords?
    for office in offices {
      let rows: [(place: RegimePlace, rows: [CoverageRow])]
      if let ground, let kept = shelf?.kept(office), kept.isGood(on: ground, counts) {
        rows = kept.rows
      } else {
        let records = try common ?? commonRecords()
        common = records
        var reach = CoverageReach()
        rows = try self.rows(of: office, records, &reach)
        if let shelf, let ground {
          let read = reach.offices.union([office.text]).map { ($0, counts[$0] ?? 0) }
          shelf.keep(
            KeptCoverage(
              ground: ground, read: Dictionary(read, uniquingKeysWith: { first, _ in first }),
              total: reach.isIncomplete ? counts.values.reduce(0, +) : nil, rows: rows), of: office)
        }
      }
      for (place, rows) in rows { body(office, place, rows) }
    }
  }

  /// What every office is counted by.
  private struct CommonRecords {
    let settings: [RecordRow]
    let merged: MergedUnits
    let packs: [RegimePack]
  }

  private mutating func commonRecords() throws -> CommonRecords {
    CommonRecords(
      settings: try storage.rows(RecordType.indicatorSetting.number), merged: try merged(),
      packs: try packs.inForce(on: today))
  }

  private mutating func merged() throws -> MergedUnits {
    let merged = try known ?? MergedUnits(context: context, storage: storage)
    known = merged
    return merged
  }

  private mutating func mergesDigest(_ counts: [String: UInt64], _ shelf: any CoverageShelf) throws -> Digest {
    let total = counts.values.reduce(0, +)
    if let kept = shelf.keptMerges(), kept.total == total, kept.office == context.office, kept.tree == context.tree {
      return kept.digest
    }
    guard let suite = context.suites[context.suite] else { throw OfficeTree.Failure.unknownSuite }
    let digest = try merged().digest(using: suite)
    shelf.keep(KeptMerges(office: context.office, tree: context.tree, total: total, digest: digest))
    return digest
  }

  private mutating func rows(
    of office: OfficeCode, _ common: CommonRecords, _ reach: inout CoverageReach
  ) throws -> [(place: RegimePlace, rows: [CoverageRow])] {
    var found: [(place: RegimePlace, rows: [CoverageRow])] = []
    var units: OfficeUnits?
    let binding = [false, true].map {
      BindingSettings.rows(common.settings, for: office, in: context.tree, on: today, own: $0)
    }
    for (number, pack) in common.packs.enumerated() where try binds(pack, office) {
      var present = try units ?? OfficeUnits(of: office, merged: common.merged, storage: storage)
      let files = Dictionary(grouping: try present.named(files(of: office, under: pack), &reach), by: \.regime)
      units = present
      for (position, regime) in pack.regimes.enumerated() {
        let coverage = RegimeCoverage(
          office: office.text, regime: regime, pack: pack, files: files[regime.id] ?? [],
          register: present.register.of(regime), settings: binding[0], today: today)
        let ceiling = CeilingRule(regime: regime, pack: pack, settings: binding[1], office: office.text)
        let over = try over(ceiling, coverage, present, &reach)
        let rows = try coverage.rows(reader: &reader, ceiling: ceiling, over: over)
        found.append((RegimePlace(pack: number, regime: position), rows))
      }
    }
    reader.forgetFiles()
    return found
  }

  /// Files that may count: closed in the days that are looked at, or opened this year (a visit that is planned counts
  /// against a ceiling).
  private func files(of office: OfficeCode, under pack: RegimePack) throws -> [CaseSummary] {
    let year = CoverageSpan(.year, around: today).first
    let first = pack.regimes.contains(where: \.looksBack) ? year.adding(years: -1) : year
    return try storage.summaries(
      openedBy: office.text, pack: pack.code, closedSince: first.description, openedSince: year.description
    ).filter { !$0.isOrder }
  }

  /// Units of an office that had more visits this year than the ceiling allows.
  private mutating func over(
    _ ceiling: CeilingRule?, _ coverage: RegimeCoverage, _ units: OfficeUnits, _ reach: inout CoverageReach
  ) throws -> Int {
    guard let ceiling else { return 0 }
    var count = CeilingCount(storage: storage)
    let visits = try count.visits(
      coverage.files.filter { $0.kind == Workflow.Kind.inspection.rawValue }, in: today.year, under: ceiling,
      workflow: coverage.pack.workflow, identity: units.unit, reader: &reader)
    reach.formUnion(count.reach)
    return visits.values.count { $0 > ceiling.atMost }
  }

  private var offices: [OfficeCode] {
    context.tree.all.map(\.charter.office).filter {
      $0 == context.office || context.tree.isSuperior(context.office, of: $0)
    }
  }

  /// Whether a pack's indicators bind an office: its code begins with the pack's division, or it opened a file under it.
  private func binds(_ pack: RegimePack, _ office: OfficeCode) throws -> Bool {
    if office.text.hasPrefix(pack.division) { return true }
    return try storage.hasFiles(openedBy: office.text, pack: pack.code)
  }
}

/// Offices whose records a count looked at beside its own office's.
struct CoverageReach {
  private(set) var offices: Set<String> = []
  /// Some record was not held.
  private(set) var isIncomplete = false

  /// - Parameter office: of the record; `nil`: there is no such record, or it says no office.
  mutating func looked(at office: String?) {
    if let office { offices.insert(office) } else { isIncomplete = true }
  }

  mutating func formUnion(_ other: CoverageReach) {
    offices.formUnion(other.offices)
    isIncomplete = isIncomplete || other.isIncomplete
  }
}
