import Foundation
import Replication
import Testing

@testable import SignatureSuites

/// The `openssl` command as an administrator would use it on our files, and its files on us.
@Suite("Key files and the openssl command", .enabled(if: OpenSSLCommand.path != nil), .timeLimit(.minutes(10)))
struct OpenSSLCommandTests {
  private let folder: KeyFolder

  init() throws { folder = try KeyFolder() }

  @Test("reads our files and finds the same public key", arguments: SuiteID.allCases, [true, false])
  func readsOurs(suite: SuiteID, isEncrypted: Bool) throws {
    let signer = try SoftwareSigner.generate(suite: suite)
    try KeyFile.write(signer, to: folder.file(), passphrase: isEncrypted ? Array("open sesame".utf8) : nil)
    let passphrase = isEncrypted ? ["-passin", "pass:open sesame"] : []
    let info = try OpenSSLCommand.run(["pkey", "-in", folder.file(), "-pubout", "-outform", "DER"] + passphrase)
    // SubjectPublicKeyInfo ends with the key.
    #expect(info.count > signer.publicKey.bytes.count)
    #expect(Array(info.suffix(signer.publicKey.bytes.count)) == signer.publicKey.bytes)
  }

  @Test("its files are read", arguments: SuiteID.allCases, [true, false])
  func weReadTheirs(id: SuiteID, isEncrypted: Bool) throws {
    let name = id == .sm2 ? "SM2" : "ED25519"
    let options = isEncrypted ? ["-aes-256-cbc", "-pass", "pass:open sesame"] : []
    try OpenSSLCommand.run(["genpkey", "-algorithm", name, "-out", folder.file()] + options)
    try folder.setMode(0o600, of: folder.file())
    let signer = try KeyFile.read(path: folder.file(), passphrase: isEncrypted ? Array("open sesame".utf8) : nil)
    #expect(signer.publicKey.suite == id)
    let suite = try #require(SuiteSet.standard[id])
    #expect(try suite.isValid(signature: signer.sign([7]), of: [7], by: signer.publicKey.bytes))
  }

  @Test("verifies an SM2 signature of ours over the same id")
  func verifiesOurs() throws {
    let signer = try SoftwareSigner.generate(suite: .sm2)
    try KeyFile.write(signer, to: folder.file(), passphrase: nil)
    let message = Array("message digest".utf8)
    let der = try #require(try DERSignature.encode(signer.sign(message)))
    try folder.put(der, at: folder.file("signature"))
    try folder.put(message, at: folder.file("message"))
    let output = try OpenSSLCommand.run([
      "pkeyutl", "-verify", "-rawin", "-digest", "sm3", "-pkeyopt", "distid:1234567812345678",
      "-inkey", folder.file(), "-in", folder.file("message"), "-sigfile", folder.file("signature"),
    ])
    #expect(String(decoding: output, as: UTF8.self).contains("Verified Successfully"))
  }

  @Test(
    "a key of another algorithm is told from a damaged one",
    arguments: [
      ["RSA", "-pkeyopt", "rsa_keygen_bits:1024"], ["EC", "-pkeyopt", "ec_paramgen_curve:P-256"], ["X25519"],
    ])
  func otherKinds(algorithm: [String]) throws {
    try OpenSSLCommand.run(["genpkey", "-algorithm"] + algorithm + ["-out", folder.file()])
    try folder.setMode(0o600, of: folder.file())
    #expect(try keyError { _ = try KeyFile.read(path: folder.file(), passphrase: nil) } == .kind)
  }
}

enum OpenSSLCommand {
  struct Failure: Error { let status: Int32 }

  static let path: String? = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    .map { $0 + "/openssl" }.first { FileManager.default.isExecutableFile(atPath: $0) }

  @discardableResult
  static func run(_ arguments: [String]) throws -> [UInt8] {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try #require(path))
    process.arguments = arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    try process.run()
    // Our outputs are smaller than a pipe holds; read to the end all the same before waiting.
    let bytes = Array(output.fileHandleForReading.readDataToEndOfFile())
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failure(status: process.terminationStatus) }
    return bytes
  }
}
