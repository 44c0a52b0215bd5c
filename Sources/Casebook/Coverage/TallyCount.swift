import Casework
import Replication

/// Counts a tally's acts over files: how often something happened to one class, one officer, one unit (`TallyRule`).
struct TallyCount {
  /// What a count is kept for, and when.
  struct Key: Sendable, Hashable {
    /// As recorded; an officer is a record's id.
    var name: String
    /// `nil` where the tally counts for ever.
    var year: Int?
  }

  let rule: TallyRule
  private(set) var counts: [Key: Int] = [:]

  init(rule: TallyRule) { self.rule = rule }

  /// Adds a file's standing acts; void ones never count.
  mutating func add(_ folded: FoldedCase) {
    for act in folded.standing(rule.act) {
      if let field = rule.field {
        guard let value = (act.facts[field] ?? folded.facts[field])?.spelled, rule.value.map({ $0 == value }) ?? true
        else { continue }
      }
      guard let name = (act.facts[rule.per] ?? folded.facts[rule.per])?.spelled,
        !name.allSatisfy(\.isWhitespace)
      else { continue }
      counts[key(name, on: act.date), default: 0] += 1
    }
  }

  /// The step a name has reached on a day.
  func step(for name: String, on day: CivilDate) -> (step: TallyStep, count: Int)? {
    let count = counts[key(name, on: day)] ?? 0
    return rule.step(at: count).map { ($0, count) }
  }

  private func key(_ name: String, on day: CivilDate) -> Key {
    Key(name: name, year: rule.span == .year ? day.year : nil)
  }
}

/// Reads a regime's tallies from the files it was kept in.
struct TallyReader {
  private var packs: PackCache

  init(packs: PackCache) { self.packs = packs }

  /// - Parameter summaries: all files held; those of the tally's pack, regime and workflow are folded.
  mutating func count(
    _ rule: TallyRule, of regime: Regime, in pack: RegimePack, _ summaries: [CaseSummary]
  ) throws -> TallyCount {
    var count = TallyCount(rule: rule)
    for summary in summaries
    where summary.pack == pack.code && summary.regime == regime.id && summary.workflow == rule.workflow {
      if let folded = try packs.file(summary.file)?.folded { count.add(folded) }
    }
    return count
  }
}
