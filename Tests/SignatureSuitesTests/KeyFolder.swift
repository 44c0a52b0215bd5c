import Foundation
import Testing

@testable import SignatureSuites

/// A folder of one test's key files, gone with it.
final class KeyFolder {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "docket-keys-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  var names: [String] { get throws { try FileManager.default.contentsOfDirectory(atPath: path) } }

  func file(_ name: String = "signing.pem") -> String { path + "/" + name }

  func bytes(of file: String) throws -> [UInt8] { try Array(Data(contentsOf: URL(fileURLWithPath: file))) }

  /// Puts a file there as someone else's tool would.
  func put(_ bytes: some Sequence<UInt8>, mode: Int = 0o600, at file: String) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: file))
    try setMode(mode, of: file)
  }

  func mode(of file: String) throws -> Int {
    try #require(FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int)
  }

  func setMode(_ mode: Int, of file: String) throws {
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file)
  }
}

/// The code of the `KeyError` that `body` throws; `nil` when it throws none.
func keyError(_ body: () throws -> Void) throws -> KeyError.Code? {
  do {
    try body()
    return nil
  } catch let error as KeyError {
    return error.code
  }
}
