import Replication

/// A one-time code: where to call, whom to expect, and the secret that proves the invitation.
///
/// `docket1-` and base 32 of CBOR `[address, transport key hash (16 bytes), id (8), secret (16), check (4)]`.
struct InvitationCode: Sendable, Hashable {
  static let prefix = "docket1-"
  static let keyHashBytes = 16
  static let idBytes = 8
  static let secretBytes = 16
  private static let checkBytes = 4
  /// A host name and a port.
  private static let addressMax = 260

  var address: String
  /// First half of the hash of the inviting node's transport key.
  var keyHash: [UInt8]
  var id: [UInt8]
  var secret: [UInt8]

  func text(using suite: any SignatureSuite) -> String { Self.prefix + Base32.string(body(using: suite)) }

  private func body(using suite: any SignatureSuite) -> [UInt8] {
    var writer = CBORWriter()
    writer.arrayHead(5)
    writer.text(address)
    writer.byteString(keyHash)
    writer.byteString(id)
    writer.byteString(secret)
    writer.byteString(Self.check(address, keyHash, id, secret, using: suite))
    return writer.bytes
  }

  init(address: String, keyHash: [UInt8], id: [UInt8], secret: [UInt8]) {
    self.address = address
    self.keyHash = keyHash
    self.id = id
    self.secret = secret
  }

  /// - Returns: `nil` when the text was mistyped: its check bytes would not fit.
  init?(_ text: String, using suite: any SignatureSuite) {
    let trimmed = text.filter { !$0.isWhitespace }.lowercased()
    guard trimmed.hasPrefix(Self.prefix), let bytes = Base32.bytes(trimmed.dropFirst(Self.prefix.count)) else {
      return nil
    }
    var reader = CBORReader(bytes)
    do throws(CBORReader.Failure) {
      try reader.array(of: 5)
      address = try reader.text(atMost: Self.addressMax)
      keyHash = try reader.byteString(atMost: Self.keyHashBytes)
      id = try reader.byteString(atMost: Self.idBytes)
      secret = try reader.byteString(atMost: Self.secretBytes)
      let check = try reader.byteString(atMost: Self.checkBytes)
      try reader.finish()
      guard check == Self.check(address, keyHash, id, secret, using: suite) else { return nil }
    } catch {
      return nil
    }
  }

  private static func check(
    _ address: String, _ keyHash: [UInt8], _ id: [UInt8], _ secret: [UInt8], using suite: any SignatureSuite
  ) -> [UInt8] {
    Array(suite.hash(Domain.enrolment.prefix + Array(address.utf8) + keyHash + id + secret).bytes.prefix(checkBytes))
  }
}

/// Base 32 without letters that are easily confused (Crockford's alphabet), lower case, no padding.
enum Base32 {
  private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

  static func string(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    var buffer: UInt32 = 0
    var bits = 0
    for byte in bytes {
      buffer = buffer << 8 | UInt32(byte)
      bits += 8
      while bits >= 5 {
        bits -= 5
        text.append(alphabet[Int(buffer >> UInt32(bits) & 31)])
      }
      buffer &= (1 << UInt32(bits)) - 1
    }
    if bits > 0 { text.append(alphabet[Int(buffer << UInt32(5 - bits) & 31)]) }
    return String(decoding: text, as: UTF8.self)
  }

  static func bytes(_ text: some StringProtocol) -> [UInt8]? {
    var bytes: [UInt8] = []
    var buffer: UInt32 = 0
    var bits = 0
    for character in text.utf8 {
      guard let value = alphabet.firstIndex(of: character) else { return nil }
      buffer = buffer << 5 | UInt32(value)
      bits += 5
      if bits >= 8 {
        bits -= 8
        bytes.append(UInt8(truncatingIfNeeded: buffer >> UInt32(bits)))
        buffer &= (1 << UInt32(bits)) - 1
      }
    }
    return buffer == 0 ? bytes : nil
  }
}
