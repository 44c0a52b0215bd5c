import Casework
import Testing

private typealias Fix = DrawFixture

@Suite("Drawing again")
struct DrawRedrawTests {
  private static func redraw(
    _ round: Int, _ replaces: [DrawReplacement], note: String = "已注销", seed: [UInt8]? = nil
  ) -> DrawRedraw {
    DrawRedraw(round: round, reason: .closed, note: note, replaces: replaces, seed: seed ?? Fix.seed(100 + round))
  }

  @Test("what was drawn before never comes again, and the minimum still holds")
  func excludes() throws {
    let draw = try Fix.draw(Fix.roster24, Fix.quarter)
    let irregular = Set(Fix.subjects(24).filter { $0.stratum == "irregular" }.map(\.id))
    for seed in 0..<30 {
      var reveal = DrawReveal(nonce: Fix.nonce, seed: Fix.seed(seed))
      var ever = Set(try draw.result(reveal).standing.map(\.subject))
      for round in 2...5 {
        let gone = try draw.result(reveal).standing.prefix(1).map { DrawReplacement(subject: $0.subject) }
        reveal.redraws.append(Self.redraw(round, gone))
        let result = try draw.result(reveal)
        let new = result.rounds[round - 1]
        #expect(new.number == round && new.redraw == reveal.redraws[round - 2])
        #expect(new.drawn.count == 1 && ever.isDisjoint(with: new.drawn.map(\.subject)))
        ever.formUnion(new.drawn.map(\.subject))
        let standing = result.standing.map(\.subject)
        #expect(Set(standing).count == 6 && !standing.contains(gone[0].subject))
        #expect(standing.count { irregular.contains($0) } >= 3)
      }
      #expect(ever.count == 10)
    }
  }

  @Test("an officer drawn for a unit before does not come back to it; the unit and the others stay")
  func officer() throws {
    let draw = try Fix.draw(Fix.roster24, Fix.quarter)
    var reveal = DrawReveal(nonce: Fix.nonce, seed: Fix.seed(3))
    let first = try draw.result(reveal).standing
    let unit = try #require(first.first { $0.subject != "S0001" })
    var ever = unit.officers
    for round in 2...5 {
      let now = try #require(try draw.result(reveal).standing.first { $0.subject == unit.subject })
      reveal.redraws.append(
        Self.redraw(round, [DrawReplacement(subject: unit.subject, officer: now.officers[0])]))
      let result = try draw.result(reveal)
      let then = try #require(result.standing.first { $0.subject == unit.subject })
      #expect(result.rounds[round - 1].drawn == [then])
      #expect(then.officers.count == 2 && then.officers[0] == now.officers[1])
      #expect(!ever.contains(then.officers[1]))
      ever.append(then.officers[1])
      let others = result.standing.filter { $0.subject != unit.subject }
      #expect(others == first.filter { $0.subject != unit.subject })
    }
    let last = try #require(try draw.result(reveal).standing.first { $0.subject == unit.subject })
    reveal.redraws.append(Self.redraw(6, [DrawReplacement(subject: unit.subject, officer: last.officers[0])]))
    #expect(throws: DrawProblem.tooFewOfficers(unit.subject, wanted: 1, available: 0)) {
      try draw.result(reveal)
    }
  }

  @Test("its own seed decides, and the order in which it names what it replaces does not")
  func seed() throws {
    let draw = try Fix.draw(Fix.roster(300), DrawParameters(size: .count(6), officers: Fix.officers(9)))
    var reveal = DrawReveal(nonce: Fix.nonce, seed: Fix.seed(3))
    let first = try draw.result(reveal).standing
    let gone = [
      DrawReplacement(subject: first[0].subject), DrawReplacement(subject: first[3].subject),
      DrawReplacement(subject: first[1].subject, officer: first[1].officers[0]),
      DrawReplacement(subject: first[2].subject, officer: first[2].officers[1]),
    ]
    func second(_ redraw: DrawRedraw) throws -> [DrawAssignment] {
      reveal.redraws = [redraw]
      return try draw.result(reveal).rounds[1].drawn
    }
    let drawn = try second(Self.redraw(2, gone))
    #expect(drawn.count == 4)
    #expect(try second(Self.redraw(2, gone.reversed())) == drawn)
    #expect(try second(Self.redraw(2, gone, seed: Fix.seed(9))) != drawn)
  }

  @Test("a re-draw that cannot be is named")
  func refused() throws {
    let draw = try Fix.draw(Fix.roster24, Fix.quarter)
    let first = try draw.result(DrawReveal(nonce: Fix.nonce, seed: Fix.seed(1))).standing
    let unit = DrawReplacement(subject: first[0].subject)
    let officer = DrawReplacement(subject: first[0].subject, officer: first[0].officers[1])
    let unknown = DrawReplacement(subject: "S9999")
    let stranger = DrawReplacement(subject: first[0].subject, officer: "P999")
    let situations: [(DrawRedraw, DrawProblem)] = [
      (Self.redraw(3, [unit]), .roundNumber(3, expected: 2)), (Self.redraw(1, [unit]), .roundNumber(1, expected: 2)),
      (Self.redraw(2, []), .nothingReplaced(round: 2)), (Self.redraw(2, [unit], note: " \n"), .note(round: 2)),
      (Self.redraw(2, [unit], note: String(repeating: "长", count: 667)), .note(round: 2)),
      (Self.redraw(2, [unknown]), .notStanding(unknown, round: 2)),
      (Self.redraw(2, [stranger]), .notStanding(stranger, round: 2)),
      (Self.redraw(2, [unit, unit]), .notStanding(unit, round: 2)),
      (Self.redraw(2, [unit, officer]), .notStanding(officer, round: 2)),
      (Self.redraw(2, [officer, unit]), .notStanding(unit, round: 2)),
      (Self.redraw(2, [officer, officer]), .notStanding(officer, round: 2)),
      (Self.redraw(2, [unit], seed: [1]), .seedLength(1, round: 2)),
    ]
    for (redraw, problem) in situations {
      #expect(throws: problem) {
        try draw.result(DrawReveal(nonce: Fix.nonce, seed: Fix.seed(1), redraws: [redraw]))
      }
    }
    #expect(throws: Never.self) {
      try draw.result(
        DrawReveal(
          nonce: Fix.nonce, seed: Fix.seed(1),
          redraws: [Self.redraw(2, [unit], note: String(repeating: "长", count: 666))]))
    }
  }

  @Test("no more than 99 rounds")
  func rounds() throws {
    let draw = try Fix.draw(Fix.roster(150), DrawParameters(size: .count(1), officers: Fix.officers(2)))
    var reveal = DrawReveal(nonce: Fix.nonce, seed: Fix.seed(1))
    for round in 2...99 {
      let now = try draw.result(reveal).standing
      reveal.redraws.append(Self.redraw(round, [DrawReplacement(subject: now[0].subject)]))
    }
    let result = try draw.result(reveal)
    #expect(Set(result.rounds.flatMap(\.drawn).map(\.subject)).count == 99)
    reveal.redraws.append(Self.redraw(100, [DrawReplacement(subject: result.standing[0].subject)]))
    #expect(throws: DrawProblem.tooManyRounds(100)) { try draw.result(reveal) }
  }

  @Test("a roster or stratum used up is named")
  func usedUp() throws {
    func again(_ draw: Draw) throws {
      let first = try draw.result(DrawReveal(nonce: Fix.nonce, seed: Fix.seed(1))).standing
      let redraw = Self.redraw(2, [DrawReplacement(subject: first[0].subject)])
      _ = try draw.result(DrawReveal(nonce: Fix.nonce, seed: Fix.seed(1), redraws: [redraw]))
    }
    #expect(throws: DrawProblem.tooFewSubjects(wanted: 1, available: 0)) {
      try again(Fix.draw(Fix.roster(1), DrawParameters(size: .percent(30), officers: Fix.officers(2))))
    }
    let minimum = DrawMinimum(stratum: "regular", atLeast: .count(1))
    let parameters = DrawParameters(size: .count(1), minimums: [minimum], officers: Fix.officers(2))
    #expect(throws: DrawProblem.stratumTooSmall("regular", wanted: 1, available: 0)) {
      try again(Fix.draw(Fix.roster(5), parameters))
    }
  }
}
