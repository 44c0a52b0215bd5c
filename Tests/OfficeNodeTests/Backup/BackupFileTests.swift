import Casebook
import Casework
import Foundation
import Replication
import SignatureSuites
import Testing

@testable import OfficeNode

@Suite("A backup's file: nothing of a wrong one is used", .timeLimit(.minutes(10)))
struct BackupFileTests {
  private static let passphrase = Passphrase(Array("正确的口令".utf8))

  private func bytes(_ path: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))) }

  /// Where things begin and end: prelude, tag, every chunk and its tag, and every part within.
  private func boundaries(_ path: String, _ passphrase: Passphrase?) throws -> [Int] {
    let reader = try BackupReader(path: path, passphrase: passphrase?.bytes)
    let length = reader.prelude.encoded.count
    let base = length + ChunkSeal.preludeTagBytes
    func place(_ payload: Int) -> Int { base + payload + payload / ChunkSeal.chunkBytes * ChunkSeal.tagBytes }
    var places = [0, 1, length, base]
    var payload = Int(reader.prelude.payloadBytes) - reader.manifest.parts.reduce(0) { $0 + Int($1.bytes) }
    places.append(place(payload))
    for part in reader.manifest.parts {
      payload += Int(part.bytes)
      places.append(place(payload))
    }
    for chunk in 1..<reader.prelude.chunkCount { places.append(place(Int(chunk) * ChunkSeal.chunkBytes)) }
    return places.filter { $0 < reader.byteCount }
  }

  @Test("a flipped byte anywhere is refused", arguments: [nil, passphrase])
  func flipped(passphrase: Passphrase?) async throws {
    let home = try await BackupHome()
    let path =
      if let passphrase { try await home.cheapBackup("b.docket-backup", passphrase: passphrase) } else {
        try await home.backup("b.docket-backup").path
      }
    let whole = try bytes(path)
    #expect(home.restore(path, passphrase) == nil)
    // Every byte of the beginning, both sides of every boundary, and a sample of the rest.
    var places = Set(0..<(passphrase == nil ? 160 : 40))
    for place in try boundaries(path, passphrase) { places.formUnion([max(0, place - 1), place]) }
    places.formUnion(stride(from: 200, to: whole.count, by: whole.count / 40))
    places.insert(whole.count - 1)
    for place in places.sorted() {
      // Tests beside this one have limits of seconds.
      await Task.yield()
      var altered = whole
      altered[place] ^= 0x10
      let failure = try #require(home.restore(try home.write(altered, to: "altered"), passphrase), "byte \(place)")
      #expect(
        ["backup-altered", "no-backup", "backup-version", "backup-cut", "backup-passphrase", "backup-passphrase-missing"]
          .contains(failure.code), "byte \(place): \(failure.code)")
      #expect(failure.kind == .integrity || failure.kind == .badInput)
      #expect(!failure.remedy.zh.isEmpty && !failure.remedy.en.isEmpty)
    }
  }

  @Test("a file cut at any boundary is refused as cut, and one with something behind it as altered", arguments: [nil, passphrase])
  func cut(passphrase: Passphrase?) async throws {
    let home = try await BackupHome()
    let path =
      if let passphrase { try await home.cheapBackup("b.docket-backup", passphrase: passphrase) } else {
        try await home.backup("b.docket-backup").path
      }
    let whole = try bytes(path)
    var lengths: Set<Int> = [whole.count - 1]
    for place in try boundaries(path, passphrase) { lengths.formUnion([max(0, place - 1), place, place + 1]) }
    for length in lengths.sorted() {
      await Task.yield()
      let cut = try home.write(whole.prefix(length), to: "cut")
      #expect(home.restore(cut, passphrase)?.code == "backup-cut", "\(length) of \(whole.count)")
    }
    #expect(home.restore(try home.write(whole + [0], to: "long"), passphrase)?.code == "backup-altered")
  }

  @Test("a wrong passphrase, none, another format, another file")
  func wrong() async throws {
    let home = try await BackupHome()
    let path = try await home.cheapBackup("b.docket-backup", passphrase: Self.passphrase)
    #expect(home.restore(path, Passphrase([1]))?.code == "backup-passphrase")
    #expect(home.restore(path)?.code == "backup-passphrase-missing")
    #expect(home.restore(home.folder)?.code == "file")
    #expect(home.restore(home.folder + "/none")?.code == "file")
    #expect(home.restore(try home.write(Array("name,code\n".utf8), to: "csv"))?.code == "no-backup")
    var newer = try bytes(path)
    // Behind the array's head and the name: the version.
    newer[15] = 2
    #expect(home.restore(try home.write(newer, to: "newer"), Self.passphrase)?.code == "backup-version")
    // A cost that would take all memory is no cost.
    var prelude = try BackupReader(path: path, passphrase: Self.passphrase.bytes).prelude
    prelude.cost = 30
    let costly = try home.write(prelude.encoded + [UInt8](repeating: 0, count: 1_000), to: "costly")
    #expect(home.restore(costly, Self.passphrase)?.code == "backup-altered")
  }

  @Test("under a passphrase neither keys nor records show in the file; without one the keys are in it, for the owner alone")
  func secrecy() async throws {
    let home = try await BackupHome()
    let key = try bytes(home.home.signingKey)
    let protected = try await home.backup("p.docket-backup", passphrase: Self.passphrase)
    let plain = try await home.backup("q.docket-backup")
    #expect(Data(try bytes(protected.path)).range(of: Data(key)) == nil)
    #expect(Data(try bytes(protected.path)).range(of: Data("SQLite format 3".utf8)) == nil)
    #expect(Data(try bytes(plain.path)).range(of: Data(key)) != nil)
    #expect(protected.warnings.isEmpty && plain.warnings.count == 1)
    for view in [protected, plain] {
      let mode = try FileManager.default.attributesOfItem(atPath: view.path)[.posixPermissions] as? Int
      #expect(mode == 0o600)
    }
    #expect("\(DeskRequest.backupCreate(BackupDraft(path: "x", passphrase: Self.passphrase)))".contains("•••"))
    var dumped = ""
    dump(Self.passphrase, to: &dumped)
    #expect(!dumped.contains("\(Self.passphrase.bytes[0])"))
  }

  @Test("a file made to write outside the home, or without a key, is refused", arguments: [
    ["../evil", "office.json", "docket.sqlite", "keys/signing.pem", "keys/transport.pem"],
    ["keys/../../evil.pem", "office.json", "docket.sqlite", "keys/signing.pem", "keys/transport.pem"],
    ["home-mark", "office.json", "docket.sqlite", "keys/signing.pem", "keys/transport.pem"],
    ["office.json", "office.json", "docket.sqlite", "keys/signing.pem", "keys/transport.pem"],
    ["office.json", "docket.sqlite", "keys/transport.pem"],
  ])
  func hostile(names: [String]) async throws {
    let home = try await BackupHome(officers: 0)
    var manifest = try BackupReader(path: try await home.backup("b.docket-backup").path, passphrase: nil).manifest
    let content = Array("x".utf8)
    let hash = Hexadecimal.string(Ed25519Suite().hash(content).bytes)
    manifest.parts = names.map { .init(name: $0, bytes: 1, hash: hash) }
    let json = Array(try JSONEncoder().encode(manifest))
    let payload = [0, 0, UInt8(json.count >> 8), UInt8(json.count & 0xFF)] + json + names.flatMap { _ in content }
    let prelude = BackupPrelude(
      office: try #require(OfficeCode(manifest.office)),
      root: KeyFingerprint(try #require(Hexadecimal.bytes(manifest.rootKey).flatMap(Digest.init))),
      created: 0, payloadBytes: UInt64(payload.count), cost: 0, salt: [])
    let writer = try BackupWriter(path: home.folder + "/hostile", prelude: prelude, passphrase: nil)
    try writer.append(payload)
    try writer.finish()
    try writer.publish()
    #expect(home.restore(home.folder + "/hostile")?.code == "backup-altered")
    #expect(try !home.names().contains { $0.hasPrefix("evil") })
  }
}
