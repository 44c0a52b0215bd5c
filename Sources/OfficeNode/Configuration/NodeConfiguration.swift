public import Logging
public import PeerTransport

/// How one node runs: what file, environment and flags said, checked.
public struct NodeConfiguration: Sendable, Hashable {
  public enum LogFormat: String, Sendable, Hashable, CaseIterable {
    case text, json
  }

  /// Where peers call; `nil`: the node takes no calls.
  public var listen: Endpoint?
  /// Where the superior is called; `nil`: at the address of the office's settings.
  public var superiorAddress: PeerAddress?
  /// Whether the node calls its superior by itself, stays connected, and exchanges what is new at once.
  public var isLive: Bool
  /// Pauses after failed calls grow from the first to the second, in whole seconds.
  public var backoff: ClosedRange<Int>
  public var logLevel: Logger.Level
  public var logFormat: LogFormat
  /// Where metrics are read; `nil`: nowhere. Always of this machine.
  public var metricsListen: Endpoint?
  /// Each `nil` where the office's own settings decide.
  public var attachments: Attachments
  /// The file whose first line opens the node's keys, where they lie under a passphrase.
  public var keysPassphraseFile: String?

  public struct Attachments: Sendable, Hashable {
    /// Bytes of one.
    public var bytesMax: Int?
    /// Bytes up to which one is fetched without being asked for.
    public var eagerBytesMax: Int?
    /// Bytes of all.
    public var quotaBytes: Int?
  }

  /// A value as it was written, and where.
  public struct Setting: Sendable, Hashable {
    public var text: String
    public var source: ConfigurationSource

    public init(_ text: String, _ source: ConfigurationSource) {
      self.text = text
      self.source = source
    }
  }

  /// Reads settings.
  /// - Parameter settings: what was written; the built-in default stands for what is not there.
  /// - Throws: `ConfigurationProblem`, the first one in the order of `ConfigurationKey`.
  public init(_ settings: [ConfigurationKey: Setting] = [:]) throws(ConfigurationProblem) {
    let reader = SettingReader(settings: settings)
    listen = try reader.endpoint(.listen)
    superiorAddress = try reader.peerAddress(.superiorAddresses)
    isLive = try reader.flag(.syncLive)
    let least = try reader.number(.syncBackoffSecondsMin) ?? 0
    let most = try reader.number(.syncBackoffSecondsMax) ?? 0
    guard least <= most else {
      throw reader.problem(.syncBackoffSecondsMin, .above(.syncBackoffSecondsMax, "\(most)"))
    }
    backoff = least...most
    logLevel = Logger.Level(rawValue: try reader.word(.logLevel)) ?? .info
    logFormat = LogFormat(rawValue: try reader.word(.logFormat)) ?? .text
    let metrics = try reader.endpoint(.metricsListen)
    metricsListen = try reader.flag(.metricsEnabled) ? metrics : nil
    // Whichever came second would find its port taken; were it the node's own, the office would not work.
    if let own = listen, let port = metricsListen?.port, port != 0, port == own.port {
      throw reader.problem(.metricsListen, .samePort(.listen))
    }
    attachments = Attachments(
      bytesMax: try reader.number(.attachmentsBytesMax), eagerBytesMax: try reader.number(.attachmentsEagerBytesMax),
      quotaBytes: try reader.number(.attachmentsQuotaBytes))
    if let one = attachments.bytesMax, let all = attachments.quotaBytes, one > all {
      throw reader.problem(.attachmentsBytesMax, .above(.attachmentsQuotaBytes, "\(all)"))
    }
    keysPassphraseFile = try reader.path(.keysPassphraseFile)
  }
}

/// Reads values by the kind of their key.
private struct SettingReader {
  let settings: [ConfigurationKey: NodeConfiguration.Setting]

  private func text(_ key: ConfigurationKey) -> String? { settings[key]?.text ?? key.standard }

  func problem(_ key: ConfigurationKey, _ fault: ConfigurationProblem.Fault) -> ConfigurationProblem {
    ConfigurationProblem(
      .value(key, settings[key] ?? NodeConfiguration.Setting(key.standard ?? "", .standard), fault))
  }

  func number(_ key: ConfigurationKey) throws(ConfigurationProblem) -> Int? {
    guard let text = text(key) else { return nil }
    let range: ClosedRange<Int>
    switch key.kind {
    case .seconds(let bounds), .bytes(let bounds): range = bounds
    case .address, .loopback, .addresses, .flag, .word, .path: return nil
    }
    // Digits alone: Int would take "+5" and "-0".
    guard !text.isEmpty, text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
      let number = Int(text)
    else { throw problem(key, .notRead) }
    guard range.contains(number) else { throw problem(key, .outOfRange) }
    return number
  }

  func flag(_ key: ConfigurationKey) throws(ConfigurationProblem) -> Bool {
    switch text(key) {
    case "true": return true
    case "false": return false
    default: throw problem(key, .notRead)
    }
  }

  func word(_ key: ConfigurationKey) throws(ConfigurationProblem) -> String {
    guard let text = text(key), case .word(let words) = key.kind, words.contains(text) else {
      throw problem(key, .notRead)
    }
    return text
  }

  func endpoint(_ key: ConfigurationKey) throws(ConfigurationProblem) -> Endpoint? {
    let text = text(key) ?? ""
    if key.kind == .address, text == "none" { return nil }
    guard let endpoint = try? Endpoint(text) else { throw problem(key, .notRead) }
    if key.kind == .loopback {
      // Written out in full: the port that stands for one that is missing is that of peers.
      guard endpoint.description == text else { throw problem(key, .notRead) }
      // There is no personal data in them, but who reads them from afar learns how much an office has to do.
      guard endpoint.isLoopback else { throw problem(key, .notLoopback) }
    }
    return endpoint
  }

  func path(_ key: ConfigurationKey) throws(ConfigurationProblem) -> String? {
    guard let text = text(key) else { return nil }
    guard text.hasPrefix("/") else { throw problem(key, .notRead) }
    return text
  }

  func peerAddress(_ key: ConfigurationKey) throws(ConfigurationProblem) -> PeerAddress? {
    guard let text = text(key) else { return nil }
    guard let address = try? PeerAddress(text) else { throw problem(key, .notRead) }
    return address
  }
}
