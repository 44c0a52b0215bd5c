/// A pack taken apart into what can be compared: each element once, with what it says apart from the elements it
/// contains.
enum PackElements {
  struct Item {
    let element: PackChange.Element
    let path: String
    let name: Bilingual
    /// The figure in words, with its source.
    let words: Bilingual
    /// Everything the element says itself; two equal values are no change.
    let value: AnyHashable

    func figure(isNamed: Bool) -> Bilingual {
      isNamed ? Bilingual(zh: "“\(name.zh)”：\(words.zh)", en: "“\(name.en)”: \(words.en)") : words
    }
  }

  /// In the pack's order.
  static func list(of pack: RegimePack) -> [Item] {
    head(pack) + pack.regimes.flatMap { regime($0, in: pack) } + pack.workflows.flatMap(workflow) + discretion(pack)
      + pack.series.map { series in
        item(
          .series, "series/\(series.id)", series.name, Bilingual(zh: series.wording, en: series.wording), series.source,
          series)
      }
      + pack.roles.map { item(.role, "roles/\($0.id)", $0.name, $0.name, "", $0) }
      + groups(.duty, "duties", pack.duties) + groups(.boundary, "boundaries", pack.boundaries)
      + groups(.service, "services", pack.services) + groups(.campaign, "campaigns", pack.campaigns)
      + pack.remarks.map { remark in
        item(.remark, "remarks/\(remark.id)", remark.finding, remark.chosen, remark.source, remark)
      }
  }

  private static func item(
    _ element: PackChange.Element, _ path: String, _ name: Bilingual, _ words: Bilingual, _ source: String,
    _ value: some Hashable
  ) -> Item {
    let cited =
      source.isEmpty ? words : Bilingual(zh: "\(words.zh)（\(source)）", en: "\(words.en) (\(source))")
    return Item(element: element, path: path, name: name, words: cited, value: AnyHashable(value))
  }

  /// The version is what is compared, not a difference.
  private static func head(_ pack: RegimePack) -> [Item] {
    var bare = pack
    bare.version = 0
    bare.regimes = []
    bare.workflows = []
    bare.discretion = nil
    bare.series = []
    bare.duties = []
    bare.boundaries = []
    bare.services = []
    bare.campaigns = []
    bare.remarks = []
    bare.roles = []
    let words = Bilingual(
      zh: "\(pack.issuer.zh)，\(pack.division)，自 \(pack.effective) 起施行",
      en: "\(pack.issuer.en), \(pack.division), in force from \(pack.effective)")
    return [item(.pack, "pack", pack.issuer, words, pack.document, bare)]
  }

  private static func regime(_ regime: Regime, in pack: RegimePack) -> [Item] {
    let path = "regimes/\(regime.id)"
    var bare = regime
    bare.indicators = []
    bare.quorum = nil
    bare.basis = []
    bare.parts = regime.parts.mapValues { content in
      if case .lines = content { PartContent.lines([]) } else { content }
    }
    bare.penalties = []
    bare.tallies = []
    bare.scoreBands = []
    bare.ceiling = nil
    let subjects = Bilingual.list(regime.subjects)
    let workflows = regime.workflows.joined(separator: " ")
    let status = regime.status == .active ? Bilingual(zh: "施行", en: "active") : Bilingual(zh: "已划转", en: "transferred")
    let moved = regime.transferred?.words
    let words = Bilingual(
      zh: "\(status.zh)，对象：\(subjects.zh)，流程：\(workflows)" + (regime.superiorOverrides ? "，以上级指标为准" : "")
        + (moved.map { "，\($0.zh)" } ?? ""),
      en: "\(status.en), subjects: \(subjects.en), workflows: \(workflows)"
        + (regime.superiorOverrides ? ", the superior's indicators apply" : "") + (moved.map { ", \($0.en)" } ?? ""))
    var items = [item(.regime, path, regime.name, words, regime.source, bare)]
    let forms = pack.workflows(of: regime)
    items += regime.indicators.map {
      item(.indicator, "\(path)/indicators/\($0.id)", $0.name, $0.words(in: forms), $0.source, $0)
    }
    if let ceiling = regime.ceiling {
      items.append(
        item(.ceiling, "\(path)/ceiling", PackChange.Element.ceiling.name, ceiling.words, ceiling.source, ceiling))
    }
    if let quorum = regime.quorum {
      items.append(item(.quorum, "\(path)/quorum", PackChange.Element.quorum.name, quorum.words, quorum.source, quorum))
    }
    items += regime.penalties.map {
      item(.penalty, "\(path)/penalties/\($0.id)", $0.name, $0.words, $0.article, $0)
    }
    items += regime.tallies.map { item(.tally, "\(path)/tallies/\($0.id)", $0.name, $0.words, $0.source, $0) }
    items += regime.scoreBands.map {
      item(.scoreBand, "\(path)/score-bands/\($0.id)", $0.name, $0.words, $0.source, $0)
    }
    items += lines(regime.basis, "\(path)/basis")
    for part in RegimePart.allCases {
      items += lines(regime.parts[part]?.lines ?? [], "\(path)/parts/\(part.rawValue)")
    }
    return items
  }

  private static func lines(_ lines: [Provision], _ path: String) -> [Item] {
    lines.map { line in
      // The line's number moves with every line put in above it.
      var still = line
      still.line = 0
      return item(.line, "\(path)/\(line.id)", Bilingual(zh: line.id, en: line.id), line.text, line.source, still)
    }
  }

  private static func groups(
    _ element: PackChange.Element, _ path: String, _ groups: [ProvisionGroup]
  ) -> [Item] {
    groups.flatMap { group in
      var bare = group
      bare.lines = []
      let (keywords, authorities) = (group.keywords.joined(separator: "、"), Bilingual.list(group.authorities))
      let words = Bilingual(
        zh: group.name.zh + (keywords.isEmpty ? "" : "，关键词：\(keywords)")
          + (authorities.zh.isEmpty ? "" : "，部门：\(authorities.zh)"),
        en: group.name.en + (keywords.isEmpty ? "" : ", keywords: \(keywords)")
          + (authorities.en.isEmpty ? "" : ", departments: \(authorities.en)"))
      return [item(element, "\(path)/\(group.id)", group.name, words, group.source, bare)]
        + lines(group.lines, "\(path)/\(group.id)/lines")
    }
  }

  private static func workflow(_ workflow: Workflow) -> [Item] {
    let path = "workflows/\(workflow.id)"
    var bare = workflow
    bare.states = []
    bare.acts = []
    bare.clocks = []
    bare.penalties = []
    bare.penaltiesByRegime = [:]
    bare.discretion = nil
    bare.roles = []
    let initial = workflow.stateName(workflow.initial)
    let words = Bilingual(
      zh: "\(workflow.kind.name.zh)，自“\(initial.zh)”开始", en: "\(workflow.kind.name.en), begins as “\(initial.en)”")
    var items = [item(.workflow, path, workflow.name, words, workflow.source, bare)]
    items += workflow.states.map { state in
      let words = state.isFinal ? Bilingual(zh: "办结", en: "finished") : Bilingual(zh: "在办", en: "open")
      return item(.state, "\(path)/states/\(state.id)", state.name, words, "", state)
    }
    for act in workflow.acts { items += self.act(act, in: workflow, path) }
    items += workflow.clocks.map {
      item(.clock, "\(path)/clocks/\($0.id)", $0.name, $0.words(in: workflow), $0.article, $0)
    }
    return items
  }

  private static func act(_ act: ActRule, in workflow: Workflow, _ path: String) -> [Item] {
    let path = "\(path)/acts/\(act.id)"
    var bare = act
    bare.guards = []
    bare.form?.fields = []
    return [item(.act, path, act.name, act.words(in: workflow), act.source, bare)]
      + (act.form?.fields ?? []).map { item(.field, "\(path)/fields/\($0.id)", $0.name, $0.words, "", $0) }
      + act.guards.map { rule in
        item(.guard, "\(path)/guards/\(rule.kind)", act.name, rule.words(in: workflow), rule.article, rule)
      }
  }

  private static func discretion(_ pack: RegimePack) -> [Item] {
    guard let rule = pack.discretion else { return [] }
    var bare = rule
    bare.tiers = []
    bare.hearing = []
    return [item(.discretion, "discretion", PackChange.Element.discretion.name, rule.standard, rule.source, bare)]
      + rule.tiers.map { item(.discretion, "discretion/tiers/\($0.id)", $0.name, $0.words, "", $0) }
      + rule.hearing.map { threshold in
        item(
          .discretion, "discretion/hearing/\(threshold.party.rawValue)", PackChange.Element.discretion.name,
          threshold.words, threshold.source, threshold)
      }
  }
}
