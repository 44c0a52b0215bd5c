import Casebook
import Casework
import ReplicaStore
import Replication

/// Compares what a database holds with what a backup's manifest says.
enum BackupAudit {
  static func heads(
    in storage: StoreTransaction, offices: [KeyFingerprint: String]
  ) throws -> [BackupManifest.Head] {
    try storage.heads().map { head in
      BackupManifest.Head(
        author: Hexadecimal.string(head.stream.author.bytes), office: offices[head.stream.author],
        stream: StreamName.of(head.stream), seq: head.seq, hash: Hexadecimal.string(head.hash.bytes))
    }
  }

  static func tables(in storage: StoreTransaction, suites: SuiteSet) throws -> [BackupManifest.Table] {
    guard let suite = suites[.ed25519] else { throw OfficeTree.Failure.unknownSuite }
    return try storage.projectedTables(using: suite).map {
      BackupManifest.Table(name: $0.name, rows: $0.rows, digest: Hexadecimal.string($0.digest.bytes))
    }
  }

  /// What is another in the database than in the manifest; empty when nothing.
  static func differences(
    heads: [BackupManifest.Head], tables: [BackupManifest.Table], from manifest: BackupManifest
  ) -> [Bilingual] {
    var problems: [Bilingual] = []
    func places(_ heads: [BackupManifest.Head]) -> Set<String> {
      Set(heads.map { "\($0.author) \($0.stream) \($0.seq) \($0.hash)" })
    }
    let count = places(heads).symmetricDifference(places(manifest.heads)).count
    if count > 0 {
      problems.append(
        Bilingual(zh: "有 \(count) 个流的位置与备份清单不符。", en: "The positions of \(count) streams are not the manifest's."))
    }
    for (left, right) in zip(tables, manifest.tables) where left != right {
      problems.append(
        Bilingual(
          zh: "表 \(right.name) 与备份清单不符（\(right.rows) 行，现为 \(left.rows) 行）。",
          en: "Table \(right.name) is not the manifest's (\(right.rows) rows, now \(left.rows))."))
    }
    if tables.count != manifest.tables.count {
      problems.append(Bilingual(zh: "表的数目与备份清单不符。", en: "The number of tables is not the manifest's."))
    }
    return problems
  }
}
