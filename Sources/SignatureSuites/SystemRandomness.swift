/// Unpredictable bytes from the operating system, fit for secrets and identifiers.
/// - Parameter count: in bytes; none are given for zero or less.
public func randomBytes(_ count: Int) -> [UInt8] {
  var generator = SystemRandomNumberGenerator()
  var bytes: [UInt8] = []
  // Eight at a time: each draw is a system call.
  while bytes.count < count {
    withUnsafeBytes(of: generator.next()) { bytes.append(contentsOf: $0.prefix(count - bytes.count)) }
  }
  return bytes
}
