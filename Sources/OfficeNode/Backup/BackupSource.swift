import Foundation
import ReplicaStore
import Replication

/// Everything a backup is made of, of one moment: taken by the node between two of its transactions.
struct BackupSource: Sendable {
  var snapshot: StoreSnapshot
  var settings: OfficeSettings
  /// Settings and keys by their names in the backup.
  var small: [(name: String, bytes: [UInt8])]
  var context: ReplicaContextSummary
  /// Unix milliseconds.
  var time: UInt64
  /// Stays out, and is counted.
  var blobs: BlobStore
}

/// What the manifest says of the node and cannot be read from the copy.
struct ReplicaContextSummary: Sendable {
  var office: OfficeCode
  var root: KeyFingerprint
  var key: KeyFingerprint
  var fingerprint: String
  var incarnation: UInt64
  var suites: SuiteSet
  /// Offices by their keys.
  var offices: [KeyFingerprint: String]
}

extension BackupSource {
  /// Settings and private keys. The marks beside the database stay out: they say where *this* machine was, and in a
  /// restored home they would say that nothing had happened.
  static func smallFiles(of home: Home) throws -> [(name: String, bytes: [UInt8])] {
    let keys = try StoreFailures.mapped { () -> [String] in
      do {
        return try FileManager.default.contentsOfDirectory(atPath: home.path + "/" + BackupManifest.keysFolder)
      } catch {
        throw NodeFailure.folder(home.path, error)
      }
    }
    let names = [BackupManifest.settingsPart]
      + keys.sorted().map { "\(BackupManifest.keysFolder)/\($0)" }.filter(BackupManifest.isPart)
    return try names.map { name in
      do throws(DurableFile.Failure) {
        let file = try RawFile(reading: home.path + "/" + name)
        return (name, try file.read(BackupLimits.smallPartBytesMax))
      } catch {
        throw NodeFailure.folder(home.path + "/" + name, error)
      }
    }
  }
}
