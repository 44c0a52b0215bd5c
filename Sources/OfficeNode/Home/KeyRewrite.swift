import Casebook
import Foundation
import Glibc
import SignatureSuites

/// Writes a node's key files anew under another passphrase, or under none.
///
/// All new files are on disk before the first takes its place. So whichever moment a crash comes at, one passphrase, the
/// former or the new one, opens every key; the next opening of the home ends what was begun.
enum KeyRewrite {
  private static let suffix = ".new"

  /// - Throws: `KeyError` while the new files are written: those that stand are as they were. `DeskFailure` when one does not
  ///   get its place: the next opening of the home ends it.
  static func write(_ keys: NodeKeys, _ home: Home, under passphrase: Passphrase?) throws {
    let files = [
      (keys.signer, home.signingKey), (keys.transport, home.transportKey), (keys.nextSigner, home.nextSigningKey),
      (keys.nextTransport, home.nextTransportKey),
    ].compactMap { key, path in key.map { ($0, path) } }
    let paths = files.map(\.1)
    remove(paths)
    do {
      for (key, path) in files { try KeyFile.write(key, to: path + suffix, passphrase: passphrase?.bytes) }
    } catch {
      remove(paths)
      throw error
    }
    for path in paths { try NodeKeys.replace(path, by: path + suffix) }
  }

  /// Ends what a crash interrupted: new files that the passphrase opens take their places, unless some key would then
  /// need another one; the rest of them go.
  /// - Throws: `KeyError`, `.passphrase` where no choice of files is opened by it; nothing is touched then.
  static func settle(_ home: Home, _ passphrase: Passphrase?) throws {
    let left = home.keyFiles.filter { exists($0 + suffix) }
    guard !left.isEmpty else { return }
    let opened = left.filter { (try? KeyFile.read(path: $0 + suffix, passphrase: passphrase?.bytes)) != nil }
    for path in home.keyFiles where exists(path) && !opened.contains(path) {
      _ = try KeyFile.read(path: path, passphrase: passphrase?.bytes)
    }
    for path in opened { try NodeKeys.replace(path, by: path + suffix) }
    remove(left.filter { !opened.contains($0) })
  }

  private static func remove(_ paths: [String]) { for path in paths { unlink(path + suffix) } }

  private static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }
}

extension Home {
  fileprivate var keyFiles: [String] { [signingKey, transportKey, nextSigningKey, nextTransportKey] }

  /// Whether any of the node's keys lies under a passphrase; files that cannot be read are told of where they are opened.
  public var areKeysProtected: Bool { keyFiles.contains { (try? KeyFile.isProtected($0)) == true } }
}
