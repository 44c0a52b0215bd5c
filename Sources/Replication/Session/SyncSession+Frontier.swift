/// Hellos and frontiers: what each side has, before entries flow.
extension SyncSession {
  mutating func receivedHello(_ theirs: SyncFrame.Hello) -> [Action] {
    guard phase == .greeting, peerHello == nil else { return violated("second hello") }
    peerHello = theirs
    guard theirs.version >= SessionLimits.oldestVersion else {
      phase = .closed
      let text = "protocol version \(theirs.version), here \(SessionLimits.oldestVersion) to \(hello.version)"
      return [
        .send(.close(code: .unsupportedVersion, text: text)),
        .close(.unsupportedVersion, text, isMisbehaviour: false),
      ]
    }
    version = min(theirs.version, hello.version)
    guard theirs.office == peer else {
      return fail(.wrongOffice, "certificate of \(peer), hello of \(theirs.office)")
    }
    if version >= 3 {
      credit = SessionLimits.firstCreditBytes
      window = SessionLimits.firstCreditBytes
    }
    if theirs.digest == hello.digest {
      wasIdle = true
      // A session that was cut may have stored what it wrote no receipts for any more.
      return complete() + (isLive ? [.writeReceipts] : [])
    }
    phase = .comparing
    if version < 3 { begun = nil }
    let offer: [Action] = begun.map { [.send(.begun($0.name))] } ?? []
    guard let movedSince, hello.agreed == theirs.agreed else { return offer + tellAll() }
    guard movedSince.count <= SessionLimits.headsPerFrame else {
      // The peer cannot know, and may list the few that moved on its side.
      mayHearMoved = true
      return offer + tellAll()
    }
    told = .moved
    return offer + [.send(.frontier(heads: movedSince, isLast: true))]
  }

  mutating func receivedFrontier(_ heads: [StreamHead], isLast: Bool) -> [Action] {
    guard phase == .comparing else { return violated("frontier out of turn") }
    hasHeardHeads = true
    guard theirs.count + heads.count <= SessionLimits.headsMax else { return fail(.tooMuch, "too many streams") }
    if mayHearMoved, !hasHeard, isLast {
      // Void: the peer sees that more moved here than is listed at once, and tells all.
      mayHearMoved = false
      return []
    }
    let isFirst = !hasHeard
    hasHeard = true
    var actions: [Action] = []
    switch told {
    case .moved, .tree:
      guard isFirst else { return violated("frontier out of turn") }
      if case .moved = told, isLast { return receivedMoved(heads) }
      // The peer has few heads where this side told a tree, or more that moved where this side listed its few.
      told = .all
      actions = ours.frontier()
    case .leaves(let listed, let owed):
      guard isLast ? heads.count == owed : heads.count <= owed else { return violated("heads that were not counted") }
      told = .leaves(listed, owed: owed - heads.count)
    case .all: break
    }
    for head in heads { theirs[head.stream] = head }
    return actions + (isLast ? compare() : [])
  }

  /// What moved on the peer's side: it wants to know where we stand in those streams.
  private mutating func receivedMoved(_ heads: [StreamHead]) -> [Action] {
    if heads.isEmpty, movedSince?.isEmpty ?? true {
      // Nothing moved, yet the digests differ: what may be shared has changed, which no list of moves tells.
      hasHeard = false
      return tellAll()
    }
    for head in heads { theirs[head.stream] = head }
    let held = Dictionary(ours.map { ($0.stream, $0) }, uniquingKeysWith: { first, _ in first })
    let positions = heads.map { head in
      held[head.stream].map { SyncFrame.Position(seq: $0.seq, hash: $0.hash) }
    }
    return [.send(.positions(positions))] + (hasPositions ? compare() : [])
  }

  mutating func receivedPositions(_ positions: [SyncFrame.Position?]) -> [Action] {
    guard phase == .comparing, case .moved = told, !hasPositions, positions.count == movedSince?.count else {
      return violated("positions out of turn")
    }
    hasPositions = true
    hasHeardHeads = true
    for (head, position) in zip(movedSince ?? [], positions) where theirs[head.stream] == nil {
      guard let position else { continue }
      theirs[head.stream] = StreamHead(stream: head.stream, seq: position.seq, hash: position.hash)
    }
    return hasHeard ? compare() : []
  }

  /// Both frontiers are known: sends what the peer lacks, asks about what differs.
  private mutating func compare() -> [Action] {
    phase = .exchanging
    // A stream that neither side listed stands where both agreed, or lies where the trees are equal.
    let listed: [StreamHead]? =
      switch told {
      case .moved: movedSince
      case .leaves(let heads, _): heads
      case .tree, .all: nil
      }
    told = .all
    let known = listed.map { Set($0.map(\.stream)).union(theirs.keys) }
    var actions: [Action] = []
    for head in ours where known?.contains(head.stream) ?? true {
      let held = theirs[head.stream]
      if let held, held.seq == head.seq, held.hash != head.hash {
        actions += want(head.stream, before: head.seq)
      } else if head.seq > held?.seq ?? 0 {
        queue.append(Range(stream: head.stream, next: (held?.seq ?? 0) + 1, last: head.seq))
        if let held {
          comparing += 1
          actions.append(.compare(held))
        }
      }
    }
    let held = Dictionary(ours.map { ($0.stream, $0.seq) }, uniquingKeysWith: { first, _ in first })
    let sends = queue.map { $0.last - $0.next + 1 }
    let takes = theirs.values.map { head in head.seq - min(head.seq, held[head.stream] ?? 0) }
    // A peer may claim any position: of so many entries nobody has a log.
    entriesExpected = (sends + takes).reduce(0) { $0 + Int(min($1, SessionLimits.claimMax)) }
    for head in ours where wanted[head.stream] == nil && lacked.contains(head.stream) { actions += wantAside(head) }
    return actions + advance()
  }
}
