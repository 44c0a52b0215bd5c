import Casebook
import Casework
import Logging
import PeerTransport
import Testing

@testable import OfficeNode

@Suite("Values of the configuration")
struct NodeConfigurationTests {
  private func read(_ key: ConfigurationKey, _ text: String) throws(ConfigurationProblem) -> NodeConfiguration {
    try NodeConfiguration([key: .init(text, .flag(key.flag))])
  }

  @Test("the built-in defaults are sound, and say what they say")
  func standard() throws {
    let standard = try NodeConfiguration()
    #expect(standard.listen == (try Endpoint("0.0.0.0:7443")))
    #expect(standard.superiorAddress == nil && standard.isLive && standard.backoff == 1...300)
    #expect(standard.logLevel == .info && standard.logFormat == .text && standard.metricsListen == nil)
    #expect(standard.attachments == NodeConfiguration.Attachments())
  }

  @Test("every number is taken at its bounds and refused beyond them")
  func bounds() throws {
    var numbers = 0
    for key in ConfigurationKey.allCases {
      let range: ClosedRange<Int>
      switch key.kind {
      case .seconds(let bounds), .bytes(let bounds): range = bounds
      case .address, .loopback, .addresses, .flag, .word, .path: continue
      }
      numbers += 1
      for good in [range.lowerBound, range.upperBound] {
        // Both ends of the pause move, so that neither stands in the other's way.
        var settings: [ConfigurationKey: NodeConfiguration.Setting] = [
          .syncBackoffSecondsMin: .init("1", .standard), .syncBackoffSecondsMax: .init("86400", .standard),
        ]
        settings[key] = .init("\(good)", .standard)
        #expect(throws: Never.self, "\(key)=\(good)") { try NodeConfiguration(settings) }
      }
      for bad in [
        "\(range.lowerBound - 1)", "\(range.upperBound + 1)", "99999999999999999999", "", "+5", "1.5", "1e3", " 5", "５",
      ] {
        let problem = #expect(throws: ConfigurationProblem.self, "\(key)=\(bad)") { try read(key, bad) }
        #expect(problem?.failure.message.en.contains(key.rawValue) == true, "\(key)=\(bad)")
      }
    }
    #expect(numbers == 5)
  }

  @Test("metrics on the node's own port are refused; the machine chooses one, or none is listened at: taken")
  func ports() throws {
    func read(_ listen: String, _ metrics: String, enabled: String = "true") throws(ConfigurationProblem) {
      _ = try NodeConfiguration([
        .listen: .init(listen, .standard), .metricsListen: .init(metrics, .flag("--metrics-listen")),
        .metricsEnabled: .init(enabled, .standard),
      ])
    }
    for listen in ["0.0.0.0:7443", "[::]:7443", "10.1.0.5:7443"] {
      let problem = #expect(throws: ConfigurationProblem.self) { try read(listen, "127.0.0.1:7443") }
      #expect(problem?.code == "configuration-range")
      #expect(problem?.failure.remedy.en.contains("listen") == true)
    }
    for (listen, metrics, enabled) in [
      ("0.0.0.0:7443", "127.0.0.1:7444", "true"), ("0.0.0.0:0", "127.0.0.1:0", "true"), ("none", "127.0.0.1:7443", "true"),
      ("0.0.0.0:7443", "127.0.0.1:7443", "false"),
    ] {
      #expect(throws: Never.self) { try read(listen, metrics, enabled: enabled) }
    }
  }

  @Test("the passphrase's file is named from the root on")
  func path() throws {
    #expect(try read(.keysPassphraseFile, "/run/docket-keys").keysPassphraseFile == "/run/docket-keys")
    for bad in ["", "keys", "./keys", "~/keys"] {
      let problem = #expect(throws: ConfigurationProblem.self, "\(bad)") { try read(.keysPassphraseFile, bad) }
      #expect(problem?.failure.remedy.en.contains("absolute path") == true, "\(bad)")
    }
  }

  @Test("metrics are for this machine: an address that others reach, or a name, is refused")
  func loopback() throws {
    for good in ["127.0.0.1:0", "127.8.9.1:9000", "[::1]:9743"] {
      #expect(throws: Never.self) { try read(.metricsListen, good) }
    }
    for bad in [
      "0.0.0.0:9743", "10.1.2.3:9743", "[::]:9743", "localhost:9743", "128.0.0.1:1", "127.0.0.1.example:1", "127.1:1",
    ] {
      let problem = #expect(throws: ConfigurationProblem.self, "\(bad)") { try read(.metricsListen, bad) }
      #expect(problem?.code == "configuration-loopback", "\(bad)")
    }
    // Without a port it would be that of peers.
    for bad in ["127.0.0.1", "[::1]", "127.0.0.1:", "none"] {
      let problem = #expect(throws: ConfigurationProblem.self, "\(bad)") { try read(.metricsListen, bad) }
      #expect(problem?.code == "configuration-value", "\(bad)")
    }
    #expect(try read(.metricsListen, "127.0.0.1:9000").metricsListen == nil)
    let both = try NodeConfiguration([
      .metricsListen: .init("127.0.0.1:9000", .standard), .metricsEnabled: .init("true", .standard),
    ])
    #expect(both.metricsListen == (try Endpoint("127.0.0.1:9000")))
  }

  @Test("addresses: none, several, repeated, too many")
  func addresses() throws {
    #expect(try read(.listen, "none").listen == nil)
    #expect(try read(.listen, "[::]:7443").listen?.port == 7443)
    let several = try read(.superiorAddresses, "a:1, [::1]:2,a:1,b").superiorAddress
    #expect(several?.description == "a:1,[::1]:2,b:7443")
    for bad in ["", "a:1,,b:2", "a:port", (0..<9).map { "h\($0):1" }.joined(separator: ",")] {
      #expect(throws: ConfigurationProblem.self, "\(bad)") { try read(.superiorAddresses, bad) }
    }
    #expect(throws: ConfigurationProblem.self) { try read(.listen, "host:port") }
  }

  @Test("two values that do not go together are refused by name")
  func pairs() throws {
    let pauses = #expect(throws: ConfigurationProblem.self) {
      try NodeConfiguration([.syncBackoffSecondsMin: .init("301", .environment("DOCKET_SYNC_BACKOFF_SECONDS_MIN"))])
    }
    let failure = try #require(pauses).failure
    #expect(failure.code == "configuration-range" && failure.kind == .badInput)
    #expect(
      failure.message.en.contains("sync.backoffSecondsMax")
        && failure.message.zh.contains("DOCKET_SYNC_BACKOFF_SECONDS_MIN"))
    #expect(throws: ConfigurationProblem.self) {
      try NodeConfiguration([
        .attachmentsBytesMax: .init("1000", .standard), .attachmentsQuotaBytes: .init("999", .standard),
      ])
    }
  }

  @Test("a problem names key, place and remedy in both languages, and a flag is a matter of usage")
  func problems() throws {
    let problem = #expect(throws: ConfigurationProblem.self) {
      try read(.logLevel, "loud\n\u{7}" + String(repeating: "x", count: 200))
    }
    let failure = try #require(problem).failure
    #expect(failure.kind == .usage && failure.code == "configuration-value")
    for text in [failure.message.zh, failure.message.en] {
      #expect(
        text.contains("log.level") && text.contains("--log-level") && !text.contains("\n") && !text.contains("\u{7}"))
      #expect(text.count < 200)
    }
    for text in [failure.remedy.zh, failure.remedy.en] { #expect(text.contains("debug")) }
    for bad in ["TRUE", "yes", "1", ""] {
      #expect(throws: ConfigurationProblem.self) { try read(.syncLive, bad) }
    }
  }

  @Test("names of flags and variables follow from the key's")
  func names() {
    #expect(ConfigurationKey.syncBackoffSecondsMin.variable == "DOCKET_SYNC_BACKOFF_SECONDS_MIN")
    #expect(ConfigurationKey.attachmentsEagerBytesMax.flag == "--attachments-eager-bytes-max")
    #expect(Set(ConfigurationKey.allCases.map(\.variable)).count == ConfigurationKey.allCases.count)
  }
}
