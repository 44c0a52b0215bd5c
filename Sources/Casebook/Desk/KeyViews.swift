/// A key of an office.
public struct KeyView: Sendable, Hashable, Codable {
  /// Bytes of the fingerprint that are shown: enough to tell keys apart, not to compare them by voice.
  public static let nameBytes = 8

  public var office: String
  public var key: String
  public var suite: String
  public var isPresent: Bool
  /// The present key introduced it; the superior's charter for it is not here yet.
  public var isNext: Bool
  /// `retired` or `compromised`.
  public var revoked: String?
  /// Why it was revoked.
  public var text: String?

  public init(
    office: String, key: String, suite: String, isPresent: Bool, isNext: Bool = false, revoked: String?, text: String?
  ) {
    self.office = office
    self.key = key
    self.suite = suite
    self.isPresent = isPresent
    self.isNext = isNext
    self.revoked = revoked
    self.text = text
  }
}

/// Takes an office's present key out of office.
public struct KeyRevocationDraft: Sendable, Hashable, Codable {
  public var office: String
  /// `retired` or `compromised`.
  public var reason: String
  public var text: String
  /// `YYYY-MM-DD`: only what was receipted by the end of that day stands; `nil`: all that is held.
  public var notAfter: String?

  public init(office: String, reason: String, text: String, notAfter: String?) {
    self.office = office
    self.reason = reason
    self.text = text
    self.notAfter = notAfter
  }
}

/// Lets entries of an office's stream count that are in quarantine or disputed.
public struct RatificationDraft: Sendable, Hashable, Codable {
  public var office: String
  /// As `docket quarantine` names it.
  public var stream: String
  public var first: UInt64
  public var last: UInt64

  public init(office: String, stream: String, first: UInt64, last: UInt64) {
    self.office = office
    self.stream = stream
    self.first = first
    self.last = last
  }
}

/// Changes this office's own keys.
public struct KeyRotationDraft: Sendable, Hashable, Codable {
  /// `ed25519` or `sm2`; `nil`: as the present signing key.
  public var suite: String?
  /// `signing` or `transport`; `nil`: both.
  public var only: String?

  public init(suite: String?, only: String?) {
    self.suite = suite
    self.only = only
  }
}

/// A change of this office's keys that is under way.
public struct KeyRotationView: Sendable, Hashable, Codable {
  /// First bytes of the next signing key's fingerprint; `nil`: only the transport key changes.
  public var key: String?
  public var suite: String?
  public var changesTransport: Bool

  public init(key: String?, suite: String?, changesTransport: Bool) {
    self.key = key
    self.suite = suite
    self.changesTransport = changesTransport
  }
}
