import Casework
import Replication

/// An indicator with the figure in force: the superior's where the document gives it precedence
/// (以上级下达监督检查指标为准), in either direction, with its provenance; else the document's own.
struct IndicatorRule {
  let indicator: Indicator
  let regime: Regime
  let pack: RegimePack
  private let setting: RecordRow?

  /// - Parameter office: the office the figure is wanted for; a setting for it goes before one for all.
  init(indicator: Indicator, regime: Regime, pack: RegimePack, settings: [RecordRow], office: String? = nil) {
    self.indicator = indicator
    self.regime = regime
    self.pack = pack
    let matching = settings.filter {
      $0.text(1) == pack.code && $0.text(2) == regime.id && $0.text(3) == indicator.id
    }
    setting =
      regime.superiorOverrides
      ? matching.first { office != nil && $0.text(6) == office } ?? matching.first { ($0.text(6) ?? "").isEmpty }
      : nil
  }

  /// The document's figure.
  var ownValue: Int? {
    switch indicator.shape {
    case .visits(let count, _), .unitsPerVisit(let count), .everyUnit(let count, _), .perEvent(let count, _),
      .eachHalfYear(let count):
      count
    case .share(let percent, _, _), .transactions(let percent, _): percent
    case .dated: nil
    }
  }

  var value: Int? {
    guard let set = setting?.value(4).integer else { return ownValue }
    switch indicator.shape {
    case .share, .transactions: return min(max(Int(clamping: set), 0), BindingSettings.percentMax)
    default: return min(max(Int(clamping: set), 0), BindingSettings.figureMax)
    }
  }

  var period: IndicatorPeriod? {
    switch indicator.shape {
    case .visits(_, let period), .share(_, let period, _), .everyUnit(_, let period),
      .transactions(_, let period):
      period
    case .eachHalfYear: .halfYear
    case .dated: .year
    case .unitsPerVisit, .perEvent: nil
    }
  }

  private var shapeName: String {
    switch indicator.shape {
    case .visits: "visits"
    case .unitsPerVisit: "units-per-visit"
    case .share: "share"
    case .everyUnit: "every-unit"
    case .perEvent: "per-event"
    case .transactions: "transactions"
    case .dated: "dated"
    case .eachHalfYear: "each-half-year"
    }
  }

  var provenance: Bilingual {
    if let setting {
      let document = setting.text(5) ?? ""
      return Bilingual(zh: "上级下达：\(document)", en: "set from above: \(document)")
    }
    return Bilingual(zh: "\(pack.issuer.zh)制度 \(indicator.source)", en: "document of \(pack.issuer.en), \(indicator.source)")
  }

  /// What the record of a check must say, for readers.
  var counted: CountedRecord? {
    indicator.scope.map {
      CountedRecord(field: $0.field, values: $0.values, name: $0.words(in: pack.workflows(of: regime)))
    }
  }

  var view: IndicatorView {
    IndicatorView(
      pack: pack.code, regime: regime.id, indicator: indicator.id, name: indicator.name,
      check: indicator.check.rawValue, shape: shapeName, period: period?.rawValue, ownValue: ownValue, value: value,
      provenance: provenance, source: indicator.source, counted: counted)
  }
}
