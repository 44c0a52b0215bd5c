/// Which signature and hash algorithms an entry, a key or a charter uses (DESIGN section 5).
///
/// The raw value is the suite byte on the wire. A history may mix suites: each entry names its own.
public enum SuiteID: UInt8, Sendable, Hashable, CaseIterable, Comparable {
  /// Ed25519 (RFC 8032) and SHA-256 (FIPS 180-4).
  case ed25519 = 1
  /// SM2 with user id `1234567812345678` (GB/T 32918) and SM3 (GB/T 32905).
  case sm2 = 2

  public static func < (lhs: SuiteID, rhs: SuiteID) -> Bool { lhs.rawValue < rhs.rawValue }

  /// The COSE algorithm identifier in the protected header: EdDSA (RFC 9053 section 2.2), or a private-use
  /// value for SM2 with SM3, for which IANA has none.
  public var coseAlgorithm: Int64 {
    switch self {
    case .ed25519: -8
    case .sm2: -65_538
    }
  }
}
