import Casework

extension Workflow {
  /// Whether an act's form has the field.
  func hasField(_ id: String) -> Bool { acts.contains { $0.form?.fields.contains { $0.id == id } ?? false } }

  fileprivate func fields(_ id: String) -> [FormField] { acts.flatMap { $0.form?.fields.filter { $0.id == id } ?? [] } }
}

/// Checks one workflow: every act, state, field, clock, role and series it names exists, and its guards can be met.
struct WorkflowCheck {
  let check: PackCheck
  let pack: RegimePack
  let workflow: Workflow
  let index: Int

  /// Kinds of certificates an officer is registered with.
  private static let certificates = ["enforcement", "supervision", "audit", "none"]

  private var reader: PackReader { check.reader }
  private var path: String { "workflows[\(index)]" }

  func run() {
    check.repeated(workflow.states.map(\.id), "workflows", index, "states")
    check.repeated(workflow.acts.map(\.id), "workflows", index, "acts")
    check.repeated(workflow.clocks.map(\.id), "workflows", index, "clocks")
    if workflow.state(workflow.initial) == nil {
      check.unknown(check.lines.node("workflows", index), "\(path).initial", workflow.initial)
    }
    for (position, act) in workflow.acts.enumerated() { self.act(act, position) }
    for (position, clock) in workflow.clocks.enumerated() { self.clock(clock, position) }
  }

  private func act(_ act: ActRule, _ position: Int) {
    func node() -> YAMLNode? { check.lines.node("workflows", index, "acts", position) }
    func here() -> String { "\(path).acts[\(position)]" }
    if act.id == ActRule.transferID {
      reader.mistake(
        node(), "\(here()).id", .badValue, "步骤标识 \(act.id) 为系统内置的移交所用。",
        "The act id \(act.id) is the built-in transfer's.", "换一个标识。", "Choose another id.")
    }
    if act.from.isEmpty {
      reader.mistake(
        node(), "\(here()).from", .missingKey, "缺少 from。", "from is missing.", "写明可办理的状态。",
        "Name the states it may be taken in.")
    }
    for state in act.from where state != "*" && workflow.state(state) == nil {
      check.unknown(node(), "\(here()).from", state)
    }
    if let to = act.to, workflow.state(to) == nil { check.unknown(node(), "\(here()).to", to) }
    if let form = act.form { self.form(form, node) { "\(here()).form" } }
    for (order, item) in act.guards.enumerated() { self.guardRule(item, act, node) { "\(here()).guards[\(order)]" } }
  }

  private func form(_ form: FormRule, _ node: () -> YAMLNode?, _ here: () -> String) {
    if let series = form.series, !pack.series.contains(where: { $0.id == series }) {
      check.unknown(node(), "\(here()).series", series)
    }
    var seen: Set<String> = []
    for field in form.fields {
      if !seen.insert(field.id).inserted {
        reader.mistake(
          node(), "\(here()).fields.\(field.id)", .repeated, "事项 \(field.id) 重复。", "The field \(field.id) stands twice.",
          "换一个标识。", "Choose another id.")
      }
      if field.id == FormRule.numberFact {
        reader.mistake(
          node(), "\(here()).fields.\(field.id)", .badValue, "documentNumber 为文号保留。", "documentNumber is reserved.",
          "换一个标识。", "Choose another id.")
      }
      if (field.kind == .choice) == field.choices.isEmpty {
        reader.mistake(
          node(), "\(here()).fields.\(field.id)", .badValue, "选项与种类不符。", "Its choices do not fit its kind.",
          "choice 须有 choices，其他种类没有。", "A choice has choices, other kinds have none.")
      }
    }
  }

  private func guardRule(_ item: Guard, _ act: ActRule, _ node: () -> YAMLNode?, _ here: () -> String) {
    if let scope = item.scope { self.values(scope.values, of: scope.field, node, here) }
    switch item.condition {
    case .after(let acts): self.acts(acts, node, here)
    case .afterWhere(let field, let values, let acts):
      self.values(values, of: field, node, here)
      self.acts(acts, node, here)
    case .approver(let role, let acts):
      roles([role], node, here)
      self.acts(acts, node, here)
    case .fact(let field, let values): self.values(values, of: field, node, here)
    case .participants(let list): roles(list, node, here)
    case .notRecused(let by):
      acts([by], node, here)
      if let rule = workflow.act(by), rule.form?.fields.contains(where: { $0.id == "recusedOfficer" }) != true {
        check.unknown(node(), here(), "recusedOfficer")
      }
    case .distinct(let fields):
      for id in fields where act.form?.fields.contains(where: { $0.id == id }) != true {
        check.unknown(node(), here(), id)
      }
    case .preconditionMet(let state, let penalty, let other):
      for id in [state, penalty, other] where !workflow.hasField(id) { check.unknown(node(), here(), id) }
    case .elapsed(let id, _), .within(let id):
      if case .elapsed(_, let unless) = item.condition { acts(unless, node, here) }
      guard let clock = workflow.clocks.first(where: { $0.id == id }) else { return check.unknown(node(), here(), id) }
      if clock.unit == .workingDay {
        reader.mistake(
          node(), here(), .badValue, "以届满为条件的期限不能用工作日。", "A period that an act waits for cannot be in working days.",
          "改用日、月或年，使节假日安排不影响行为的效力。", "Use days, months or years, so that no calendar decides over an act.")
      }
    case .signedOrRefusalNoted(let field):
      for id in [field, "refusalReason", "witness"] where act.form?.fields.contains(where: { $0.id == id }) != true {
        check.unknown(node(), here(), id)
      }
    case .amountWithinBand(let amount, let penalty, let tier, let reason):
      for id in [amount, penalty, tier, reason] where !workflow.hasField(id) { check.unknown(node(), here(), id) }
      // A quantity that no form asks for would count as absent, and the other formula would apply.
      for rule in workflow.penalties {
        for key in rule.formula.quantityKeys where !workflow.hasField(key) {
          check.unknown(node(), "\(here()) \(rule.id)", key)
        }
      }
    case .hearingTold(let told, let amount, let party, let measure, let measures):
      for id in [told, amount, party] where !workflow.hasField(id) { check.unknown(node(), here(), id) }
      values(measures, of: measure, node, here)
    case .officers(_, let certificate):
      if !Self.certificates.contains(certificate) { check.unknown(node(), here(), certificate) }
    }
  }

  private func acts(_ ids: [String], _ node: () -> YAMLNode?, _ here: () -> String) {
    for id in ids where workflow.act(id) == nil { check.unknown(node(), here(), id) }
  }

  /// Where a pack names its roles, a guard may use no other.
  private func roles(_ ids: [String], _ node: () -> YAMLNode?, _ here: () -> String) {
    guard !pack.roles.isEmpty else { return }
    for id in ids where !pack.roles.contains(where: { $0.id == id }) { check.unknown(node(), here(), id) }
  }

  private func values(_ values: [String], of field: String, _ node: () -> YAMLNode?, _ here: () -> String) {
    let fields = workflow.fields(field)
    guard !fields.isEmpty else { return check.unknown(node(), here(), field) }
    let known = Set(fields.flatMap { $0.kind == .flag ? ["true", "false"] : $0.choices.map(\.id) })
    guard fields.allSatisfy({ $0.kind == .choice || $0.kind == .flag }) else { return }
    for value in values where !known.contains(value) { check.unknown(node(), here(), value) }
  }

  private func clock(_ clock: ClockRule, _ position: Int) {
    func node() -> YAMLNode? { check.lines.node("workflows", index, "clocks", position) }
    func here() -> String { "\(path).clocks[\(position)]" }
    var named = clock.stops + [clock.suspendedBy, clock.resumedBy, clock.extendedBy].compactMap { $0 }
    switch clock.anchor {
    case .opening: break
    case .yearly(let day):
      if CivilDate("2024-\(day)") == nil {
        reader.mistake(
          node(), "\(here()).anchor.month-day", .badValue, "“\(day)”不是月日。", "“\(day)” is no month and day.", "写作 MM-DD。",
          "Write MM-DD.")
      }
    case .act(let act): named.append(act)
    case .actField(let act, let field):
      named.append(act)
      if let rule = workflow.act(act), rule.form?.fields.contains(where: { $0.id == field && $0.kind == .date }) != true {
        check.unknown(node(), "\(here()).anchor.field", field)
      }
    }
    acts(named, node, here)
    if (clock.extendedBy == nil) != (clock.extraCount == 0) {
      reader.mistake(
        node(), here(), .badValue, "extended-by 与 extra-count 须同时写明。", "extended-by and extra-count belong together.",
        "补上或删去另一项。", "Add or remove the other.")
    }
    if clock.resumedBy != nil, clock.suspendedBy == nil {
      reader.mistake(
        node(), here(), .badValue, "有 resumed-by 而没有 suspended-by。", "resumed-by without suspended-by.",
        "补上 suspended-by。", "Add suspended-by.")
    }
  }
}
