import Casework

/// A number of a requirement that some element must carry.
enum FigureDemand {
  case deadline(count: Int, unit: DeadlineUnit)
  case monthDay(String)
  case `extension`(Int)
  case visits(Int, per: String)
  case share(Int)
  case unitsPerVisit(Int)
  case persons(Int)
  case fine(Int)
  case multiple(Int)
  case tally(Int)
  case score(Int)
  case halves(Int)

  static func demands(of requirement: Requirement) -> [FigureDemand] {
    var demands: [FigureDemand] = []
    for (key, value) in requirement.parameters {
      let number = Int(value.drop { !$0.isNumber }.prefix { $0.isNumber })
      switch (key, number) {
      case ("deadline", let number?): demands += deadline(value, number)
      case ("extend", let number?): demands.append(.extension(number))
      // A campaign's or activity's yearly return is planned, not counted; what is counted is an indicator.
      case ("frequency", let number?) where requirement.kind == "indicator":
        demands.append(.visits(number, per: value.split(separator: "/").last.map(String.init) ?? ""))
      case ("coverage", let number?), ("phone_sample", let number?), ("stratum_share", let number?):
        demands.append(.share(number))
      case ("units_per", let number?): demands.append(.unitsPerVisit(number))
      case ("min_persons", let number?): demands.append(.persons(number))
      case ("fine", let number?), ("fine_min", let number?), ("fine_max", let number?): demands.append(.fine(number))
      case ("fine_multiple_min", let number?), ("fine_multiple_max", let number?): demands.append(.multiple(number))
      case ("wrong_cases", let number?): demands.append(.tally(number))
      case ("failed_checks", let number?): demands.append(.tally(value.hasPrefix(">=") || value.hasPrefix("=") ? number : number + 1))
      case ("score", let number?): demands.append(.score(number))
      case ("spread", let number?): demands.append(.halves(number))
      default: continue
      }
    }
    return demands
  }

  private static func deadline(_ value: String, _ number: Int) -> [FigureDemand] {
    let text = value.dropFirst()
    if text.contains("-") { return [.monthDay(String(text))] }
    let unit = text.drop { $0.isNumber }
    switch unit {
    case "wd": return [.deadline(count: number, unit: .workingDay)]
    case "d": return [.deadline(count: number, unit: .day)]
    case "mo": return [.deadline(count: number, unit: .month)]
    case "y": return [.deadline(count: number, unit: .year)]
    default: return []
    }
  }

  func isMet(by element: PackElement) -> Bool {
    switch (self, element) {
    case (.deadline(let count, let unit), .clock(let clock)): return clock.count == count && clock.unit == unit
    case (.monthDay(let day), .indicator(let indicator)): return indicator.shape == .dated(monthDay: day)
    case (.monthDay(let day), .clock(let clock)): return clock.anchor == .yearly(monthDay: day)
    case (.extension(let count), .clock(let clock)): return clock.extraCount == count
    case (.visits(let count, let period), .indicator(let indicator)): return indicator.shape.isQuota(count, per: period)
    case (.share(let percent), .indicator(let indicator)): return indicator.shape.isShare(percent)
    case (.unitsPerVisit(let count), .indicator(let indicator)): return indicator.shape == .unitsPerVisit(atLeast: count)
    case (.halves(let count), .indicator(let indicator)): return indicator.shape == .eachHalfYear(atLeast: count)
    case (.persons(let count), .quorum(let quorum)): return quorum.officers == count
    case (.persons(let count), .guards(let guards)): return guards.contains { $0.condition.persons == count }
    case (.persons(let count), .act(let act)): return act.guards.contains { $0.condition.persons == count }
    case (.fine(let yuan), .penalty(let penalty)): return penalty.formula.amounts.contains(Money(yuan: Int64(yuan)))
    case (.multiple(let times), .penalty(let penalty)): return penalty.formula.multiples.contains(times * 100)
    case (.tally(let count), .tallyStep(let step)): return step.atLeast == count
    case (.score(let score), .scoreBand(let band)): return band.from == score || band.below == score
    default: return false
    }
  }
}

extension IndicatorShape {
  fileprivate func isQuota(_ count: Int, per period: String) -> Bool {
    switch self {
    case .visits(count, let own), .everyUnit(count, let own): own.rawValue == period.replacing("_", with: "-")
    case .perEvent(count, _): period == "class" || period == "year"
    // One of all units a year, one share a quarter: the period is the quota's.
    case .share(_, let own, _), .transactions(_, let own): count == 1 && own.rawValue == period
    case .dated: count == 1 && period == "year"
    default: false
    }
  }

  fileprivate func isShare(_ percent: Int) -> Bool {
    switch self {
    case .share(percent, _, _), .transactions(percent, _): true
    case .everyUnit: percent == 100
    default: false
    }
  }
}

extension Guard.Condition {
  fileprivate var persons: Int? {
    switch self {
    case .officers(let count, _): count
    case .distinct(let fields): fields.count
    default: nil
    }
  }
}

extension PenaltyFormula {
  fileprivate var amounts: [Money] {
    switch self {
    case .none, .multiple, .dailyRate: []
    case .fixed(let amount): [amount]
    case .range(let min, let max), .perUnit(let min, let max, _): [min, max]
    case .firstOf(let list): list.flatMap(\.amounts)
    }
  }

  fileprivate var multiples: [Int] {
    switch self {
    case .multiple(let min, let max, _): [min, max]
    case .firstOf(let list): list.flatMap(\.multiples)
    default: []
    }
  }
}
