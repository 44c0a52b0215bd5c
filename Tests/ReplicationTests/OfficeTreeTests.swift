import Replication
import SignatureSuites
import Testing

@Suite("Office tree and audiences")
struct OfficeTreeTests {
  private struct Seat {
    let code: OfficeCode
    let signer: SoftwareSigner
    var key: KeyFingerprint { signer.publicKey.fingerprint(using: Ed25519Suite()) }
  }

  private func seat(_ code: String) throws -> Seat {
    Seat(code: try #require(OfficeCode(code)), signer: try SoftwareSigner.generate(suite: .ed25519))
  }

  private func charter(_ seat: Seat, under parent: Seat?) -> Charter {
    Charter(
      office: seat.code, name: seat.code.text, parent: parent?.code, signingKey: seat.signer.publicKey,
      transportKey: [UInt8](repeating: 7, count: 31) + [UInt8(seat.code.text.utf8.count)], powers: [], from: 0, until: nil)
  }

  @Test("who may hold a stream of each audience")
  func audiences() throws {
    let province = try seat("13"), city = try seat("1305"), east = try seat("130526"), west = try seat("130505x")
    let branch = try seat("130526-01")
    var tree = OfficeTree(rootKey: province.key)
    try tree.admit(charter(province, under: nil), from: province.key, suites: .standard)
    try tree.admit(charter(city, under: province), from: province.key, suites: .standard)
    try tree.admit(charter(east, under: city), from: city.key, suites: .standard)
    try tree.admit(charter(west, under: city), from: city.key, suites: .standard)
    try tree.admit(charter(branch, under: east), from: east.key, suites: .standard)
    let all = [province, city, east, west, branch]
    func readers(_ author: Seat, _ audience: Audience) -> [String] {
      let stream = StreamID(author: author.key, incarnation: 1, audience: audience)
      return all.filter { tree.mayRead($0.code, stream) }.map(\.code.text)
    }
    #expect(readers(east, .own) == ["130526"])
    #expect(readers(east, .up) == ["13", "1305", "130526"])
    #expect(readers(city, .down) == ["13", "1305", "130526", "130505x", "130526-01"])
    #expect(readers(city, .office(east.code)) == ["13", "1305", "130526"])
    #expect(readers(city, .subtree(east.code)) == ["13", "1305", "130526", "130526-01"])
    #expect(readers(province, .office(branch.code)) == ["13", "1305", "130526", "130526-01"])
    // A stream aimed at an office that is not below its author reaches nobody new.
    #expect(readers(east, .office(west.code)) == ["13", "1305", "130526"])
    #expect(readers(try seat("stranger"), .down).isEmpty)
    #expect(tree.rank(of: city.code) > tree.rank(of: east.code))
  }

  @Test("a fact that reaches a stream's holders is in the hands of each of them, whatever stream either is in")
  func reach() throws {
    let root = try seat("1"), west = try seat("2"), branch = try seat("3"), leaf = try seat("4"), east = try seat("5")
    var tree = OfficeTree(rootKey: root.key)
    for (seat, superior) in [(root, nil), (west, root), (branch, west), (leaf, branch), (east, root)] as [(Seat, Seat?)] {
      try tree.admit(charter(seat, under: superior), from: superior?.key ?? root.key, suites: .standard)
    }
    let seats = [root, west, branch, leaf, east]
    let audiences = [Audience.own, .up, .down] + seats.flatMap { [Audience.office($0.code), .subtree($0.code)] }
    let streams = seats.flatMap { seat in
      audiences.map { StreamID(author: seat.key, incarnation: 1, audience: $0) }
    }
    func readers(_ stream: StreamID) -> Set<OfficeCode> {
      Set(seats.map(\.code).filter { tree.mayRead($0, stream) })
    }
    var counts = (reaching: 0, all: 0)
    for stream in streams {
      let author = try #require(tree.office(of: stream.author))
      // Nobody writes for an office that is not below.
      switch stream.audience {
      case .office(let target), .subtree(let target): if !tree.isSuperior(author, of: target) { continue }
      default: break
      }
      for fact in streams {
        let issuer = try #require(tree.office(of: fact.author))
        counts.all += 1
        // Others' facts do not count in any stream.
        guard tree.isSuperior(issuer, of: author) else { continue }
        if tree.reaches(fact, holdersOf: stream) {
          counts.reaching += 1
          #expect(readers(fact).isSuperset(of: readers(stream)), "\(fact) \(stream)")
        }
        if tree.reaches(fact, everyStreamOf: author) { #expect(tree.reaches(fact, holdersOf: stream), "\(fact) \(stream)") }
      }
      // Where the page says that facts stand, from whichever superior.
      for seat in seats where tree.isSuperior(seat.code, of: author) {
        let audience = try #require(tree.audience(ofFactsAbout: stream))
        #expect(tree.reaches(StreamID(author: seat.key, incarnation: 1, audience: audience), holdersOf: stream))
      }
    }
    #expect(counts.reaching > 0 && counts.reaching < counts.all)
  }

  @Test("a charter is admitted only from the key of the office it names as parent")
  func charters() throws {
    let root = try seat("1"), city = try seat("2"), stranger = try seat("3"), other = try seat("4")
    var tree = OfficeTree(rootKey: root.key)
    #expect(throws: OfficeTree.Failure.rootMismatch) {
      try tree.admit(charter(stranger, under: nil), from: stranger.key, suites: .standard)
    }
    try tree.admit(charter(root, under: nil), from: root.key, suites: .standard)
    #expect(throws: OfficeTree.Failure.unknownIssuer) {
      try tree.admit(charter(city, under: root), from: stranger.key, suites: .standard)
    }
    try tree.admit(charter(city, under: root), from: root.key, suites: .standard)
    #expect(throws: OfficeTree.Failure.issuerNotParent) {
      try tree.admit(charter(other, under: root), from: city.key, suites: .standard)
    }
    var stolen = charter(stranger, under: root)
    stolen.office = city.code
    #expect(throws: OfficeTree.Failure.awaitsIntroduction) {
      try tree.admit(stolen, from: root.key, stamp: HybridTimestamp(milliseconds: 9), suites: .standard)
    }
    #expect(tree.seat(city.code)?.key == city.key)
    var reused = charter(city, under: root)
    reused.office = stranger.code
    #expect(throws: OfficeTree.Failure.keyTaken) { try tree.admit(reused, from: root.key, suites: .standard) }
    try tree.admit(charter(city, under: root), from: root.key, suites: .standard)
    #expect(tree.all.count == 2)
  }

  @Test("an office has so many charters and no more, and keeps its seat")
  func succession() throws {
    let root = try seat("1"), city = try seat("2")
    var tree = OfficeTree(rootKey: root.key)
    try tree.admit(charter(root, under: nil), from: root.key, suites: .standard)
    var renewed = charter(city, under: root)
    for number in 1...UInt64(OfficeTree.successionMax) {
      renewed.from = number
      try tree.admit(renewed, from: root.key, stamp: HybridTimestamp(milliseconds: number), suites: .standard)
    }
    let last = renewed
    renewed.from += 1
    for charter in [renewed, last] {
      #expect(throws: OfficeTree.Failure.officeTaken) {
        try tree.admit(charter, from: root.key, stamp: HybridTimestamp(milliseconds: renewed.from), suites: .standard)
      }
    }
    #expect(tree.seat(city.code)?.charter == last)
  }

  @Test("an office below the deepest level has no seat, and reads nothing")
  func depth() throws {
    var chain = [try seat("d0")]
    var tree = OfficeTree(rootKey: chain[0].key)
    try tree.admit(charter(chain[0], under: nil), from: chain[0].key, suites: .standard)
    for level in 1...OfficeTree.depthMax {
      chain.append(try seat("d\(level)"))
      try tree.admit(charter(chain[level], under: chain[level - 1]), from: chain[level - 1].key, suites: .standard)
    }
    let below = try seat("below")
    let deepest = chain[OfficeTree.depthMax]
    #expect(tree.rank(of: deepest.code) == 1)
    #expect(throws: OfficeTree.Failure.tooDeep) {
      try tree.admit(charter(below, under: deepest), from: deepest.key, suites: .standard)
    }
    #expect(tree.seat(below.code) == nil && tree.rank(of: below.code) == 0)
    #expect(!tree.mayRead(below.code, StreamID(author: chain[0].key, incarnation: 1, audience: .down)))
    #expect(tree.mayRead(chain[0].code, StreamID(author: deepest.key, incarnation: 1, audience: .up)))
    // A superior cannot vouch for one there either.
    let isDeepGuest = tree.admit(guest(below, under: deepest), from: chain[0].code, suites: .standard)
    #expect(!isDeepGuest)
  }

  private func guest(_ seat: Seat, under parent: Seat) -> Guest {
    Guest(office: seat.code, name: seat.code.text, parent: parent.code, keys: [seat.signer.publicKey])
  }

  @Test("a guest has rank and keys by its superior's word, reads nothing, and gives way to a charter")
  func guests() throws {
    let root = try seat("1"), west = try seat("2"), east = try seat("3"), branch = try seat("4"), other = try seat("5")
    var tree = OfficeTree(rootKey: root.key)
    try tree.admit(charter(root, under: nil), from: root.key, suites: .standard)
    try tree.admit(charter(west, under: root), from: root.key, suites: .standard)
    let before = tree
    // Only under the one who vouches, and only of offices that have no seat; never with another's key.
    let isForeignGuest = tree.admit(guest(east, under: root), from: west.code, suites: .standard)
    #expect(!isForeignGuest)
    let isOrphan = tree.admit(guest(branch, under: east), from: root.code, suites: .standard)
    #expect(!isOrphan)
    let stolen = Guest(office: east.code, name: "", parent: root.code, keys: [west.signer.publicKey])
    let isThief = tree.admit(stolen, from: root.code, suites: .standard)
    #expect(!isThief)
    let isSeated = tree.admit(guest(west, under: root), from: root.code, suites: .standard)
    #expect(isSeated)
    #expect(tree == before)
    let isGuest = tree.admit(guest(east, under: root), from: root.code, suites: .standard)
    #expect(isGuest)
    let isBranchGuest = tree.admit(guest(branch, under: east), from: root.code, suites: .standard)
    #expect(isBranchGuest)
    #expect(tree.office(of: branch.key) == branch.code && tree.rank(of: branch.code) + 1 == tree.rank(of: east.code))
    #expect(tree.isSuperior(root.code, of: branch.code) && !tree.isSuperior(west.code, of: branch.code))
    #expect(tree.publicKey(branch.key) == nil && tree.guestKey(branch.key) == branch.signer.publicKey)
    for reader in [root, west, east, branch] {
      #expect(!tree.mayRead(reader.code, StreamID(author: branch.key, incarnation: 1, audience: .up)))
    }
    #expect(!tree.mayRead(branch.code, StreamID(author: root.key, incarnation: 1, audience: .down)))
    #expect(tree.all.map(\.charter.office) == [root.code, west.code])
    // No guest charters anybody.
    #expect(throws: OfficeTree.Failure.unknownIssuer) {
      try tree.admit(charter(other, under: east), from: east.key, suites: .standard)
    }
    try tree.admit(charter(east, under: root), from: root.key, suites: .standard)
    #expect(tree.guest(east.code) == nil && tree.seat(east.code)?.key == east.key)
    #expect(tree.guest(branch.code)?.parent == east.code)
  }

  @Test("a stream aimed at an office that is not below its author reaches nobody new, with its subtree neither")
  func strayAudience() throws {
    let root = try seat("1"), west = try seat("2"), east = try seat("3"), branch = try seat("4")
    var tree = OfficeTree(rootKey: root.key)
    try tree.admit(charter(root, under: nil), from: root.key, suites: .standard)
    for office in [west, east] { try tree.admit(charter(office, under: root), from: root.key, suites: .standard) }
    try tree.admit(charter(branch, under: east), from: east.key, suites: .standard)
    for audience in [Audience.office(east.code), .subtree(east.code), .subtree(root.code)] {
      let stream = StreamID(author: west.key, incarnation: 1, audience: audience)
      #expect([root, west, east, branch].filter { tree.mayRead($0.code, stream) }.map(\.code) == [root.code, west.code])
    }
  }

  @Test("a charter given at enrolment is believed until its entry is read; then all judge alike which key is present")
  func enrolment() throws {
    let root = try seat("1"), city = try seat("2"), next = try seat("2")
    var tree = OfficeTree(rootKey: root.key)
    try tree.admit(charter(root, under: nil), from: root.key, suites: .standard)
    var late = tree
    func entry(_ seat: Seat, _ stamp: UInt64, _ from: UInt64 = 0) -> (Charter, HybridTimestamp) {
      var charter = charter(seat, under: root)
      charter.from = from
      return (charter, HybridTimestamp(milliseconds: stamp))
    }
    let (first, second, again) = (entry(city, 1_000), entry(next, 2_000), entry(city, 3_000, 5))
    // Chartered, rotated, and chartered once more with the first key by a superior that had lost the rotation.
    try tree.admit(first.0, from: root.key, suites: .standard)
    try tree.admit(first.0, from: root.key, stamp: first.1, suites: .standard)
    try tree.admit(again.0, from: root.key, suites: .standard)
    tree.introduce(
      KeyIntroduction(office: city.code, signingKey: next.signer.publicKey, transportKey: first.0.transportKey),
      by: city.key, suites: .standard)
    try tree.admit(second.0, from: root.key, stamp: second.1, suites: .standard)
    try tree.admit(again.0, from: root.key, stamp: again.1, suites: .standard)
    #expect(tree.seat(city.code)?.key == next.key)
    // Enrolled below the city after its key was changed: of the first key it hears last.
    try late.admit(second.0, from: root.key, suites: .standard)
    #expect(throws: OfficeTree.Failure.awaitsIntroduction) {
      try late.admit(first.0, from: root.key, stamp: first.1, suites: .standard)
    }
    try late.admit(second.0, from: root.key, stamp: second.1, suites: .standard)
    #expect(late.seat(city.code)?.key == city.key)
    #expect(late.office(of: next.key) == city.code)
    late.revoke(city.key)
    #expect(late.seat(city.code)?.key == next.key)
    #expect(late.keys(of: city.code) == [city.key, next.key])
  }

  @Test("a parent set back behind its charters signs for the present key first: the earlier key it records again is read")
  func setBack() throws {
    let root = try seat("1"), city = try seat("2"), next = try seat("2"), foreign = try seat("2")
    var tree = OfficeTree(rootKey: root.key)
    try tree.admit(charter(root, under: nil), from: root.key, suites: .standard)
    func admit(_ seat: Seat, from: UInt64, stamp: UInt64) throws {
      var charter = charter(seat, under: root)
      charter.from = from
      try tree.admit(charter, from: root.key, stamp: HybridTimestamp(milliseconds: stamp), suites: .standard)
    }
    // Chartered at 5, rotated at 7; both lost, chartered anew at 20; then the two come back from a peer.
    try admit(next, from: 20, stamp: 2_000)
    try admit(city, from: 5, stamp: 3_000)
    try admit(next, from: 7, stamp: 3_001)
    #expect(tree.seat(city.code)?.key == next.key)
    #expect(tree.keys(of: city.code) == [city.key, next.key])
    // What begins later waits for an introduction as ever.
    #expect(throws: OfficeTree.Failure.awaitsIntroduction) { try admit(foreign, from: 21, stamp: 4_000) }
    #expect(tree.office(of: foreign.key) == nil)
  }

  @Test("a parent set back behind a revocation and the charter after it: that key is read, in whatever order all this comes")
  func setBackBetween() throws {
    let root = try seat("1"), city = try seat("2"), between = try seat("2"), next = try seat("2"), foreign = try seat("2")
    var start = OfficeTree(rootKey: root.key)
    try start.admit(charter(root, under: nil), from: root.key, suites: .standard)
    func admit(_ seat: Seat, from: UInt64, stamp: UInt64, to tree: inout OfficeTree) {
      var charter = charter(seat, under: root)
      charter.from = from
      try? tree.admit(charter, from: root.key, stamp: HybridTimestamp(milliseconds: stamp), suites: .standard)
    }
    admit(city, from: 5, stamp: 1_000, to: &start)
    // Revoked, and chartered anew at 7; both lost; chartered at 20; then the two come back from a peer.
    let facts: [(inout OfficeTree) -> Void] = [
      { $0.revoke(city.key) },
      { admit(next, from: 20, stamp: 2_000, to: &$0) },
      { admit(between, from: 7, stamp: 3_000, to: &$0) },
      // What begins after those that took effect waits for an introduction as ever.
      { admit(foreign, from: 21, stamp: 4_000, to: &$0) },
    ]
    let orders = (0..<256).map { number in (0..<4).map { number >> (2 * $0) & 3 } }.filter { Set($0).count == 4 }
    #expect(orders.count == 24)
    for order in orders {
      var tree = start
      for index in order { facts[index](&tree) }
      #expect(tree.seat(city.code)?.key == next.key, "\(order)")
      #expect(tree.keys(of: city.code) == [between.key, city.key, next.key], "\(order)")
      #expect(tree.office(of: between.key) == city.code && tree.office(of: foreign.key) == nil, "\(order)")
    }
  }

  @Test("a root that changed its keys twice: who is given its first and its present charter can read what lies between")
  func rootTwice() throws {
    let seats = try (0..<3).map { _ in try seat("1") }
    let charters = seats.enumerated().map { index, seat in
      var charter = charter(seat, under: nil)
      charter.from = UInt64(index)
      return charter
    }
    var tree = OfficeTree(rootKey: seats[0].key)
    for charter in [charters[0], charters[2]] { try tree.admit(charter, from: seats[0].key, suites: .standard) }
    #expect(tree.seat(seats[0].code)?.key == seats[2].key)
    try tree.admit(charters[0], from: seats[0].key, stamp: HybridTimestamp(milliseconds: 1_000), suites: .standard)
    #expect(tree.seat(seats[0].code)?.key == seats[2].key && tree.charters(of: seats[0].code).first == charters[0])
    for index in 1...2 {
      // Introduced and chartered by the key before, in one entry.
      let next = KeyIntroduction(
        office: seats[0].code, signingKey: seats[index].signer.publicKey, transportKey: charters[index].transportKey)
      tree.introduce(next, by: seats[index - 1].key, suites: .standard)
      let stamp = HybridTimestamp(milliseconds: 1_000 * UInt64(index + 1))
      try tree.admit(charters[index], from: seats[index - 1].key, stamp: stamp, suites: .standard)
      #expect(tree.seat(seats[0].code)?.key == seats[2].key)
      #expect(tree.office(of: seats[index].key) == seats[0].code)
    }
    #expect(tree.keys(of: seats[0].code) == seats.map(\.key) && tree.charters(of: seats[0].code) == charters)
  }
}
