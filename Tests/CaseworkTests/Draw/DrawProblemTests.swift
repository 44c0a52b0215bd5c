import Casework
import Testing

private typealias Fix = DrawFixture

@Suite("A draw that cannot be made is refused before it is committed")
struct DrawProblemTests {
  struct Situation: Sendable, CustomTestStringConvertible {
    var problem: DrawProblem
    var roster = Fix.roster24
    var change: @Sendable (inout DrawParameters) -> Void = { _ in }

    var testDescription: String { problem.message.en }
  }

  private static let long = String(repeating: "长", count: 43)

  private static func minimums(_ minimums: (String, DrawSize)...) -> @Sendable (inout DrawParameters) -> Void {
    { $0.minimums = minimums.map { DrawMinimum(stratum: $0.0, atLeast: $0.1) } }
  }

  static let situations: [Situation] = [
    .init(problem: .rosterSize(0), roster: DrawRoster([])),
    .init(problem: .rosterSize(100_001), roster: Fix.roster(100_001)),
    .init(problem: .tooManyOfficers(1_001)) { $0.officers = Fix.officers(1_001) },
    .init(problem: .tooManyRecusals(100_001)) { $0.recusals = Array(repeating: $0.recusals[0], count: 100_001) },
    .init(problem: .tooManyMinimums(101)) { $0.minimums = Array(repeating: $0.minimums[0], count: 101) },
    .init(problem: .officersPerSubject(0)) { $0.officersPerSubject = 0 },
    .init(problem: .officersPerSubject(10)) { $0.officersPerSubject = 10 },
    .init(problem: .size(0)) { $0.size = .percent(0) }, .init(problem: .size(101)) { $0.size = .percent(101) },
    .init(problem: .size(-1)) { $0.size = .count(-1) }, .init(problem: .size(.max)) { $0.size = .count(.max) },
    .init(problem: .size(0), change: minimums(("irregular", .count(0)))),
    .init(problem: .tooFewSubjects(wanted: 25, available: 24)) { $0.size = .count(25) },
    .init(problem: .text(""), roster: DrawRoster(Fix.subjects(3) + [DrawSubject(id: "")])),
    .init(problem: .text(long), roster: DrawRoster(Fix.subjects(3) + [DrawSubject(id: long)])),
    .init(problem: .text(long), roster: DrawRoster(Fix.subjects(3) + [DrawSubject(id: "x", stratum: long)])),
    .init(problem: .text("")) { $0.officers[0].id = "" },
    .init(problem: .repeatedSubject("S0002"), roster: DrawRoster(Fix.subjects(3) + [DrawSubject(id: "S0002")])),
    .init(problem: .repeatedOfficer("P002")) { $0.officers[3] = $0.officers[1] },
    .init(problem: .noCertificate("P003")) { $0.officers[2].certificate = "" },
    .init(problem: .repeatedMinimum("dispatch"), change: minimums(("dispatch", .count(1)), ("dispatch", .count(2)))),
    .init(
      problem: .stratumTooSmall("mine", wanted: 1, available: 0), change: minimums(("mine", .percent(1)))),
    .init(
      problem: .minimumsExceed(7, drawn: 6), change: minimums(("dispatch", .percent(51)), ("irregular", .count(3)))),
    .init(problem: .unknownRecusal(DrawRecusal(subject: "S0025", officer: "P001"))) {
      $0.recusals[0].subject = "S0025"
    },
    .init(problem: .unknownRecusal(DrawRecusal(subject: "S0001", officer: "P007"))) {
      $0.recusals[0].officer = "P007"
    },
    .init(problem: .tooFewOfficers("S0001", wanted: 2, available: 0)) { $0.officers = [$0.officers[0]] },
  ]

  @Test("refused, and said in both languages", arguments: situations)
  func refused(_ situation: Situation) throws {
    var parameters = Fix.quarter
    situation.change(&parameters)
    #expect(throws: situation.problem) { try Fix.draw(situation.roster, parameters) }
    let message = situation.problem.message
    #expect(message.zh.hasSuffix("。") && message.en.hasSuffix(".") && message.zh.count < 90)
  }

  @Test("the hash, the nonce and the seed have 32 bytes")
  func lengths() throws {
    #expect(throws: DrawProblem.hashLength(31)) {
      try Draw(roster: Fix.roster24, parameters: Fix.quarter) { Array(SHA256.hash($0).dropLast()) }
    }
    let draw = try Fix.draw(Fix.roster24, Fix.quarter)
    #expect(throws: DrawProblem.nonceLength(33)) { try draw.commitment(nonce: Fix.nonce + [0]) }
    #expect(throws: DrawProblem.seedLength(0, round: 1)) {
      try draw.result(DrawReveal(nonce: Fix.nonce, seed: []))
    }
  }

  @Test("a roster of the full length can be drawn")
  func longest() throws {
    let cheap: ([UInt8]) -> [UInt8] = { SHA256.hash(Array($0.suffix(200))) }
    let draw = try Draw(
      roster: Fix.roster(DrawLimits.subjectsMax),
      parameters: DrawParameters(size: .percent(1), officers: Fix.officers(30)), hash: cheap)
    #expect(draw.count == 1_000)
    #expect(try draw.result(DrawReveal(nonce: Fix.nonce, seed: Fix.seed(1))).standing.count == 1_000)
  }
}
