/// What is in a backup, as its first part says: JSON, so that an unencrypted file can be read with any viewer.
struct BackupManifest: Sendable, Hashable, Codable {
  struct Head: Sendable, Hashable, Codable {
    /// Fingerprint of the author's key, hexadecimal.
    var author: String
    /// Absent where no charter names the author.
    var office: String?
    var stream: String
    var seq: UInt64
    var hash: String
  }

  /// A table of the projection, for telling whether a restored home has the same.
  struct Table: Sendable, Hashable, Codable {
    var name: String
    var rows: Int
    var digest: String
  }

  struct Part: Sendable, Hashable, Codable {
    var name: String
    var bytes: UInt64
    /// SHA-256, hexadecimal.
    var hash: String
  }

  var office: String
  var name: String
  var superior: String?
  /// Fingerprint of the root office's key, hexadecimal.
  var rootKey: String
  /// Fingerprint of the office's signing key, hexadecimal.
  var key: String
  /// Six groups to read aloud.
  var fingerprint: String
  var incarnation: UInt64
  var created: UInt64
  var software: String
  /// Version of the registry of records.
  var records: UInt64
  var entries: UInt64
  var heads: [Head]
  var tables: [Table]
  /// In the order in which they follow.
  var parts: [Part]
  /// Content of attachments that the office held and that is not in the file; absent: it held none.
  var leftOut: LeftOut?

  struct LeftOut: Sendable, Hashable, Codable {
    var attachments: Int
    var bytes: Int
  }

  static let databasePart = "docket.sqlite"
  static let settingsPart = "office.json"
  static let keysFolder = "keys"

  /// Whether a part of this name belongs into a home: nothing else is ever written, wherever a file came from.
  static func isPart(_ name: String) -> Bool {
    if name == databasePart || name == settingsPart { return true }
    let pieces = name.split(separator: "/", omittingEmptySubsequences: false)
    guard pieces.count == 2, pieces[0] == keysFolder, pieces[1].hasSuffix(".pem") else { return false }
    let stem = pieces[1].dropLast(4)
    return (1...60).contains(stem.count) && stem.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
  }

  /// Settings, database and keys, each once, within their limits.
  var isComplete: Bool {
    let names = parts.map(\.name)
    return Set(names).count == names.count && names.allSatisfy(Self.isPart)
      && names.contains(Self.databasePart) && names.contains(Self.settingsPart)
      && names.contains("keys/signing.pem") && names.contains("keys/transport.pem")
      && parts.allSatisfy { $0.name == Self.databasePart || $0.bytes <= UInt64(BackupLimits.smallPartBytesMax) }
  }
}
