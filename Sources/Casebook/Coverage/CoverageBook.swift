import Casework
import Replication

/// Every indicator of every office at or below ours against what was done (指标完成情况). Nothing is left out: a row
/// that cannot be counted says why.
///
/// - Complexity: O(files), and a fold for each check of this year that was not closed on the day it was opened.
struct CoverageBook {
  private let context: ReplicaContext
  private let today: CivilDate
  private let storage: any ReplicaStorage
  private var packs: PackCache
  private var reader: CheckReader

  init(context: ReplicaContext, today: CivilDate, storage: any ReplicaStorage) throws {
    self.context = context
    self.today = today
    self.storage = storage
    packs = try PackCache(context: context, storage: storage)
    reader = CheckReader(packs: packs)
  }

  /// By pack, regime, indicator, office.
  mutating func rows() throws -> [CoverageRow] {
    let settings = try storage.rows(RecordType.indicatorSetting.number)
    let subjects = try storage.rows(RecordType.subject.number)
    let merges = try SubjectMerges(context: context, storage: storage)
    let identity = UnitIdentity(rows: subjects, merges: merges)
    let registers = Dictionary(grouping: subjects) { $0.text(5) ?? "" }
      .mapValues { UnitRegister(rows: $0, identity: identity, merges: merges) }
    let files = Dictionary(grouping: try summaries(identity)) {
      FileGroup(office: $0.openedBy, pack: $0.pack, regime: $0.regime)
    }
    var rows: [CoverageRow] = []
    for pack in try packs.inForce(on: today) {
      let offices = offices(under: pack, files.keys)
      let binding = offices.map { office in
        [false, true].map { BindingSettings.rows(settings, for: office, in: context.tree, on: today, own: $0) }
      }
      for regime in pack.regimes {
        var byOffice: [[CoverageRow]] = []
        for (office, settings) in zip(offices, binding) {
          let group = FileGroup(office: office.text, pack: pack.code, regime: regime.id)
          let coverage = RegimeCoverage(
            office: office.text, regime: regime, pack: pack, files: files[group] ?? [],
            register: (registers[office.text] ?? UnitRegister(units: [])).of(regime), settings: settings[0], today: today)
          let ceiling = CeilingRule(regime: regime, pack: pack, settings: settings[1], office: office.text)
          let over = try over(ceiling, coverage, identity)
          byOffice.append(try coverage.rows(reader: &reader, ceiling: ceiling, over: over))
        }
        for position in regime.indicators.indices { rows += byOffice.map { $0[position] } }
      }
    }
    return rows
  }

  /// Files by the unit they concern, whichever of its records they name.
  private func summaries(_ identity: UnitIdentity) throws -> [CaseSummary] {
    try storage.summaries().filter { $0.kind != Workflow.Kind.order.rawValue }.map { summary in
      var summary = summary
      summary.subject = identity.of(summary.subject)
      return summary
    }
  }

  /// Units of an office that had more visits this year than the ceiling allows.
  private mutating func over(
    _ ceiling: CeilingRule?, _ coverage: RegimeCoverage, _ identity: UnitIdentity
  ) throws -> Int {
    guard let ceiling else { return 0 }
    return try CeilingCount(storage: storage).visits(
      coverage.files.filter { $0.kind == Workflow.Kind.inspection.rawValue }, in: today.year, under: ceiling,
      workflow: coverage.pack.workflow, identity: identity.of, reader: &reader
    ).values.count { $0 > ceiling.atMost }
  }

  /// Offices a pack's indicators bind: those whose code begins with its division, and those that opened a check
  /// under it.
  private func offices(under pack: RegimePack, _ groups: some Sequence<FileGroup>) -> [OfficeCode] {
    let working = Set(groups.filter { $0.pack == pack.code }.map(\.office))
    return context.tree.all.map(\.charter.office).filter { office in
      (office == context.office || context.tree.isSuperior(context.office, of: office))
        && (office.text.hasPrefix(pack.division) || working.contains(office.text))
    }
  }
}

/// Files of one office under one regime.
private struct FileGroup: Hashable {
  var office: String
  var pack: String
  var regime: String
}
