import Replication

extension Projector {
  /// Makes the projection again from the log, from the root downwards: whatever decides over an office's entries
  /// stands in the streams of offices above it, or proves itself. So the result is a function of what is held alone.
  /// - Parameter progress: told how many entries are done.
  public mutating func rebuild(in storage: any ReplicaStorage, progress: (Int) -> Void = { _ in }) throws {
    var done = 0
    let forks = try storage.forkProofs().count
    try storage.clearProjection()
    try PackMark.change(by: Array("rebuild".utf8), suites: context.suites, in: storage)
    mustRebuild = false
    judgements = [:]
    touchedFiles = []
    isRebuilding = true
    defer { isRebuilding = false }
    assemblers = [:]
    dossiers = []
    context.hasDossiers = false
    try DossierBook.clearMarks(in: storage)
    context.hasClamps = false
    try context.refresh(from: storage)
    var pending = try storage.heads()
    while true {
      // What was said from above of an office or a key before its charter or introduction was read counts from here on:
      // before the first entry that it decides over.
      try retryHeld(in: storage)
      let ready = pending.indices.filter { isReady(pending[$0].stream) }
      guard let next = ready.min(by: { order(pending[$0].stream) < order(pending[$1].stream) }) else { break }
      let head = pending.remove(at: next)
      var seq: UInt64 = 1
      while seq <= head.seq {
        let entries = try storage.entries(of: head.stream, from: seq, bytesMax: SessionLimits.creditBytes)
        guard let last = entries.last else { break }
        for entry in entries { try project(entry, in: storage) }
        seq = last.header.seq + 1
        done += entries.count
        progress(done)
      }
    }
    context.hasUnseatedStreams = !pending.isEmpty
    // A fork that only came to light on the way decides over entries that were already projected. Every other fact was
    // projected before what it decides over. There are no more rounds than forks.
    if try storage.forkProofs().count > forks { return try rebuild(in: storage, progress: progress) }
    if try BranchChoice(context: context).settle(in: storage) { return try rebuild(in: storage, progress: progress) }
    mustRebuild = false
    hasTouchedTree = true
    try finish(in: storage)
    try DossierBook(context: context, storage: storage).markTold()
  }

  private func isReady(_ stream: StreamID) -> Bool {
    stream.author == context.tree.rootKey || context.tree.seat(of: stream.author) != nil
  }

  private func order(_ stream: StreamID) -> StreamOrder { StreamOrder(stream, in: context.tree) }
}
