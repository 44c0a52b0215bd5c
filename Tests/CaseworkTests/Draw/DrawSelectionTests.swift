import Testing

@testable import Casework

private typealias Fix = DrawFixture

@Suite("Which units are drawn")
struct DrawSelectionTests {
  @Test(
    "shares are rounded up",
    arguments: [
      (30, 7, 3), (20, 11, 3), (30, 1, 1), (30, 10, 3), (1, 100, 1), (1, 101, 2), (100, 100_000, 100_000),
      (33, 200, 66),
      (50, 3, 2),
    ])
  func ceiling(percent: Int, base: Int, count: Int) throws {
    #expect(DrawSize.percent(percent).count(of: base) == count)
    let parameters = DrawParameters(size: .percent(percent), officers: Fix.officers(2))
    if base <= 200 {
      #expect(
        try Fix.draw(Fix.roster(base), parameters).result(DrawReveal(nonce: Fix.nonce, seed: Fix.seed(1)))
          .standing.count == count)
    }
  }

  @Test("no share overflows")
  func overflow() {
    #expect(DrawSize.percent(.max).count(of: .max) == .max)
    #expect(DrawSize.percent(.min).count(of: .max) == 0)
  }

  @Test("the same values give the same list, whatever the order they are given in")
  func order() throws {
    var parameters = Fix.quarter
    parameters.minimums.append(DrawMinimum(stratum: "dispatch", atLeast: .count(1)))
    parameters.recusals.append(DrawRecusal(subject: "S0009", officer: "P004"))
    var turned = parameters
    turned.officers.reverse()
    turned.recusals.reverse()
    turned.minimums.reverse()
    let reveal = DrawReveal(nonce: Fix.nonce, seed: Fix.seed(1))
    let result = try Fix.draw(Fix.roster24, parameters).result(reveal)
    #expect(try Fix.draw(DrawRoster(Fix.subjects(24).reversed()), turned).result(reveal) == result)
    #expect(try Fix.draw(Fix.roster24, parameters).result(reveal) == result)
    #expect(result.rounds[0].drawn.count == 6)
    #expect(Set(result.rounds[0].drawn.map(\.subject)).count == 6)
  }

  @Test("ids are ordered by bytes, not by the order of the language")
  func bytes() {
    // U+FF21 stands before U+1F600 in bytes and after it in UTF-16; É may stand as one or two characters.
    let ids = ["\u{1F600}", "\u{FF21}", "E\u{301}", "F", "\u{C9}a"]
    let sorted = DrawRoster(ids.map { DrawSubject(id: $0) }).subjects.map { Array($0.id.utf8) }
    #expect(sorted == ["E\u{301}", "F", "\u{C9}a", "\u{FF21}", "\u{1F600}"].map { Array($0.utf8) })
  }

  @Test("another nonce, seed or round gives another stream; another domain too")
  func streams() {
    func first(_ domain: DrawEncoding.Domain, _ seed: Int, _ nonce: Int, _ round: Int) -> Int {
      var stream = DrawStream(domain, seed: Fix.bytes(seed), nonce: Fix.bytes(nonce), round: round, hash: SHA256.hash)
      return stream.below(1 << 32)
    }
    let all = [
      first(.subjects, 1, 2, 1), first(.officers, 1, 2, 1), first(.subjects, 2, 2, 1), first(.subjects, 1, 1, 1),
      first(.subjects, 2, 1, 1), first(.subjects, 1, 2, 2),
    ]
    #expect(Set(all).count == all.count)
  }

  @Test("a word in the last, incomplete multiple is passed over")
  func rejection() {
    // 2³² is 1 mod 3: the highest word would favour 0.
    let highThenOne: ([UInt8]) -> [UInt8] = { message in
      message.last == 0 ? [UInt8](repeating: 255, count: 32) : [0, 0, 0, 1] + [UInt8](repeating: 0, count: 28)
    }
    var stream = DrawStream(.subjects, seed: [], nonce: [], round: 1, hash: highThenOne)
    #expect(stream.below(3) == 1)
    var even = DrawStream(.subjects, seed: [], nonce: [], round: 1, hash: highThenOne)
    #expect(even.below(4) == 3)
  }

  /// 3 of 10 over 2000 seeds: each unit 600 times. For counts without replacement the statistic, scaled by
  /// (N - 1) / (N - n), follows chi-square with 9 degrees; 27.88 is passed once in a thousand.
  @Test("every unit is equally likely, and so is every officer")
  func uniform() throws {
    let draw = try Fix.draw(Fix.roster(10), DrawParameters(size: .count(3), officers: Fix.officers(10)))
    var units: [String: Int] = [:]
    var firsts: [String: Int] = [:]
    var officers: [String: Int] = [:]
    let seeds = 2000
    for seed in 0..<seeds {
      let standing = try draw.result(DrawReveal(nonce: Fix.nonce, seed: Fix.seed(seed))).standing
      for unit in standing { units[unit.subject, default: 0] += 1 }
      firsts[standing[0].subject, default: 0] += 1
      for officer in standing[2].officers { officers[officer, default: 0] += 1 }
    }
    #expect(units.count == 10 && firsts.count == 10 && officers.count == 10)
    #expect(statistic(units, mean: Double(seeds) * 0.3) * 9 / 7 < 27.88)
    #expect(statistic(firsts, mean: Double(seeds) * 0.1) < 27.88)
    #expect(statistic(officers, mean: Double(seeds) * 0.2) * 9 / 8 < 27.88)
  }

  private func statistic(_ counts: [String: Int], mean: Double) -> Double {
    counts.values.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) / mean }
  }

  /// 2 of 5 in a given order: 20 equally likely lists; 43.82 is passed once in a thousand with 19 degrees.
  @Test("every list is equally likely")
  func lists() throws {
    let draw = try Fix.draw(Fix.roster(5), DrawParameters(size: .count(2), officers: Fix.officers(2)))
    var lists: [String: Int] = [:]
    for seed in 0..<2000 {
      let standing = try draw.result(DrawReveal(nonce: Fix.nonce, seed: Fix.seed(seed))).standing
      lists[standing.map(\.subject).joined(), default: 0] += 1
    }
    #expect(lists.count == 20)
    #expect(statistic(lists, mean: 100) < 43.82)
  }

  @Test("a minimum holds in every draw, and is no maximum")
  func minimum() throws {
    let draw = try Fix.draw(Fix.roster24, Fix.quarter)
    let irregular = Set(Fix.subjects(24).filter { $0.stratum == "irregular" }.map(\.id))
    var counts: Set<Int> = []
    for seed in 0..<200 {
      let standing = try draw.result(DrawReveal(nonce: Fix.nonce, seed: Fix.seed(seed))).standing
      #expect(standing.count == 6)
      counts.insert(standing.count { irregular.contains($0.subject) })
    }
    #expect(counts.min() == 3)
    #expect(counts.max() ?? 0 > 3)
  }
}
