public import Replication

extension SuiteSet {
  /// Every suite of this build: Ed25519 with SHA-256, and SM2 with SM3.
  public static let standard = SuiteSet([Ed25519Suite(), SM2Suite()])
}
