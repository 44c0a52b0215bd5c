import Crypto

/// HMAC with SHA-256 (RFC 2104), 32 bytes. A key of any length is allowed.
public func hmacSHA256(key: [UInt8], message: [UInt8]) -> [UInt8] {
  Array(HMAC<SHA256>.authenticationCode(for: message, using: SymmetricKey(data: key)))
}

/// Compares without telling by its time where the first difference is. Lengths are not secret.
public func constantTimeEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
  guard left.count == right.count else { return false }
  var difference: UInt8 = 0
  for index in left.indices { difference |= left[index] ^ right[index] }
  return difference == 0
}
