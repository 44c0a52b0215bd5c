import Replication

/// Which records are one unit, as every office is counted by it. It hangs on records of any office: a merge counts once
/// both of its records are held and belong to offices that its author may speak for, and joins what has their codes.
struct MergedUnits {
  let merges: SubjectMerges
  let identity: UnitIdentity

  init(context: ReplicaContext, storage: any ReplicaStorage) throws {
    merges = try SubjectMerges(context: context, storage: storage)
    identity = try UnitIdentity(merges: merges, storage: storage)
  }

  /// Alike for two states exactly when in both the same records are merged into the same ones, under the same codes.
  func digest(using suite: any SignatureSuite) -> Digest {
    var writer = CBORWriter()
    for (id, survivor) in merges.merged.sorted(by: { $0.key < $1.key }) {
      for reference in [id, survivor] {
        writer.text(reference)
        writer.text(identity.code(of: reference))
      }
    }
    return suite.hash(writer.bytes)
  }
}
