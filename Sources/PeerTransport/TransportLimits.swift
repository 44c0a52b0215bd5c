public import NIOCore

/// Limits of every connection, each with its reason. Tests pass smaller ones.
public struct TransportLimits: Sendable, Hashable {
  public static let standard = TransportLimits()

  public init() {}

  // MARK: - Sizes

  /// A session's frame (`SessionLimits.frameBytesMax`) and its head.
  public static let frameBytesMax = 256 * 1024 + 1024
  /// A control-socket answer: a list of ten thousand files.
  public static let localFrameBytesMax = 64 * 1024 * 1024
  /// Chartered transport keys and enrolment proofs make certificates of under a kilobyte.
  public static let certificateBytesMax = 8 * 1024
  /// Addresses of one peer: a bureau has two lines of two protocols, and a name.
  public static let alternatesMax = 8
  /// Port of docket nodes unless told otherwise (unassigned by IANA for TLS).
  public static let defaultPort = 7443
  /// ALPN protocol name with the wire version.
  public static let protocolName = "docket/1"

  /// Frames that have arrived and that nobody has read: half of a session's credit, so that one half is stored while
  /// the other arrives. Beyond it nothing is read, and TCP holds the peer back. Peers that keep to their credit come near
  /// it only while they are few: what hundreds may have sent is bounded for all of them together.
  public var heldBytesMax = 512 * 1024
  /// What the kernel holds that the link has not taken yet (`TCP_NOTSENT_LOWAT`): a live act waits behind no more than
  /// this and one frame, 0.13 s at 8 Mbit/s, where an unlimited buffer grows to seconds.
  public var unsentBytesMax = 128 * 1024

  // MARK: - Times

  /// For the TCP connection to one address.
  public var connectTime = TimeAmount.seconds(10)
  /// From the call to the admitted peer. Over a link of 300 ms and 10 % loss it takes two seconds; a peer that needs
  /// more is stalling.
  public var handshakeTime = TimeAmount.seconds(15)
  /// From a frame's first byte to its last. The largest takes 33 s at 64 kbit/s; two sessions may share such a link,
  /// and loss slows it. Whoever sends a byte a second is silent to us.
  public var frameTime = TimeAmount.seconds(120)
  /// Longest silence of an admitted peer while we are reading: two pings of 45 s may be late. Only what the peer says
  /// counts: what we write vanishes unnoticed into the buffers of a link that is gone.
  public var silenceTime = TimeAmount.seconds(120)
  /// The same for a peer of a protocol version that knows no pings: it says nothing while it stores, or waits for its turn
  /// to. 300 offices that catch up at once, each a transaction of three seconds on an old disk.
  public var pinglessSilenceTime = TimeAmount.minutes(15)
  /// How long a peer may take nothing of what is written to it: an office that stores a full credit on an old disk
  /// stops reading for seconds, and after a link was away half a minute TCP tries again within another half.
  public var unreadTime = TimeAmount.seconds(60)
  /// For the last words of TLS: a node that is told to stop has five seconds for everything.
  public var farewellTime = TimeAmount.seconds(2)

  // MARK: - Numbers

  /// Admitted peers at once: 300 offices of a bureau and as many again on their way. With the handshakes, the store and
  /// the control socket this stays below 1,024 open files, the usual limit of a process.
  public var sessionsMax = 512
  /// Connections of one key: where a link breaks every few seconds the dead ones are still open; the latest lives.
  public var sessionsPerKeyMax = 4
  /// Calls that are not admitted yet. The oldest of the address that has most of them makes room for a new one, so
  /// whoever fills them pushes out only itself.
  public var handshakesMax = 384
  /// Of them from one address: 300 offices may stand behind one address of a bureau's network.
  public var handshakesPerAddressMax = 320
  /// New calls from one address within a minute: 300 offices that lose their link four times. A handshake costs a
  /// millisecond, so this is a fiftieth of a core.
  public var callsPerAddressAndMinute = 1_200
  /// New sessions of one key within a minute. An office tries again after half a second at the earliest, so this is twice
  /// what a line needs that breaks at once each time; a session begins with looking at all streams.
  public var callsPerKeyAndMinute = 240
  /// Calls the kernel holds until they are taken: more than all offices at once.
  public var backlog: Int32 = 1_024

  // MARK: - Strikes

  /// Strikes of an admitted key that are too many: a flaw of its software shows at every session, so it is let in
  /// again as often as strikes fade, and no oftener.
  public var strikesPerKeyMax = 3
  public var keyStrikeFades = TimeAmount.minutes(5)
  /// Garbage from an address that no admitted peer calls from: a scanner sends that much in a second.
  public var strikesPerAddressMax = 20
  public var addressStrikeFades = TimeAmount.seconds(15)
  /// How long an address stays that of an admitted peer. Its strikes do not count: offices share an address with
  /// whatever else stands behind their router, and must not suffer for it.
  public var knownAddressTime = TimeAmount.hours(24)
  /// Addresses and keys remembered, each of some hundred bytes.
  public var rememberedMax = 4_096
}
