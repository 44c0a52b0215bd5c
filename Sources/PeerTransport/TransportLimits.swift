public import NIOCore

/// Limits of every connection, each with its reason.
public enum TransportLimits {
  /// A session's frame (`SessionLimits.frameBytesMax`) and its head.
  public static let frameBytesMax = 256 * 1024 + 1024
  /// A control-socket answer: a list of ten thousand files.
  public static let localFrameBytesMax = 64 * 1024 * 1024
  /// A handshake over a link of 300 ms and 10 % loss takes two seconds; a peer that needs more is stalling.
  public static let handshakeTime = TimeAmount.seconds(15)
  /// Longest silence inside a session: storing a full credit on an old disk takes a few seconds.
  public static let idleTime = TimeAmount.seconds(120)
  public static let connectTime = TimeAmount.seconds(10)
  /// Connections at once: a bureau has some dozens of districts; the rest wait in the backlog.
  public static let connectionsMax = 256
  /// Chartered transport keys and enrolment proofs make certificates of under a kilobyte.
  public static let certificateBytesMax = 8 * 1024
  /// Port of docket nodes unless told otherwise (unassigned by IANA for TLS).
  public static let defaultPort = 7443
  /// ALPN protocol name with the wire version.
  public static let protocolName = "docket/1"
}
