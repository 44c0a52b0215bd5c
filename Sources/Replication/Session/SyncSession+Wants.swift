/// Entries from further back, and what lies aside: where two sides hold different branches.
extension SyncSession {
  /// The shell could not store the run: it is of another branch than ours, which parts from it before position `seq`.
  public mutating func branchesApart(_ stream: StreamID, before seq: UInt64, bytes: Int) -> [Action] {
    if phase == .live { return liveBranchesApart(stream, before: seq, bytes: bytes) }
    storing -= 1
    guard phase == .exchanging else { return [] }
    return [giveBack(bytes)] + want(stream, before: seq) + advance()
  }

  /// Asks for what lies aside alone: from beyond both heads there is nothing else.
  mutating func wantAside(_ head: StreamHead) -> [Action] {
    wanted[head.stream] = 1
    let last = max(head.seq, theirs[head.stream]?.seq ?? 0)
    return [
      .reportFork(stream: head.stream, seq: head.seq),
      .send(.want(stream: head.stream, from: min(last, LogLimits.seqMax - 1) + 1)),
    ]
  }

  /// Asks for entries from further back, where the branches may part; further still each time.
  mutating func want(_ stream: StreamID, before seq: UInt64) -> [Action] {
    let report = Action.reportFork(stream: stream, seq: seq)
    let times = wanted[stream] ?? 0
    // The peer serves no more in one session; the next one goes on with the others.
    let mayAsk = wanted.values.reduce(0, +) < SessionLimits.wantsMax
    guard !settledForks.contains(stream), times < SessionLimits.lookBack.count, mayAsk else {
      return times == 0 ? [report] : []
    }
    wanted[stream] = times + 1
    let back = SessionLimits.lookBack[times]
    return (times == 0 ? [report] : []) + [.send(.want(stream: stream, from: seq > back ? seq - back : 1))]
  }

  mutating func receivedWant(_ stream: StreamID, from seq: UInt64) -> [Action] {
    guard phase == .exchanging, !hasReceivedSettled else { return violated("want out of turn") }
    wantsServed += 1
    guard wantsServed <= SessionLimits.wantsMax else { return fail(.tooMuch, "too many wants") }
    donesOwed += 1
    // A stream the peer may not hold is not among ours: it gets nothing, and learns nothing.
    if let head = ours.first(where: { $0.stream == stream }) {
      if seq <= head.seq { queue.append(Range(stream: stream, next: seq, last: head.seq)) }
      // Where this side took the peer's branch a moment ago, its own lies aside by now: the author may have lost it.
      aside.append((stream, 0))
    }
    return advance()
  }
}
