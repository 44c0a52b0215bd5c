import Foundation
import Testing

@Suite("Strangers at the port", .timeLimit(.minutes(5)))
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
}
