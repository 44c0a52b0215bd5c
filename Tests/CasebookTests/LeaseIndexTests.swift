import Casebook
import Testing

/// The ledger finds leases by an index; looking at every lease must give the same answers.
@Suite("Many leases at once")
struct LeaseIndexTests {
  /// Leases of a region whose blocks nest, touch and overlap, the same for the same seed.
  private func leases(seed: Int) throws -> [NumberLedger.Lease] {
    var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1
    func next(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    return try (0..<60).map { position in
      let first = 1 + next(200)
      let offices = ["city", "east", "west", "branch"]
      return NumberLedger.Lease(
        id: "\(100 + next(800))-\(position)", block: try #require(NumberBlock(first: first, last: first + next(25))),
        office: offices[next(4)], issuer: offices[next(4)])
    }
  }

  @Test("overlaps, holders, lessees and marks are those that looking at every lease gives", arguments: 1...12)
  func agrees(seed: Int) throws {
    let all = try leases(seed: seed).sorted { $0.id < $1.id }
    let uses = stride(from: seed, through: 230, by: 7).map { number in
      NumberLedger.Use(
        number: number, text: "\(number)", office: ["city", "east", "west"][number % 3], file: "f", act: "\(number)")
    }
    let voids = stride(from: 3, through: 230, by: 11).map { NumberLedger.Void(number: $0, office: "east") }
    let ledger = NumberLedger(leases: all.reversed(), uses: uses, voids: voids)
    #expect(ledger.leases == all)
    func isSource(_ one: NumberLedger.Lease, _ other: NumberLedger.Lease) -> Bool {
      one.office == other.issuer && one.issuer != one.office
    }
    for lease in all {
      let expected = all.first {
        $0.id != lease.id && $0.block.overlaps(lease.block) && !isSource($0, lease) && !isSource(lease, $0)
      }
      #expect(ledger.overlap(of: lease) == expected, "\(lease)")
    }
    func isVoid(_ number: Int) -> Bool {
      voids.contains { void in
        void.number == number && all.contains { $0.office == void.office && $0.block.contains(number) }
      }
    }
    func standing(_ number: Int, _ office: String) -> NumberLedger.Standing {
      let bearers = uses.filter { $0.number == number }.map(\.office)
      if bearers.contains(office) { return .used }
      let lessee = all.first { $0.issuer == office && $0.office != office && $0.block.contains(number) }
      if let lessee { return .lent(to: lessee.office) }
      let holding = all.filter { $0.office == office && $0.block.contains(number) }
      if holding.isEmpty { return .outside }
      if !bearers.isEmpty { return .used }
      if isVoid(number) { return .void }
      let isAhead = holding.contains { lease in
        number > uses.filter { $0.office == office && lease.block.contains($0.number) }.map(\.number).max() ?? 0
      }
      return isAhead ? .unused : .gap
    }
    for office in ["city", "east", "west", "branch"] {
      for number in 1...230 {
        let expected = standing(number, office)
        #expect(ledger.standing(of: number, for: office) == expected, "\(number) \(office)")
      }
    }
    for number in 1...230 { #expect(ledger.isVoid(number) == isVoid(number), "\(number)") }
  }
}
