import Casebook
import Foundation
import Replication
import SignatureSuites
import Testing

/// Facts that decide over entries, in every order of arrival.
@Suite("Every order of deciding facts ends alike")
struct FactOrderTests {
  /// A county that worked, was forked, revoked, given a new key, and partly ratified: what reached the province of it, cut
  /// into the pieces that can arrive apart.
  private struct Story {
    let province: Replica
    let pieces: [[Entry]]

    init(_ reason: Revocation.Reason) throws {
      let region = try Judged()
      let (county, city) = (region.county, region.city)
      let office = county.context.office
      let first = try county.name(county.newID(), "一")
      try city.meet(county)
      try city.witness()
      let second = try county.name(county.newID(), "二")
      // The same key signs another second entry on a copied machine.
      let twin = try county.restored()
      try twin.take(county.storage.entries(of: first.header.stream, from: 1, bytesMax: .max).filter { $0 != second })
      twin.now = county.now + 60_000
      let forged = try twin.name(twin.newID(), "二之二")
      try city.meet(county)
      try city.witness()
      let third = try county.name(county.newID(), "三")
      try city.meet(county)
      let next = try SoftwareSigner.generate(suite: .ed25519)
      let cut = StreamHead(stream: first.header.stream, seq: first.header.seq, hash: first.hash(using: Ed25519Suite()))
      try city.write([
        .charter(
          Charter(
            office: office, name: "130526", parent: city.context.office, signingKey: next.publicKey,
            transportKey: [UInt8](repeating: 9, count: 32), powers: [], from: 0, until: nil))
      ], for: .subtree(office))
      try city.write([
        .revocation(
          Revocation(
            office: office, key: county.context.key, reason: reason, position: city.storage.entryCount(), cuts: [cut],
            text: ""))
      ], for: .subtree(office))
      try city.write([
        .ratification(
          Ratification(
            stream: third.header.stream, first: third.header.seq, last: third.header.seq,
            hash: third.hash(using: Ed25519Suite())))
      ], for: .subtree(office))
      let known = Set(region.province.storage.heads())
      try region.province.take([first])
      var pieces: [[Entry]] = [[second, third], [forged]]
      // The city's two streams about the county: receipts; charter, revocation, ratification.
      for head in city.storage.heads()
      where head.stream.author == city.context.key && !known.contains(head) && head.stream.audience != .up {
        let held = region.province.storage.head(of: head.stream)?.seq ?? 0
        pieces += city.storage.entries(of: head.stream, from: held + 1, bytesMax: .max).map { [$0] }
      }
      #expect(pieces.count == 7)
      province = region.province
      self.pieces = pieces
    }
  }

  @Test("charter, receipts, fork, revocation, ratification and entries of one office: all orders, one state", arguments: [
    Revocation.Reason.retired, .compromised,
  ])
  func permutations(reason: Revocation.Reason) throws {
    let story = try Story(reason)
    let base = story.province.storage.heads()
    // Every order takes minutes without optimisation; a slice of them runs always, all by DOCKET_ALL_ORDERS=1.
    let stride = ProcessInfo.processInfo.environment["DOCKET_ALL_ORDERS"] == nil ? 23 : 1
    var expected: [String]?
    var count = 0
    try permute(story.pieces.count) { order in
      count += 1
      guard count.isMultiple(of: stride) || count == 1 else { return }
      let replica = try story.province.blank()
      for head in base.sorted(by: { story.province.depth($0) < story.province.depth($1) }) {
        try replica.take(story.province.storage.entries(of: head.stream, from: 1, bytesMax: .max))
      }
      try replica.takeAll(order.map { story.pieces[$0] })
      let state = try Judged.state(of: replica)
      let first = expected ?? state
      let difference = Set(first).symmetricDifference(state).sorted().prefix(2).map { $0.prefix(200) }
      if !difference.isEmpty { Issue.record("\(order): \(difference)") }
      expected = first
    }
    #expect(count == 5_040)
    #expect(expected?.contains { $0.hasPrefix("fork") } ?? false)
  }

  @Test("a replica that took everything as it came is what a rebuild from its log gives")
  func rebuilt() throws {
    for reason in Revocation.Reason.allCases {
      let story = try Story(reason)
      try story.province.takeAll(story.pieces.reversed())
      let before = try Judged.state(of: story.province)
      var projector = Projector(context: story.province.context)
      try projector.rebuild(in: story.province.storage)
      story.province.context = projector.context
      #expect(try Judged.state(of: story.province) == before)
    }
  }

  /// Calls `body` with every order of `count` things (Heap's algorithm).
  private func permute(_ count: Int, _ body: ([Int]) throws -> Void) throws {
    var order = Array(0..<count)
    var state = [Int](repeating: 0, count: count)
    try body(order)
    var index = 0
    while index < count {
      if state[index] < index {
        order.swapAt(index.isMultiple(of: 2) ? 0 : state[index], index)
        try body(order)
        state[index] += 1
        index = 0
      } else {
        state[index] = 0
        index += 1
      }
    }
  }
}

extension Replica {
  func depth(_ head: StreamHead) -> Int { context.tree.seat(of: head.stream.author)?.depth ?? 0 }
}
