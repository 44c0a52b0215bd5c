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
    let forked: StreamID

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
      forked = first.header.stream
    }

    /// Of a fork that no receipt has decided each holds the branch that came first, and counts neither: what is held and
    /// what lies aside are told together then.
    func state(of replica: Replica) throws -> [String] {
      let state = try Judged.state(of: replica)
      let isDecided = try replica.storage.forkProofs().isEmpty || replica.context.settledForks(
        lacking: [], in: replica.storage
      ).contains(forked)
      if isDecided { return state }
      let held = replica.storage.entries(of: forked, from: 1, bytesMax: .max) + replica.storage.entriesAside(of: forked)
      let prefix = "held \(forked) "
      return state.filter { !$0.hasPrefix(prefix) } + held.map { "\($0.header.seq) \($0.signature)" }.sorted()
    }
  }

  /// Orders of one to all of `count` things.
  private static func orders(_ count: Int, _ body: ([Int]) throws -> Void) throws {
    var order: [Int] = []
    func extend() throws {
      if !order.isEmpty { try body(order) }
      for next in 0..<count where !order.contains(next) {
        order.append(next)
        try extend()
        order.removeLast()
      }
    }
    try extend()
  }

  @Test("charter, receipts, fork, revocation, ratification and entries of one office, any of them in all orders: one state",
    arguments: Revocation.Reason.allCases)
  func permutations(reason: Revocation.Reason) throws {
    let story = try Story(reason)
    let base = story.province.storage.heads()
    // Every order takes minutes without optimisation; a slice of them runs always, all by DOCKET_ALL_ORDERS=1.
    let stride = ProcessInfo.processInfo.environment["DOCKET_ALL_ORDERS"] == nil ? 47 : 1
    // By which pieces came.
    var expected: [Set<Int>: [String]] = [:]
    var (count, compared) = (0, 0)
    try Self.orders(story.pieces.count) { order in
      count += 1
      guard count.isMultiple(of: stride) else { return }
      let replica = try story.province.blank()
      for head in base.sorted(by: { story.province.depth($0) < story.province.depth($1) }) {
        try replica.take(story.province.storage.entries(of: head.stream, from: 1, bytesMax: .max))
      }
      try replica.takeWhatFits(order.map { story.pieces[$0] })
      let state = try story.state(of: replica)
      if let first = expected[Set(order)] { compared += first == state ? 1 : 0 }
      let first = expected[Set(order)] ?? state
      let difference = Set(first).symmetricDifference(state).sorted().prefix(2).map { $0.prefix(200) }
      if !difference.isEmpty { Issue.record("\(order): \(difference)") }
      expected[Set(order)] = first
    }
    // 7 + 7·6 + … + 7!, of which all that are not the first of their set were compared.
    #expect(count == 13_699 && compared == count / stride - expected.count && compared > 0)
    if stride == 1 { #expect(expected.count == 127) }
    #expect(expected[Set(story.pieces.indices)]?.contains { $0.hasPrefix("fork") } ?? false)
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
}

extension Replica {
  /// Takes chunks in the given order, again and again while any fits; what continues nothing that is held is left.
  fileprivate func takeWhatFits(_ chunks: [[Entry]]) throws {
    var waiting = chunks
    while true {
      let left = try waiting.filter { try take($0) == nil }
      if left.count == waiting.count { return }
      waiting = left
    }
  }

  func depth(_ head: StreamHead) -> Int { context.tree.seat(of: head.stream.author)?.depth ?? 0 }
}
