import Foundation
import Replication
import SignatureSuites

/// Test keys that everybody knows: of RFC 8032 (7.1), of GM/T 0003.5's example, and two more.
enum FixedKeys {
  /// By suite, in the order root, city, district.
  static let ed25519 = [
    "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
    "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
    "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
  ]

  /// Secret and point.
  static let sm2 = [
    (
      "3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8",
      """
      0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020\
      ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13
      """
    ),
    (
      "128b2fa8bd433c6c068c8d803dff79792a519a55171b1b650c23661d15897263",
      """
      04d5548c7825cbb56150a3506cd57464af8a1ae0519dfaf3c58221dc810caf28dd\
      921073768fe3d59ce54e79a49445cf73fed23086537027264d168946d479533e
      """
    ),
    (
      "0202020202020202020202020202020202020202020202020202020202020202",
      """
      04f7b4f221c62c45fb173fba72cf1717e55935e964712e604f927126ad4d00f6be\
      ad23f2dfefbe538d811ffe515c04f030f4058ab5ddd28f3d1f55f6993e81ea57
      """
    ),
  ]

  /// - Parameter index: 0 to 2.
  static func signer(_ suite: SuiteID, _ index: Int) throws -> SoftwareSigner {
    // PKCS#8 (RFC 5958): Ed25519 by RFC 8410, SM2 as an EC key (RFC 5915) on the curve 1.2.156.10197.1.301.
    let hex =
      switch suite {
      case .ed25519: "302e020100300506032b657004220420" + ed25519[index]
      case .sm2:
        "308187020100301306072a8648ce3d020106082a811ccf5501822d046d306b0201010420" + sm2[index].0 + "a144034200"
          + sm2[index].1
      }
    let body = Data(Hexadecimal.bytes(hex) ?? []).base64EncodedString()
    let kind = "PRIVATE" + " KEY"
    let path = NSTemporaryDirectory() + "docket-fixed-" + UUID().uuidString
    defer { try? FileManager.default.removeItem(atPath: path) }
    guard
      FileManager.default.createFile(
        atPath: path, contents: Data("-----BEGIN \(kind)-----\n\(body)\n-----END \(kind)-----\n".utf8),
        attributes: [.posixPermissions: 0o600])
    else { throw CocoaError(.fileWriteUnknown) }
    return try KeyFile.read(path: path, passphrase: nil)
  }
}

extension SoftwareSigner {
  /// Of its public key, by the key's own suite.
  var fingerprint: KeyFingerprint {
    publicKey.fingerprint(using: SuiteSet.standard[publicKey.suite] ?? Ed25519Suite())
  }
}

/// Writes one stream with fixed keys and stamps.
struct FixedAuthor {
  /// 2026-01-06 11:00 in Beijing.
  static let start: UInt64 = 1_767_668_400_000

  let signer: SoftwareSigner
  let stream: StreamID
  let suites = SuiteSet.standard

  init(_ suite: SuiteID, _ index: Int, audience: Audience, incarnation: UInt64 = 1) throws {
    signer = try FixedKeys.signer(suite, index)
    stream = StreamID(author: signer.fingerprint, incarnation: incarnation, audience: audience)
  }

  var suite: any SignatureSuite { suites[signer.publicKey.suite] ?? Ed25519Suite() }

  /// - Parameter seconds: of the stamp after `start`; its sequence number otherwise.
  func entry(
    _ changes: [Change], after previous: Entry? = nil, seconds: UInt64? = nil, seen: Digest? = nil,
    part: EntryHeader.Part? = nil
  ) throws -> Entry {
    let seq = (previous?.header.seq ?? 0) + 1
    let payload = Entry.payload(of: changes)
    let header = EntryHeader(
      suite: signer.publicKey.suite, stream: stream, seq: seq, previous: previous?.hash(using: suite) ?? .zero,
      payloadHash: Entry.payloadHash(payload, using: suite), payloadLength: payload.count,
      stamp: HybridTimestamp(milliseconds: Self.start + (seconds ?? seq) * 1_000), schema: 1, seen: seen, part: part)
    return try Entry(header: header, payload: payload, signer: signer)
  }

  /// A chain of entries with one record each.
  func chain(_ count: Int, after: Entry? = nil, text: String = "entry") throws -> [Entry] {
    var previous = after
    return try (0..<count).map { _ in
      let entry = try entry([Fixed.record("\(text) \((previous?.header.seq ?? 0) + 1)")], after: previous)
      previous = entry
      return entry
    }
  }
}

/// Small values that vectors share.
enum Fixed {
  static func id(_ byte: UInt8) -> RecordID {
    RecordID(milliseconds: FixedAuthor.start, random: [UInt8](repeating: byte, count: 10)) ?? .zero
  }

  static func record(_ text: String, id byte: UInt8 = 1, replaces: [WriteStamp] = []) -> Change {
    .record(RecordWrite(type: 1, id: id(byte), fields: [.init(number: 2, value: .text(text), replaces: replaces)]))
  }

  static func office(_ text: String) throws -> OfficeCode {
    guard let code = OfficeCode(text) else { throw CocoaError(.formatting) }
    return code
  }

  static func charter(
    _ office: String, _ name: String, under parent: String?, key: PublicKey, transport: UInt8
  ) throws -> Charter {
    Charter(
      office: try self.office(office), name: name, parent: try parent.map { try self.office($0) }, signingKey: key,
      transportKey: [UInt8](repeating: transport, count: 32), powers: [], from: FixedAuthor.start, until: nil)
  }

  /// The body alone of a change.
  static func body(of change: Change) throws -> [UInt8] {
    var reader = CBORReader(Entry.payload(of: [change]))
    try reader.array(of: 1)
    try reader.array(of: 2)
    _ = try reader.unsigned()
    return try reader.byteString(atMost: LogLimits.entryBytesMax)
  }

  static func bytes(_ write: (inout CBORWriter) -> Void) -> [UInt8] {
    var writer = CBORWriter()
    write(&writer)
    return writer.bytes
  }
}

extension CBORWriter {
  mutating func stamp(_ stamp: WriteStamp) {
    arrayHead(2)
    unsigned(stamp.time.rawValue)
    unsigned(stamp.author)
  }
}
