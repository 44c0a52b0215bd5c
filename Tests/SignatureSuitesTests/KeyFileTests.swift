import Foundation
import Replication
import Testing

@testable import SignatureSuites

@Suite("Keys kept in files", .timeLimit(.minutes(10)))
struct KeyFileTests {
  private let folder: KeyFolder
  private let passphrase = Array("朝花夕拾 2026".utf8)

  init() throws { folder = try KeyFolder() }

  @Test("a key comes back the same, plain and under a passphrase", arguments: SuiteID.allCases, [true, false])
  func roundTrip(suite: SuiteID, isEncrypted: Bool) throws {
    let signer = try SoftwareSigner.generate(suite: suite)
    let secret = isEncrypted ? passphrase : nil
    try KeyFile.write(signer, to: folder.file(), passphrase: secret)
    let again = try KeyFile.read(path: folder.file(), passphrase: secret)
    #expect(again.publicKey == signer.publicKey)
    #expect(again.rawEd25519 == signer.rawEd25519)
    let signature = try again.sign([1, 2, 3])
    let verifier = try #require(SuiteSet.standard[suite])
    #expect(verifier.isValid(signature: signature, of: [1, 2, 3], by: signer.publicKey.bytes))
    #expect(try folder.mode(of: folder.file()) == 0o600)
    let text = try String(decoding: folder.bytes(of: folder.file()), as: UTF8.self)
    #expect(text.hasPrefix(isEncrypted ? "-----BEGIN ENCRYPTED PRIVATE KEY-----" : "-----BEGIN PRIVATE KEY-----"))
  }

  @Test("a passphrase is all of its bytes, also behind a zero")
  func zeroByte() throws {
    let signer = try SoftwareSigner.generate(suite: .ed25519)
    try KeyFile.write(signer, to: folder.file(), passphrase: [65, 0, 66])
    #expect(try keyError { _ = try KeyFile.read(path: folder.file(), passphrase: [65, 0, 67]) } == .passphrase)
    #expect(try keyError { _ = try KeyFile.read(path: folder.file(), passphrase: [65]) } == .passphrase)
    #expect(try KeyFile.read(path: folder.file(), passphrase: [65, 0, 66]).publicKey == signer.publicKey)
  }

  @Test("without the passphrase nothing asks for it", arguments: [nil, []] as [[UInt8]?])
  func noPassphrase(given: [UInt8]?) throws {
    try KeyFile.write(.generate(suite: .sm2), to: folder.file(), passphrase: passphrase)
    #expect(try keyError { _ = try KeyFile.read(path: folder.file(), passphrase: given) } == .passphrase)
  }

  @Test("an empty passphrase is not set, and leaves no file")
  func emptyPassphrase() throws {
    let signer = try SoftwareSigner.generate(suite: .ed25519)
    #expect(try keyError { try KeyFile.write(signer, to: folder.file(), passphrase: []) } == .passphraseEmpty)
    #expect(try folder.names.isEmpty)
  }

  @Test("a plain file is read whatever passphrase is given")
  func needlessPassphrase() throws {
    let signer = try SoftwareSigner.generate(suite: .sm2)
    try KeyFile.write(signer, to: folder.file(), passphrase: nil)
    #expect(try KeyFile.read(path: folder.file(), passphrase: passphrase).publicKey == signer.publicKey)
  }

  @Test("an existing file stays as it is")
  func noOverwrite() throws {
    let first = try SoftwareSigner.generate(suite: .ed25519)
    try KeyFile.write(first, to: folder.file(), passphrase: nil)
    let before = try folder.bytes(of: folder.file())
    let second = try SoftwareSigner.generate(suite: .ed25519)
    #expect(try keyError { try KeyFile.write(second, to: folder.file(), passphrase: nil) } == .exists)
    #expect(try folder.bytes(of: folder.file()) == before)
    // Not through a link that leads nowhere yet, either.
    let (link, target) = (folder.file("link.pem"), folder.file("elsewhere.pem"))
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: target)
    #expect(try keyError { try KeyFile.write(second, to: link, passphrase: nil) } == .exists)
    #expect(!FileManager.default.fileExists(atPath: target))
  }

  @Test("a file open to others is not read", arguments: [0o640, 0o604, 0o620, 0o602, 0o610, 0o700, 0o666, 0o4600])
  func openToOthers(mode: Int) throws {
    try KeyFile.write(.generate(suite: .ed25519), to: folder.file(), passphrase: nil)
    try folder.setMode(mode, of: folder.file())
    #expect(try keyError { _ = try KeyFile.read(path: folder.file(), passphrase: nil) } == .permissions)
  }

  @Test("a file its owner may only read is read")
  func readOnly() throws {
    try KeyFile.write(.generate(suite: .ed25519), to: folder.file(), passphrase: nil)
    try folder.setMode(0o400, of: folder.file())
    #expect(try keyError { _ = try KeyFile.read(path: folder.file(), passphrase: nil) } == nil)
  }

  @Test("missing file, missing folder, a folder, a pipe")
  func noFile() throws {
    #expect(try keyError { _ = try KeyFile.read(path: folder.file(), passphrase: nil) } == .missing)
    #expect(try keyError { _ = try KeyFile.read(path: folder.file("a/b"), passphrase: nil) } == .missing)
    #expect(try keyError { _ = try KeyFile.read(path: folder.path, passphrase: nil) } == .io)
    #expect(mkfifo(folder.file("pipe"), 0o600) == 0)
    #expect(try keyError { _ = try KeyFile.read(path: folder.file("pipe"), passphrase: nil) } == .io)
    let signer = try SoftwareSigner.generate(suite: .ed25519)
    #expect(try keyError { try KeyFile.write(signer, to: folder.file("a/b"), passphrase: nil) } == .io)
  }

  @Test("each code has its own words in both languages, with the path where there is one")
  func words() {
    let errors = KeyError.Code.allCases.map { KeyError($0, path: "/k/signing.pem", cause: "reason") }
    for words in [errors.map(\.zh), errors.map(\.en), errors.map(\.remedyZh), errors.map(\.remedyEn)] {
      #expect(Set(words).count == errors.count)
      #expect(!words.contains(""))
    }
    for error in errors where error.code != .unsupported {
      #expect(error.zh.contains(error.path))
      #expect(error.en.contains(error.path))
    }
  }
}
