/// What an office takes and fetches by itself: its settings, applied the same way by a node and by a simulator.
public struct BlobPolicy: Sendable, Hashable {
  /// Whether a blob named by a record that arrived is fetched.
  public enum Decision: Sendable, Hashable {
    /// In the next session, behind everything else.
    case eager
    /// When a person asks for it.
    case onDemand
    case refused(BlobProgress.Refusal)
  }

  /// Bytes of one blob; at most `BlobLimits.bytesMax`.
  public var bytesMax: Int
  /// Bytes of all blobs of the office.
  public var quota: Int
  /// Up to this many bytes a blob is fetched without being asked for.
  public var eagerMax: Int

  /// 20 GiB hold some 10,000 photographs of 2 MiB, a district's years; photographs and scans come by themselves, video
  /// on demand: 4 MiB take half a minute on a line of 1 Mbit/s.
  public static let standard = BlobPolicy(
    bytesMax: BlobLimits.bytesMax, quota: 20 * 1024 * 1024 * 1024, eagerMax: 4 * 1024 * 1024)

  public init(bytesMax: Int, quota: Int, eagerMax: Int) {
    self.bytesMax = min(max(0, bytesMax), BlobLimits.bytesMax)
    self.quota = max(0, quota)
    self.eagerMax = max(0, eagerMax)
  }

  /// Why so many bytes more are not taken; `nil`: they are.
  /// - Parameter used: bytes that all blobs take now.
  public func refusal(of length: Int, used: Int) -> BlobProgress.Refusal? {
    if length > bytesMax { return .tooLarge }
    return length > quota - min(used, quota) ? .quota : nil
  }

  /// - Parameters:
  ///   - length: as the record says.
  ///   - isAsked: a person asked for it.
  public func decision(of length: Int, used: Int, isAsked: Bool) -> Decision {
    if let refusal = refusal(of: length, used: used) { return .refused(refusal) }
    return isAsked || length <= eagerMax ? .eager : .onDemand
  }
}
