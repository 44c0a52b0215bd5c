public import Casework

/// How much of a log is somewhere.
public struct LogExtentView: Sendable, Hashable, Codable {
  public var streams: Int
  public var entries: Int
  /// The newest entry's time by its author's clock, Unix milliseconds.
  public var newest: UInt64?

  public init(streams: Int, entries: Int, newest: UInt64?) {
    self.streams = streams
    self.entries = entries
    self.newest = newest
  }
}

/// How far a log was acknowledged by receipts.
public struct AcknowledgedView: Sendable, Hashable, Codable {
  public var entries: Int
  /// How many there are.
  public var of: Int
  /// The issuer's clock in the last receipt, Unix milliseconds.
  public var at: UInt64?

  public init(entries: Int, of: Int, at: UInt64?) {
    self.entries = entries
    self.of = of
    self.at = at
  }
}

/// What waits, in short.
public struct BacklogView: Sendable, Hashable, Codable {
  public var entries: Int
  public var bytes: Int
  /// When the oldest of them was stored here, Unix milliseconds.
  public var since: UInt64?
  /// Why the oldest waits (`WaitReason`).
  public var reason: String?
  public var message: Bilingual?

  public init(entries: Int, bytes: Int, since: UInt64? = nil, reason: String? = nil, message: Bilingual? = nil) {
    self.entries = entries
    self.bytes = bytes
    self.since = since
    self.reason = reason
    self.message = message
  }
}

/// Entries of one stream that wait.
public struct WaitingView: Sendable, Hashable, Codable {
  /// `out`: to reach the peer or for its receipt; `in`: to be used here.
  public var direction: String
  public var peer: String?
  /// Author.
  public var office: String
  public var stream: String
  public var first: UInt64
  public var last: UInt64
  public var entries: Int
  /// Absent where it is not known without reading them.
  public var bytes: Int?
  /// When the oldest was stored here, Unix milliseconds.
  public var since: UInt64
  /// `WaitReason`.
  public var reason: String
  public var message: Bilingual
  public var remedy: Bilingual?

  public init(
    direction: String, peer: String?, office: String, stream: String, first: UInt64, last: UInt64, entries: Int,
    bytes: Int?, since: UInt64, reason: String, message: Bilingual, remedy: Bilingual?
  ) {
    self.direction = direction
    self.peer = peer
    self.office = office
    self.stream = stream
    self.first = first
    self.last = last
    self.entries = entries
    self.bytes = bytes
    self.since = since
    self.reason = reason
    self.message = message
    self.remedy = remedy
  }
}

/// What `docket outbox` shows.
public struct OutboxView: Sendable, Hashable, Codable {
  /// This machine's clock, Unix milliseconds: ages are counted from it.
  public var now: UInt64
  /// By peer, the superior first, and stream.
  public var outbox: [WaitingView]
  public var entries: Int
  public var bytes: Int

  public init(now: UInt64, outbox: [WaitingView]) {
    self.now = now
    self.outbox = outbox
    entries = outbox.reduce(0) { $0 + $1.entries }
    bytes = outbox.reduce(0) { $0 + ($1.bytes ?? 0) }
  }
}

/// How fresh the contact with an office is (在线、滞后、失联).
public enum PeerState: String, Sendable, Hashable, Codable, CaseIterable {
  /// A session is open.
  case live
  case current
  /// Nothing heard for more than a day.
  case late
  /// For more than three days: what is known of the office are lowest values.
  case stale
  /// For more than a week.
  case lost
  /// Nothing was ever heard.
  case never
  /// Its key is revoked and no other one is chartered.
  case revoked

  /// Steps of lateness (field notes 4.3), milliseconds: a day, three (as the board has it), a week.
  static let lateMilliseconds: UInt64 = 24 * 3_600_000
  static let staleMilliseconds = Clerk.staleMilliseconds
  static let lostMilliseconds: UInt64 = 7 * lateMilliseconds

  /// - Parameter age: of what is known of the office, milliseconds; `nil`: nothing is.
  public init(age: UInt64?, isLive: Bool, isRevoked: Bool) {
    self =
      switch age {
      case _ where isRevoked: .revoked
      case _ where isLive: .live
      case nil: .never
      case let age? where age > Self.lostMilliseconds: .lost
      case let age? where age > Self.staleMilliseconds: .stale
      case let age? where age > Self.lateMilliseconds: .late
      case _?: .current
      }
  }

  public var name: Bilingual {
    switch self {
    case .live: Bilingual(zh: "在线", en: "live")
    case .current: Bilingual(zh: "正常", en: "current")
    case .late: Bilingual(zh: "滞后", en: "late")
    case .stale: Bilingual(zh: "严重滞后", en: "stale")
    case .lost: Bilingual(zh: "失联", en: "lost")
    case .never: Bilingual(zh: "未联系", en: "never met")
    case .revoked: Bilingual(zh: "已停用", en: "revoked")
    }
  }
}

/// What is known of another office.
public struct PeerView: Sendable, Hashable, Codable {
  public var office: String
  public var name: String
  /// `superior` or `subordinate`.
  public var relation: String
  /// Whether this office has sessions with it: its superior, or a direct subordinate.
  public var isNeighbour: Bool
  public var state: PeerState
  public var lastContact: UInt64?
  public var lastError: Bilingual?
  /// When the attempt failed, Unix milliseconds.
  public var lastErrorAt: UInt64?
  /// Milliseconds the peer is ahead.
  public var clockOffset: Int64?
  /// Program and version that the peer said it is.
  public var software: String?
  /// Protocol version of the last session.
  public var protocolVersion: Int?
  public var address: String?
  /// Its own log as far as it is here.
  public var received: LogExtentView
  /// Of a superior: this office's log as it acknowledged it. Of a subordinate: its log as this office acknowledged it.
  public var acknowledged: AcknowledgedView
  /// What is here that it lacks or, of the superior, has not receipted; absent of offices that are no neighbours.
  public var backlog: BacklogView?
  public var asOf: UInt64?
  /// Milliseconds since `asOf` or, of a neighbour, since the last contact, whichever is later.
  public var age: UInt64?

  public init(
    office: String, name: String, relation: String, isNeighbour: Bool, state: PeerState, lastContact: UInt64?,
    lastError: Bilingual?, lastErrorAt: UInt64?, clockOffset: Int64?, software: String?, protocolVersion: Int?,
    address: String?, received: LogExtentView, acknowledged: AcknowledgedView, backlog: BacklogView?, asOf: UInt64?,
    age: UInt64?
  ) {
    self.office = office
    self.name = name
    self.relation = relation
    self.isNeighbour = isNeighbour
    self.state = state
    self.lastContact = lastContact
    self.lastError = lastError
    self.lastErrorAt = lastErrorAt
    self.clockOffset = clockOffset
    self.software = software
    self.protocolVersion = protocolVersion
    self.address = address
    self.received = received
    self.acknowledged = acknowledged
    self.backlog = backlog
    self.asOf = asOf
    self.age = age
  }
}
