package import NIOCore

/// Who waits at the door and who is inside. Knows no sockets; the time is passed in.
package struct Reception: Sendable {
  /// Number of a connection, in the order of calls.
  package typealias Ticket = UInt64

  package enum Arrival: Sendable, Hashable {
    /// May begin its handshake; `leaves` must go for it.
    case welcome(Ticket, leaves: Ticket?)
    case refused(CallRefusal)
  }

  package enum Entrance: Sendable, Hashable {
    /// Is inside; `leaves`, an older connection of the same key, must go.
    case inside(leaves: Ticket?)
    /// As many are inside as there may be.
    case full
    /// Its key came too often of late.
    case tooOften
    /// Had to go before.
    case gone
  }

  package var ledger: PeerLedger
  private let limits: TransportLimits
  private var next: Ticket = 1
  private var waiting: [AddressGroup: [Ticket]] = [:]
  private var addresses: [Ticket: AddressGroup] = [:]
  private var sessions: [Ticket: [UInt8]] = [:]
  private var tickets: [[UInt8]: [Ticket]] = [:]

  package init(limits: TransportLimits) {
    self.limits = limits
    ledger = PeerLedger(limits: limits)
  }

  package var handshakesOpen: Int { addresses.count }
  package var sessionsOpen: Int { sessions.count }

  /// Someone calls.
  package mutating func arrive(from address: AddressGroup, at now: NIODeadline) -> Arrival {
    if let refusal = ledger.call(from: address, at: now) { return .refused(refusal) }
    var crowded: AddressGroup?
    if waiting[address, default: []].count >= limits.handshakesPerAddressMax {
      crowded = address
    } else if addresses.count >= limits.handshakesMax {
      // Equally crowded ones: whose oldest call is older.
      crowded = waiting.max { ($0.value.count, $1.value[0]) < ($1.value.count, $0.value[0]) }?.key
    }
    let leaves = crowded.flatMap { waiting[$0]?.first }
    if let leaves { leave(leaves) }
    let ticket = next
    next += 1
    waiting[address, default: []].append(ticket)
    addresses[ticket] = address
    return .welcome(ticket, leaves: leaves)
  }

  /// The handshake is done and the key admitted.
  package mutating func enter(_ ticket: Ticket, key: [UInt8], at now: NIODeadline) -> Entrance {
    guard let address = addresses[ticket] else { return .gone }
    ledger.admitted(from: address, at: now)
    guard ledger.mayEnter(key: key, at: now) else { return .tooOften }
    var leaves: Ticket?
    if let own = tickets[key], own.count >= limits.sessionsPerKeyMax {
      leaves = own.first
    } else if sessions.count >= limits.sessionsMax {
      return .full
    }
    if let leaves { leave(leaves) }
    leave(ticket)
    sessions[ticket] = key
    tickets[key, default: []].append(ticket)
    return .inside(leaves: leaves)
  }

  /// The connection is closed or about to be.
  package mutating func leave(_ ticket: Ticket) {
    if let address = addresses.removeValue(forKey: ticket) {
      waiting[address]?.removeAll { $0 == ticket }
      if waiting[address]?.isEmpty == true { waiting[address] = nil }
    }
    if let key = sessions.removeValue(forKey: ticket) {
      tickets[key]?.removeAll { $0 == ticket }
      if tickets[key]?.isEmpty == true { tickets[key] = nil }
    }
  }
}
