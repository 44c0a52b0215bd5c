import NIOCore
import PeerTransport
import Testing

@Suite("Who waits at the door, and strikes that fade")
struct ReceptionTests {
  private let start = NIODeadline.uptimeNanoseconds(3_600_000_000_000)

  private func address(_ text: String) throws -> AddressGroup {
    AddressGroup(try SocketAddress(ipAddress: text, port: 1))
  }

  private func ticket(_ arrival: Reception.Arrival) -> Reception.Ticket? {
    if case .welcome(let ticket, _) = arrival { ticket } else { nil }
  }

  @Test("addresses that one machine may fill by itself count as one")
  func groups() throws {
    #expect(try address("10.1.2.3") == address("10.1.2.3") && address("10.1.2.3") != address("10.1.2.4"))
    #expect(try address("2001:db8:0:7::1") == address("2001:db8:0:7:ffff::2"))
    #expect(try address("2001:db8:0:7::1") != address("2001:db8:0:8::1"))
    // A socket for both protocols sees IPv4 so.
    #expect(try address("::ffff:10.1.2.3") == address("10.1.2.3"))
    #expect(try address("::ffff:10.1.2.3") != address("::ffff:10.1.2.4"))
  }

  @Test("garbage from an unknown address shuts it out until strikes have faded, and nobody else")
  func strikes() throws {
    let limits = TransportLimits()
    var ledger = PeerLedger(limits: limits)
    let (bad, good) = (try address("10.0.0.1"), try address("10.0.0.2"))
    for _ in 1..<limits.strikesPerAddressMax { ledger.strike(bad, at: start) }
    #expect(ledger.call(from: bad, at: start) == nil)
    ledger.strike(bad, at: start)
    #expect(ledger.call(from: bad, at: start) == .struck)
    #expect(ledger.call(from: good, at: start) == nil)
    // However many there were, one has faded after the time of one.
    for _ in 0..<1_000 { ledger.strike(bad, at: start) }
    #expect(ledger.call(from: bad, at: start + limits.addressStrikeFades) == nil)
    ledger.strike(bad, at: start + limits.addressStrikeFades)
    #expect(ledger.call(from: bad, at: start + limits.addressStrikeFades) == .struck)
  }

  @Test("who stands behind the same router as an admitted office does not shut it out")
  func shared() throws {
    let limits = TransportLimits()
    var ledger = PeerLedger(limits: limits)
    let router = try address("192.0.2.1")
    ledger.admitted(from: router, at: start)
    for _ in 0..<100 { ledger.strike(router, at: start) }
    #expect(ledger.call(from: router, at: start) == nil)
    let later = start + limits.knownAddressTime
    for _ in 0..<100 { ledger.strike(router, at: later) }
    #expect(ledger.call(from: router, at: later) == .struck)
  }

  @Test("a key that misbehaves is let in as often as strikes fade")
  func keys() {
    let limits = TransportLimits()
    var ledger = PeerLedger(limits: limits)
    for _ in 1..<limits.strikesPerKeyMax { ledger.strike(key: [1], at: start) }
    #expect(!ledger.isStruck(key: [1], at: start))
    ledger.strike(key: [1], at: start)
    #expect(ledger.isStruck(key: [1], at: start) && !ledger.isStruck(key: [2], at: start))
    let later = start + limits.keyStrikeFades
    #expect(!ledger.isStruck(key: [1], at: later))
    ledger.strike(key: [1], at: later)
    #expect(ledger.isStruck(key: [1], at: later))
  }

  @Test("three hundred offices behind one address call at once, four times a minute, and no more")
  func rate() throws {
    let limits = TransportLimits()
    var ledger = PeerLedger(limits: limits)
    let router = try address("192.0.2.1")
    for _ in 0..<limits.callsPerAddressAndMinute { #expect(ledger.call(from: router, at: start) == nil) }
    #expect(ledger.call(from: router, at: start) == .tooOften)
    #expect(ledger.call(from: router, at: start + .minutes(1)) == nil)
    #expect(limits.callsPerAddressAndMinute >= 4 * 300 && limits.handshakesPerAddressMax >= 300)
    #expect(limits.sessionsMax >= 300 && limits.backlog >= 300)
  }

  @Test("a key that comes again and again is turned away until it is less, from whatever address; another one is not")
  func keyRate() throws {
    let limits = TransportLimits()
    var reception = Reception(limits: limits)
    func enters(_ number: Int, _ key: [UInt8], at now: NIODeadline) throws -> Reception.Entrance {
      let from = try address("10.0.\(number % 8).1")
      let caller = try #require(ticket(reception.arrive(from: from, at: now)))
      defer { reception.leave(caller) }
      return reception.enter(caller, key: key, at: now)
    }
    for number in 0..<limits.callsPerKeyAndMinute { #expect(try enters(number, [1], at: start) == .inside(leaves: nil)) }
    #expect(try enters(0, [1], at: start) == .tooOften)
    #expect(try enters(0, [2], at: start) == .inside(leaves: nil))
    // One more each quarter of a second; those turned away do not count.
    for _ in 0..<100 { #expect(try enters(0, [1], at: start) == .tooOften) }
    #expect(try enters(1, [1], at: start + .milliseconds(250)) == .inside(leaves: nil))
    #expect(try enters(1, [1], at: start + .milliseconds(250)) == .tooOften)
  }

  @Test("what is remembered stays bounded, and what matters longest is kept")
  func memory() throws {
    var limits = TransportLimits()
    limits.rememberedMax = 16
    var ledger = PeerLedger(limits: limits)
    let office = try address("192.0.2.1")
    ledger.admitted(from: office, at: start)
    for number in 0..<1_000 {
      let stranger = try address("10.0.\(number / 256).\(number % 256)")
      _ = ledger.call(from: stranger, at: start)
      ledger.strike(stranger, at: start)
      ledger.strike(key: [UInt8(number / 256), UInt8(number % 256)], at: start)
    }
    #expect(ledger.count == 32)
    for _ in 0..<100 { ledger.strike(office, at: start) }
    #expect(ledger.call(from: office, at: start) == nil)
  }

  @Test("whoever fills the handshakes pushes out only itself")
  func crowd() throws {
    var limits = TransportLimits()
    limits.handshakesPerAddressMax = 4
    limits.handshakesMax = 6
    var reception = Reception(limits: limits)
    let (crowd, quiet) = (try address("10.0.0.1"), try address("10.0.0.2"))
    let first = (0..<4).compactMap { _ in ticket(reception.arrive(from: crowd, at: start)) }
    let honest = try #require(ticket(reception.arrive(from: quiet, at: start)))
    // Of one address only so many: its oldest makes room.
    guard case .welcome(let fifth, leaves: first[0]) = reception.arrive(from: crowd, at: start) else {
      Issue.record("the oldest should leave")
      return
    }
    // Of all only so many: the oldest of the most crowded address makes room, not the one who called first.
    #expect(ticket(reception.arrive(from: try address("10.0.0.3"), at: start)) != nil)
    guard case .welcome(_, leaves: first[1]) = reception.arrive(from: try address("10.0.0.4"), at: start) else {
      Issue.record("the most crowded address should give way")
      return
    }
    #expect(reception.handshakesOpen == 6)
    #expect(reception.enter(honest, key: [1], at: start) == .inside(leaves: nil))
    #expect(reception.enter(fifth, key: [2], at: start) == .inside(leaves: nil))
    #expect(reception.enter(first[0], key: [3], at: start) == .gone)
    #expect(reception.handshakesOpen == 4 && reception.sessionsOpen == 2)
  }

  @Test("of one key the latest connections live; beyond the number of sessions nobody enters")
  func sessions() throws {
    var limits = TransportLimits()
    limits.sessionsPerKeyMax = 2
    limits.sessionsMax = 3
    var reception = Reception(limits: limits)
    let here = try address("::1")
    let tickets = (0..<6).compactMap { _ in ticket(reception.arrive(from: here, at: start)) }
    #expect(reception.enter(tickets[0], key: [1], at: start) == .inside(leaves: nil))
    #expect(reception.enter(tickets[1], key: [1], at: start) == .inside(leaves: nil))
    #expect(reception.enter(tickets[2], key: [1], at: start) == .inside(leaves: tickets[0]))
    #expect(reception.enter(tickets[3], key: [2], at: start) == .inside(leaves: nil))
    #expect(reception.enter(tickets[4], key: [3], at: start) == .full)
    reception.leave(tickets[4])
    reception.leave(tickets[3])
    #expect(reception.enter(tickets[5], key: [3], at: start) == .inside(leaves: nil))
    #expect(reception.sessionsOpen == 3 && reception.handshakesOpen == 0)
  }
}
