import Casebook
import Testing

@Suite("Which number comes next, and how every number is accounted for")
struct NumberLedgerTests {
  private func lease(
    _ id: String, _ first: Int, _ last: Int, to office: String = "east", by issuer: String = "city"
  ) throws -> NumberLedger.Lease {
    NumberLedger.Lease(
      id: id, block: try #require(NumberBlock(first: first, last: last)), office: office, issuer: issuer)
  }

  private func use(_ number: Int, by office: String = "east", act: String? = nil) -> NumberLedger.Use {
    NumberLedger.Use(
      number: number, text: "〔2026〕\(number)", office: office, file: "f", act: act ?? "\(office)\(number)")
  }

  @Test("a block is a run of positive numbers within the limits")
  func blocks() {
    #expect(NumberBlock(first: 1, last: 1)?.numbers == 1...1)
    #expect(NumberBlock(first: 0, last: 5) == nil)
    #expect(NumberBlock(first: 5, last: 4) == nil)
    #expect(NumberBlock(first: 1, last: NumberBlock.countMax) != nil)
    #expect(NumberBlock(first: 1, last: NumberBlock.countMax + 1) == nil)
    #expect(NumberBlock(first: NumberBlock.numberMax, last: NumberBlock.numberMax) != nil)
    #expect(NumberBlock(first: NumberBlock.numberMax, last: NumberBlock.numberMax + 1) == nil)
    #expect(NumberBlock(first: .max, last: .max) == nil)
  }

  @Test("numbers come in order; an older lease is finished before a newer one, whatever their numbers")
  func order() throws {
    let leases = [try lease("2", 1, 2), try lease("1", 51, 52)]
    var uses: [NumberLedger.Use] = []
    var taken: [Int] = []
    while let number = NumberLedger(leases: leases, uses: uses, voids: []).next(for: "east") {
      #expect(NumberLedger(leases: leases, uses: uses, voids: []).remaining(for: "east") == 4 - taken.count)
      taken.append(number)
      uses.append(use(number))
    }
    #expect(taken == [51, 52, 1, 2])
    #expect(NumberLedger(leases: leases, uses: uses, voids: []).remaining(for: "east") == 0)
    #expect(NumberLedger(leases: leases, uses: [], voids: []).next(for: "west") == nil)
  }

  @Test("no number is given that any office's act bears, that is void, or that was leased on")
  func taken() throws {
    let leases = [try lease("1", 1, 9), try lease("2", 5, 6, to: "branch", by: "east")]
    let ledger = NumberLedger(
      leases: leases, uses: [use(1), use(3, by: "west")],
      voids: [.init(number: 2, office: "east"), .init(number: 8, office: "east")])
    #expect(ledger.next(for: "east") == 4)
    #expect(ledger.remaining(for: "east") == 3)  // 4, 7, 9
    #expect(ledger.next(for: "branch") == 5)
  }

  @Test("a hole below the greatest used number is never filled")
  func hole() throws {
    let ledger = NumberLedger(leases: [try lease("1", 1, 9)], uses: [use(2), use(5)], voids: [])
    #expect(ledger.next(for: "east") == 6)
    #expect(ledger.standing(of: 3, for: "east") == .gap)
    #expect(ledger.standing(of: 6, for: "east") == .unused)
  }

  @Test("a void entry of an office that was not leased the number has no effect")
  func foreignVoid() throws {
    let ledger = NumberLedger(
      leases: [try lease("1", 1, 9), try lease("2", 11, 19, to: "west")], uses: [],
      voids: [.init(number: 1, office: "west")])
    #expect(ledger.next(for: "east") == 1)
    #expect(!ledger.isVoid(1))
    #expect(ledger.standing(of: 1, for: "east") == .unused)
  }

  @Test("the root leases what overlaps no lease and was not spent")
  func rootLeases() throws {
    let self1 = try lease("0", 1, 10, to: "city")
    let east = try lease("1", 11, 20)
    let ledger = NumberLedger(leases: [self1, east], uses: [use(30, by: "west")], voids: [])
    func problem(_ first: Int, _ last: Int) throws -> NumberLedger.LendingProblem? {
      ledger.problem(leasing: try #require(NumberBlock(first: first, last: last)), by: "city", isRoot: true)
    }
    #expect(try problem(21, 29) == nil)
    #expect(try problem(20, 25) == .overlaps(east))
    #expect(try problem(10, 10) == .overlaps(self1))
    #expect(try problem(1, 100) == .overlaps(self1))
    #expect(try problem(25, 35) == .spent(30))
  }

  @Test("another office leases only of what it holds and has not passed")
  func subleases() throws {
    let branch = try lease("2", 15, 16, to: "branch", by: "east")
    let ledger = NumberLedger(
      leases: [try lease("1", 11, 30), branch], uses: [use(12)], voids: [.init(number: 25, office: "east")])
    func problem(_ first: Int, _ last: Int) throws -> NumberLedger.LendingProblem? {
      ledger.problem(leasing: try #require(NumberBlock(first: first, last: last)), by: "east", isRoot: false)
    }
    #expect(try problem(17, 24) == nil)
    #expect(try problem(16, 20) == .overlaps(branch))
    #expect(try problem(11, 11) == .spent(11))  // passed over
    #expect(try problem(12, 12) == .spent(12))
    #expect(try problem(24, 26) == .spent(25))
    #expect(try problem(29, 31) == .notHeld(31))
    #expect(try problem(1, 5) == .notHeld(1))
  }

  @Test("overlapping leases are found; one leased out of another does not overlap it")
  func overlaps() throws {
    let city = try lease("1", 1, 20)
    let branch = try lease("2", 5, 6, to: "branch", by: "east")
    let west = try lease("3", 20, 30, to: "west")
    let root = try lease("4", 30, 40, to: "city")
    let ledger = NumberLedger(leases: [city, branch, west, root], uses: [], voids: [])
    #expect(ledger.overlap(of: branch) == nil)
    #expect(ledger.overlap(of: city) == west)
    #expect(ledger.overlap(of: root) == west)
  }

  @Test("the runs of an office hold each of its numbers once, and the others its acts bear")
  func runs() throws {
    let ledger = NumberLedger(
      leases: [try lease("1", 1, 12), try lease("2", 9, 10, to: "branch", by: "east")],
      uses: [use(1), use(4), use(99), use(9, by: "branch"), use(6, by: "west"), use(77, by: "west")],
      voids: [.init(number: 2, office: "east"), .init(number: 5, office: "east")])
    let expected: [NumberLedger.Run] = [
      .init(numbers: 1...1, standing: .used), .init(numbers: 2...2, standing: .void),
      .init(numbers: 3...3, standing: .gap),
      .init(numbers: 4...4, standing: .used), .init(numbers: 5...5, standing: .void),
      .init(numbers: 6...6, standing: .used), .init(numbers: 7...8, standing: .unused),
      .init(numbers: 9...10, standing: .lent(to: "branch")), .init(numbers: 11...12, standing: .unused),
      .init(numbers: 99...99, standing: .used),
    ]
    #expect(ledger.runs(for: "east") == expected)
    #expect(ledger.runs(for: "branch").map(\.standing) == [.used, .unused])
  }
}
