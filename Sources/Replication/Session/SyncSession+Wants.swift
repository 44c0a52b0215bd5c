/// Where the head that a peer holds of a stream lies here.
public enum HeadPlace: Sendable {
  /// On the chain held.
  case held
  /// On a branch that is kept aside.
  case aside
  case nowhere
}

/// Entries from further back, and what lies aside: where two sides hold different branches.
extension SyncSession {
  /// The shell looked where the peer's head lies. Entries for it go out in any case: the peer has to learn too.
  public mutating func compared(_ head: StreamHead, as place: HeadPlace) -> [Action] {
    comparing -= 1
    guard phase == .exchanging else { return [] }
    if place == .held { return advance() }
    comparedForks.insert(head.stream)
    // Known forks or not: of this branch nothing is known, so the stream forked once more.
    if place == .nowhere { forkedAnew.insert(head.stream) }
    let known = ours.first { $0.stream == head.stream }?.seq ?? 0
    return want(head.stream, before: min(head.seq, known + 1)) + advance()
  }

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
    let isSettled = settledForks.contains(stream) && !forkedAnew.contains(stream)
    if isSettled, let head = theirs[stream], comparedForks.insert(stream).inserted {
      comparing += 1
      return [.compare(head)]
    }
    guard !isSettled, times < SessionLimits.lookBack.count, mayAsk else {
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
