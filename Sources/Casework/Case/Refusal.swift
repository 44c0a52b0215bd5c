/// A step that a rule does not allow (不予办理): a value, not an exception, that says which rule, by which
/// article, and what to do instead.
public struct Refusal: Sendable, Hashable, Codable, Error {
  public enum Code: String, Sendable, Hashable, Codable, CaseIterable {
    case unknownAct = "unknown-act"
    case wrongState = "wrong-state"
    case fileClosed = "file-closed"
    case notResponsible = "not-responsible"
    case notSuperior = "not-superior"
    case notParty = "not-party"
    case quorum
    case certificate
    case missingStep = "missing-step"
    case factMismatch = "fact-mismatch"
    case ownApproval = "own-approval"
    case approverRole = "approver-role"
    case unsigned
    case formField = "form-field"
    case dateOrder = "date-order"
    case regimeTransferred = "regime-transferred"
    case notEffective = "not-effective"
    case legalConflict = "legal-conflict"
    case recused
    case participants
    case notElapsed = "not-elapsed"
    case outOfBand = "out-of-band"
    case outOfTime = "out-of-time"
    case precondition
    case overCeiling = "over-ceiling"
    case hearingNotTold = "hearing-not-told"
    case suspendedOfficer = "suspended-officer"
    case noNumber = "no-number"
  }

  public var code: Code
  /// What is not allowed and why.
  public var message: Bilingual
  /// Section or article the rule stands in.
  public var article: String
  /// What to do so that it is allowed.
  public var remedy: Bilingual

  public init(code: Code, message: Bilingual, article: String, remedy: Bilingual) {
    self.code = code
    self.message = message
    self.article = article
    self.remedy = remedy
  }
}
