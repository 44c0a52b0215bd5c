/// Bytes to hash: every part carries its length, every kind of message its own first word, so that no two
/// different values have the same bytes. Integers are 8 bytes, big-endian.
struct DrawEncoding {
  enum Domain: String {
    case roster = "docket.draw.roster.v1"
    case parameters = "docket.draw.parameters.v1"
    case nonce = "docket.draw.nonce.v1"
    case commitment = "docket.draw.commitment.v1"
    case subjects = "docket.draw.subjects.v1"
    case officers = "docket.draw.officers.v1"
  }

  private(set) var bytes: [UInt8] = []

  init(_ domain: Domain) { append(domain.rawValue) }

  mutating func append(_ number: Int) {
    let value = UInt64(bitPattern: Int64(number))
    for shift in stride(from: 56, through: 0, by: -8) {
      bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(shift)))
    }
  }

  mutating func append(_ part: [UInt8]) {
    append(part.count)
    bytes += part
  }

  mutating func append(_ text: String) { append(Array(text.utf8)) }

  mutating func append(_ size: DrawSize) {
    switch size {
    case .count: append("count")
    case .percent: append("percent")
    }
    append(size.number)
  }

  static func roster(_ subjects: [DrawSubject]) -> [UInt8] {
    var encoding = DrawEncoding(.roster)
    encoding.append(subjects.count)
    for subject in subjects {
      encoding.append(subject.id)
      encoding.append(subject.stratum)
    }
    return encoding.bytes
  }

  /// - Parameter parameters: canonical.
  static func parameters(_ parameters: DrawParameters) -> [UInt8] {
    var encoding = DrawEncoding(.parameters)
    encoding.append(parameters.size)
    encoding.append(parameters.minimums.count)
    for minimum in parameters.minimums {
      encoding.append(minimum.stratum)
      encoding.append(minimum.atLeast)
    }
    encoding.append(parameters.officersPerSubject)
    encoding.append(parameters.officers.count)
    for officer in parameters.officers {
      encoding.append(officer.id)
      encoding.append(officer.certificate)
    }
    encoding.append(parameters.recusals.count)
    for recusal in parameters.recusals {
      encoding.append(recusal.subject)
      encoding.append(recusal.officer)
    }
    return encoding.bytes
  }

  static func parts(_ domain: Domain, _ parts: [UInt8]...) -> [UInt8] {
    var encoding = DrawEncoding(domain)
    for part in parts { encoding.append(part) }
    return encoding.bytes
  }
}
