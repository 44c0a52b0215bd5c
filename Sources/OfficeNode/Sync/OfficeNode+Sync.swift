public import Casebook
import Casework
import Dispatch
import Logging
import NIOPosix
import PeerTransport
import ReplicaStore
import Replication
import SignatureSuites
import Synchronization

extension OfficeNode {
  /// Heads of the streams that both sides may hold, superiors' streams first.
  func sharedHeads(with peer: OfficeCode) throws -> [StreamHead] {
    let context = context
    return try StoreFailures.mapped { try store.read { try context.sharedHeads(with: peer, in: $0) } }
  }

  private func sessionStart(with peer: OfficeCode) throws -> SessionStart {
    let context = context
    return try StoreFailures.mapped { try store.read { try SessionStart(context, with: peer, in: $0) } }
  }

  /// A session as it begins, and this node's count of moves at that moment.
  func beginSession(with peer: OfficeCode) throws -> (session: SyncSession, moves: UInt64) {
    let start = try sessionStart(with: peer)
    let session = start.session(
      clock: effects.now(), software: Self.software, begun: begunEntries.take(of: peer, after: start.heads))
    return (session, start.moves)
  }

  /// What a connection cut off, for the next session with the peer.
  func keep(_ begun: BegunEntry, of peer: OfficeCode) { begunEntries.keep(begun, of: peer) }

  func hasGrown(_ begun: BegunEntry.Name, at peer: OfficeCode) -> Bool { begunEntries.hasGrown(begun, at: peer) }

  /// Heads that both may hold and that moved after the given count, superiors' streams first.
  func heads(movedAfter moves: UInt64, sharedWith peer: OfficeCode) throws -> [StreamHead] {
    let context = context
    return try StoreFailures.mapped {
      try store.read { storage in
        context.tree.inSendingOrder(
          try storage.heads(movedAfter: moves).filter { context.tree.mayExchange(context.office, with: peer, $0.stream) })
      }
    }
  }

  /// A transaction moved heads: the sessions are told once this node's view of the tree has taken it in too, and once
  /// for as many transactions as have followed each other by then.
  nonisolated func noteMovement() {
    // Without a session there is nobody to tell; one that begins reads for itself what moved since.
    guard sessions.isAnyOpen else { return }
    let isFirst = hasUntold.withLock { hasUntold in
      defer { hasUntold = true }
      return !hasUntold
    }
    // Weakly: a node that nobody uses any more lets go of its home at once.
    if isFirst { Task { [weak self] in await self?.tellSessions() } }
  }

  /// Tells the sessions what moved since they were last told. Called at the end of what live acts come by, so that they
  /// need not queue for it.
  func tellSessions() {
    guard hasUntold.withLock({ $0 }) else { return }
    // Should reading fail, so will what follows, and say so; the sessions' next ones begin with frontiers.
    guard let movement = try? store.read({ try movement(in: $0) }) else {
      hasUntold.withLock { $0 = false }
      return
    }
    tellSessions(movement)
  }

  /// What the sessions were not told of yet.
  struct Movement {
    let heads: [StreamHead]
    let moves: UInt64
  }

  func movement(in storage: any ReplicaStorage) throws -> Movement {
    Movement(heads: try storage.heads(movedAfter: toldMoves), moves: try storage.moves())
  }

  func tellSessions(_ movement: Movement) {
    hasUntold.withLock { $0 = false }
    toldMoves = movement.moves
    sessions.moved { heads(of: movement, sharedWith: $0) }
  }

  /// Superiors' streams first.
  func heads(of movement: Movement, sharedWith peer: OfficeCode) -> [StreamHead] {
    let context = context
    return context.tree.inSendingOrder(
      movement.heads.filter { context.tree.mayExchange(context.office, with: peer, $0.stream) })
  }

  /// Entries to be sent. They are read beside the node: what was just witnessed would wait behind a transaction of those
  /// that catch up, for a read that needs nothing of it.
  nonisolated func entries(of stream: StreamID, from seq: UInt64, bytesMax: Int) async throws -> [Entry] {
    try await withCheckedThrowingContinuation { continuation in
      sending.async { [store] in
        continuation.resume(
          with: Result {
            try StoreFailures.mapped {
              try store.readBeside { try $0.entries(of: stream, from: seq, bytesMax: bytesMax) }
            }
          })
      }
    }
  }

  func entriesAside(of stream: StreamID, after count: Int, bytesMax: Int) throws -> [Entry] {
    let context = context
    return try StoreFailures.mapped {
      try store.read { try context.entriesAside(of: stream, after: count, bytesMax: bytesMax, in: $0) }
    }
  }

  /// A session is complete: both hold the same now.
  func agree(with peer: OfficeCode) throws {
    let now = try sessionStart(with: peer)
    // An idle session writes nothing.
    guard now.isNews else { return }
    let context = context
    try StoreFailures.mapped {
      try store.transaction { storage in
        try now.note(in: storage)
        try PeerHoldings.note(now.heads, of: peer, context: context, in: storage)
      }
    }
  }

  /// Where a peer's head lies here.
  func place(of head: StreamHead) throws -> HeadPlace {
    let context = context
    return try StoreFailures.mapped { try store.read { try context.place(of: head, in: $0) } }
  }

  /// Whether our chain goes through a head.
  func holds(_ head: StreamHead) throws -> Bool {
    let context = context
    return try StoreFailures.mapped { try store.read { try context.holds(head, in: $0) } }
  }

  static func forkWarning(_ stream: StreamID, _ seq: UInt64, in context: ReplicaContext) -> Bilingual {
    let office = context.tree.office(of: stream.author)?.text ?? "?"
    return Bilingual(
      zh: "日志分叉：机构 \(office) 在同一位置（第 \(seq) 条）签了两份不同的记录，证据已保存并上报；上级先收到的一份有效。",
      en: "Fork: office \(office) signed two different entries at position \(seq); the proof is kept and passed on, the one a superior witnessed first stands.")
  }

  static func recoveredWarning(_ count: Int) -> Bilingual {
    Bilingual(
      zh: "本机数据库曾由备份恢复或复制：与上级不同的 \(count) 笔记录已在新的日志代次中重新登记，没有丢失。请确认没有另一台机器在使用同一机构的数据。",
      en: "This database had been restored or copied: \(count) entries that the superior does not hold were recorded again in a new incarnation, nothing is lost. Make sure that no other machine uses this office's data.")
  }

  func noteContact(
    with peer: OfficeCode, clock: UInt64, software: String? = nil, version: UInt64? = nil, at endpoint: Endpoint? = nil,
    _ view: inout SyncView
  ) throws {
    worked()
    let now = effects.now()
    let offset = Int64(clock) - Int64(now)
    if abs(offset) > Self.clockWarningMilliseconds { view.warnings.append(Self.offsetWarning(offset)) }
    try remember(peer.text) { memory in
      memory.lastContact = now
      memory.clockOffset = offset
      if let software { memory.software = software }
      if let version { memory.version = version }
      if let endpoint { memory.endpoint = endpoint.description }
      memory.errorZh = nil
      memory.errorEn = nil
      memory.errorCode = nil
      memory.errorAt = nil
    }
  }

  /// A session that had stayed open is over: what is known of the peer as of its last word.
  /// - Parameter heard: Unix milliseconds of this machine's clock.
  func noteEnd(with peer: OfficeCode, heard: UInt64) {
    let heads = delivered.take(of: peer).map { StreamHead(stream: $0.key, seq: $0.value, hash: .zero) }
    let context = context
    // What cannot be kept is told again by the next session.
    try? remember(peer.text) { $0.lastContact = max($0.lastContact ?? 0, heard) } and: { storage in
      // Another session may have learnt more meanwhile.
      let known = try PeerHoldings.read(of: peer, in: storage).held
      try PeerHoldings.note(
        heads.filter { $0.seq > known[$0.stream] ?? 0 }, of: peer, context: context, in: storage)
    }
  }

  func logRefusal(of stream: StreamID, by peer: OfficeCode) {
    let author = Hexadecimal.string(stream.author.bytes.prefix(8))
    logger.warning("stream not taken", metadata: ["author": "\(author)", "peer": "\(peer)"])
  }

  /// - Parameters:
  ///   - cut: bytes that had arrived of a frame; entries: stored at the end; begun: bytes kept of one more.
  func logBreak(with peer: OfficeCode, cut: Int, entries: Int, begun: Int?) {
    logger.info(
      "connection broke",
      metadata: ["peer": "\(peer)", "cut": "\(cut)", "entries": "\(entries)", "begun": "\(begun ?? 0)"])
  }

  /// - Parameter committed: seconds since the machine started, when the transaction had ended.
  nonisolated func logLive(_ run: CarriedRun, _ result: Admitted, from peer: OfficeCode, at committed: Double) {
    guard case .success(let outcome) = result, outcome.stored > 0, case .spare(let spare) = run else { return }
    let author = Hexadecimal.string(run.stream.author.bytes.prefix(8))
    logger.trace(
      "live stored",
      metadata: [
        "peer": "\(peer)", "author": "\(author)", "seq": "\(spare.first + UInt64(run.count) - 1)",
        "uptime": "\(UInt64(committed * 1e6))",
      ])
  }

  func logFork(_ stream: StreamID, seq: UInt64) {
    logger.error("fork", metadata: ["author": "\(Hexadecimal.string(stream.author.bytes.prefix(8)))", "seq": "\(seq)"])
  }

  nonisolated func transportIdentity() async throws -> TransportIdentity {
    try await presentIdentity()
  }

  /// Exchanges with the superior.
  nonisolated func synchronise(
    with office: String?, progress: @escaping @Sendable (DeskProgress) -> Void
  ) async throws -> SyncView {
    let (settings, link) = await (settings, link)
    guard let superior = settings.superior, office ?? superior == superior, let peer = OfficeCode(superior) else {
      throw NodeFailure.noSuperior()
    }
    if let link { return try await link.exchangeNow(progress: progress) }
    let result = Mutex<SyncView?>(nil)
    _ = try await exchange(with: peer, role: .caller, progress: progress) { view in result.withLock { $0 = view } }
    guard let view = result.withLock({ $0 }) else { throw SyncFailure.closed(peer) }
    return view
  }

  /// Calls the superior and holds a session with it.
  /// - Parameters:
  ///   - onGain: told when something was carried that need not be carried again.
  ///   - onComplete: told when everything is exchanged.
  /// - Returns: whether the session stayed open after that, had it been let.
  nonisolated func exchange(
    with superior: OfficeCode, role: SessionRunner.Role, progress: @escaping @Sendable (DeskProgress) -> Void,
    onGain: @escaping @Sendable () -> Void = {},
    onComplete: @escaping @Sendable (SyncView) async -> Void
  ) async throws -> Bool {
    do {
      guard let address = try await superiorPeerAddress() else { throw NodeFailure.noSuperior() }
      let connection = try await PeerDialer.dial(
        address.beginning(with: await lastEndpoint(of: superior)), identity: try await identity(for: superior),
        verifier: { certificate in
          let admission = await self.admitted(certificate)
          return admission == .office(superior.text) ? admission : nil
        }, group: MultiThreadedEventLoopGroup.singleton, logger: logger, counters: transport)
      do {
        let isLive = try await SessionRunner(
          node: self, connection: connection, peer: superior, role: role, progress: progress, onGain: onGain,
          onComplete: onComplete
        ).run().isLive
        await connection.close()
        return isLive
      } catch {
        await connection.close()
        throw error
      }
    } catch {
      let mapped = await explained(StoreFailures.mapped(error))
      if let failure = mapped as? DeskFailure {
        await noteFailure(with: superior.text, failure)
      }
      throw mapped
    }
  }
}

extension OfficeNode: Desk {
  public nonisolated func perform(_ request: DeskRequest) async throws -> DeskReply {
    try await perform(request) { _ in }
  }

  public nonisolated func perform(
    _ request: DeskRequest, progress: @escaping @Sendable (DeskProgress) -> Void
  ) async throws -> DeskReply {
    switch request {
    case .sync(let office): return .synced(try await synchronise(with: office, progress: progress))
    case .bundleCreate(let draft): return .bundleMade(try await createBundle(draft, progress: progress))
    case .bundleApply(let paths): return .bundlesApplied(try await applyBundles(paths, progress: progress))
    case .doctor(let rebuild): return .doctor(try await examine(rebuild: rebuild, progress: progress))
    case .backupCreate(let draft): return .backupMade(try await createBackup(draft, progress: progress))
    case .backupDrill(let draft, let isKept):
      return .backupDrilled(try await drill(draft, isKept: isKept, progress: progress))
    case .attachAdd(let draft): return .attached(try await attach(draft, progress: progress))
    case .attachGet(let take): return .attachmentTaken(try await takeOut(take, progress: progress))
    case .verify:
      guard case .verified(let view) = try await look(request, progress: progress) else { return .done }
      return .verified(try await auditAttachments(view, progress: progress))
    case .explain: return try await withPeer(try await look(request, progress: progress))
    case let request where request.readingLane != nil: return try await look(request, progress: progress)
    default: return withContent(try await performLocally(request, progress: progress))
    }
  }
}
