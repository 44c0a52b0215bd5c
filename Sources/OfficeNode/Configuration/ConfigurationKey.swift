public import Casework
import Logging
import PeerTransport
import Replication

/// What an administrator may set of a node. Raw values are the names in the file, groups joined by a point.
public enum ConfigurationKey: String, Sendable, Hashable, CaseIterable {
  case listen
  case superiorAddresses = "superior.addresses"
  case syncLive = "sync.live"
  case syncBackoffSecondsMin = "sync.backoffSecondsMin"
  case syncBackoffSecondsMax = "sync.backoffSecondsMax"
  case logLevel = "log.level"
  case logFormat = "log.format"
  case metricsEnabled = "metrics.enabled"
  case metricsListen = "metrics.listen"
  case attachmentsBytesMax = "attachments.bytesMax"
  case attachmentsEagerBytesMax = "attachments.eagerBytesMax"
  case attachmentsQuotaBytes = "attachments.quotaBytes"
  case keysPassphraseFile = "keys.passphraseFile"

  /// The groups and the name within them.
  var components: [String] { rawValue.split(separator: ".").map(String.init) }

  /// `sync.backoffSecondsMin`: `DOCKET_SYNC_BACKOFF_SECONDS_MIN`.
  public var variable: String { "DOCKET_" + words.joined(separator: "_").uppercased() }

  /// `sync.backoffSecondsMin`: `--sync-backoff-seconds-min`.
  public var flag: String { "--" + words.joined(separator: "-") }

  /// The words of the name, in small letters.
  private var words: [String] {
    components.flatMap { component in
      var words: [String] = [""]
      for character in component {
        if character.isUppercase { words.append("") }
        words[words.count - 1] += character.lowercased()
      }
      return words
    }
  }

  /// What a value may be.
  enum Kind: Sendable, Hashable {
    /// `host:port`, or `none`.
    case address
    /// `host:port` of this machine itself.
    case loopback
    /// Several of `host:port`.
    case addresses
    case seconds(ClosedRange<Int>)
    case bytes(ClosedRange<Int>)
    case flag
    case word([String])
    /// Of a file, from the root on: a node is started from anywhere.
    case path
  }

  var kind: Kind {
    switch self {
    case .listen: .address
    case .superiorAddresses: .addresses
    case .syncLive, .metricsEnabled: .flag
    case .syncBackoffSecondsMin: .seconds(ConfigurationLimits.backoffSecondsMin)
    case .syncBackoffSecondsMax: .seconds(ConfigurationLimits.backoffSecondsMax)
    case .logLevel: .word(Logger.Level.allCases.map(\.rawValue))
    case .logFormat: .word(NodeConfiguration.LogFormat.allCases.map(\.rawValue))
    case .metricsListen: .loopback
    case .attachmentsBytesMax: .bytes(ConfigurationLimits.attachmentBytes)
    case .attachmentsEagerBytesMax: .bytes(ConfigurationLimits.attachmentEagerBytes)
    case .attachmentsQuotaBytes: .bytes(ConfigurationLimits.quotaBytes)
    case .keysPassphraseFile: .path
    }
  }

  /// The built-in default; `nil`: what the office's own settings say.
  public var standard: String? {
    switch self {
    case .listen: "0.0.0.0:\(TransportLimits.defaultPort)"
    case .superiorAddresses, .attachmentsBytesMax, .attachmentsEagerBytesMax, .attachmentsQuotaBytes,
      .keysPassphraseFile:
      nil
    case .syncLive: "true"
    case .syncBackoffSecondsMin: "\(Backoff.standardFirst.components.seconds)"
    case .syncBackoffSecondsMax: "\(Backoff.standardLongest.components.seconds)"
    case .logLevel: Logger.Level.info.rawValue
    case .logFormat: NodeConfiguration.LogFormat.text.rawValue
    case .metricsEnabled: "false"
    case .metricsListen: "127.0.0.1:9743"
    }
  }

  /// One line of help.
  public var meaning: Bilingual {
    switch self {
    case .listen: Bilingual(zh: "监听地址，none 为不监听", en: "listening address, none: takes no calls")
    case .superiorAddresses:
      Bilingual(zh: "上级地址，依次尝试，以逗号分隔", en: "the superior's addresses, tried in turn, separated by commas")
    case .syncLive: Bilingual(zh: "与上级保持联系、即时同步", en: "stay in contact with the superior")
    case .syncBackoffSecondsMin: Bilingual(zh: "连不上时的最短间隔，秒", en: "shortest pause after a failed call, seconds")
    case .syncBackoffSecondsMax: Bilingual(zh: "连不上时的最长间隔，秒", en: "longest pause after failed calls, seconds")
    case .logLevel: Bilingual(zh: "日志级别", en: "log level")
    case .logFormat: Bilingual(zh: "日志格式", en: "log format")
    case .metricsEnabled: Bilingual(zh: "提供 Prometheus 指标", en: "offer Prometheus metrics")
    case .metricsListen: Bilingual(zh: "指标地址，限本机", en: "address of the metrics, this machine's own")
    case .attachmentsBytesMax: Bilingual(zh: "单个附件上限，字节", en: "largest attachment, bytes")
    case .attachmentsEagerBytesMax:
      Bilingual(zh: "不超过此值的附件自动取回，字节", en: "attachments up to this are fetched by themselves, bytes")
    case .attachmentsQuotaBytes: Bilingual(zh: "附件总量上限，字节", en: "all attachments together, bytes")
    case .keysPassphraseFile:
      Bilingual(zh: "密钥口令文件，取第一行", en: "file whose first line is the keys' passphrase")
    }
  }

  /// What may be written, as a person is told.
  public var range: Bilingual {
    switch kind {
    case .address: Bilingual(zh: "主机:端口，或 none", en: "host:port, or none")
    case .loopback: Bilingual(zh: "127.0.0.1:端口 或 [::1]:端口", en: "127.0.0.1:port or [::1]:port")
    case .addresses:
      Bilingual(
        zh: "1 至 \(TransportLimits.alternatesMax) 个 主机:端口", en: "1 to \(TransportLimits.alternatesMax) of host:port")
    case .seconds(let range), .bytes(let range):
      Bilingual(zh: "\(range.lowerBound) 至 \(range.upperBound)", en: "\(range.lowerBound) to \(range.upperBound)")
    case .flag: Bilingual(zh: "true 或 false", en: "true or false")
    case .path: Bilingual(zh: "绝对路径", en: "an absolute path")
    case .word(let words):
      Bilingual(zh: words.joined(separator: "、"), en: words.joined(separator: ", "))
    }
  }
}

/// Bounds of what may be set, each with its reason.
enum ConfigurationLimits {
  /// Below a second, a superior that starts up again would be called by all its districts at once; above an hour nobody
  /// would notice that a line is back.
  static let backoffSecondsMin = 1...3_600
  /// A day: an office that calls less often than that should use bundles.
  static let backoffSecondsMax = 1...86_400
  /// Up to what the protocol carries.
  static let attachmentBytes = 1...BlobLimits.bytesMax
  /// 0 fetches nothing that was not asked for.
  static let attachmentEagerBytes = 0...BlobLimits.bytesMax
  static let quotaBytes = 1...AttachmentSettings.quotaMax
  /// The file has a dozen keys; a file of more is another one.
  static let fileBytesMax = 64 * 1_024
}
