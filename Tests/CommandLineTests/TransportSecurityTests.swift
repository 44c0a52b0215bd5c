import Foundation
import Testing

@Suite("Strangers at the port", .timeLimit(.minutes(20)))
struct TransportSecurityTests {
  /// Runs `openssl s_client` against the node.
  private func client(_ office: Office, _ port: Int, _ arguments: [String]) async throws -> Office.Result {
    try await office.start(
      "/usr/bin/openssl", ["s_client", "-connect", "127.0.0.1:\(port)", "-alpn", "docket/1", "-quiet", "-no_ign_eof"] + arguments
    ).wait()
  }

  @Test("without a certificate, with an unchartered key, or below TLS 1.3: no application byte")
  func strangers() async throws {
    let office = try Office()
    try await office.found()
    let (node, port) = try await office.serve()
    defer { node.process.terminate() }
    let key = office.folder + "/key.pem", certificate = office.folder + "/cert.pem"
    let made = try await office.start(
      "/usr/bin/openssl",
      [
        "req", "-x509", "-newkey", "ed25519", "-nodes", "-keyout", key, "-out", certificate, "-subj", "/CN=130526", "-days", "2",
      ]
    ).wait()
    try #require(made.status == 0, "\(made.err)")
    for arguments in [[], ["-key", key, "-cert", certificate], ["-tls1_2"], ["-tls1_2", "-key", key, "-cert", certificate]] {
      let result = try await client(office, port, arguments)
      #expect(result.out.isEmpty, "\(arguments)")
      #expect(result.status != 0 || !result.err.isEmpty, "\(arguments)")
    }
    let old = try await client(office, port, ["-tls1_2"])
    #expect(old.err.contains("alert protocol version") || old.err.contains("handshake failure"), "\(old.err)")
    // The node still serves.
    #expect(try await office.docket("status").out.contains("serving"))
  }

  @Test("a peer whose key has no charter is refused by the superior and told so; one that lost its backup catches up")
  func unchartered() async throws {
    let city = try Office()
    try await city.found()
    let (node, port) = try await city.serve()
    defer { node.process.terminate() }
    let invited = try await city.must("invite", "sub", "--name", "x", "--address", "127.0.0.1:\(port)", "--json")
    let code = try #require(invited.out.firstMatch(of: /"code":"([^"]+)"/).map { String($0.1) })
    let sub = city.folder + "/sub"
    #expect(try await city.docket("join", code, home: sub).status == 0)
    let old = try #require(FileManager.default.contents(atPath: sub + "/docket.sqlite"))
    #expect(try await city.docket("officer", "add", "a", "--name", "a", home: sub).status == 0)
    #expect(try await city.docket("sync", home: sub).status == 0)

    // An older database is caught before it writes, fetches its own entries back, and works on.
    try old.write(to: URL(fileURLWithPath: sub + "/docket.sqlite"))
    #expect(try await city.docket("officer", "add", "b", "--name", "b", home: sub).status == 78)
    let synced = try await city.docket("sync", home: sub)
    #expect(synced.status == 0, "\(synced.err)")
    #expect(try await city.docket("officer", "add", "b", "--name", "b", home: sub).status == 0)
    let officers = try await city.docket("officer", "list", home: sub)
    #expect(officers.out.contains("a ") && officers.out.contains("b "))
    #expect(try await city.docket("sync", home: sub).status == 0)
    #expect(try await city.docket("verify", home: sub).status == 0)

    let key = sub + "/keys/transport.pem"
    try FileManager.default.removeItem(atPath: key)
    let made = try await city.start("/usr/bin/openssl", ["genpkey", "-algorithm", "ed25519", "-out", key]).wait()
    try #require(made.status == 0)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: key)
    for _ in 0..<5 {
      let refused = try await city.docket("sync", home: sub)
      #expect(refused.status == 77, "\(refused.err)")
      #expect(refused.err.contains("does not accept this office's key"), "\(refused.err)")
    }
  }
}
