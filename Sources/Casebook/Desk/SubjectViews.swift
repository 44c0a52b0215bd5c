public import Casework

/// A unit or person as typed.
public struct SubjectDraft: Sendable, Hashable, Codable {
  /// Unified social credit code, or empty when not known.
  public var code: String
  public var name: String
  /// `person` for a natural person; else the word the documents use for such units.
  public var kind: String
  public var address: String
  /// Legal representative (法定代表人) of a unit.
  public var representative: String
  /// Identification number of the person, or of the unit's representative.
  public var residentID: String
  /// Line in the CSV file, for the report.
  public var line: Int?

  public init(
    code: String, name: String, kind: String, address: String, representative: String = "", residentID: String = "",
    line: Int?
  ) {
    self.code = code
    self.name = name
    self.kind = kind
    self.address = address
    self.representative = representative
    self.residentID = residentID
    self.line = line
  }
}

/// Two records that are one unit: `from` will show under `into`.
public struct SubjectMergeDraft: Sendable, Hashable, Codable {
  public var from: String
  public var into: String
  public var reason: String
  /// Login of the officer.
  public var officer: String

  public init(from: String, into: String, reason: String, officer: String) {
    self.from = from
    self.into = into
    self.reason = reason
    self.officer = officer
  }
}

public struct SubjectUnmergeDraft: Sendable, Hashable, Codable {
  /// The merged record, not the one it shows under.
  public var subject: String
  public var reason: String
  /// Login of the officer.
  public var officer: String

  public init(subject: String, reason: String, officer: String) {
    self.subject = subject
    self.reason = reason
    self.officer = officer
  }
}

/// A record of the register of subjects.
public struct SubjectView: Sendable, Hashable, Codable {
  public var id: String
  public var code: String
  public var name: String
  public var kind: String
  public var address: String
  public var office: String
  public var representative: String?
  /// Masked; `nil` where none is kept at this office.
  public var maskedResidentID: String?
  /// The oldest first.
  public var formerNames: [String]
  /// The record it was merged into.
  public var mergedInto: SubjectBrief?
  public var warnings: [Bilingual]

  public init(
    id: String, code: String, name: String, kind: String, address: String, office: String,
    representative: String? = nil, maskedResidentID: String? = nil, formerNames: [String] = [],
    mergedInto: SubjectBrief? = nil, warnings: [Bilingual]
  ) {
    self.id = id
    self.code = code
    self.name = name
    self.kind = kind
    self.address = address
    self.office = office
    self.representative = representative
    self.maskedResidentID = maskedResidentID
    self.formerNames = formerNames
    self.mergedInto = mergedInto
    self.warnings = warnings
  }
}

/// Enough of a record to tell it from others.
public struct SubjectBrief: Sendable, Hashable, Codable {
  public var id: String
  public var code: String
  public var name: String
  public var office: String

  public init(id: String, code: String, name: String, office: String) {
    self.id = id
    self.code = code
    self.name = name
    self.office = office
  }
}

/// A unit with everything that is known of it under any of its records.
public struct SubjectDetailView: Sendable, Hashable, Codable {
  /// The surviving record.
  public var subject: SubjectView
  /// Its other records: merged into it, or registered by another office under the same code.
  public var others: [SubjectView]
  /// Every merge of these records, undone ones too, by authority and time.
  public var merges: [SubjectMergeView]
  /// The newest first.
  public var files: [SubjectFileRow]
  /// Inspections of this year, by regime.
  public var visits: [SubjectVisitRow]
  /// Who looked at an identification number.
  public var reveals: [SubjectRevealRow]
  /// Of the command that was just carried out.
  public var warnings: [Bilingual]

  public init(
    subject: SubjectView, others: [SubjectView], merges: [SubjectMergeView], files: [SubjectFileRow],
    visits: [SubjectVisitRow], reveals: [SubjectRevealRow], warnings: [Bilingual]
  ) {
    self.subject = subject
    self.others = others
    self.merges = merges
    self.files = files
    self.visits = visits
    self.reveals = reveals
    self.warnings = warnings
  }
}

public struct SubjectMergeView: Sendable, Hashable, Codable {
  /// Who said so, why and when.
  public struct Statement: Sendable, Hashable, Codable {
    public var office: String
    /// Name, or the record's id where the officer's record is not held.
    public var officer: String
    /// `YYYY-MM-DD`.
    public var on: String
    public var reason: String

    public init(office: String, officer: String, on: String, reason: String) {
      self.office = office
      self.officer = officer
      self.on = on
      self.reason = reason
    }
  }

  public var from: SubjectBrief
  public var into: SubjectBrief
  public var made: Statement
  public var undone: Statement?

  public init(from: SubjectBrief, into: SubjectBrief, made: Statement, undone: Statement?) {
    self.from = from
    self.into = into
    self.made = made
    self.undone = undone
  }
}

public struct SubjectFileRow: Sendable, Hashable, Codable {
  public var file: FileRow
  public var pack: String
  public var regime: Bilingual
  public var checkKind: String?
  /// `YYYY-MM-DD`.
  public var closedOn: String?

  public init(file: FileRow, pack: String, regime: Bilingual, checkKind: String?, closedOn: String?) {
    self.file = file
    self.pack = pack
    self.regime = regime
    self.checkKind = checkKind
    self.closedOn = closedOn
  }
}

public struct SubjectVisitRow: Sendable, Hashable, Codable {
  public var pack: String
  public var regime: String
  public var name: Bilingual
  /// Inspections opened this year.
  public var opened: Int
  /// Those that the ceiling counts.
  public var counted: Int
  /// `nil` where nothing limits them.
  public var ceiling: Int?
  /// Whose ceiling it is.
  public var source: Bilingual?

  public init(
    pack: String, regime: String, name: Bilingual, opened: Int, counted: Int, ceiling: Int?, source: Bilingual?
  ) {
    self.pack = pack
    self.regime = regime
    self.name = name
    self.opened = opened
    self.counted = counted
    self.ceiling = ceiling
    self.source = source
  }
}

public struct SubjectRevealRow: Sendable, Hashable, Codable {
  public var office: String
  public var officer: String
  /// `YYYY-MM-DD`.
  public var on: String
  public var purpose: String

  public init(office: String, officer: String, on: String, purpose: String) {
    self.office = office
    self.officer = officer
    self.on = on
    self.purpose = purpose
  }
}

/// Identification numbers in full, shown for a recorded purpose.
public struct RevealedSubjectView: Sendable, Hashable, Codable {
  public struct Number: Sendable, Hashable, Codable {
    public var subject: SubjectBrief
    public var residentID: String

    public init(subject: SubjectBrief, residentID: String) {
      self.subject = subject
      self.residentID = residentID
    }
  }

  public var numbers: [Number]
  public var purpose: String

  public init(numbers: [Number], purpose: String) {
    self.numbers = numbers
    self.purpose = purpose
  }
}

/// Two records suspected to be one unit.
public struct DuplicateView: Sendable, Hashable, Codable {
  public enum Reason: String, Sendable, Hashable, Codable, CaseIterable {
    case sameCode = "same-code"
    case similarName = "similar-name"
  }

  public var first: SubjectBrief
  public var second: SubjectBrief
  /// Similarity of the names in thousandths.
  public var score: Int
  public var reason: Reason
  /// On the last pair of a record with too many: further names like the second that are not listed.
  public var more: Int?

  public init(first: SubjectBrief, second: SubjectBrief, score: Int, reason: Reason) {
    self.first = first
    self.second = second
    self.score = score
    self.reason = reason
  }
}

/// Result of an import, row by row.
public struct ImportView: Sendable, Hashable, Codable {
  public var added: Int
  public var updated: Int
  public var unchanged: Int
  public var refused: Int
  /// Every row of the file.
  public var rows: [ImportRow]

  public init(rows: [ImportRow]) {
    self.rows = rows
    func count(_ outcome: ImportRow.Outcome) -> Int { rows.count { $0.outcome == outcome } }
    added = count(.added)
    updated = count(.updated)
    unchanged = count(.unchanged)
    refused = count(.refused)
  }
}

/// What became of a row of the file.
public struct ImportRow: Sendable, Hashable, Codable {
  public enum Outcome: String, Sendable, Hashable, Codable, CaseIterable {
    case added
    /// The code, or the person's number, was registered already.
    case updated
    /// As `updated`, but the register says so already.
    case unchanged
    case refused
  }

  public var line: Int
  public var outcome: Outcome
  public var code: String
  public var name: String
  /// Why it was refused, or what is off with it all the same.
  public var messages: [Bilingual]
  /// Others it may be the same as, the likest first. Said of added and renamed rows.
  public var suspects: [ImportSuspect]
  /// Further names much alike that are not named: suspects beyond the first ten, and names of a large trade that were not
  /// compared one by one.
  public var moreSuspects: Int

  public init(
    line: Int, outcome: Outcome, code: String, name: String, messages: [Bilingual], suspects: [ImportSuspect] = []
  ) {
    self.line = line
    self.outcome = outcome
    self.code = code
    self.name = name
    self.messages = messages
    self.suspects = suspects
    moreSuspects = 0
  }
}

public struct ImportSuspect: Sendable, Hashable, Codable {
  public var subject: SubjectBrief
  /// Where it stands in the same file; `nil`: in the register.
  public var line: Int?
  /// Similarity of the names in thousandths.
  public var score: Int

  public init(subject: SubjectBrief, line: Int?, score: Int) {
    self.subject = subject
    self.line = line
    self.score = score
  }
}
