import PeerTransport
import Replication
import Synchronization

/// Keeps a quiet session open: address translators forget a connection after some minutes, and the peer takes silence
/// of `TransportLimits.silenceTime` for the end. Pings also while this side is busy storing, or waits for its turn to.
struct Keepalive: Sendable {
  /// Two may be lost before the peer gives up; RFC 5382 section 5 lets a translator forget after 124 minutes, those
  /// in use do so after two to five.
  static let interval = Duration.seconds(45)
  /// A session is begun anew after an hour of these: frontiers heal whatever live sending has missed.
  static let renewalTicks = 80
  /// The same where something is known to be missing.
  static let healingTicks = 2

  /// How often it looks whether this side has been silent. Who waits for the rest of an exchange pings each time: a
  /// line that forgot the connection without a word is noticed by what is sent on it alone.
  static let look = interval / looksPerInterval
  private static let looksPerInterval = 3

  enum Stage: Sendable {
    /// The peer's version is not known.
    case greeting
    case exchanging
    /// Everything is exchanged.
    case live
    /// The peer's version knows no pings: a credit of nothing is heard as well, and in turn since it was told frontiers.
    case old
  }

  private final class Shared: Sendable {
    let stage = Mutex(Stage.greeting)
  }

  let connection: PeerConnection
  let inbox: SessionInbox
  private let look: Duration
  private let shared = Shared()

  init(connection: PeerConnection, inbox: SessionInbox, look: Duration = Self.look) {
    self.connection = connection
    self.inbox = inbox
    self.look = look
  }

  func enter(_ stage: Stage) {
    let before = shared.stage.withLock { present in
      defer { present = stage }
      return present
    }
    // It cannot say that it is there while it stores, or waits for its turn to.
    if stage == .old, before != .old { connection.bearSilence() }
  }

  /// Until cancelled.
  func run() async {
    var sent = connection.bytesSent
    var silent = 0, looks = 0
    while (try? await Task.sleep(for: look, tolerance: look / 8)) != nil {
      silent = connection.bytesSent == sent ? silent + 1 : 0
      let stage = shared.stage.withLock { $0 }
      let patience =
        switch stage {
        case .greeting: Int.max
        case .exchanging, .old: 1
        case .live: Self.looksPerInterval
        }
      if silent >= patience {
        silent = 0
        try? await connection.send((stage == .old ? SyncFrame.credit(bytes: 0) : .ping).encoded)
      }
      sent = connection.bytesSent
      looks += 1
      if looks % Self.looksPerInterval == 0 { inbox.tick() }
    }
  }
}
