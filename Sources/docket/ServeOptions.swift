import ArgumentParser
import Casework
import Foundation
import OfficeNode

/// The flags of `docket serve`: one for every key of the configuration, and the file's.
struct ServeOptions: ParsableArguments {
  @Option(help: "配置文件 configuration file [DOCKET_CONFIG; docket.json]", completion: .file(extensions: ["json"]))
  var config: String?

  @Option(help: Self.help(.listen)) var listen: String?
  @Option(help: Self.help(.superiorAddresses)) var superiorAddresses: String?
  @Option(help: Self.help(.syncLive)) var syncLive: String?
  @Flag(name: .customLong("manual-sync"), help: "同 --sync-live false the same as --sync-live false") var isManual =
    false
  @Option(help: Self.help(.syncBackoffSecondsMin)) var syncBackoffSecondsMin: String?
  @Option(help: Self.help(.syncBackoffSecondsMax)) var syncBackoffSecondsMax: String?
  @Option(help: Self.help(.logLevel)) var logLevel: String?
  @Option(help: Self.help(.logFormat)) var logFormat: String?
  @Option(help: Self.help(.metricsEnabled)) var metricsEnabled: String?
  @Option(help: Self.help(.metricsListen)) var metricsListen: String?
  @Option(help: Self.help(.attachmentsBytesMax)) var attachmentsBytesMax: String?
  @Option(help: Self.help(.attachmentsEagerBytesMax)) var attachmentsEagerBytesMax: String?
  @Option(help: Self.help(.attachmentsQuotaBytes)) var attachmentsQuotaBytes: String?
  @Option(help: Self.help(.keysPassphraseFile), completion: .file()) var keysPassphraseFile: String?

  private static func help(_ key: ConfigurationKey) -> ArgumentHelp {
    let standard = key.standard.map { " [\($0)]" } ?? ""
    return ArgumentHelp("\(key.meaning.zh) \(key.meaning.en)\(standard)")
  }

  private func flag(_ key: ConfigurationKey) -> String? {
    switch key {
    case .listen: listen
    case .superiorAddresses: superiorAddresses
    case .syncLive: isManual ? "false" : syncLive
    case .syncBackoffSecondsMin: syncBackoffSecondsMin
    case .syncBackoffSecondsMax: syncBackoffSecondsMax
    case .logLevel: logLevel
    case .logFormat: logFormat
    case .metricsEnabled: metricsEnabled
    case .metricsListen: metricsListen
    case .attachmentsBytesMax: attachmentsBytesMax
    case .attachmentsEagerBytesMax: attachmentsEagerBytesMax
    case .attachmentsQuotaBytes: attachmentsQuotaBytes
    // Typed, it is meant from where the command was typed.
    case .keysPassphraseFile: keysPassphraseFile.map { CommandFiles.absolute($0) }
    }
  }

  /// - Throws: `DeskFailure`.
  func read(_ home: Home) throws -> ConfigurationReading {
    try ConfigurationReading.read(
      home, file: config.map { CommandFiles.absolute($0) },
      flags: ConfigurationKey.allCases.reduce(into: [:]) { $0[$1] = flag($1) })
  }
}
