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
}
