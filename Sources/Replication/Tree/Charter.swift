/// What a superior signs for a subordinate (授权书): its keys, its place in the tree, its powers, the term.
///
/// It stands in a stream of the superior's that reaches every holder of the subordinate's entries
/// (`subtree:` the subordinate). The root office charters itself in its `down` stream.
public struct Charter: Sendable, Hashable {
  public static let nameBytesMax = 256
  public static let powersMax = 64
  public static let powerBytesMax = LogLimits.nameBytesMax
  /// A raw Ed25519 key.
  public static let transportKeyBytes = 32

  public var office: OfficeCode
  /// The office's name as it is printed.
  public var name: String
  /// `nil` for the root only.
  public var parent: OfficeCode?
  public var signingKey: PublicKey
  /// Raw Ed25519 key of the node's TLS certificate.
  public var transportKey: [UInt8]
  /// Names of the powers delegated (委托、下放), for people; empty: those of the office's own level. Which acts an office
  /// may perform its packs decide.
  public var powers: [String]
  /// Unix milliseconds by the superior's clock.
  public var from: UInt64
  /// Unix milliseconds after which the charter ends; `nil`: until revoked. What the office signs counts for ever: its
  /// clock may be wrong, and every replica has to judge alike. What ends is being admitted to sessions.
  public var until: UInt64?

  public init(
    office: OfficeCode, name: String, parent: OfficeCode?, signingKey: PublicKey, transportKey: [UInt8],
    powers: [String], from: UInt64, until: UInt64?
  ) {
    self.office = office
    self.name = name
    self.parent = parent
    self.signingKey = signingKey
    self.transportKey = transportKey
    self.powers = powers
    self.from = from
    self.until = until
  }

  /// Whether the term is over.
  /// - Parameter milliseconds: Unix milliseconds by the clock of whoever asks.
  public func hasEnded(at milliseconds: UInt64) -> Bool { until.map { milliseconds > $0 } ?? false }

  /// `[office, name, parent|null, suite, signing key, transport key, [powers], from, until|null]`.
  func write(to writer: inout CBORWriter) {
    writer.arrayHead(9)
    writer.text(office.text)
    writer.text(name)
    if let parent { writer.text(parent.text) } else { writer.null() }
    writer.unsigned(UInt64(signingKey.suite.rawValue))
    writer.byteString(signingKey.bytes)
    writer.byteString(transportKey)
    writer.arrayHead(powers.count)
    for power in powers { writer.text(power) }
    writer.unsigned(from)
    if let until { writer.unsigned(until) } else { writer.null() }
  }

  init(from reader: inout CBORReader) throws(CBORReader.Failure) {
    try reader.array(of: 9)
    office = try Self.office(&reader)
    name = try reader.text(atMost: Self.nameBytesMax)
    if reader.isNextNull {
      try reader.null()
      parent = nil
    } else {
      parent = try Self.office(&reader)
    }
    guard let suite = SuiteID(rawValue: UInt8(try reader.count(atMost: 255))) else { throw .outOfRange }
    signingKey = PublicKey(suite: suite, bytes: try reader.byteString(atMost: PublicKey.bytesMax))
    transportKey = try reader.byteString(atMost: Self.transportKeyBytes)
    guard transportKey.count == Self.transportKeyBytes else { throw .outOfRange }
    powers = []
    for _ in 0..<(try reader.arrayHead(atMost: Self.powersMax)) {
      powers.append(try reader.text(atMost: Self.powerBytesMax))
    }
    from = try reader.unsigned()
    if reader.isNextNull {
      try reader.null()
      until = nil
    } else {
      until = try reader.unsigned()
    }
  }

  private static func office(_ reader: inout CBORReader) throws(CBORReader.Failure) -> OfficeCode {
    guard let code = OfficeCode(try reader.text(atMost: OfficeCode.lengthMax)) else { throw .outOfRange }
    return code
  }
}
