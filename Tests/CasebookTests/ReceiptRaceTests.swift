import Casebook
import Replication
import SignatureSuites
import TestKit
import Testing

/// A superior in two sessions at once with machines that write by one key: what it has receipted it never takes back, and
/// it never receipts two entries at one position (the rules of a witness, C2SP tlog-witness).
@Suite("Two sessions race for one receipt")
struct ReceiptRaceTests {
  enum Race: String, CaseIterable {
    /// The second machine is an older state of the first: it brings a shorter log.
    case older
    /// It went on from that state: it brings another branch, shorter or longer.
    case shorterBranch, longerBranch
  }

  /// A city, its county, and a second machine with the county's keys.
  private struct Scene {
    let city: Replica
    let county: Replica
    let twin: Replica
    let stream: StreamID

    init(_ race: Race, after meetings: Int) throws {
      let region = try Judged()
      (city, county) = (region.city, region.county)
      stream = county.context.stream(.up)
      // What it owes for what it was shown is said before the second machine begins.
      try county.witness()
      twin = try county.restored()
      twin.context.standing = Standing()
      for head in county.storage.heads() { try twin.takeAll(county.pieces(of: head.stream)) }
      for number in 0..<3 { try county.name(county.newID(), "原机\(number)") }
      // The city may know some of it before the race begins.
      for _ in 0..<meetings { try county.exchange(with: city) }
      twin.now = county.now + 5_000
      let count = race == .older ? 0 : race == .shorterBranch ? 1 : 6
      for number in 0..<count { try twin.name(twin.newID(), "另机\(number)") }
    }

    /// The city's receipts over streams of the county's keys, in the order in which it signed them.
    func receipts() throws -> [Receipt] {
      try city.storage.heads().filter { $0.stream.author == city.context.key }
        .flatMap { city.storage.entries(of: $0.stream, from: 1, bytesMax: .max) }
        .sorted { $0.header.stamp < $1.header.stamp }.flatMap { try $0.changes() }
        .compactMap { if case .receipt(let receipt) = $0 { receipt } else { nil } }
        .filter { $0.head.stream.author == stream.author }
    }
  }

  /// Two sessions of the city, whose frames are carried in an order that the seed draws.
  private func race(_ scene: Scene, _ random: inout SeededGenerator) throws {
    // Both begin before either has stored anything: each knows of the heads that the city held then.
    var outer = try [scene.county, scene.twin].map { try SessionSide($0, peer: scene.city) }
    var inner = try [scene.county, scene.twin].map { try SessionSide(scene.city, peer: $0) }
    var inwards: [[SyncFrame]] = [[], []], outwards: [[SyncFrame]] = [[], []]
    for index in 0...1 {
      inwards[index] += try outer[index].carryOut(outer[index].session.opened())
      outwards[index] += try inner[index].carryOut(inner[index].session.opened())
    }
    var seen: [StreamID: UInt64] = [:]
    func open() -> [Int] { (0..<4).filter { $0 < 2 ? !inwards[$0].isEmpty : !outwards[$0 - 2].isEmpty } }
    while let lane = open().randomElement(using: &random) {
      if lane < 2 {
        let frame = inwards[lane].removeFirst()
        outwards[lane] += try inner[lane].carryOut(inner[lane].session.received(frame))
      } else {
        let frame = outwards[lane - 2].removeFirst()
        inwards[lane - 2] += try outer[lane - 2].carryOut(outer[lane - 2].session.received(frame))
      }
      // At no moment does a receipted head go back.
      for head in try scene.receipts().map(\.head) { seen[head.stream] = max(seen[head.stream] ?? 0, head.seq) }
      for (stream, seq) in seen {
        let held = scene.city.storage.head(of: stream)?.seq ?? 0
        #expect(held >= seq, "\(stream) went back to \(held), receipted to \(seq)")
      }
    }
    for side in outer + inner { #expect(side.session.isComplete) }
  }

  @Test("each receipt goes on from the one before, on the branch that is held", arguments: Race.allCases, 0...2)
  func race(kind: Race, meetings: Int) throws {
    var random = SeededGenerator(seed: UInt64(meetings) + 1)
    var forks = 0
    for _ in 0..<12 {
      let scene = try Scene(kind, after: meetings)
      try race(scene, &random)
      // Whatever was owed when the sessions ended.
      for _ in 0..<2 { try scene.county.exchange(with: scene.city) }
      let receipts = try scene.receipts()
      #expect(receipts.contains { $0.head.stream == scene.stream })
      for (stream, ofOne) in Dictionary(grouping: receipts, by: \.head.stream) {
        let places = ofOne.map(\.head.seq)
        #expect(places == places.sorted() && Set(places).count == places.count, "\(stream): receipts at \(places)")
        for receipt in ofOne {
          #expect(try scene.city.context.holds(receipt.head, in: scene.city.storage), "\(stream) at \(receipt.head.seq)")
        }
      }
      forks += scene.city.storage.forkProofs().count
    }
    #expect((forks > 0) == (kind != .older))
  }
}
