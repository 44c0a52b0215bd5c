public import Casework

/// What `docket status` shows of this node.
public struct StatusView: Sendable, Hashable, Codable {
  public var office: String
  public var name: String
  public var superior: String?
  /// Six groups to read over the telephone: root key and own keys.
  public var fingerprint: String
  public var streams: Int
  public var entries: Int
  public var openFiles: Int
  public var overdueFiles: Int
  public var heldChanges: Int
  public var conflicts: Int
  /// Unix milliseconds of the last complete exchange with the superior.
  public var lastContact: UInt64?
  /// Own entries the superior has not acknowledged by a receipt.
  public var unsent: Int
  /// What the superior has not receipted, this office's entries and those it passes on; absent at the root.
  public var backlog: BacklogView?
  /// Of everything that waits, to go out or to be used, what waits longest.
  public var oldest: WaitingView?
  /// Offices with which a session is open.
  public var live: [String]
  public var serving: Bool
  /// A change of this office's keys that waits for the superior's charter.
  public var rotation: KeyRotationView?
  /// Runs of entries from bundles that wait for what comes before them.
  public var waiting: [WaitingRunView]
  /// End of the term of this office's charter, Unix milliseconds; absent: without an end.
  public var charterUntil: UInt64?
  public var warnings: [Bilingual]

  public init(
    office: String, name: String, superior: String?, fingerprint: String, streams: Int, entries: Int,
    openFiles: Int, overdueFiles: Int, heldChanges: Int, conflicts: Int, lastContact: UInt64?, unsent: Int,
    backlog: BacklogView? = nil, oldest: WaitingView? = nil, live: [String] = [], serving: Bool,
    rotation: KeyRotationView? = nil, waiting: [WaitingRunView] = [], charterUntil: UInt64? = nil,
    warnings: [Bilingual]
  ) {
    self.office = office
    self.name = name
    self.superior = superior
    self.fingerprint = fingerprint
    self.streams = streams
    self.entries = entries
    self.openFiles = openFiles
    self.overdueFiles = overdueFiles
    self.heldChanges = heldChanges
    self.conflicts = conflicts
    self.lastContact = lastContact
    self.unsent = unsent
    self.backlog = backlog
    self.oldest = oldest
    self.live = live
    self.serving = serving
    self.rotation = rotation
    self.waiting = waiting
    self.charterUntil = charterUntil
    self.warnings = warnings
  }
}

/// A seat in the office tree.
public struct OfficeView: Sendable, Hashable, Codable {
  public var office: String
  public var name: String
  public var superior: String?
  public var depth: Int
  public var key: String
  public var isSelf: Bool
  /// End of its charter's term, Unix milliseconds; absent: without an end.
  public var until: UInt64?
  /// Names of the powers delegated to it.
  public var powers: [String]

  public init(
    office: String, name: String, superior: String?, depth: Int, key: String, isSelf: Bool, until: UInt64?,
    powers: [String]
  ) {
    self.office = office
    self.name = name
    self.superior = superior
    self.depth = depth
    self.key = key
    self.isSelf = isSelf
    self.until = until
    self.powers = powers
  }
}

/// A one-time invitation.
public struct InvitationView: Sendable, Hashable, Codable {
  public var code: String
  public var office: String
  /// Unix milliseconds.
  public var expires: UInt64
  public var fingerprint: String
  /// End of the term that the charter will have, Unix milliseconds; absent: without an end.
  public var until: UInt64?
  /// Names of the powers that the charter will delegate.
  public var powers: [String]

  public init(
    code: String, office: String, expires: UInt64, fingerprint: String, until: UInt64?, powers: [String]
  ) {
    self.code = code
    self.office = office
    self.expires = expires
    self.fingerprint = fingerprint
    self.until = until
    self.powers = powers
  }
}

/// What a synchronisation did.
public struct SyncView: Sendable, Hashable, Codable {
  public var peer: String
  public var sent: Int
  public var received: Int
  public var receipts: Int
  public var bytesSent: Int
  public var bytesReceived: Int
  public var wasIdle: Bool
  public var warnings: [Bilingual]

  public init(
    peer: String, sent: Int, received: Int, receipts: Int, bytesSent: Int, bytesReceived: Int,
    wasIdle: Bool, warnings: [Bilingual]
  ) {
    self.peer = peer
    self.sent = sent
    self.received = received
    self.receipts = receipts
    self.bytesSent = bytesSent
    self.bytesReceived = bytesReceived
    self.wasIdle = wasIdle
    self.warnings = warnings
  }
}
