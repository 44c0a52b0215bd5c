import Foundation
import Testing

/// Keys under a passphrase by real processes: whoever steals the folder cannot sign.
@Suite("An office whose keys are under a passphrase", .timeLimit(.minutes(10)))
struct KeyPassphraseTests {
  private func file(_ office: Office, _ name: String, _ text: String) throws -> String {
    let path = office.folder + "/" + name
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    return path
  }

  @Test("every command needs it, serving too; whoever has it works, changes keys and backs up as before")
  func commands() async throws {
    let office = try Office()
    try await office.found()
    let right = try file(office, "right", "三更灯火\nsecond line\n")
    let wrong = try file(office, "wrong", "五更鸡\n")
    try await office.must("key", "protect", "--passphrase-file", right)
    for (name, needed) in [(right, 0), (wrong, 74), ("", 64)] as [(String, Int32)] {
      let extra = name.isEmpty ? [:] : ["DOCKET_KEYS_PASSPHRASE_FILE": name]
      let result = try await office.docket("subject", "add", "公司", "--kind", "employer", "--json", extra: extra)
      #expect(result.status == needed, "\(name): \(result.err)")
      if needed == 64 { #expect(result.err.contains("\"keys-protected\"") && result.err.contains("KEYS_PASSPHRASE_FILE")) }
    }
    let refused = try await office.docket("serve", "--listen", "none", "--json")
    #expect(refused.status == 64 && refused.err.contains("\"keys-protected\""))

    let (node, _) = try await office.serve("--keys-passphrase-file", right)
    // The node has the keys: who asks it needs no passphrase.
    try await office.must("key", "rotate")
    try await office.must("subject", "add", "另一公司", "--kind", "employer")
    let watch = try office.start(Office.executable, ["--home", office.home, "sync", "--watch", "--json"])
    try await watch.shows("\"peers\"")
    _ = await watch.stop()
    let drill = try await office.docket("backup", "drill", "--plain")
    #expect(drill.status == 0, "\(drill.err)")
    let backup = office.folder + "/one.docket-backup"
    try await office.must("backup", "create", backup, "--plain")
    #expect(await node.stop().status == 0)

    let given = ["DOCKET_KEYS_PASSPHRASE_FILE": right]
    let audited = try await office.docket("backup", "verify", backup, "--audit", extra: given)
    #expect(audited.status == 0, "\(audited.err)")
    #expect(try await office.docket("backup", "verify", backup, "--audit").status == 74)
    let elsewhere = office.folder + "/restored"
    #expect(try await office.docket("restore", backup, home: elsewhere).status == 0)
    #expect(try await office.docket("verify", home: elsewhere).status == 64)
    #expect(try await office.docket("verify", home: elsewhere, extra: given).status == 0)

    // Under another passphrase the files are not the backup's; what this machine knows of its own log holds all the same.
    let mark = try #require(FileManager.default.contents(atPath: office.home + "/high-water"))
    #expect(try await office.docket("key", "protect", "--passphrase-file", wrong, extra: given).status == 0)
    #expect(try await office.docket("restore", backup, "--replace").status == 0)
    #expect(FileManager.default.contents(atPath: office.home + "/high-water") == mark)

    #expect(try await office.docket("key", "unprotect", extra: given).status == 0)
    try await office.must("verify")
  }

  @Test("a serving node changes it without being stopped; the configuration's file names it for every command")
  func serving() async throws {
    let office = try Office()
    try await office.found()
    let (node, _) = try await office.serve()
    let passphrase = try file(office, "one", "one\n")
    try await office.must("key", "protect", "--passphrase-file", passphrase)
    try await office.must("subject", "add", "公司", "--kind", "employer")
    #expect(await node.stop().status == 0)
    #expect(try await office.docket("status").status == 64)
    _ = FileManager.default.createFile(
      atPath: office.home + "/docket.json",
      contents: Data(#"{"keys": {"passphraseFile": "\#(passphrase)"}}"#.utf8))
    for command in [["status"], ["verify"], ["case", "list"]] {
      let result = try await office.start(Office.executable, ["--home", office.home] + command).wait()
      #expect(result.status == 0, "\(command): \(result.err)")
    }
    // No passphrase and no terminal: nothing is changed.
    #expect(try await office.docket("key", "protect").status == 64)
    #expect(try await office.docket("status").status == 0)
  }
}
