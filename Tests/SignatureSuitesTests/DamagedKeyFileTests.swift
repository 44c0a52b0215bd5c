import Foundation
import Replication
import Testing

@testable import SignatureSuites

@Suite("Key files that came to harm", .timeLimit(.minutes(10)))
struct DamagedKeyFileTests {
  private let folder: KeyFolder

  init() throws { folder = try KeyFolder() }

  private func code(reading bytes: some Sequence<UInt8>, passphrase: [UInt8]? = nil) throws -> KeyError.Code? {
    try folder.put(bytes, at: folder.file("damaged.pem"))
    return try keyError { _ = try KeyFile.read(path: folder.file("damaged.pem"), passphrase: passphrase) }
  }

  private func pem(_ suite: SuiteID, passphrase: [UInt8]? = nil) throws -> [UInt8] {
    let file = folder.file(UUID().uuidString)
    try KeyFile.write(.generate(suite: suite), to: file, passphrase: passphrase)
    return try folder.bytes(of: file)
  }

  @Test("cut short anywhere", arguments: SuiteID.allCases)
  func cutShort(suite: SuiteID) throws {
    let whole = try pem(suite)
    // The last byte is the line's end, without which the text is still whole.
    for length in 0..<(whole.count - 1) {
      #expect(try code(reading: whole.prefix(length)) == .damaged)
    }
  }

  @Test("under a passphrase and cut short")
  func cutShortEncrypted() throws {
    let whole = try pem(.ed25519, passphrase: [1])
    for length in stride(from: 0, to: whole.count - 1, by: 7) {
      #expect(try code(reading: whole.prefix(length), passphrase: [1]) == .damaged)
    }
  }

  @Test("an SM2 key one of whose numbers changed no longer makes a pair")
  func changedNumber() throws {
    let text = try String(decoding: pem(.sm2), as: UTF8.self)
    let lines = text.split(separator: "\n")
    let der = try #require(Data(base64Encoded: lines.dropFirst().dropLast().joined()))
    // ECPrivateKey (RFC 5915): the private number is an octet string of 32 bytes.
    let number = try #require(der.range(of: Data([0x02, 0x01, 0x01, 0x04, 0x20]))).upperBound
    let changes: [(place: Int, name: String)] = [(number + 31, "private"), (der.count - 1, "public")]
    for change in changes {
      var changed = der
      changed[change.place] ^= 1
      let body = changed.base64EncodedString(options: [.lineLength64Characters, .endLineWithLineFeed])
      let pem = "-----BEGIN PRIVATE KEY-----\n\(body)\n-----END PRIVATE KEY-----\n"
      #expect(try code(reading: pem.utf8) == .damaged, "\(change.name)")
    }
    // A byte behind the key, inside the text.
    let longer = (der + [0]).base64EncodedString(options: [.lineLength64Characters, .endLineWithLineFeed])
    let trailing = "-----BEGIN PRIVATE KEY-----\n\(longer)\n-----END PRIVATE KEY-----\n"
    #expect(try code(reading: trailing.utf8) == .damaged)
    // The same way of rewriting leaves a sound key sound.
    let body = der.base64EncodedString(options: [.lineLength64Characters, .endLineWithLineFeed])
    let unchanged = "-----BEGIN PRIVATE KEY-----\n\(body)\n-----END PRIVATE KEY-----\n"
    #expect(try code(reading: unchanged.utf8) == nil)
  }

  @Test("not a key at all")
  func notAKey() throws {
    #expect(try code(reading: []) == .damaged)
    #expect(try code(reading: Array("案联".utf8)) == .damaged)
    #expect(try code(reading: [UInt8](repeating: 0, count: 4096)) == .damaged)
    #expect(try code(reading: [UInt8](repeating: 65, count: PKCS8PEM.bytesMax + 1)) == .damaged)
    #expect(try code(reading: "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n".utf8) == .damaged)
    // Sound PEM of another thing.
    #expect(try code(reading: "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n".utf8) == .kind)
  }
}
