/// Names an attachment's content by its hash: SHA-256 whatever suite signs, so that one content has one name in every
/// office (`Protocol/9-attachments.md`).
public struct BlobID: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// Hash of the manifest.
  public let root: Digest

  public init(_ root: Digest) { self.root = root }

  /// - Returns: `nil` unless there are 64 hexadecimal digits.
  public init?(hex: some StringProtocol) {
    guard let root = Hexadecimal.bytes(hex).flatMap({ Digest($0) }) else { return nil }
    self.root = root
  }

  /// 64 lower-case hexadecimal digits.
  public var description: String { Hexadecimal.string(root.bytes) }

  public static func < (lhs: BlobID, rhs: BlobID) -> Bool { lhs.root < rhs.root }
}
