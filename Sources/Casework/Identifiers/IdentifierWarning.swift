/// Something off with an identifier. Numbers are in use that fail their own standard, so it never blocks.
public struct IdentifierWarning: Sendable, Hashable {
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    case length
    case character
    /// The check character of the whole number.
    case checkCharacter = "check-character"
    /// The check character of the organization code within it (GB 11714-1997).
    case organizationCheck = "organization-check"
    case birthDate = "birth-date"
    /// A number of 15 digits, as issued before the check character was added.
    case superseded
  }

  public var kind: Kind
  /// What is off, and what was expected.
  public var message: Bilingual
  /// What should stand there, where one thing only can: a check character, or the number of today.
  public var expected: String?

  public init(kind: Kind, message: Bilingual, expected: String? = nil) {
    self.kind = kind
    self.message = message
    self.expected = expected
  }
}
