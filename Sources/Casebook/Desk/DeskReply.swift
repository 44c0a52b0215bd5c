public import Casework

/// What the node answers: one documented value for each request (`Protocol/10-desk.md`).
public enum DeskReply: Sendable, Hashable, Codable {
  case status(StatusView)
  case verified(VerifyView)
  case offices([OfficeView])
  case invitation(InvitationView)
  case officers([OfficerView])
  case subjects([SubjectView])
  case subject(SubjectDetailView)
  case duplicates([DuplicateView])
  case subjectRevealed(RevealedSubjectView)
  case imported(ImportView)
  case regimes([RegimeView])
  case regime(RegimePage)
  case pack(PackPage)
  case packDiff(PackDiffView)
  case referrals([ReferralView])
  case calendarImport(CalendarImportView)
  case calendarYear(CalendarYearView)
  case due(DueView)
  case indicators([IndicatorView])
  case leases([NumberLeaseView])
  case numberRegister([NumberRow])
  case files([FileRow])
  case file(FileView)
  case acted(ActedView)
  case revealed(RevealedView)
  case draw(DrawView)
  case draws([DrawRow])
  case attached(AttachedView)
  case attachments([AttachmentView])
  case attachmentTaken(AttachmentTakenView)
  case attachmentLimits(AttachmentLimitsView)
  case board(BoardView)
  case coverage([CoverageRow])
  case tallies([TallyRow])
  case conflicts([ConflictView])
  case held([HeldView])
  case keys([KeyView])
  case peers([PeerView])
  case outbox(OutboxView)
  case entry(EntryExplanation)
  case office(OfficeExplanation)
  case log([LogRow])
  case synced(SyncView)
  case bundleMade(BundleMadeView)
  case bundlesApplied(BundleAppliedView)
  case doctor(DoctorView)
  case backupMade(BackupMadeView)
  case backupDrilled(BackupDrillView)
  case done
}

/// Something went wrong: what, where, and how to mend it, with the exit code of DESIGN section 7.
public struct DeskFailure: Error, Sendable, Hashable, Codable {
  /// Raw values are the command line's exit codes.
  public enum Kind: Int32, Sendable, Hashable, Codable, CaseIterable {
    case refused = 1
    case usage = 64
    case badInput = 65
    case unreachable = 69
    case io = 74
    case protocolViolated = 76
    case notPermitted = 77
    case integrity = 78
  }

  public var kind: Kind
  /// Short stable name for programs, for example `unknown-office`.
  public var code: String
  public var message: Bilingual
  public var remedy: Bilingual
  /// Section or article, for refusals.
  public var article: String?

  public init(kind: Kind, code: String, message: Bilingual, remedy: Bilingual, article: String? = nil) {
    self.kind = kind
    self.code = code
    self.message = message
    self.remedy = remedy
    self.article = article
  }

  public init(_ refusal: Refusal) {
    self.init(
      kind: .refused, code: refusal.code.rawValue, message: refusal.message, remedy: refusal.remedy,
      article: refusal.article)
  }
}
