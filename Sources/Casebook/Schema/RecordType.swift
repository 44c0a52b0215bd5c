/// A type of record: numbered fields, additive only. Numbers are never reused; defaults are read-time.
public struct RecordType: Sendable, Hashable {
  public struct Field: Sendable, Hashable {
    public enum Kind: Sendable, Hashable { case text, integer, flag }

    public let number: UInt64
    /// Column name: lower-case letters and `_`.
    public let name: String
    public let kind: Kind
    /// Whether a conflict in it blocks the issuing of documents (法定要素).
    public let isLegal: Bool

    public init(number: UInt64, name: String, kind: Kind, isLegal: Bool = false) {
      self.number = number
      self.name = name
      self.kind = kind
      self.isLegal = isLegal
    }
  }

  public let number: UInt64
  /// Table name: lower-case letters and `_`.
  public let name: String
  public let fields: [Field]

  public init(number: UInt64, name: String, fields: [Field]) {
    self.number = number
    self.name = name
    self.fields = fields
  }

  public func field(_ number: UInt64) -> Field? { position(of: number).map { fields[$0] } }

  /// Where the field stands in `fields`; most types number them without gaps.
  public func position(of number: UInt64) -> Int? {
    if number >= 1, number <= UInt64(fields.count), fields[Int(number) - 1].number == number { return Int(number) - 1 }
    return fields.firstIndex { $0.number == number }
  }

  /// Version of this registry and of the kinds of change, carried in every entry's header. Raised with every addition:
  /// an older replica is then looked over for what it could not place (`SchemaUpgrade`). 2: facts of kinds 5 to 9.
  /// 3: attachments.
  public static let schemaVersion: UInt64 = 3

  public static let all: [RecordType] = [
    subject, officer, caseFile, sealedComplainant, pack, packSection, indicatorSetting, numberLease, numberVoid,
    draw, drawSection, drawSecret, drawResult, subjectMerge, calendarYear, sealedPerson, attachment,
  ]

  /// Types whose records concern what every office is counted by.
  public static let ofAllOffices = [pack, packSection, indicatorSetting, subjectMerge]

  public static let subject = RecordType(
    number: 1, name: "subject",
    fields: [
      text(1, "code"), text(2, "name", isLegal: true), text(3, "kind"), text(4, "address"), text(5, "office"),
      text(6, "representative"), text(7, "former_names"),
    ])

  public static let officer = RecordType(
    number: 2, name: "officer",
    fields: [
      text(1, "name"), text(2, "roles"), text(3, "certificate_number"), text(4, "certificate_kind"),
      text(5, "valid_from"), text(6, "valid_to"), text(7, "office"), text(8, "login"),
    ])

  /// Any file that moves through a workflow by acts: case, inspection, complaint, order.
  public static let caseFile = RecordType(
    number: 3, name: "case_file",
    fields: [
      text(1, "kind"), text(2, "number", isLegal: true), text(3, "title"), text(4, "pack"),
      integer(5, "pack_version"), text(6, "regime"), text(7, "workflow"), text(8, "subject", isLegal: true),
      text(9, "office"), text(10, "addressee"), text(11, "opened_on", isLegal: true), text(12, "relates_to"),
      text(13, "check_kind"), text(14, "over_ceiling_reason"),
    ])

  /// A complainant's identity (条例 第九条): written to the `own` stream alone.
  public static let sealedComplainant = RecordType(
    number: 4, name: "sealed_complainant", fields: [text(1, "file"), text(2, "name"), text(3, "phone")])

  public static let pack = RecordType(
    number: 5, name: "pack",
    fields: [text(1, "code"), integer(2, "version"), integer(3, "sections"), text(4, "digest"), text(5, "issuer")])

  public static let packSection = RecordType(
    number: 6, name: "pack_section", fields: [text(1, "pack"), integer(2, "position"), text(3, "body")])

  /// A superior's figure for an indicator (以上级下达监督检查指标为准).
  public static let indicatorSetting = RecordType(
    number: 7, name: "indicator_setting",
    fields: [
      text(1, "pack"), text(2, "regime"), text(3, "indicator"), integer(4, "value"), text(5, "document"),
      text(6, "office"), text(7, "effective"),
    ])

  /// A block of official numbers (文号) for an office's documents of a year. Who issued it is told by the stamps.
  public static let numberLease = RecordType(
    number: 8, name: "number_lease",
    fields: [
      text(1, "series"), text(2, "pack"), integer(3, "year"), integer(4, "first"), integer(5, "last"),
      text(6, "office"), text(7, "issued_on"),
    ])

  /// An official number that no document will bear (作废), with the reason and the officer's record id.
  public static let numberVoid = RecordType(
    number: 9, name: "number_void",
    fields: [
      text(1, "series"), text(2, "pack"), integer(3, "year"), integer(4, "number"), text(5, "reason"),
      text(6, "officer"),
    ])

  /// What an office commits to before the seed of a random draw exists (双随机). One entry of its own in `up`, which
  /// the witness's receipt must cover; written once.
  public static let draw = RecordType(
    number: 10, name: "draw",
    fields: [
      text(1, "number", isLegal: true), text(2, "office"), text(3, "witness"), text(4, "title"), text(5, "pack"),
      integer(6, "pack_version"), text(7, "regime"), text(8, "check_kind"), text(9, "opened_on", isLegal: true),
      text(10, "officers"), integer(11, "suite"), text(12, "roster_digest"), text(13, "parameters_digest"),
      text(14, "nonce_digest"), text(15, "commitment", isLegal: true), text(16, "kinds"), integer(17, "units"),
      integer(18, "drawn"),
    ])

  /// Part of a text that belongs to a draw (`roster`, `parameters`) or to a round (`result`).
  public static let drawSection = RecordType(
    number: 11, name: "draw_section",
    fields: [text(1, "owner"), text(2, "part"), integer(3, "position"), text(4, "body")])

  /// The office's nonce until it reveals it: written to the `own` stream alone.
  public static let drawSecret = RecordType(
    number: 12, name: "draw_secret", fields: [text(1, "draw"), text(2, "nonce")])

  /// One round of a draw. A re-draw is asked for first (reason, note, what it replaces) and gets nonce, seed and
  /// result when it is revealed; the first round is asked for by the commitment.
  public static let drawResult = RecordType(
    number: 13, name: "draw_result",
    fields: [
      text(1, "draw"), integer(2, "round"), text(3, "reason"), text(4, "note"), text(5, "replaces"),
      text(6, "officers"), text(7, "nonce"), text(8, "seed"),
    ])

  /// A year's holiday notice passed down (上级指令: 放假安排); the body is the shipped table's format. Written once;
  /// who published it, and when, is told by the stamp.
  public static let calendarYear = RecordType(
    number: 15, name: "calendar_year", fields: [integer(1, "year"), text(2, "notice"), text(3, "body")])

  /// Two records found to be the same unit (一户一档): `from` shows under `into`. Written once, and once more to undo it;
  /// which record survives where merges contradict is decided by `SubjectMerges`.
  public static let subjectMerge = RecordType(
    number: 14, name: "subject_merge",
    fields: [
      text(1, "merged_from"), text(2, "merged_into"), text(3, "reason"), text(4, "officer"), text(5, "merged_on"),
      text(6, "undone_reason"), text(7, "undone_officer"), text(8, "undone_on"),
    ])

  /// The whole identification number of a person, or of a unit's legal representative: written to the `own` stream
  /// alone, so that it is kept by the office that took it and by nobody else. The subject's own record, which goes up,
  /// holds no part of it: superiors supervise files and have no need of it (《个人信息保护法》第六条、第二十八条).
  public static let sealedPerson = RecordType(
    number: 16, name: "sealed_person", fields: [text(1, "subject"), text(2, "resident_id")])

  /// Content that belongs to a file: a photograph, a scan, a recording (`Protocol/9-attachments.md`). Written once, in the
  /// stream of the file's acts; the content itself is named by its hash and need not be here.
  public static let attachment = RecordType(
    number: 17, name: "attachment",
    fields: [
      text(1, "file"), text(2, "name"), text(3, "media_type"), integer(4, "length"), text(5, "blob"),
      text(6, "taken_on"), text(7, "note"), text(8, "officer"),
    ])

  /// Types whose records stay in the `own` stream, and whose values no list shows.
  public var isSealed: Bool { [Self.sealedComplainant, Self.drawSecret, Self.sealedPerson].contains(self) }

  private static func text(_ number: UInt64, _ name: String, isLegal: Bool = false) -> Field {
    Field(number: number, name: name, kind: .text, isLegal: isLegal)
  }

  private static func integer(_ number: UInt64, _ name: String) -> Field {
    Field(number: number, name: name, kind: .integer, isLegal: false)
  }
}
