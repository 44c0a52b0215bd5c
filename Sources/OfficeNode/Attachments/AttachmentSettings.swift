import Replication

/// An office's own limits of attachments, in its settings; what is absent is `BlobPolicy.standard`.
public struct AttachmentSettings: Sendable, Hashable, Codable {
  /// Bytes of all.
  var quota: Int?
  /// Bytes of one.
  var largest: Int?
  /// Bytes up to which one is fetched without being asked for.
  var eager: Int?

  var policy: BlobPolicy {
    let standard = BlobPolicy.standard
    return BlobPolicy(
      bytesMax: largest ?? standard.bytesMax, quota: quota ?? standard.quota, eagerMax: eager ?? standard.eagerMax)
  }

  /// Largest quota that may be asked for: an exbibyte, so that sums of it do not overflow.
  static let quotaMax = 1 << 60

  var isSound: Bool {
    let policy = policy
    return (1...BlobLimits.bytesMax).contains(largest ?? policy.bytesMax)
      && (policy.bytesMax...max(policy.bytesMax, Self.quotaMax)).contains(quota ?? policy.quota)
      && (0...BlobLimits.bytesMax).contains(eager ?? policy.eagerMax)
  }
}
