import Casework
import Replication

/// Tallies over files, and what follows from them.
extension Clerk {
  /// Every tally of the packs in force, by pack, regime, tally, the newest year and the greatest count first.
  func tallyRows(in storage: any ReplicaStorage) throws -> [TallyRow] {
    var packs = try PackCache(context: context, storage: storage)
    var reader = TallyReader(packs: packs)
    let summaries = try storage.summaries()
    var rows: [TallyRow] = []
    for pack in try packs.inForce(on: today) {
      for regime in pack.regimes {
        for rule in regime.tallies {
          let counts = try reader.count(rule, of: regime, in: pack, summaries).counts
          rows += try counts.map { key, count in
            let step = rule.step(at: count)
            return TallyRow(
              pack: pack.code, regime: regime.id, tally: rule.id, name: rule.name, keyID: key.name,
              key: try officerName(key.name, in: storage) ?? key.name, year: key.year, count: count,
              consequence: step?.consequence, suspends: step?.suspends ?? false, source: step?.source ?? rule.source)
          }.sorted { ($1.year ?? 0, $1.count, $0.keyID) < ($0.year ?? 0, $0.count, $1.keyID) }
        }
      }
    }
    return rows
  }

  /// What stands against an act beyond its own file's rules: a grade against the score, a suspended officer.
  func checkAtDesk(_ act: Act, in file: OpenedFile, _ storage: any ReplicaStorage) throws {
    if let regime = file.pack?.regime(file.regime), let folded = file.folded, let rule = file.workflow?.act(act.rule),
      let refusal = ScoreBandCheck(regime: regime).refusal(of: act, by: rule, facts: folded.facts)
    {
      throw DeskFailure(refusal)
    }
    if let folded = file.folded, let rule = file.workflow?.act(act.rule),
      let refusal = RolledPeriodCheck(calendar: context.calendars(for: folded).current)
        .refusal(of: act, by: rule, in: folded)
    {
      throw DeskFailure(refusal)
    }
    if let pack = file.pack { try checkSuspensions(act, pinned: pack, in: storage) }
  }

  /// Refuses an act that names an officer whom a tally suspends (暂停办案、审批权限), by the acts of the act's own year.
  ///
  /// Checked here, at the desk, and not by the fold: a fold sees one file alone, and would judge an act differently as
  /// other files arrive. So an act taken in an office that did not know of the suspension yet stands, and is to be
  /// seen in the list of tallies.
  /// - Parameter pinned: the file's pack; the tallies of its newest version are the bureau's.
  private func checkSuspensions(_ act: Act, pinned: RegimePack, in storage: any ReplicaStorage) throws {
    // Read again only where the file is pinned to an older version: reading a pack costs more than an act.
    let versions = try context.packHeaders(in: storage).compactMap(PackRecords.header)
      .filter { $0.code == pinned.code }.map(\.version)
    let isNewest = versions.max() == pinned.version
    let pack = isNewest ? pinned : try context.newestPack(pinned.code, in: storage) ?? pinned
    let suspending = pack.regimes.flatMap { regime in
      regime.tallies.filter { $0.steps.contains(where: \.suspends) }.map { (regime: regime, rule: $0) }
    }
    guard !suspending.isEmpty, !act.officers.isEmpty else { return }
    var reader = TallyReader(packs: try PackCache(context: context, storage: storage))
    let summaries = try storage.summaries()
    for (regime, rule) in suspending {
      let count = try reader.count(rule, of: regime, in: pack, summaries)
      for officer in act.officers {
        guard let reached = count.step(for: officer.id, on: act.date), reached.step.suspends else { continue }
        throw DeskFailure(
          Refusal(
            code: .suspendedOfficer,
            message: Bilingual(
              zh: "\(officer.name)\(rule.name.zh)已达 \(reached.count)：\(reached.step.consequence.zh)，不得参与办理。",
              en: "\(officer.name) is at \(reached.count) (\(rule.name.en)): \(reached.step.consequence.en)."),
            article: reached.step.source,
            remedy: Bilingual(zh: "请由其他人员办理。", en: "Let another officer take it.")))
      }
    }
  }

  /// The officer's name, where the text is the id of one's record.
  private func officerName(_ text: String, in storage: any ReplicaStorage) throws -> String? {
    try RecordID(hex: text).flatMap { try storage.row(RecordType.officer.number, $0)?.text(1) }
  }
}
