public import Replication

/// Six groups of five digits that two people read to each other over the telephone: a hash of the root office's
/// key and of both of an office's own keys. About 100 bits: not to be met by trying.
public enum SpokenFingerprint {
  public static func of(_ seat: OfficeTree.Seat, root: KeyFingerprint, using suite: any SignatureSuite) -> String {
    let digest = suite.hash(
      Domain.enrolment.prefix + root.bytes + seat.key.bytes + seat.charter.transportKey)
    return (0..<6).map { group in
      let value = digest.bytes[(group * 4)..<(group * 4 + 4)].reduce(0) { $0 << 8 | UInt64($1) } % 100_000
      let text = String(value)
      return String(repeating: "0", count: 5 - text.count) + text
    }.joined(separator: " ")
  }
}
