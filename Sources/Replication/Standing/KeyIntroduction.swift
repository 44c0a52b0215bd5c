/// The present key of an office names its next one (更换密钥). With the superior's charter for that key the office has
/// changed its key; either alone waits.
public struct KeyIntroduction: Sendable, Hashable {
  public var office: OfficeCode
  public var signingKey: PublicKey
  /// Raw Ed25519 key of the node's TLS certificate.
  public var transportKey: [UInt8]

  public init(office: OfficeCode, signingKey: PublicKey, transportKey: [UInt8]) {
    self.office = office
    self.signingKey = signingKey
    self.transportKey = transportKey
  }

  /// `[office, suite, signing key, transport key]`.
  func write(to writer: inout CBORWriter) {
    writer.arrayHead(4)
    writer.text(office.text)
    writer.unsigned(UInt64(signingKey.suite.rawValue))
    writer.byteString(signingKey.bytes)
    writer.byteString(transportKey)
  }

  init(from reader: inout CBORReader) throws(CBORReader.Failure) {
    try reader.array(of: 4)
    guard let office = OfficeCode(try reader.text(atMost: OfficeCode.lengthMax)) else { throw .outOfRange }
    self.office = office
    guard let suite = SuiteID(rawValue: UInt8(try reader.count(atMost: 255))) else { throw .outOfRange }
    signingKey = PublicKey(suite: suite, bytes: try reader.byteString(atMost: PublicKey.bytesMax))
    transportKey = try reader.byteString(atMost: Charter.transportKeyBytes)
    guard transportKey.count == Charter.transportKeyBytes else { throw .outOfRange }
  }
}
