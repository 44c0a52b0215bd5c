import NIOConcurrencyHelpers
import NIOCore

/// The listener's state that all its connections share: decides by `Reception`, acts on channels.
final class Door: Sendable {
  private struct State: Sendable {
    var reception: Reception
    var channels: [Reception.Ticket: any Channel] = [:]
  }

  private let state: NIOLockedValueBox<State>
  private let counters: TransportCounters

  init(limits: TransportLimits, counters: TransportCounters) {
    state = NIOLockedValueBox(State(reception: Reception(limits: limits)))
    self.counters = counters
  }

  /// A call, before anything of it is read.
  /// - Returns: `nil` when it is refused.
  func visitor(_ channel: any Channel) -> Visitor? {
    let address = AddressGroup(channel.remoteAddress)
    let (arrival, leaves) = state.withLockedValue { state -> (Reception.Arrival, (any Channel)?) in
      let arrival = state.reception.arrive(from: address, at: .now())
      guard case .welcome(let ticket, let leaves) = arrival else { return (arrival, nil) }
      state.channels[ticket] = channel
      return (arrival, leaves.flatMap { state.channels[$0] })
    }
    switch arrival {
    case .refused(let refusal):
      counters.count { $0.refused[refusal, default: 0] += 1 }
      return nil
    case .welcome(let ticket, _):
      leaves?.triggerUserOutboundEvent(Severance.handshake(.crowdedOut), promise: nil)
      channel.closeFuture.whenComplete { _ in self.left(ticket) }
      return Visitor(door: self, ticket: ticket, address: address)
    }
  }

  private func left(_ ticket: Reception.Ticket) {
    state.withLockedValue { state in
      state.reception.leave(ticket)
      state.channels[ticket] = nil
    }
  }

  /// Ends all connections; waits until they are.
  func close() async {
    let open = state.withLockedValue { Array($0.channels.values) }
    for channel in open { channel.close(promise: nil) }
    for channel in open { try? await channel.closeFuture.get() }
  }

  /// One call.
  struct Visitor: Sendable {
    fileprivate let door: Door
    fileprivate let ticket: Reception.Ticket
    fileprivate let address: AddressGroup

    func isStruck(_ key: [UInt8]) -> Bool {
      door.state.withLockedValue { $0.reception.ledger.isStruck(key: key, at: .now()) }
    }

    /// Lets the peer in.
    /// - Returns: why not.
    func enter(_ key: [UInt8]) -> HandshakeFailure? {
      let (entrance, leaves) = door.state.withLockedValue { state -> (Reception.Entrance, (any Channel)?) in
        let entrance = state.reception.enter(ticket, key: key, at: .now())
        guard case .inside(let leaves?) = entrance else { return (entrance, nil) }
        return (entrance, state.channels[leaves])
      }
      leaves?.triggerUserOutboundEvent(Severance.cutOff(.replaced), promise: nil)
      return switch entrance {
      case .inside: nil
      case .full: .full
      case .tooOften: .tooOften
      case .gone: .crowdedOut
      }
    }

    /// The handshake failed; garbage is a strike against the address.
    func failed(_ failure: HandshakeFailure) {
      guard failure == .garbage else { return }
      door.state.withLockedValue { $0.reception.ledger.strike(address, at: .now()) }
    }

    /// A strike against an admitted peer.
    func strike(_ key: [UInt8]) {
      door.state.withLockedValue { $0.reception.ledger.strike(key: key, at: .now()) }
    }
  }
}
