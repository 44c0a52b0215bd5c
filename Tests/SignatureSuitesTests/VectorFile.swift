import Foundation
import Replication
import TestKit
import Testing

/// A file of `Vectors/`.
enum VectorFile {
  static func data(_ name: String) throws -> Data {
    let folder = RepositoryRoot.path + "/Tests/SignatureSuitesTests/Vectors/"
    return try Data(contentsOf: URL(fileURLWithPath: folder + name))
  }

  static func lines(_ name: String) throws -> [Substring] {
    try String(decoding: data(name), as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
  }

  /// The blocks of `key = value` lines that empty lines and comments part.
  static func blocks(_ name: String) throws -> [[String: String]] {
    var blocks: [[String: String]] = [[:]]
    for line in try lines(name) {
      let parts = line.split(separator: "=", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
      if parts.count == 2, !line.hasPrefix("#") {
        blocks[blocks.count - 1][parts[0]] = parts[1]
      } else {
        blocks.append([:])
      }
    }
    return blocks.filter { !$0.isEmpty }
  }
}

extension [UInt8] {
  /// Fails the test when `hex` is not hexadecimal.
  init(hex: some StringProtocol) throws {
    self = try #require(Hexadecimal.bytes(hex.lowercased()))
  }
}
