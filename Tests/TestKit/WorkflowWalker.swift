public import Casework

/// Walks a workflow at random: acts the rules allow, filled as a clerk would, with the refusals met on the way.
public struct WorkflowWalker {
  public enum Event: Sendable {
    case taken(Act)
    /// Must be refused with the code; `guardKey` names the guard that does it.
    case refused(Act, code: Refusal.Code, guardKey: String)
  }

  public struct Walk: Sendable {
    public var events: [Event] = []
    public var folded: FoldedCase
    public var acts: [Act] { events.compactMap { if case .taken(let act) = $0 { act } else { nil } } }
    public var guardKeys: Set<String> {
      Set(events.compactMap { if case .refused(_, _, let key) = $0 { key } else { nil } })
    }
  }

  /// Fillings tried before a walk counts as stuck; a state with a way out is left long before.
  private static let attemptsMax = 400

  public let workflow: Workflow
  public let officers: WalkOfficers
  private let hierarchy = WalkHierarchy()
  private let opening: CaseOpening

  /// - Parameter regime: the regime the file runs under; `nil`: any.
  public init(_ workflow: Workflow, openedOn: CivilDate, roles: [String], regime: String? = nil) {
    self.workflow = workflow
    officers = WalkOfficers(roles: roles)
    let isOrder = workflow.kind == .order
    opening = CaseOpening(
      office: isOrder ? WalkHierarchy.superior : WalkHierarchy.office, addressee: isOrder ? WalkHierarchy.office : nil,
      date: openedOn, regime: regime)
  }

  private var penalties: [PenaltyRule] { workflow.penalties(of: opening.regime) }

  /// Every guard of every act, as `act#index`.
  public var guardKeys: Set<String> {
    Set(workflow.acts.flatMap { act in act.guards.indices.map { "\(act.id)#\($0)" } })
  }

  /// Whether a guard may never be the one that refuses, because the states already see to it: an act that must stand
  /// before, a fact of an earlier act. Such guards are kept for packs that change the states.
  public func mayBeImplied(_ key: String) -> Bool {
    let parts = key.split(separator: "#")
    guard parts.count == 2, let rule = workflow.act(String(parts[0])), let index = Int(parts[1]) else { return false }
    switch rule.guards[index].condition {
    case .after, .afterWhere: return true
    case .fact(let field, _): return rule.form?.fields.contains { $0.id == field } != true
    case .preconditionMet: return penalties.allSatisfy { $0.precondition == .none }
    case .amountWithinBand(let amount, _, _, _):
      return penalties.isEmpty || rule.form?.fields.contains { $0.id == amount } != true
    default: return false
    }
  }

  /// - Parameter probing: whether refusals are looked for at each step.
  public func walk(seed: UInt64, stepsMax: Int = 80, probing: Bool) -> Walk {
    var random = WalkGenerator(seed: seed)
    var walk = Walk(folded: FoldedCase.fold(workflow: workflow, opening: opening, acts: [], hierarchy: hierarchy))
    var date = opening.date
    if workflow.act("recuse") != nil, probing {
      for spare in spares {
        guard let rule = workflow.act("recuse") else { continue }
        var act = filled(rule, in: walk.folded, on: date, &random)
        act.facts["recusedOfficer"] = .text(spare)
        take(act, &walk)
      }
    }
    for _ in 0..<stepsMax where !walk.folded.isFinal {
      date = date + Int.random(in: 0...3, using: &random)
      let admitted = workflow.acts.filter { $0.from.contains(walk.folded.state) || $0.from.contains("*") }
      if probing {
        for rule in admitted { probe(rule, on: date, &walk, &random) }
      }
      let open = admitted.filter { !["recuse", "takeover"].contains($0.id) }
      let goesOn = open.contains { rule in rule.to.map { workflow.state($0)?.isFinal == false } ?? false }
      guard !open.isEmpty else { break }
      var taken = false
      for attempt in 0..<Self.attemptsMax where !taken {
        let rule = open[Int.random(in: 0..<open.count, using: &random)]
        // Acts that move nothing are taken once or twice, or a walk would never end.
        if rule.to == nil, !walk.folded.standing(rule.id).isEmpty, attempt < 60 { continue }
        // Nor would many reach the end of a long procedure if every way out were taken as soon as it opens.
        if goesOn, attempt < 60, rule.to.map({ workflow.state($0)?.isFinal == true }) ?? false,
          Int.random(in: 0..<8, using: &random) > 0
        {
          continue
        }
        var act = filled(rule, in: walk.folded, on: date, &random)
        if walk.folded.attempt(act, hierarchy: hierarchy)?.code == .notElapsed, attempt > 10 {
          act.date = date + 400
        }
        if walk.folded.attempt(act, hierarchy: hierarchy) == nil {
          take(act, &walk)
          date = act.date
          taken = true
        }
      }
      if !taken { break }
    }
    return walk
  }

  /// Officers recused at the start, so that each guard against recused ones can be met: one of each certificate, and
  /// one of each role whose holder decides under such a guard.
  private var spares: [String] {
    let roles = workflow.acts.filter { act in
      act.guards.contains { if case .notRecused = $0.condition { true } else { false } }
    }.flatMap(\.guards).compactMap { if case .approver(let role, _) = $0.condition { role } else { nil } }
    return WalkOfficers.kinds.map { "spare-\($0)" } + Set(roles).sorted().map { "spare-\($0)" }
  }

  private func take(_ act: Act, _ walk: inout Walk) {
    var act = act
    act.id = "act-\(walk.acts.count + 1)"
    act.stamp = UInt64(walk.acts.count + 1)
    act.parents = walk.folded.heads
    guard walk.folded.attempt(act, hierarchy: hierarchy) == nil else { return }
    walk.folded.append(act, hierarchy: hierarchy)
    walk.events.append(.taken(act))
  }

  /// Tries to break each guard of an act that would otherwise stand, or whose only fault is a missing step.
  private func probe(_ rule: ActRule, on date: CivilDate, _ walk: inout Walk, _ random: inout WalkGenerator) {
    let act = filled(rule, in: walk.folded, on: date, &random)
    for (index, item) in rule.guards.enumerated() {
      let key = "\(rule.id)#\(index)"
      if walk.guardKeys.contains(key) { continue }
      for (broken, code) in Self.violations(of: act, item, in: walk.folded) {
        guard let refusal = walk.folded.attempt(broken, hierarchy: hierarchy), refusal.code == code,
          isDecisive(index, broken, refusal, walk)
        else { continue }
        walk.events.append(.refused(broken, code: code, guardKey: key))
        break
      }
    }
  }

  /// Whether the guard at the index is the one that refuses: without it the act stands, or something else refuses it.
  private func isDecisive(_ index: Int, _ act: Act, _ refusal: Refusal, _ walk: Walk) -> Bool {
    var lenient = workflow
    guard let position = lenient.acts.firstIndex(where: { $0.id == act.rule }) else { return false }
    lenient.acts[position].guards.remove(at: index)
    let folded = FoldedCase.fold(workflow: lenient, opening: opening, acts: walk.acts, hierarchy: hierarchy)
    return folded.attempt(act, hierarchy: hierarchy) != refusal
  }

  // MARK: - Filling an act

  func filled(_ rule: ActRule, in folded: FoldedCase, on date: CivilDate, _ random: inout WalkGenerator) -> Act {
    let office =
      switch rule.by {
      case .responsible: folded.responsible
      case .superior: WalkHierarchy.superior
      case .issuer: folded.opening.office
      case .addressee: folded.opening.addressee ?? ""
      }
    var facts: [String: FactValue] = [:]
    for field in rule.form?.fields ?? [] {
      let wanted = rule.guards.lazy.compactMap { Self.wanted(field.id, $0, facts, folded) }.first
      let isUseful = wanted != nil || field.kind == .choice || field.kind == .flag
      guard field.required || (isUseful && Int.random(in: 0..<3, using: &random) > 0) else { continue }
      facts[field.id] = value(of: field, wanted, date, &random)
    }
    return Act(
      id: "probe", rule: rule.id, office: office, rank: office == WalkHierarchy.superior ? 2 : 1, stamp: .max,
      parents: folded.heads, date: date, officers: acting(rule, in: folded).map { officers.officer($0) }, facts: facts)
  }

  private static func wanted(
    _ field: String, _ item: Guard, _ facts: [String: FactValue], _ folded: FoldedCase
  ) -> [String]? {
    if let scope = item.scope {
      guard let value = (facts[scope.field] ?? folded.facts[scope.field])?.spelled, scope.values.contains(value) else {
        return nil
      }
    }
    switch item.condition {
    case .fact(field, let values): return values
    case .signedOrRefusalNoted(field): return ["true"]
    case .hearingTold(field, _, _, _, _): return ["true"]
    default: return nil
    }
  }

  private func value(
    of field: FormField, _ wanted: [String]?, _ date: CivilDate, _ random: inout WalkGenerator
  ) -> FactValue {
    switch field.kind {
    case .text: return .text("文字")
    case .integer where field.id == "score": return .integer(95)
    case .integer: return .integer(Int64(Int.random(in: 1...90, using: &random)))
    case .date: return .text((date + 20).description)
    case .money: return .integer(100_00)
    // Who is named there may lose the right to act later; nobody who acts on a walk.
    case .officer: return .text(field.id.hasPrefix("second") ? "named-2" : "named-1")
    case .penalty: return .text(penalties.first?.id ?? "none")
    case .flag:
      if let wanted { return .flag(wanted.contains("true")) }
      return .flag(Bool.random(using: &random))
    case .choice where field.id == "grade" && workflow.acts.contains { $0.form?.fields.contains { $0.id == "score" } ?? false }:
      // 95 points are excellent; the desk holds the grade against the band.
      return .text("excellent")
    case .choice:
      let open = field.choices.map(\.id).filter { wanted?.contains($0) ?? true }
      return .text(open.isEmpty ? field.choices[0].id : open[Int.random(in: 0..<open.count, using: &random)])
    }
  }

  private func acting(_ rule: ActRule, in folded: FoldedCase) -> [String] {
    var logins: [String] = []
    for item in rule.guards {
      switch item.condition {
      case .approver(let role, let notOf):
        let used = Set(notOf.flatMap { folded.standing($0) }.flatMap(\.officers).map(\.id))
        let free = officers.people.first { $0.roles.contains(role) && !used.contains($0.login) && !$0.login.hasPrefix("spare") }
        if let free { logins.insert(free.login, at: 0) }
      case .participants(let roles):
        for role in roles {
          if let person = officers.people.first(where: { $0.roles.contains(role) && !logins.contains($0.login) }) {
            logins.append(person.login)
          }
        }
      case .officers(let count, let kind):
        let kind = kind == "none" ? "enforcement" : kind
        for number in 1...4 where logins.count(where: { $0.hasPrefix(kind) }) < count { logins.append("\(kind)\(number)") }
      default: continue
      }
    }
    // A recusal or a plain step is somebody's too.
    return logins.isEmpty ? ["enforcement3"] : logins
  }

  // MARK: - Breaking a guard

  private static func spare(_ role: String) -> ActOfficer {
    ActOfficer(id: "spare-\(role)", name: "spare-\(role)", roles: [role], certificate: nil)
  }

  static func violations(of act: Act, _ item: Guard, in folded: FoldedCase) -> [(Act, Refusal.Code)] {
    let own = folded.workflow.acts.first { $0.id == act.rule }?.form?.fields.map(\.id) ?? []
    func changed(_ change: (inout Act) -> Void) -> Act {
      var copy = act
      if let scope = item.scope, own.contains(scope.field), let value = scope.values.first {
        copy.facts[scope.field] = value == "true" || value == "false" ? .flag(value == "true") : .text(value)
      }
      change(&copy)
      return copy
    }
    func people(_ logins: [String]) -> [ActOfficer] { logins.map { WalkOfficers(roles: []).officer($0) } }
    switch item.condition {
    case .officers(let count, let kind):
      var list: [(Act, Refusal.Code)] = []
      if count > 1 { list.append((changed { $0.officers = Array($0.officers.prefix(1)) }, .quorum)) }
      if kind != "none" {
        list.append((changed { $0.officers = $0.officers.dropLast() + people(["expired-\(kind)"]) }, .certificate))
      } else if count <= 1 {
        list.append((changed { $0.officers = [] }, .quorum))
      }
      return list
    case .approver: return [(changed { $0.officers = people([WalkOfficers.novice]) + $0.officers }, .approverRole)]
    case .signedOrRefusalNoted(let field):
      return [
        (
          changed {
            $0.facts[field] = .flag(false)
            $0.facts["refusalReason"] = .text("不在场")
            $0.facts["witness"] = nil
          }, .unsigned
        )
      ]
    case .fact(let field, let values):
      guard let formField = folded.workflow.acts.first(where: { $0.id == act.rule })?.form?.fields.first(where: { $0.id == field })
      else { return [(act, .factMismatch)] }
      if formField.kind == .flag { return [(changed { $0.facts[field] = .flag(!values.contains("true")) }, .factMismatch)] }
      let others = formField.choices.map(\.id).filter { !values.contains($0) }
      return others.map { other in (changed { $0.facts[field] = .text(other) }, .factMismatch) }
    case .distinct(let fields):
      return [(changed { for field in fields { $0.facts[field] = .text("named-1") } }, .quorum)]
    case .notRecused:
      let roles = act.officers.first?.roles.filter { $0 != "handler" } ?? []
      return roles.map { role in
        (changed { $0.officers = [Self.spare(role)] + $0.officers.dropFirst() }, .recused)
      }
        + WalkOfficers.kinds.map { kind in
          (changed { $0.officers = $0.officers.dropLast() + people(["spare-\(kind)"]) }, .recused)
        }
    case .participants(let roles):
      return [(changed { $0.officers.removeAll { $0.roles.contains(roles[0]) } }, .participants)]
    case .after: return [(changed { _ in }, .missingStep)]
    case .afterWhere(let field, let values, _):
      return [(act, .missingStep)]
        + (own.contains(field)
          ? values.prefix(1).map { value in
            (changed { $0.facts[field] = value == "true" ? .flag(true) : .text(value) }, .missingStep)
          } : [])
    case .elapsed: return [0, 120, 400].map { days in (changed { $0.date = $0.date + days }, .notElapsed) }
    case .within: return [(changed { $0.date = $0.date + 500 }, .outOfTime)]
    case .amountWithinBand(let amount, let penalty, _, _):
      guard let first = folded.penalties.first else { return [] }
      return [
        (
          changed {
            $0.facts[amount] = .integer(99_999_999_00)
            if folded.workflow.act(act.rule)?.form?.fields.contains(where: { $0.id == penalty }) == true {
              $0.facts[penalty] = .text(first.id)
            }
          }, .outOfBand
        )
      ]
    case .preconditionMet(let state, let penalty, let other):
      return folded.penalties.filter { $0.precondition != .none }.map { rule in
        (
          changed {
            $0.facts[penalty] = .text(rule.id)
            $0.facts[state] = .text("none")
            $0.facts[other] = .flag(false)
          }, .precondition
        )
      }
    case .hearingTold(let told, _, _, _, _): return [(changed { $0.facts[told] = .flag(false) }, .hearingNotTold)]
    }
  }
}
