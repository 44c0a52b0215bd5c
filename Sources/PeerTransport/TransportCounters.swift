import NIOConcurrencyHelpers

/// Why a call was refused before a byte of it was read.
public enum CallRefusal: String, Sendable, Hashable, CaseIterable {
  /// Its address sent too much garbage of late.
  case struck
  /// Its address calls too often.
  case tooOften = "too-often"
}

/// Why a handshake came to nothing.
public enum HandshakeFailure: String, Sendable, Hashable, CaseIterable {
  /// What came is no TLS.
  case garbage
  /// TLS of another version, or for another protocol.
  case otherProtocol = "other-protocol"
  /// No certificate, or of a key that nothing admits.
  case notAdmitted = "not-admitted"
  /// A key that misbehaved too often of late.
  case struck
  /// Not done in time.
  case tooSlow = "too-slow"
  /// Made room for another call while many were waiting.
  case crowdedOut = "crowded-out"
  /// As many peers were inside as there may be.
  case full
  /// Its key came too often.
  case tooOften = "too-often"
  /// The peer ended it, or the link did.
  case ended
}

/// Why an admitted peer was cut off.
public enum CutOff: String, Sendable, Hashable, CaseIterable {
  /// What came within TLS is none.
  case garbage
  /// A frame of no length, or of one beyond the limit.
  case frameLength = "frame-length"
  /// The connection ended within a frame.
  case halfFrame = "half-frame"
  /// A frame did not end in time.
  case slowFrame = "slow-frame"
  /// Takes nothing of what it is sent.
  case notReading = "not-reading"
  /// Says nothing.
  case silent
  /// Its key has newer connections.
  case replaced
  /// Frames that cannot be read or that the protocol does not allow.
  case violation
  /// Entries that are not what they claim to be.
  case entries
}

/// What connections did since the process began; readers take a `snapshot`.
public final class TransportCounters: Sendable {
  private let figures = NIOLockedValueBox(TransportFigures())

  public init() {}

  public func snapshot() -> TransportFigures { figures.withLockedValue { $0 } }

  func count(_ change: (inout TransportFigures) -> Void) { figures.withLockedValue(change) }
}

/// Figures of all connections to and from peers. Every reason has a figure, also when it is 0.
public struct TransportFigures: Sendable, Hashable {
  /// Calls taken whose peer was admitted.
  public var answered = 0
  /// Calls made whose peer was admitted.
  public var dialled = 0
  public var refused = Self.zeros(CallRefusal.self)
  public var handshakesFailed = Self.zeros(HandshakeFailure.self)
  public var cutOff = Self.zeros(CutOff.self)
  /// Sockets open at the moment, in both directions, handshakes among them.
  public var connectionsOpen = 0
  /// Of them those whose peer is not admitted yet.
  public var handshakesOpen = 0
  /// Bytes on sockets, with those of TLS.
  public var bytesReceived: UInt64 = 0
  public var bytesSent: UInt64 = 0

  public init() {}

  private static func zeros<Reason: CaseIterable & Hashable>(_: Reason.Type) -> [Reason: Int] {
    Dictionary(uniqueKeysWithValues: Reason.allCases.map { ($0, 0) })
  }
}
