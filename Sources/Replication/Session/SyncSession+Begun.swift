/// Entries that a breaking connection cut off: what arrived of one need not be carried again (protocol version 3).
extension SyncSession {
  /// The connection broke within a frame.
  /// - Parameter frame: what had arrived of it.
  public mutating func cutOff(_ frame: [UInt8]) -> [Action] {
    guard isFlowing, version >= 3, let beginning = RunBeginning(frame, continuing: begun) else { return [] }
    if let next = beginning.begun {
      begun = next
    } else if let run = beginning.run, let held = begun?.name, held.stream == run.stream, held.seq >= run.first,
      held.seq - run.first < UInt64(run.items.count)
    {
      begun = nil
    }
    return beginning.run.map { received(.entries(.spare($0))) } ?? []
  }

  /// The run without what the peer holds of its first entry.
  mutating func continuation(of run: EntryRun) -> SyncFrame.Continuation? {
    guard let name = peerBegun, name.stream == run.stream, name.seq == run.first, name.signature == run.items[0].signature,
      name.count <= run.items[0].payload.count
    else { return nil }
    peerBegun = nil
    var items = run.items
    items[0].payload.removeFirst(name.count)
    return SyncFrame.Continuation(
      run: EntryRun(stream: run.stream, first: run.first, previous: run.previous, items: items), skipped: name.count)
  }

  mutating func receivedContinuation(_ continuation: SyncFrame.Continuation) -> [Action] {
    let run = continuation.run
    guard isFlowing, let held = begun, held.name.stream == run.stream, held.name.seq == run.first,
      held.name.count == continuation.skipped, held.name.signature == run.items[0].signature,
      held.payload.count + run.items[0].payload.count <= LogLimits.entryBytesMax
    else { return violated("continuation of nothing begun") }
    begun = nil
    var items = run.items
    items[0].payload = held.payload + items[0].payload
    return received(
      .entries(.spare(EntryRun(stream: run.stream, first: run.first, previous: run.previous, items: items))))
  }
}
