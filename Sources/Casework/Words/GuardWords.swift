extension Guard {
  /// The condition's kind as packs write it, for example `officers`; tells two guards of an act apart.
  public var kind: String {
    switch condition {
    case .officers: "officers"
    case .after: "after"
    case .afterWhere: "after-where"
    case .fact: "fact"
    case .approver: "approver"
    case .signedOrRefusalNoted: "signed-or-refusal-noted"
    case .distinct: "distinct"
    case .notRecused: "not-recused"
    case .participants: "participants"
    case .elapsed: "elapsed"
    case .within: "within"
    case .preconditionMet: "precondition-met"
    case .amountWithinBand: "amount-within-band"
    case .hearingTold: "hearing-told"
    }
  }

  /// What must hold, without the article.
  /// - Parameter workflow: gives ids their names; `nil`: ids stand for themselves.
  public func words(in workflow: Workflow?) -> Bilingual {
    let words = condition.words(GuardNames(workflow: workflow))
    guard let scope else { return words }
    let names = GuardNames(workflow: workflow)
    let (field, values) = (names.field(scope.field), names.values(scope.values, of: scope.field))
    return Bilingual(
      zh: "\(field.zh)为\(values.zh)的：\(words.zh)", en: "where \(field.en) is \(values.en): \(words.en)")
  }
}

extension Guard.Scope {
  /// `专项行动：春雷行动`, `campaign: Spring Thunder`.
  /// - Parameter workflows: the first whose forms have the field gives it its name; none: ids stand for themselves.
  public func words(in workflows: [Workflow]) -> Bilingual {
    let (name, list) = (fieldName(in: workflows), names(in: workflows).values(values, of: field))
    return Bilingual(zh: "\(name.zh)：\(list.zh)", en: "\(name.en): \(list.en)")
  }

  /// The field as the first of the workflows that has it calls it.
  public func fieldName(in workflows: [Workflow]) -> Bilingual { names(in: workflows).field(field) }

  private func names(in workflows: [Workflow]) -> GuardNames {
    GuardNames(workflow: workflows.first { $0.field(field) != nil })
  }
}

extension Guard.Condition {
  fileprivate func words(_ names: GuardNames) -> Bilingual {
    switch self {
    case .officers(let atLeast, let certificate):
      let held = CertificateKind.name(certificate)
      let isNone = certificate == CertificateKind.none
      return Bilingual(
        zh: "\(atLeast) 名以上人员" + (isNone ? "" : "，持\(held.zh)"),
        en: "at least \(atLeast) officers" + (isNone ? "" : " with \(held.en)"))
    case .after(let acts):
      return Bilingual(zh: "已办\(names.acts(acts).zh)", en: "after \(names.acts(acts).en)")
    case .afterWhere(let field, let values, let acts):
      let (name, list) = (names.field(field), names.values(values, of: field))
      return Bilingual(
        zh: "\(name.zh)为\(list.zh)的，已办\(names.acts(acts).zh)",
        en: "after \(names.acts(acts).en) where \(name.en) is \(list.en)")
    case .fact(let field, let values):
      let (name, list) = (names.field(field), names.values(values, of: field))
      return Bilingual(zh: "\(name.zh)为\(list.zh)", en: "\(name.en) is \(list.en)")
    case .approver(let role, let notOf):
      let name = names.roles([role])
      return Bilingual(
        zh: "由\(name.zh)批准" + (notOf.isEmpty ? "" : "，未参与\(names.acts(notOf).zh)"),
        en: "approved by \(name.en)" + (notOf.isEmpty ? "" : " who took no part in \(names.acts(notOf).en)"))
    case .signedOrRefusalNoted(let field):
      let name = names.field(field)
      return Bilingual(zh: "\(name.zh)，或注明拒签原因和见证人", en: "\(name.en), or the refusal and a witness noted")
    case .distinct(let fields):
      let list = Bilingual.list(fields.map(names.field))
      return Bilingual(zh: "\(list.zh)不得为同一人", en: "\(list.en) are different officers")
    case .notRecused(let by):
      return Bilingual(zh: "人员未因\(names.acts([by]).zh)回避", en: "no officer recused by \(names.acts([by]).en)")
    case .participants(let roles):
      return Bilingual(zh: "\(names.roles(roles).zh)参加", en: "\(names.roles(roles).en) take part")
    case .elapsed(let clock, let unless):
      let name = names.clock(clock)
      return Bilingual(
        zh: "期限\(name.zh)已届满" + (unless.isEmpty ? "" : "，或已办\(names.acts(unless).zh)"),
        en: "\(name.en) has run out" + (unless.isEmpty ? "" : ", or after \(names.acts(unless).en)"))
    case .within(let clock):
      return Bilingual(zh: "期限\(names.clock(clock).zh)未届满", en: "\(names.clock(clock).en) has not run out")
    case .preconditionMet(let state, let penalty, let other):
      let list = Bilingual.list([state, penalty, other].map(names.field))
      return Bilingual(zh: "罚则的前提已具备（\(list.zh)）", en: "the penalty's precondition is met (\(list.en))")
    case .amountWithinBand(let amount, let penalty, let tier, let reason):
      let list = Bilingual.list([amount, penalty, tier, reason].map(names.field))
      return Bilingual(
        zh: "金额在法定幅度和裁量档次内（\(list.zh)）", en: "the amount keeps within range and tier (\(list.en))")
    case .hearingTold(let told, let amount, let party, let measure, let measures):
      let list = Bilingual.list([told, amount, party, measure].map(names.field))
      let listed = names.values(measures, of: measure)
      return Bilingual(
        zh: "应当听证的已告知（\(list.zh)；\(listed.zh)）", en: "hearing told of where due (\(list.en); \(listed.en))")
    }
  }
}

/// Ids by the workflow's names, or as they are.
private struct GuardNames {
  let workflow: Workflow?

  func acts(_ ids: [String]) -> Bilingual { .list(ids.map { workflow?.actName($0) ?? plain($0) }) }
  func field(_ id: String) -> Bilingual { workflow?.field(id)?.name ?? plain(id) }

  func values(_ values: [String], of field: String) -> Bilingual {
    let field = workflow?.field(field)
    return .list(
      values.map { value in
        if field?.kind == .flag, let flag = Self.flags[value] { return flag }
        return field?.choices.first { $0.id == value }?.name ?? plain(value)
      })
  }

  func roles(_ ids: [String]) -> Bilingual {
    .list(ids.map { id in workflow?.roles.first { $0.id == id }?.name ?? plain(id) })
  }

  func clock(_ id: String) -> Bilingual {
    let name = workflow?.clocks.first { $0.id == id }?.name ?? plain(id)
    return Bilingual(zh: "“\(name.zh)”", en: "“\(name.en)”")
  }

  private static let flags = ["true": Bilingual(zh: "是", en: "yes"), "false": Bilingual(zh: "否", en: "no")]

  private func plain(_ id: String) -> Bilingual { Bilingual(zh: id, en: id) }
}
