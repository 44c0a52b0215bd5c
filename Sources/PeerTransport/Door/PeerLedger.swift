package import NIOCore

/// What is remembered of callers: how often they call, and their strikes, which fade. A value: the time is passed in.
package struct PeerLedger: Sendable {
  private struct Caller {
    var calls = LeakyBucket()
    var strikes = LeakyBucket()
    var isKnownUntil = NIODeadline.uptimeNanoseconds(0)

    /// When nothing of it matters any more.
    var isForgottenAt: NIODeadline { max(calls.emptyAt, strikes.emptyAt, isKnownUntil) }
  }

  /// An admitted peer, wherever it calls from.
  private struct Peer {
    var calls = LeakyBucket()
    var strikes = LeakyBucket()

    var isForgottenAt: NIODeadline { max(calls.emptyAt, strikes.emptyAt) }
  }

  private let limits: TransportLimits
  private var callers: [AddressGroup: Caller] = [:]
  private var peers: [[UInt8]: Peer] = [:]

  package init(limits: TransportLimits) { self.limits = limits }

  /// A call: counted, and refused when there were too many of them or of strikes.
  package mutating func call(from address: AddressGroup, at now: NIODeadline) -> CallRefusal? {
    var caller = callers[address] ?? Caller()
    let interval = TimeAmount.nanoseconds(60_000_000_000 / Int64(limits.callsPerAddressAndMinute))
    // A refused call is not counted: whoever waits is heard again, whoever does not is not shut out for longer.
    if caller.calls.holds(limits.callsPerAddressAndMinute, losingOneIn: interval, at: now) { return .tooOften }
    caller.calls.add(losingOneIn: interval, most: limits.callsPerAddressAndMinute, at: now)
    remember(caller, address, at: now)
    let isStruck = caller.strikes.holds(limits.strikesPerAddressMax, losingOneIn: limits.addressStrikeFades, at: now)
    return isStruck && caller.isKnownUntil <= now ? .struck : nil
  }

  /// Misbehaviour of someone unknown.
  package mutating func strike(_ address: AddressGroup, at now: NIODeadline) {
    var caller = callers[address] ?? Caller()
    caller.strikes.add(losingOneIn: limits.addressStrikeFades, most: limits.strikesPerAddressMax, at: now)
    remember(caller, address, at: now)
  }

  /// An admitted peer's handshake is done: counted, unless there were too many of its key.
  /// - Returns: whether it may come in.
  package mutating func mayEnter(key: [UInt8], at now: NIODeadline) -> Bool {
    var peer = peers[key] ?? Peer()
    let interval = TimeAmount.nanoseconds(60_000_000_000 / Int64(limits.callsPerKeyAndMinute))
    if peer.calls.holds(limits.callsPerKeyAndMinute, losingOneIn: interval, at: now) { return false }
    peer.calls.add(losingOneIn: interval, most: limits.callsPerKeyAndMinute, at: now)
    remember(peer, key, at: now)
    return true
  }

  /// Misbehaviour of an admitted peer.
  package mutating func strike(key: [UInt8], at now: NIODeadline) {
    var peer = peers[key] ?? Peer()
    peer.strikes.add(losingOneIn: limits.keyStrikeFades, most: limits.strikesPerKeyMax, at: now)
    remember(peer, key, at: now)
  }

  package func isStruck(key: [UInt8], at now: NIODeadline) -> Bool {
    peers[key]?.strikes.holds(limits.strikesPerKeyMax, losingOneIn: limits.keyStrikeFades, at: now) ?? false
  }

  /// A peer was admitted from there.
  package mutating func admitted(from address: AddressGroup, at now: NIODeadline) {
    var caller = callers[address] ?? Caller()
    caller.isKnownUntil = now + limits.knownAddressTime
    remember(caller, address, at: now)
  }

  /// How much is remembered.
  package var count: Int { callers.count + peers.count }

  private mutating func remember(_ caller: Caller, _ address: AddressGroup, at now: NIODeadline) {
    if callers[address] == nil { makeRoom(in: &callers, at: now, \.isForgottenAt) }
    callers[address] = caller
  }

  private mutating func remember(_ peer: Peer, _ key: [UInt8], at now: NIODeadline) {
    if peers[key] == nil { makeRoom(in: &peers, at: now, \.isForgottenAt) }
    peers[key] = peer
  }

  /// Forgets what no longer matters, and if nothing does not, what will be the first.
  private func makeRoom<Key, Value>(
    in table: inout [Key: Value], at now: NIODeadline, _ isForgottenAt: (Value) -> NIODeadline
  ) {
    guard table.count >= limits.rememberedMax else { return }
    table = table.filter { isForgottenAt($0.value) > now }
    guard table.count >= limits.rememberedMax,
      let first = table.min(by: { isForgottenAt($0.value) < isForgottenAt($1.value) })
    else { return }
    table[first.key] = nil
  }
}
