import Replication
import SignatureSuites

/// Limits of a backup's file. A reader refuses what exceeds them.
enum BackupLimits {
  /// Written into every backup; raised with its page in Protocol/.
  static let formatVersion: UInt64 = 1
  /// A prelude of this format has at most 160 bytes.
  static let preludeBytesMax = 256
  /// 200 bytes a stream: enough for a hundred thousand of them.
  static let manifestBytesMax = 32 * 1024 * 1024
  /// Private keys and settings; each is a page of text.
  static let smallPartBytesMax = 1024 * 1024
  static let keyFilesMax = 64
}

/// The beginning of a backup's file, in clear, so that lists need no passphrase:
/// `["docket-backup", version, office, root key, created, payload bytes, cost, salt]`.
struct BackupPrelude: Sendable, Hashable {
  static let name = "docket-backup"

  var office: OfficeCode
  var root: KeyFingerprint
  /// Unix milliseconds.
  var created: UInt64
  /// Of manifest and parts together, before they are sealed.
  var payloadBytes: UInt64
  /// log2 of scrypt's N; 0: no passphrase.
  var cost: Int
  /// Empty without a passphrase.
  var salt: [UInt8]

  var isProtected: Bool { cost != 0 }

  enum Failure: Error {
    case notABackup
    case version(UInt64)
    /// The file ends in it.
    case cut
    case altered
  }

  var encoded: [UInt8] {
    var writer = CBORWriter()
    writer.arrayHead(8)
    writer.text(Self.name)
    writer.unsigned(BackupLimits.formatVersion)
    writer.text(office.text)
    writer.byteString(root.bytes)
    writer.unsigned(created)
    writer.unsigned(payloadBytes)
    writer.unsigned(UInt64(cost))
    writer.byteString(salt)
    return writer.bytes
  }

  /// - Parameter beginning: the file's first bytes, at most `preludeBytesMax`.
  /// - Returns: the prelude and its length.
  static func read(_ beginning: [UInt8]) throws(Failure) -> (BackupPrelude, Int) {
    var reader = CBORReader(beginning)
    let version: UInt64
    do throws(CBORReader.Failure) {
      let count = try reader.arrayHead(atMost: 64)
      guard try reader.text(atMost: name.utf8.count) == name else { throw .unexpectedType }
      version = try reader.unsigned()
      guard version != BackupLimits.formatVersion || count == 8 else { throw .unexpectedType }
    } catch {
      throw error == .truncated ? .cut : .notABackup
    }
    guard version == BackupLimits.formatVersion else { throw .version(version) }
    do throws(CBORReader.Failure) {
      guard let office = OfficeCode(try reader.text(atMost: OfficeCode.lengthMax)) else { throw .outOfRange }
      let root = KeyFingerprint(try reader.digest())
      let (created, payloadBytes) = (try reader.unsigned(), try reader.unsigned())
      let cost = try reader.count(atMost: PassphraseKey.costs.upperBound)
      let salt = try reader.byteString(atMost: PassphraseKey.saltBytes)
      let isPlain = cost == 0 && salt.isEmpty
      let isKeyed = PassphraseKey.costs.contains(cost) && salt.count == PassphraseKey.saltBytes
      // A manifest at least; and no sum that could not be a file.
      guard isPlain || isKeyed, payloadBytes > 0, payloadBytes < 1 << 48 else { throw .outOfRange }
      return (
        BackupPrelude(
          office: office, root: root, created: created, payloadBytes: payloadBytes, cost: cost, salt: salt),
        reader.offset
      )
    } catch {
      throw error == .truncated ? .cut : .altered
    }
  }

  /// - Parameter length: of the encoded prelude.
  func fileBytes(length: Int) -> UInt64 {
    UInt64(length + ChunkSeal.preludeTagBytes) + payloadBytes + chunkCount * UInt64(ChunkSeal.tagBytes)
  }

  var chunkCount: UInt64 { (payloadBytes - 1) / UInt64(ChunkSeal.chunkBytes) + 1 }
}
