import Casebook
import Casework
import Foundation
import OfficeNode

/// What opens the key files of an office: the configuration's file, or the terminal.
enum KeyPassphrase {
  /// - Parameter configuration: read only where the keys are under a passphrase.
  /// - Returns: `nil` where they are plain.
  /// - Throws: `DeskFailure`.
  static func find(
    _ home: Home, _ options: GlobalOptions, configuration: () throws -> NodeConfiguration
  ) throws -> Passphrase? {
    guard home.areKeysProtected else { return nil }
    if let file = try configuration().keysPassphraseFile { return try PassphraseOptions.read(file) }
    if PassphraseOptions.isOnTerminal, !options.json {
      return Passphrase(PassphraseOptions.ask(Printer(options).word("现用密钥口令：", "Present passphrase of the keys: ")))
    }
    throw DeskFailure(
      kind: .usage, code: "keys-protected",
      message: Bilingual(
        zh: "\(home.path) 中的密钥受口令保护，没有给出口令，未打开。",
        en: "The keys in \(home.path) are under a passphrase, and none was given; nothing was opened."),
      remedy: Bilingual(
        zh: "请把口令写在一个文件的第一行，用环境变量 \(ConfigurationKey.keysPassphraseFile.variable) 或配置项 "
          + "\(ConfigurationKey.keysPassphraseFile.rawValue) 指明该文件，或在终端中执行。",
        en: "Write it on the first line of a file and name that in \(ConfigurationKey.keysPassphraseFile.variable) or as "
          + "\(ConfigurationKey.keysPassphraseFile.rawValue) in the configuration, or run this on a terminal."))
  }
}
