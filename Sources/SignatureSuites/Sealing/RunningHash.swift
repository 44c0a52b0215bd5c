import Crypto

/// SHA-256 (FIPS 180-4) of bytes that come piece by piece.
public struct RunningHash {
  private var hash = SHA256()

  public init() {}

  public mutating func add(_ bytes: [UInt8]) { hash.update(data: bytes) }

  /// The hash of everything added so far; 32 bytes.
  public var value: [UInt8] { Array(hash.finalize()) }
}
