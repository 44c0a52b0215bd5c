import Casework
import Replication

/// Tells which final files were checks that took place, and on which day.
///
/// A check took place when an act stands for which the documents ask a number of inspectors (现场记录 and the like): a
/// planned visit that was cancelled counts for nothing. Where a workflow has no such act, being final is enough.
/// - Complexity: reading one file folds its acts; files opened and closed on one day by a path that only a check
///   opens are counted from their summary alone.
struct CheckReader {
  private var packs: PackCache
  private var counted: [RecordID: CountedCheck?] = [:]
  /// By pack and workflow: final states that say nothing of whether a check took place.
  private var uncertain: [String: Set<String>] = [:]

  init(packs: PackCache) { self.packs = packs }

  /// Lets go of what it read of files; what it learnt of packs and workflows stays.
  mutating func forgetFiles() { counted = [:] }

  /// - Parameter workflow: the file's workflow in the pack in force.
  /// - Parameter withFacts: whether the facts and the file it comes from are wanted.
  mutating func check(_ summary: CaseSummary, workflow: Workflow?, withFacts: Bool) throws -> CountedCheck? {
    guard summary.isFinal, let closedOn = summary.closedOn.flatMap({ CivilDate($0) }) else { return nil }
    if !withFacts, summary.openedOn == summary.closedOn, let workflow,
      !isUncertain(summary, workflow)
    {
      return CountedCheck(
        file: summary.file.description, subject: summary.subject, visitedOn: closedOn, closedOn: closedOn,
        relatesTo: "", facts: [:], samples: [])
    }
    if let known = counted[summary.file] { return known }
    let check = try read(summary, closedOn: closedOn)
    counted[summary.file] = .some(check)
    return check
  }

  private mutating func read(_ summary: CaseSummary, closedOn: CivilDate) throws -> CountedCheck? {
    guard let file = try packs.file(summary.file), let folded = file.folded else { return nil }
    let checking = folded.workflow.checkingActs
    let visits = folded.steps.filter { $0.stands && checking.contains($0.act.rule) }.map {
      CheckingVisit(date: $0.act.date, facts: $0.act.facts)
    }
    if !checking.isEmpty, visits.isEmpty { return nil }
    return CountedCheck(
      file: summary.file.description, subject: summary.subject, visitedOn: visits.first?.date ?? closedOn,
      closedOn: closedOn, relatesTo: file.row.text(12) ?? "", facts: folded.facts,
      samples: Sample.all(in: folded, checkKind: summary.checkKind), visits: visits)
  }

  private mutating func isUncertain(_ summary: CaseSummary, _ workflow: Workflow) -> Bool {
    let key = "\(summary.pack)/\(summary.workflow)"
    if let known = uncertain[key] { return known.contains(summary.state) }
    let checking = workflow.checkingActs
    let states = checking.isEmpty ? [] : workflow.statesReached(without: checking)
    uncertain[key] = states
    return states.contains(summary.state)
  }
}

extension Workflow {
  /// Acts for which a number of inspectors is asked.
  var checkingActs: Set<String> {
    Set(
      acts.filter { act in
        act.guards.contains { if case .officers = $0.condition { true } else { false } }
      }.map(\.id))
  }

  /// States that can be reached although none of these acts is taken.
  func statesReached(without excluded: Set<String>) -> Set<String> {
    var reached: Set<String> = [initial]
    var grows = true
    while grows {
      grows = false
      for act in acts where !excluded.contains(act.id) {
        guard let to = act.to, !reached.contains(to), act.from.contains(where: { $0 == "*" || reached.contains($0) })
        else { continue }
        reached.insert(to)
        grows = true
      }
    }
    return reached
  }
}
