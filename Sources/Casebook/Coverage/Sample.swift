import Casework

/// People or pieces of business a check reached beside its unit, for example trainees telephoned (电话抽查).
struct Sample: Sendable, Hashable {
  /// Kind of check it was taken for.
  var check: String
  var reached: Int
  /// How many there are; `nil` where the record does not say.
  var total: Int?

  /// The samples of a file: one for each act that states one, else the figure in the record of the check.
  static func all(in folded: FoldedCase, checkKind: String) -> [Sample] {
    let stated = folded.steps.filter(\.stands).compactMap { step -> Sample? in
      let facts = step.act.facts
      return facts[SampleFacts.reached]?.number.map {
        Sample(
          check: facts[SampleFacts.check]?.spelled ?? checkKind, reached: $0, total: facts[SampleFacts.total]?.number)
      }
    }
    guard stated.isEmpty else { return stated }
    return folded.facts[SampleFacts.recorded]?.number.map {
      [Sample(check: checkKind, reached: $0, total: folded.facts[SampleFacts.total]?.number)]
    } ?? []
  }
}

/// Names of the facts that state a sample (vocabulary of the templates).
enum SampleFacts {
  /// In an act of its own: how many were reached, of how many, and for which kind of check.
  static let reached = "phoned"
  static let total = "phoneTotal"
  static let check = "phoneFor"
  /// In the record of a check: how many were reached.
  static let recorded = "phoneSample"
}

extension FactValue {
  /// A whole number that is not negative.
  var number: Int? { if case .integer(let value) = self, (0...Self.believable).contains(value) { Int(value) } else { nil } }

  /// Above it a number in a form is a slip or a forgery, whoever sent it; sums over many files stay far from overflow.
  private static let believable: Int64 = 1_000_000_000
}
