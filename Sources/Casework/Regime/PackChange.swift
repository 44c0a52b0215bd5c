/// One difference between two versions of a pack.
public struct PackChange: Sendable, Hashable, Codable {
  public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
    case added, removed, changed

    public var name: Bilingual {
      switch self {
      case .added: Bilingual(zh: "新增", en: "added")
      case .removed: Bilingual(zh: "删去", en: "removed")
      case .changed: Bilingual(zh: "修改", en: "changed")
      }
    }
  }

  /// What part of a pack it is.
  public enum Element: String, Sendable, Hashable, Codable, CaseIterable {
    case pack, regime, indicator, ceiling, quorum, penalty, tally, line, workflow, state, act, field, clock, discretion
    case series, role, duty, boundary, service, campaign, remark
    case scoreBand = "score-band"
    case `guard`

    public var name: Bilingual {
      switch self {
      case .pack: Bilingual(zh: "制度包", en: "pack")
      case .regime: Bilingual(zh: "制度", en: "regime")
      case .indicator: Bilingual(zh: "指标", en: "indicator")
      case .ceiling: Bilingual(zh: "频次上限", en: "ceiling")
      case .quorum: Bilingual(zh: "人数", en: "quorum")
      case .penalty: Bilingual(zh: "罚则", en: "penalty")
      case .tally: Bilingual(zh: "累计", en: "tally")
      case .line: Bilingual(zh: "原文", en: "line")
      case .workflow: Bilingual(zh: "流程", en: "workflow")
      case .state: Bilingual(zh: "状态", en: "state")
      case .act: Bilingual(zh: "步骤", en: "act")
      case .field: Bilingual(zh: "表项", en: "field")
      case .clock: Bilingual(zh: "期限", en: "clock")
      case .discretion: Bilingual(zh: "裁量", en: "discretion")
      case .series: Bilingual(zh: "文号系列", en: "number series")
      case .role: Bilingual(zh: "角色", en: "role")
      case .duty: Bilingual(zh: "职责", en: "duty")
      case .boundary: Bilingual(zh: "职责边界", en: "boundary")
      case .service: Bilingual(zh: "公共服务", en: "service")
      case .campaign: Bilingual(zh: "专项行动", en: "campaign")
      case .remark: Bilingual(zh: "备注", en: "remark")
      case .scoreBand: Bilingual(zh: "得分等次", en: "score band")
      case .guard: Bilingual(zh: "条件", en: "guard")
      }
    }
  }

  public var kind: Kind
  public var element: Element
  /// Where it stands, for example `regimes/case-handling/indicators/monthly`. Guards have no ids: an act's guards of
  /// one kind share a path.
  public var path: String
  public var name: Bilingual
  /// The figure in words; `nil` for something added.
  public var old: Bilingual?
  /// `nil` for something removed.
  public var new: Bilingual?

  /// What is different in `new`, in the order of the packs: what is in both by the new one's order, then what was
  /// removed by the old one's. An element that is new brings all it contains.
  /// - Complexity: linear in the packs' elements.
  public static func changes(from old: RegimePack, to new: RegimePack) -> [PackChange] {
    let (before, after) = (PackElements.list(of: old), PackElements.list(of: new))
    let (oldByPath, newByPath) = (Dictionary(grouping: before, by: \.path), Dictionary(grouping: after, by: \.path))
    var changes: [PackChange] = []
    var done: Set<String> = []
    for path in after.map(\.path) where done.insert(path).inserted {
      changes += Self.changes(from: oldByPath[path] ?? [], to: newByPath[path] ?? [])
    }
    for path in before.map(\.path) where done.insert(path).inserted {
      changes += Self.changes(from: oldByPath[path] ?? [], to: [])
    }
    return changes
  }

  /// Elements of one path: equal ones are as they were, the others are paired in their order.
  private static func changes(from old: [PackElements.Item], to new: [PackElements.Item]) -> [PackChange] {
    var (left, right) = (old, new)
    for item in new {
      guard let position = left.firstIndex(where: { $0.value == item.value }) else { continue }
      left.remove(at: position)
      if let same = right.firstIndex(where: { $0.value == item.value }) { right.remove(at: same) }
    }
    let pairs = zip(left, right).map { before, after in
      let isRenamed = before.name != after.name
      return PackChange(
        kind: .changed, element: after.element, path: after.path, name: after.name,
        old: before.figure(isNamed: isRenamed), new: after.figure(isNamed: isRenamed))
    }
    return pairs
      + right.dropFirst(left.count).map {
        PackChange(kind: .added, element: $0.element, path: $0.path, name: $0.name, old: nil, new: $0.words)
      }
      + left.dropFirst(right.count).map {
        PackChange(kind: .removed, element: $0.element, path: $0.path, name: $0.name, old: $0.words, new: nil)
      }
  }
}
