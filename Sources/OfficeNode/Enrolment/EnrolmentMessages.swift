import Casebook
import Replication

/// What a new office and its superior say to each other once, over the connection that the invitation's proof opened.
enum EnrolmentMessage: Sendable {
  /// `[16, suite, signing key, signature]`: the signature proves that the office holds the signing key; it covers the
  /// invitation's id and the transport key that the connection was made with.
  case request(signingKey: PublicKey, signature: [UInt8])
  /// `[17, office, name, superior, [[charter, issuer], …]]`: the charter chain from the root down to the new office.
  case grant(office: OfficeCode, name: String, superior: OfficeCode, chain: [StoredCharter])
  /// `[18, code]`.
  case refused(code: String)

  /// Former charters of the root office that a new office is told: a change of keys each quarter for sixty years.
  static let rootChartersMax = 240
  /// They, and one charter for each level.
  private static let chainMax = rootChartersMax + OfficeTree.depthMax + 1

  static func signedBytes(id: [UInt8], transportKey: [UInt8]) -> [UInt8] {
    Domain.enrolment.prefix + id + transportKey
  }

  var encoded: [UInt8] {
    var writer = CBORWriter()
    switch self {
    case .request(let key, let signature):
      writer.arrayHead(4)
      writer.unsigned(16)
      writer.unsigned(UInt64(key.suite.rawValue))
      writer.byteString(key.bytes)
      writer.byteString(signature)
    case .grant(let office, let name, let superior, let chain):
      writer.arrayHead(5)
      writer.unsigned(17)
      writer.text(office.text)
      writer.text(name)
      writer.text(superior.text)
      writer.arrayHead(chain.count)
      for link in chain {
        writer.arrayHead(2)
        writer.byteString(Entry.payload(of: [.charter(link.charter)]))
        writer.byteString(link.issuer.bytes)
      }
    case .refused(let code):
      writer.arrayHead(2)
      writer.unsigned(18)
      writer.text(code)
    }
    return writer.bytes
  }

  init(decoding bytes: [UInt8]) throws(CBORReader.Failure) {
    var reader = CBORReader(bytes)
    let count = try reader.arrayHead(atMost: 5)
    switch (try reader.unsigned(), count) {
    case (16, 4):
      guard let suite = SuiteID(rawValue: UInt8(try reader.count(atMost: 255))) else { throw .outOfRange }
      let key = PublicKey(suite: suite, bytes: try reader.byteString(atMost: 65))
      self = .request(signingKey: key, signature: try reader.byteString(atMost: LogLimits.signatureBytesMax))
    case (17, 5):
      guard let office = OfficeCode(try reader.text(atMost: OfficeCode.lengthMax)) else { throw .outOfRange }
      let name = try reader.text(atMost: Charter.nameBytesMax)
      guard let superior = OfficeCode(try reader.text(atMost: OfficeCode.lengthMax)) else { throw .outOfRange }
      var chain: [StoredCharter] = []
      for _ in 0..<(try reader.arrayHead(atMost: Self.chainMax)) {
        try reader.array(of: 2)
        let payload = try reader.byteString(atMost: LogLimits.entryBytesMax)
        let issuer = KeyFingerprint(try reader.digest())
        guard case .charter(let charter) = try Entry.changes(ofPayload: payload).first else { throw .unsupported }
        chain.append(StoredCharter(charter: charter, issuer: issuer))
      }
      self = .grant(office: office, name: name, superior: superior, chain: chain)
    case (18, 2): self = .refused(code: try reader.text(atMost: LogLimits.nameBytesMax))
    default: throw .unsupported
    }
    try reader.finish()
  }
}
