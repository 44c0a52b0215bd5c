import Casework

/// A roster of `S0001`… with strata by number modulo 3, officers `P001`…, and nonces and seeds of equal bytes.
enum DrawFixture {
  static let strata = ["regular", "irregular", "dispatch"]

  static func number(_ value: Int, digits: Int) -> String {
    let text = String(value)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
  }

  static func subjects(_ count: Int) -> [DrawSubject] {
    (1...count).map { DrawSubject(id: "S" + number($0, digits: 4), stratum: strata[$0 % 3]) }
  }

  static func roster(_ count: Int) -> DrawRoster { DrawRoster(subjects(count)) }

  static func officers(_ count: Int) -> [DrawOfficer] {
    (1...count).map { DrawOfficer(id: "P" + number($0, digits: 3), certificate: "C" + number($0, digits: 3)) }
  }

  static func bytes(_ value: Int) -> [UInt8] { [UInt8](repeating: UInt8(value), count: 32) }

  /// 32 bytes that differ for every `value`.
  static func seed(_ value: Int) -> [UInt8] { SHA256.hash(Array(String(value).utf8)) }

  static let nonce = bytes(7)

  static func draw(_ roster: DrawRoster, _ parameters: DrawParameters) throws -> Draw {
    try Draw(roster: roster, parameters: parameters, hash: SHA256.hash)
  }

  /// 24 units, a quarter drawn, half of them irregular; 6 officers, two for each unit.
  static let roster24 = roster(24)
  static let quarter = DrawParameters(
    size: .percent(25), minimums: [DrawMinimum(stratum: "irregular", atLeast: .percent(50))],
    officers: officers(6), recusals: [DrawRecusal(subject: "S0001", officer: "P001")])

  /// A published draw of `roster24` by `quarter` with one re-draw, which replaces the first unit drawn and an
  /// officer of the second.
  static func publication() throws -> DrawPublication {
    let draw = try draw(roster24, quarter)
    let commitment = try draw.commitment(nonce: nonce)
    var reveal = DrawReveal(nonce: nonce, seed: seed(1))
    let first = try draw.result(reveal).standing
    reveal.redraws = [
      DrawRedraw(
        round: 2, reason: .closed, note: "已注销",
        replaces: [
          DrawReplacement(subject: first[0].subject),
          DrawReplacement(subject: first[1].subject, officer: first[1].officers[0]),
        ], seed: seed(2))
    ]
    return DrawPublication(
      roster: roster24, parameters: quarter, commitment: commitment, reveal: reveal,
      result: try draw.result(reveal))
  }

  /// From the superior's log.
  static let receipts = [seed(1), seed(2)]

  static func findings(_ publication: DrawPublication) -> [DrawVerification] {
    DrawVerification.findings(in: publication, receipts: receipts, hash: SHA256.hash)
  }
}
