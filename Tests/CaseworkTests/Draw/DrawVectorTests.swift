import Casework
import Testing

/// One line of `Vectors/draw.tsv`.
struct DrawVector: Sendable, CustomTestStringConvertible {
  var place: Int
  var fields: [String]

  var testDescription: String { fields[0] }

  static func all() throws -> [DrawVector] {
    try CalendarFixture.rows("draw.tsv", separator: "\t").dropFirst().enumerated()
      .map { DrawVector(place: $0.offset, fields: $0.element) }
  }

  private func list(_ text: String, _ separator: Character) -> [[String]] {
    text.split(separator: " ").map { $0.split(separator: separator).map(String.init) }
  }

  private func size(_ text: String) throws -> DrawSize {
    text.hasSuffix("%") ? .percent(try #require(Int(text.dropLast()))) : .count(try #require(Int(text)))
  }

  func draw() throws -> Draw {
    let parameters = DrawParameters(
      size: try size(fields[2]),
      minimums: try list(fields[3], ":").map { DrawMinimum(stratum: $0[0], atLeast: try size($0[1])) },
      officers: DrawFixture.officers(try #require(Int(fields[4]))),
      officersPerSubject: try #require(Int(fields[5])),
      recusals: list(fields[6], "/").map { DrawRecusal(subject: $0[0], officer: $0[1]) })
    return try DrawFixture.draw(DrawFixture.roster(try #require(Int(fields[1]))), parameters)
  }

  var commitment: String { fields[7] }

  var reveal: DrawReveal {
    let replaces = list(fields[8], "/").map {
      DrawReplacement(subject: $0[0], officer: $0.count > 1 ? $0[1] : nil)
    }
    let again = DrawRedraw(
      round: 2, reason: .other, note: "重抽", replaces: replaces, seed: DrawFixture.bytes(128 + place))
    return DrawReveal(
      nonce: DrawFixture.bytes(10 + place), seed: DrawFixture.bytes(64 + place),
      redraws: replaces.isEmpty ? [] : [again])
  }

  var rounds: [String] { fields[9...10].filter { !$0.isEmpty } }
}

@Suite("Draws worked out by a second program")
struct DrawVectorTests {
  @Test("the file is whole")
  func whole() throws {
    let all = try DrawVector.all()
    #expect(all.count == 10 && all.allSatisfy { $0.fields.count == 11 })
  }

  @Test("the hash of these tests is SHA-256")
  func hash() {
    #expect(
      SHA256.hash(Array("abc".utf8)).hexadecimal
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(
      SHA256.hash(Array("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8)).hexadecimal
        == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
  }

  @Test("commitment and list", arguments: try DrawVector.all())
  func list(_ vector: DrawVector) throws {
    let draw = try vector.draw()
    let result = try draw.result(vector.reveal)
    #expect(result.commitment.hexadecimal == vector.commitment)
    let rounds = result.rounds.map { round in
      round.drawn.map { $0.subject + ":" + $0.officers.joined(separator: "+") }.joined(separator: " ")
    }
    #expect(rounds == vector.rounds)
  }
}
