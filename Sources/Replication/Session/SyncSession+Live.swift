/// After both sides settled (protocol version 3): what one records or stores is sent to the other at once.
///
/// There is no comparison any more. Each side remembers up to which position the other holds a stream, because it sent
/// it or was sent it. Whatever that cannot settle (a branch, a stream that was refused) waits for the next session,
/// which begins with frontiers again.
extension SyncSession {
  struct LiveState: Sendable {
    /// Position up to which the peer holds each stream, or has been sent it.
    var held: [StreamID: UInt64] = [:]
    /// Streams of which the two sides hold different branches: nothing of them is sent.
    var apart: Set<StreamID> = []
    /// Streams of which a run was left: what follows does not attach, so it is left too.
    var left: Set<StreamID> = []
    /// Something was stored for which no receipts have been asked yet.
    var isReceiptOwed = false

    mutating func begin(_ ours: [StreamHead], theirs: [StreamID: StreamHead], apart: Set<StreamID>) {
      self.apart = apart
      held.reserveCapacity(ours.count)
      for head in ours { held[head.stream] = max(held[head.stream] ?? 0, head.seq) }
      for head in theirs.values { held[head.stream] = max(held[head.stream] ?? 0, head.seq) }
    }
  }

  /// Whether the next session will heal what this one cannot: a run was left, or branches part.
  public var needsRenewal: Bool { !live.left.isEmpty || !wanted.isEmpty }

  /// Heads of streams both may hold moved on our side: recorded, stored from another peer, or from this one.
  /// - Parameter heads: superiors' streams first.
  public mutating func moved(_ heads: [StreamHead]) -> [Action] {
    guard phase == .live else { return [] }
    for head in heads where !live.apart.contains(head.stream) {
      let sent = live.held[head.stream] ?? 0
      guard head.seq > sent else { continue }
      live.held[head.stream] = head.seq
      if let last = queue.lastIndex(where: { $0.stream == head.stream }), queue[last].last == sent {
        queue[last] = Range(stream: head.stream, next: queue[last].next, last: head.seq)
      } else {
        queue.append(Range(stream: head.stream, next: sent + 1, last: head.seq))
      }
    }
    return advance()
  }

  mutating func receivedLive(_ run: CarriedRun) -> [Action] {
    guard run.count > 0, case .spare(let spare) = run else { return violated("entries out of turn") }
    if live.left.contains(run.stream) || live.apart.contains(run.stream) { return [giveBack(run.bytes)] }
    let last = spare.first + UInt64(run.count) - 1
    live.held[run.stream] = max(live.held[run.stream] ?? 0, last)
    storing += 1
    return [.store(run)]
  }

  /// The peer holds another branch: where it parts is looked for by the next session.
  mutating func liveBranchesApart(_ stream: StreamID, before seq: UInt64, bytes: Int) -> [Action] {
    storing -= 1
    live.apart.insert(stream)
    live.left.insert(stream)
    return [.reportFork(stream: stream, seq: seq), giveBack(bytes)] + advance()
  }

  mutating func owedReceipts() -> [Action] {
    guard live.isReceiptOwed, storing == 0 else { return [] }
    live.isReceiptOwed = false
    return [.writeReceipts]
  }
}
