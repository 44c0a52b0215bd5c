import Casework
import Replication

/// The ceiling in force for a regime's visits to a unit (频次上限): the figure set by a superior or by the office
/// itself, the highest office's first; else the pack's.
struct CeilingRule {
  let atMost: Int
  /// Kinds of check it binds.
  let checks: [CheckKind]
  let source: Bilingual

  /// - Parameter settings: those that bind the office (`BindingSettings`).
  /// - Parameter office: `nil`: whatever office, for lists.
  /// - Returns: `nil` where nothing limits the visits.
  init?(regime: Regime, pack: RegimePack, settings: [RecordRow], office: String?) {
    let setting = settings.first {
      $0.text(1) == pack.code && $0.text(2) == regime.id && $0.text(3) == VisitCeiling.settingID
        && (office == nil || ["", office].contains($0.text(6)))
    }
    checks = regime.ceiling?.checks ?? [.routine]
    if let setting, let value = setting.value(4).integer {
      let document = setting.text(5) ?? ""
      atMost = min(max(Int(clamping: value), 0), BindingSettings.figureMax)
      source = Bilingual(zh: "频次上限：\(document)", en: "ceiling set by \(document)")
    } else if let ceiling = regime.ceiling {
      atMost = ceiling.atMost
      source = Bilingual(
        zh: "\(pack.issuer.zh)制度 \(ceiling.source)", en: "document of \(pack.issuer.en), \(ceiling.source)")
    } else {
      return nil
    }
  }

  /// Whether it binds a check of this kind. A check opened without a kind is a routine one: leaving the kind out does
  /// not lift the ceiling.
  func binds(_ checkKind: String) -> Bool {
    checks.contains { $0.rawValue == (checkKind.isEmpty ? CheckKind.routine.rawValue : checkKind) }
  }

  /// What a floor and the ceiling ask of one unit when they cannot both be kept: every unit each month, but at most
  /// twice a year.
  func collision(with shape: IndicatorShape, value: Int?, check: CheckKind) -> Bilingual? {
    guard case .everyUnit(_, let period) = shape, let value, checks.contains(check) else { return nil }
    let yearly =
      switch period {
      case .month: value * 12
      case .quarter: value * 4
      case .halfYear: value * 2
      case .year: value
      }
    guard yearly > atMost else { return nil }
    return Bilingual(
      zh: "指标要求每户每年 \(yearly) 次，超过频次上限 \(atMost) 次，请报上级协调。",
      en: "The indicator asks for \(yearly) visits to each unit a year, the ceiling allows \(atMost):"
        + " have it settled above.")
  }

  static func view(_ regime: Regime, of pack: RegimePack, settings: [RecordRow]) -> IndicatorView? {
    CeilingRule(regime: regime, pack: pack, settings: settings, office: nil).map { rule in
      IndicatorView(
        pack: pack.code, regime: regime.id, indicator: VisitCeiling.settingID,
        name: Bilingual(zh: "每户每年频次上限", en: "most visits to a unit in a year"),
        check: rule.checks.map(\.rawValue).joined(separator: " "), shape: VisitCeiling.settingID,
        period: VisitCeiling.Period.year.rawValue, ownValue: regime.ceiling?.atMost, value: rule.atMost,
        provenance: rule.source, source: regime.ceiling?.source ?? regime.source)
    }
  }
}
