import CLibcrypto
import Replication
import SignatureSuites

/// An SM2 key whose signatures are a function of key and message. libcrypto draws a number for each signature, and an
/// entry's hash covers the signature: with it no run could be repeated. The equations are those of GB/T 32918.2 section
/// 6.1, the number is a hash of key and message; whoever verifies sees no difference.
struct SeededSM2Key: Sendable {
  private static let numberBytes: Int32 = 32
  /// GB/T 32918.2 section 5.5 leaves it to the application; GM/T 0009 names this one.
  private static let userID = Array("1234567812345678".utf8)

  private let secret: [UInt8]
  /// What enters the hash before the message: user id, curve and key.
  private let identity: [UInt8]
  /// The uncompressed point.
  let publicBytes: [UInt8]

  /// - Parameter raw: 32 bytes; not for secrets.
  /// - Returns: `nil` when libcrypto lacks the curve.
  init?(_ raw: [UInt8]) {
    guard let curve = Curve() else { return nil }
    let secret = curve.number(below: raw)
    guard let point = curve.point(secret) else { return nil }
    let bits = UInt16(8 * Self.userID.count)
    let parts: [[UInt8]] = [
      [UInt8(bits >> 8), UInt8(bits & 0xFF)], Self.userID, curve.parameters, Array(point.dropFirst()),
    ]
    self.secret = secret
    identity = SM2Suite().hash(parts.flatMap(\.self)).bytes
    publicBytes = point
  }

  /// - Returns: r and s, 64 bytes.
  func sign(_ message: [UInt8]) -> [UInt8]? {
    guard let curve = Curve() else { return nil }
    let suite = SM2Suite()
    let digest = suite.hash(identity + message).bytes
    // A number that gives no signature is as likely as the right secret at a guess.
    return curve.signature(digest, secret: secret, number: curve.number(below: suite.hash(secret + digest).bytes))
  }
}

/// The curve of GB/T 32918.5, in libcrypto's numbers.
private final class Curve {
  private static let bytes: Int32 = 32
  private let group: OpaquePointer
  private let context: OpaquePointer

  init?() {
    guard let group = EC_GROUP_new_by_curve_name(NID_sm2) else { return nil }
    guard let context = BN_CTX_new() else {
      EC_GROUP_free(group)
      return nil
    }
    (self.group, self.context) = (group, context)
  }

  deinit {
    BN_CTX_free(context)
    EC_GROUP_free(group)
  }

  /// From 1 to two below the order, as 6.1 of part 1 asks of a private key.
  func number(below raw: [UInt8]) -> [UInt8] {
    with(2) { numbers in
      let (number, bound) = (numbers[0], numbers[1])
      BN_copy(bound, EC_GROUP_get0_order(group))
      BN_sub_word(bound, 2)
      BN_bin2bn(raw, Int32(raw.count), number)
      BN_nnmod(number, number, bound, context)
      BN_add_word(number, 1)
      return bytes(number)
    }
  }

  /// a, b and the base point.
  var parameters: [UInt8] {
    with(3) { numbers in
      EC_GROUP_get_curve(group, nil, numbers[0], numbers[1], context)
      let base = point(EC_GROUP_get0_generator(group)) ?? []
      return bytes(numbers[0]) + bytes(numbers[1]) + Array(base.dropFirst())
    }
  }

  /// The base point so many times, uncompressed.
  func point(_ times: [UInt8]) -> [UInt8]? {
    guard let result = EC_POINT_new(group) else { return nil }
    defer { EC_POINT_free(result) }
    return with(1) { numbers in
      BN_bin2bn(times, Int32(times.count), numbers[0])
      guard EC_POINT_mul(group, result, numbers[0], nil, nil, context) == 1 else { return nil }
      return point(result)
    }
  }

  private func point(_ point: OpaquePointer?) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: 1 + 2 * Int(Self.bytes))
    let written = EC_POINT_point2oct(group, point, POINT_CONVERSION_UNCOMPRESSED, &bytes, bytes.count, context)
    return written == bytes.count ? bytes : nil
  }

  /// `r = e + x`, `s = (k - r d) / (1 + d)`, by the order.
  func signature(_ digest: [UInt8], secret: [UInt8], number: [UInt8]) -> [UInt8]? {
    guard let x = point(number)?.dropFirst().prefix(Int(Self.bytes)) else { return nil }
    return with(5) { numbers in
      let (r, s, d, k, order) = (numbers[0], numbers[1], numbers[2], numbers[3], EC_GROUP_get0_order(group))
      BN_bin2bn(digest, Self.bytes, r)
      BN_bin2bn(Array(x), Self.bytes, s)
      BN_bin2bn(secret, Self.bytes, d)
      BN_bin2bn(number, Self.bytes, k)
      BN_mod_add(r, r, s, order, context)
      BN_mod_mul(s, r, d, order, context)
      BN_mod_sub(s, k, s, order, context)
      BN_add_word(d, 1)
      BN_mod_inverse(numbers[4], d, order, context)
      BN_mod_mul(s, s, numbers[4], order, context)
      return bytes(r) + bytes(s)
    }
  }

  private func bytes(_ number: OpaquePointer) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: Int(Self.bytes))
    BN_bn2binpad(number, &bytes, Self.bytes)
    return bytes
  }

  /// Numbers that are free again afterwards.
  private func with<Value>(_ count: Int, _ body: ([OpaquePointer]) -> Value) -> Value {
    BN_CTX_start(context)
    defer { BN_CTX_end(context) }
    let numbers = (0..<count).compactMap { _ in BN_CTX_get(context) }
    // invariant: libcrypto gives them as long as there is memory.
    precondition(numbers.count == count, "libcrypto gives no numbers")
    return body(numbers)
  }
}
