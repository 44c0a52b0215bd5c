import PeerTransport
import Replication
import Synchronization

/// Keeps a quiet session open: address translators forget a connection after some minutes, and the peer takes silence of
/// `TransportLimits.idleTime` for the end. Pings also while this side is busy storing.
struct Keepalive: Sendable {
  /// Two may be lost before the peer gives up; RFC 5382 section 5 lets a translator forget after 124 minutes, those
  /// in use do so after two to five.
  static let interval = Duration.seconds(45)
  /// A session is begun anew after an hour of these: frontiers heal whatever live sending has missed.
  static let renewalTicks = 80
  /// The same where something is known to be missing.
  static let healingTicks = 2

  private final class Permission: Sendable {
    let isGiven = Mutex(false)
  }

  let connection: PeerConnection
  let inbox: SessionInbox
  private let permission = Permission()

  init(connection: PeerConnection, inbox: SessionInbox) {
    self.connection = connection
    self.inbox = inbox
  }

  /// The peer knows pings (version 3).
  func mayPing() { permission.isGiven.withLock { $0 = true } }

  /// Until cancelled.
  func run() async {
    var sent = connection.bytesSent
    while (try? await Task.sleep(for: Self.interval, tolerance: .seconds(5))) != nil {
      if permission.isGiven.withLock({ $0 }), connection.bytesSent == sent {
        try? await connection.send(SyncFrame.ping.encoded)
      }
      sent = connection.bytesSent
      inbox.tick()
    }
  }
}
