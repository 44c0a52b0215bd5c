import Replication
import Synchronization

/// The sessions that are open now, one for each pair of offices.
final class SessionRegistry: Sendable {
  private struct Entry {
    let id: UInt64
    let inbox: SessionInbox
    /// This node called.
    let isCaller: Bool
    /// Everything was exchanged: what is new comes at once.
    var isSettled = false
  }

  private struct State {
    var sessions: [OfficeCode: Entry] = [:]
    var windows = WindowShares()
    var open: Int { windows.count }
    var nextID: UInt64 = 1
    var isClosing = false
    var drained: [CheckedContinuation<Void, Never>] = []
  }

  private let state = Mutex(State())

  /// Takes a session in. Of two calls in the same direction the later one counts: the earlier connection is dead, or its
  /// machine would not have called again. Of two in opposite directions the one stays that the office with the lower code
  /// made; both sides decide alike.
  /// - Returns: `nil` when the new one is to end.
  func enter(_ peer: OfficeCode, from own: OfficeCode, isCaller: Bool, inbox: SessionInbox) -> UInt64? {
    let (id, replaced) = state.withLock { state -> (UInt64?, SessionInbox?) in
      if state.isClosing { return (nil, nil) }
      let present = state.sessions[peer]
      if let present, present.isCaller != isCaller, (own < peer) == present.isCaller { return (nil, nil) }
      let id = state.nextID
      state.nextID += 1
      state.windows.enter(id)
      state.sessions[peer] = Entry(id: id, inbox: inbox, isCaller: isCaller)
      return (id, present?.inbox)
    }
    replaced?.hangUp(.superseded, "another session with this office")
    return id
  }

  func leave(_ peer: OfficeCode, id: UInt64) {
    let waiting = state.withLock { state -> [CheckedContinuation<Void, Never>] in
      if state.sessions[peer]?.id == id { state.sessions[peer] = nil }
      state.windows.leave(id)
      guard state.open == 0 else { return [] }
      defer { state.drained = [] }
      return state.drained
    }
    for continuation in waiting { continuation.resume() }
  }

  /// Both sides of the session with this inbox hold the same now.
  func settled(_ peer: OfficeCode, _ inbox: SessionInbox) {
    state.withLock { if $0.sessions[peer]?.inbox === inbox { $0.sessions[peer]?.isSettled = true } }
  }

  /// Offices with which a session is open.
  var peers: Set<OfficeCode> { state.withLock { Set($0.sessions.keys) } }

  /// Of them those whose session has exchanged everything.
  var settledPeers: Set<OfficeCode> {
    state.withLock { state in Set(state.sessions.filter(\.value.isSettled).keys) }
  }

  var isAnyOpen: Bool { state.withLock { $0.open > 0 } }

  /// How far the window of a session may grow.
  /// - Parameter window: as wide as it is now.
  func windowMax(of id: UInt64, window: Int) -> Int { state.withLock { $0.windows.share(of: id, window: window) } }

  /// Tells each session of the heads that moved here and that its peer may hold. A session for which there are none
  /// sleeps on: with hundreds of them open, most of what moves concerns one or two.
  /// - Parameter heads: of those that moved, a peer's; superiors' streams first.
  func moved(_ heads: (OfficeCode) -> [StreamHead]) {
    let sessions = state.withLock { $0.sessions.map { (peer: $0.key, inbox: $0.value.inbox) } }
    for session in sessions {
      let heads = heads(session.peer)
      if !heads.isEmpty { session.inbox.moved(heads) }
    }
  }

  /// Ends the session with one office, in order.
  func hangUp(_ peer: OfficeCode, _ code: SyncFrame.CloseCode, _ text: String) {
    state.withLock { $0.sessions[peer]?.inbox }?.hangUp(code, text)
  }

  /// Ends every session in order, and takes none any more.
  func close(_ code: SyncFrame.CloseCode, _ text: String) {
    let inboxes = state.withLock { state in
      state.isClosing = true
      return state.sessions.values.map(\.inbox)
    }
    for inbox in inboxes { inbox.hangUp(code, text) }
  }

  /// Takes sessions again after `close`.
  func reopen() { state.withLock { $0.isClosing = false } }

  /// Returns when no session is open.
  func drained() async {
    await withCheckedContinuation { continuation in
      let isEmpty = state.withLock { state in
        if state.open > 0 { state.drained.append(continuation) }
        return state.open == 0
      }
      if isEmpty { continuation.resume() }
    }
  }
}
