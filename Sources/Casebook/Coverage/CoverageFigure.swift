import Casework

/// What counting an indicator came to.
struct CoverageFigure: Sendable, Hashable {
  /// `nil`: it cannot be said, and `notes` say why.
  var required: Int?
  var done: Int
  /// Size of what a share is taken of, or the number of events.
  var base: Int?
  /// The day the base was taken.
  var baseOn: CivilDate?
  var met: Bool
  /// Not to be judged yet: the day is still to come, or nothing it speaks of has happened.
  var isPending = false
  /// Days the work spreads over; `nil`: due at once.
  var spread: CoverageSpan?
  var notes: [Bilingual] = []

  init(
    required: Int?, done: Int, base: Int? = nil, baseOn: CivilDate? = nil, spread: CoverageSpan? = nil,
    notes: [Bilingual] = []
  ) {
    self.required = required
    self.done = done
    self.base = base
    self.baseOn = baseOn
    self.spread = spread
    self.notes = notes
    met = required.map { done >= $0 } ?? false
  }

  func dueNow(on today: CivilDate) -> Int? {
    required.map { spread?.due(of: $0, by: today) ?? $0 }
  }

  var note: Bilingual? {
    notes.isEmpty
      ? nil : Bilingual(zh: notes.map(\.zh).joined(), en: notes.map(\.en).joined(separator: " "))
  }
}

/// A check that counts: its file is final and the check was carried out.
struct CountedCheck: Sendable, Hashable {
  var file: RecordReference
  /// Id of the unit's record, or empty.
  var subject: String
  /// Day of the check itself, which may lie long before the file was archived.
  var visitedOn: CivilDate
  var closedOn: CivilDate
  /// Id of the file it comes from, or empty.
  var relatesTo: String
  /// Facts of the file and samples it states; empty where nobody asked for them.
  var facts: [String: FactValue]
  var samples: [Sample]
  /// Its standing checking acts; empty where nobody asked for facts.
  var visits: [CheckingVisit] = []

  /// The checks of the file whose record says what an indicator counts by. An act that states the field is a check of
  /// its own, on its own day (首次实地、再次电话); what another form of the file states holds for the check as a whole.
  /// - Returns: `nil` where the file says nothing of it.
  func recorded(_ scope: Guard.Scope) -> [CountedCheck]? {
    let stating = visits.filter { $0.facts[scope.field] != nil }
    guard !stating.isEmpty else {
      return facts[scope.field].map { scope.values.contains($0.spelled) ? [self] : [] }
    }
    return stating.filter { $0.facts[scope.field].map { scope.values.contains($0.spelled) } ?? false }.map { visit in
      var check = self
      check.visitedOn = visit.date
      return check
    }
  }
}

/// One act of checking, with what its form says.
struct CheckingVisit: Sendable, Hashable {
  var date: CivilDate
  var facts: [String: FactValue]
}

/// A record's id as other records hold it.
typealias RecordReference = String

extension [CountedCheck] {
  /// Checks on days of the span.
  func within(_ span: CoverageSpan) -> [CountedCheck] { filter { span.contains($0.visitedOn) } }

  /// Units checked.
  var units: Set<String> { Set(map(\.subject).filter { !$0.isEmpty }) }

  /// Said beside every figure of units, so that a check without one is not lost silently.
  var withoutUnitNote: Bilingual? {
    let count = count { $0.subject.isEmpty }
    return count == 0
      ? nil
      : Bilingual(zh: "另有 \(count) 次检查没有写明对象，不计入户数。", en: "\(count) checks name no unit and are not counted as units.")
  }
}
