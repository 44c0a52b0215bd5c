import Casebook
import PeerTransport
import ReplicaStore
import Replication
import SignatureSuites
import Testing

@testable import OfficeNode

/// An office with an old replica, an old tree or a restored backup is an honest one.
@Suite("What counts against an office", .timeLimit(.minutes(20)))
struct StrikeTests {
  private let family: OfficeFamily
  private let city: OfficeNode
  private let county: OfficeNode
  private let listener: PeerListener

  init() async throws {
    family = try await OfficeFamily()
    city = family.top
    county = try await family.join("130526", under: city)
    listener = try await city.takeCalls()
  }

  private var strikes: Int {
    let cutOff = city.transport.snapshot().cutOff
    return cutOff[.entries, default: 0] + cutOff[.violation, default: 0]
  }

  /// The county says these after frontiers; once the session is over.
  /// - Returns: with what the city ended it; `nil`: it took every run.
  private func answer(to frames: [SyncFrame], version: UInt64 = 3) async throws -> SyncFrame.CloseCode? {
    var caller = try await RawCaller(as: county, port: listener.port)
    try await caller.begin(version: version)
    for frame in frames { try await caller.send(frame) }
    var taken = 0
    var closed: SyncFrame.CloseCode?
    loop: while taken < frames.count, let frame = try await caller.next() {
      switch frame {
      case .credit: taken += 1
      case .close(let code, _):
        closed = code
        break loop
      default: break
      }
    }
    await caller.connection.close()
    await city.sessions.drained()
    return closed
  }

  private func run(_ entries: some Sequence<Entry>) throws -> SyncFrame {
    .entries(.spare(try #require(EntryRun(Array(entries)))))
  }

  @Test("forks, entries of authors without a charter here, out of scope, or that continue nothing held: no strike")
  func honest() async throws {
    let stranger = try SoftwareSigner.generate(suite: .ed25519)
    let strange = StreamID(
      author: stranger.publicKey.fingerprint(using: Ed25519Suite()), incarnation: 1, audience: .up)
    let first = try await county.chain(county.ownStream(2), 3, text: "first")
    let restored = try await county.chain(county.ownStream(2), 2, after: first[1], text: "restored")
    let apart = try await county.chain(county.ownStream(2), 3, text: "apart")
    let sealed = try await county.chain(county.ownStream(3, .own), 2)
    let late = try await county.chain(county.ownStream(4), 4)
    let elsewhere = try await county.chain(strange, 1, by: stranger)
    // More often than strikes are borne, each kind.
    for _ in 0...TransportLimits.standard.strikesPerKeyMax {
      #expect(try await answer(to: [run(elsewhere)]) == nil)
      #expect(try await answer(to: [run(sealed)]) == nil)
      #expect(try await answer(to: [run(late.suffix(2))]) == nil)
      #expect(try await answer(to: [run(first), run(restored)]) == nil)
      #expect(try await answer(to: [run(apart.suffix(1))]) == nil)
    }
    #expect(strikes == 0)
    // What was left because nothing before it was held is taken once it begins at the beginning.
    #expect(try await city.head(of: county.ownStream(4)) == nil)
    #expect(try await answer(to: [run(late)]) == nil)
    #expect(try await city.head(of: county.ownStream(4))?.seq == 4)
    await listener.close()
  }

  @Test("an office that begins one incarnation after the other is left where it has too many streams, the others are not")
  func incarnations() async throws {
    let held = try await city.streams(of: county)
    let room = UInt64(Admission.streamsPerKeyMax - held)
    // The county has no office below it that would give it more.
    for batch in stride(from: UInt64(0), to: room + 3, by: 100) {
      var frames: [SyncFrame] = []
      for number in batch..<min(batch + 100, room + 3) {
        frames.append(try run(try await county.chain(county.ownStream(100 + number), 1)))
      }
      #expect(try await answer(to: frames) == nil)
    }
    #expect(try await city.streams(of: county) == Admission.streamsPerKeyMax)
    #expect(try await city.head(of: county.ownStream(100 + room - 1)) != nil)
    #expect(try await city.head(of: county.ownStream(100 + room)) == nil)
    // What it holds goes on.
    let first = try await county.chain(county.ownStream(100), 2)
    #expect(try await answer(to: [run(first.suffix(1))]) == nil)
    #expect(try await city.head(of: county.ownStream(100))?.seq == 2)
    #expect(strikes == 0)
    await listener.close()
  }

  @Test("a session of version 1 that ends with a fork: no strike, and the office is let in as before")
  func forkEnds() async throws {
    let stream = await county.ownStream(2)
    let one = try await county.chain(stream, 2, text: "one"), other = try await county.chain(stream, 2, text: "other")
    let mixed = SyncFrame.entries(.whole(stream, [one[0].encoded, other[1].encoded]))
    for _ in 0...TransportLimits.standard.strikesPerKeyMax {
      #expect(try await answer(to: [mixed], version: 1) == .fork)
    }
    #expect(strikes == 0)
    #expect(try await answer(to: [run(one)]) == nil)
    await listener.close()
  }

  @Test("wrong signatures, frames that cannot be read and frames out of turn are strikes; after three nobody is let in")
  func hostile() async throws {
    let stranger = try SoftwareSigner.generate(suite: .ed25519)
    let forged = try await county.chain(county.ownStream(2), 1, by: stranger)
    #expect(try await answer(to: [run(forged)]) == .invalidEntry)
    #expect(strikes == 1)
    #expect(try await answer(to: [.hello(.init(
      version: 3, office: county.office, digest: .zero, clock: 0, software: "t"))]) == .protocolViolated)
    #expect(strikes == 2)
    var caller = try await RawCaller(as: county, port: listener.port)
    try await caller.begin()
    try await caller.connection.send([0x81, 0x18, 0x63])
    while let frame = try await caller.next() { if case .close = frame { break } }
    await caller.connection.close()
    await city.sessions.drained()
    #expect(strikes == 3)
    await #expect(throws: TransportError.self) { try await answer(to: []) }
    await listener.close()
  }
}

extension OfficeNode {
  fileprivate func streams(of other: OfficeNode) async throws -> Int {
    let key = await other.context.key
    return try store.read { try $0.streamCount(of: key) }
  }
}
