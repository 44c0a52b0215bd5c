import Casebook
import Casework
import Foundation
import Replication
import SignatureSuites
import Testing

@testable import OfficeNode

@Suite("Key files under a passphrase", .timeLimit(.minutes(20)))
struct KeyRewriteTests {
  private static let first = Passphrase(Array("first 口令".utf8))
  private static let second = Passphrase(Array("second 口令".utf8))

  /// A home with two keys, and a third of a rotation under way; it goes with the folder.
  private final class Scene {
    let home: Home
    let keys: NodeKeys

    init(_ passphrase: Passphrase?) throws {
      home = Home(NSTemporaryDirectory() + "docket-keys-" + UUID().uuidString)
      keys = try OfficeNode.prepare(home, suite: .sm2)
      var made = keys
      try made.prepareNext(home, signing: .ed25519, transport: false)
      if passphrase != nil { try made.rewrite(home, under: passphrase) }
    }

    deinit { try? FileManager.default.removeItem(atPath: home.path) }

    var files: [String] { [home.signingKey, home.transportKey, home.nextSigningKey] }

    /// Whether the passphrase opens every key, and they are the ones that were made.
    func opens(_ passphrase: Passphrase?) -> Bool {
      guard let read = try? NodeKeys.read(home, passphrase: passphrase) else { return false }
      return read.signer.publicKey == keys.signer.publicKey && read.transport.publicKey == keys.transport.publicKey
        && read.nextSigner != nil
    }

    /// The files as they are, to be put back.
    func contents(_ suffix: String = "") throws -> [String: Data] {
      try files.reduce(into: [:]) { $0[$1 + suffix] = try Data(contentsOf: URL(fileURLWithPath: $1 + suffix)) }
    }

    func put(_ contents: [String: Data]) throws {
      for (path, data) in contents {
        try? FileManager.default.removeItem(atPath: path)
        _ = FileManager.default.createFile(atPath: path, contents: data, attributes: [.posixPermissions: 0o600])
      }
    }

    var left: Int { files.count { FileManager.default.fileExists(atPath: $0 + ".new") } }
  }

  @Test("nothing else opens them; another passphrase takes the place of the first; without one they are plain again")
  func passphrases() throws {
    let scene = try Scene(nil)
    #expect(!scene.home.areKeysProtected && scene.opens(nil) && scene.opens(Self.first))
    var keys = try NodeKeys.read(scene.home, passphrase: nil)
    try keys.rewrite(scene.home, under: Self.first)
    #expect(scene.home.areKeysProtected && scene.left == 0)
    #expect(scene.opens(Self.first) && !scene.opens(Self.second) && !scene.opens(nil))
    try keys.rewrite(scene.home, under: Self.second)
    #expect(scene.opens(Self.second) && !scene.opens(Self.first))
    // Keys that are made now lie under it too.
    try keys.prepareNext(scene.home, signing: .ed25519, transport: true)
    #expect(try KeyFile.isProtected(scene.home.nextSigningKey) && KeyFile.isProtected(scene.home.nextTransportKey))
    try keys.rewrite(scene.home, under: nil)
    #expect(!scene.home.areKeysProtected && scene.opens(nil))
  }

  @Test("an empty passphrase is refused, and the files stay as they were")
  func empty() throws {
    let scene = try Scene(Self.first)
    let before = try scene.contents()
    var keys = try NodeKeys.read(scene.home, passphrase: Self.first)
    #expect(throws: DeskFailure.self) { try keys.rewrite(scene.home, under: Passphrase([])) }
    #expect(try scene.contents() == before && scene.left == 0 && scene.opens(Self.first))
  }

  enum Change: CaseIterable {
    case setting, changing, lifting

    var passphrases: (from: Passphrase?, to: Passphrase?) {
      switch self {
      case .setting: (nil, KeyRewriteTests.first)
      case .changing: (KeyRewriteTests.first, KeyRewriteTests.second)
      case .lifting: (KeyRewriteTests.first, nil)
      }
    }
  }

  /// Between none and three files are new, and between none and all of those have taken their places.
  @Test("a crash at any step leaves one passphrase that opens all of them, and nothing behind", arguments: Change.allCases)
  func crashes(change: Change) throws {
    let (from, to) = change.passphrases
    let scene = try Scene(from)
    let before = try scene.contents()
    var keys = try NodeKeys.read(scene.home, passphrase: from)
    try keys.rewrite(scene.home, under: to)
    let after = try scene.contents()
    for step in 0...6 {
      let written = min(step, 3), moved = max(0, step - 3)
      func lay() throws {
        for path in scene.files { try? FileManager.default.removeItem(atPath: path + ".new") }
        for (index, path) in scene.files.enumerated() {
          try scene.put([path: try #require((index < moved ? after : before)[path])])
          if index >= moved, index < written { try scene.put([path + ".new": try #require(after[path])]) }
        }
      }
      // Whoever remembers only the one must not spoil it for the other, nor for himself.
      for order in [[from, to], [to, from]] {
        try lay()
        let opening = order.filter { scene.opens($0) }
        #expect(!opening.isEmpty, "step \(step)")
        #expect(scene.left == 0, "step \(step)")
        #expect(opening.contains { scene.opens($0) }, "step \(step)")
      }
    }
  }

  @Test("a new file that was cut short is put away")
  func cutShort() throws {
    let scene = try Scene(Self.first)
    try scene.put([scene.home.signingKey + ".new": Data("-----BEGIN ENCRYPTED PRIV".utf8)])
    #expect(scene.opens(Self.first) && scene.left == 0)
  }
}
