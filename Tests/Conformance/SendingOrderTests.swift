import Casebook
import Replication
import SignatureSuites
import Testing

@Suite("The order streams are sent in")
struct SendingOrderTests {
  /// One of the two directions has the new key's streams first where they are ordered by name alone.
  @Test("lets a fresh node take a log with a changed key in one session", arguments: [(1, 2), (2, 1)])
  func rotation(old: Int, new: Int) throws {
    let office = try Fixed.office(Scenario.district)
    let root = try FixedAuthor(.ed25519, 0, audience: .down)
    let above = try FixedAuthor(.ed25519, 0, audience: .subtree(office))
    let before = try FixedAuthor(.ed25519, old, audience: .down), after = try FixedAuthor(.ed25519, new, audience: .up)
    func charter(_ author: FixedAuthor, transport: UInt8) throws -> Change {
      .charter(
        try Fixed.charter(
          Scenario.district, "县局", under: Scenario.root, key: author.signer.publicKey, transport: transport))
    }
    let first = try root.entry([
      .charter(try Fixed.charter(Scenario.root, "市局", under: nil, key: root.signer.publicKey, transport: 1))
    ])
    let seat = try above.entry([try charter(before, transport: 2)])
    let next = try above.entry([try charter(after, transport: 3)], after: seat)
    let introduction = try before.entry([
      .introduction(
        KeyIntroduction(
          office: office, signingKey: after.signer.publicKey, transportKey: [UInt8](repeating: 3, count: 32)))
    ])
    let work = try after.entry([Fixed.record("by the new key")])
    let streams = [
      root.stream: [first], above.stream: [seat, next], before.stream: [introduction], after.stream: [work],
    ]

    var held = try LogReading(root: root.stream.author, first: [first])
    for stream in [root.stream, above.stream, before.stream, after.stream] {
      try held.take((streams[stream] ?? []).map(\.encoded), of: stream)
    }
    let order = held.context.tree.inSendingOrder(held.storage.heads().reversed()).map(\.stream)
    #expect(order == [root.stream, above.stream, before.stream, after.stream])

    var fresh = try LogReading(root: root.stream.author, first: [first])
    for stream in order { try fresh.take((streams[stream] ?? []).map(\.encoded), of: stream) }
    #expect(fresh.context.tree.seat(office)?.key == after.stream.author)
    #expect(fresh.storage.rows(1).count == 1)
  }
}
