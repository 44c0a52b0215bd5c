public import Casebook
import Casework
import Logging
import NIOPosix
import PeerTransport
import ReplicaStore
import Replication
import SignatureSuites

extension OfficeNode {
  /// This build, as peers see it.
  static let software = "docket/0.1"

  /// Heads of the streams that both sides may hold, superiors' streams first.
  private func sharedHeads(with peer: OfficeCode) throws -> [StreamHead] {
    let context = context
    return try StoreFailures.mapped { try store.read { try context.sharedHeads(with: peer, in: $0) } }
  }

  func beginSession(with peer: OfficeCode) throws -> (SyncSession, SyncView) {
    let heads = try sharedHeads(with: peer)
    let context = context
    let (agreement, moves) = try StoreFailures.mapped {
      try store.read { storage in
        let agreement = try Agreement.read(with: peer, in: storage)
        return (agreement, try agreement.map { Set(try storage.heads(movedAfter: $0.moves).map(\.stream)) })
      }
    }
    guard let suite = context.suites[.ed25519] else { throw OfficeTree.Failure.unknownSuite }
    let hello = SyncFrame.Hello(
      version: SessionLimits.protocolVersion, office: context.office, digest: SyncFrame.digest(of: heads, using: suite),
      clock: effects.now(), software: Self.software, agreed: agreement?.digest)
    let view = SyncView(
      peer: peer.text, sent: 0, received: 0, receipts: 0, bytesSent: 0, bytesReceived: 0, wasIdle: false, warnings: [])
    let settled = try StoreFailures.mapped { try store.read { try context.settledForks(in: $0) } }
    return (SyncSession(
      hello: hello, peer: peer, heads: heads, moved: moves.map { moved in heads.filter { moved.contains($0.stream) } },
      settledForks: settled), view)
  }

  func entries(of stream: StreamID, from seq: UInt64, bytesMax: Int) throws -> [Entry] {
    try StoreFailures.mapped { try store.read { try $0.entries(of: stream, from: seq, bytesMax: bytesMax) } }
  }

  func entriesAside(of stream: StreamID, after count: Int, bytesMax: Int) throws -> [Entry] {
    let context = context
    return try StoreFailures.mapped {
      try store.read { try context.entriesAside(of: stream, after: count, bytesMax: bytesMax, in: $0) }
    }
  }

  /// A session is complete: both hold the same now.
  func agree(with peer: OfficeCode) throws {
    let heads = try sharedHeads(with: peer)
    guard let suite = context.suites[.ed25519] else { throw OfficeTree.Failure.unknownSuite }
    try StoreFailures.mapped {
      let known = try store.read { try Agreement.read(with: peer, in: $0) }
      // An idle session writes nothing.
      guard known?.digest != SyncFrame.digest(of: heads, using: suite) else { return }
      try store.transaction { try Agreement.keep(heads, with: peer, using: suite, in: $0) }
    }
  }

  /// Whether our chain goes through a head.
  func holds(_ head: StreamHead) throws -> Bool {
    let context = context
    return try StoreFailures.mapped { try store.read { try context.holds(head, in: $0) } }
  }

  /// What became of a run that arrived.
  typealias Admitted = Result<Admission.Outcome, Admission.Failure>

  /// Stores runs in one transaction; what this office had written on a branch of its own is recorded again with them.
  /// - Returns: what became of each, up to the first that the peer must not have sent.
  func admit(_ runs: [CarriedRun], _ view: inout SyncView) throws -> [Admitted] {
    let before = context
    let now = effects.now()
    let isBehind = mayNotWrite
    let (results, recovered, after) = try StoreFailures.mapped {
      try store.transaction { storage in
        var admission = Admission(context: before)
        var results: [Admitted] = []
        for run in runs {
          do {
            results.append(.success(try admission.admit(run, at: now, in: storage)))
          } catch let failure as Admission.Failure {
            // Nothing of the run was written: what came before it stays.
            results.append(.failure(failure))
            if failure.endsSession { break }
          }
        }
        try admission.finish(in: storage)
        let settled = try BranchRecovery.settle(
          admission.context, signer: signer, isBehind: isBehind, at: now, in: storage)
        return (results, settled?.count ?? 0, settled?.context ?? admission.context)
      }
    }
    context = after
    if recovered > 0 {
      try writeIncarnation()
      view.warnings.append(Self.recoveredWarning(recovered))
    }
    var isOwn = recovered > 0
    for (run, result) in zip(runs, results) {
      guard case .success(let outcome) = result else { continue }
      if let seq = outcome.fork { view.warnings.append(Self.forkWarning(run.stream, seq, in: after)) }
      if context.isOwn(run.stream.author) { isOwn = true }
    }
    if isOwn { try noteHighWater() }
    takeNextKeys()
    for stream in Set(runs.prefix(results.count).map(\.stream)) { try releaseParked(of: stream) }
    return results
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

  /// Receipts for what was just stored, durable before they are sent.
  /// - Returns: heads of our streams the peer may hold, and how many receipts were written.
  func writeReceipts(for peer: OfficeCode) throws -> ([StreamHead], Int) {
    let before = context
    let now = effects.now()
    var count = 0, entries = 0
    if !mayNotWrite {
      // A charter for a subordinate's next key changes the tree.
      context = try StoreFailures.mapped {
        try store.transaction { storage in
          var journal = Journal(context: before, signer: signer)
          for (audience, changes) in try Witness.owed(context: before, at: now, in: storage) {
            entries += try journal.record(changes, for: audience, at: now, in: storage).count
            count += changes.count { if case .dossier = $0 { false } else { true } }
          }
          try journal.finish(in: storage)
          return journal.context
        }
      }
      if entries > 0 { try noteHighWater() }
    }
    return (try sharedHeads(with: peer).filter { $0.stream.author == context.key }, count)
  }

  func noteContact(with peer: OfficeCode, clock: UInt64, _ view: inout SyncView) throws {
    let now = effects.now()
    let offset = Int64(clock) - Int64(now)
    if abs(offset) > Self.clockWarningMilliseconds { view.warnings.append(Self.offsetWarning(offset)) }
    try remember(peer.text) { memory in
      memory.lastContact = now
      memory.clockOffset = offset
      memory.errorZh = nil
      memory.errorEn = nil
    }
  }

  func logRefusal(of stream: StreamID, by peer: OfficeCode) {
    let author = Hexadecimal.string(stream.author.bytes.prefix(8))
    logger.warning("stream not taken", metadata: ["author": "\(author)", "peer": "\(peer)"])
  }

  func logFork(_ stream: StreamID, seq: UInt64) {
    logger.error("fork", metadata: ["author": "\(Hexadecimal.string(stream.author.bytes.prefix(8)))", "seq": "\(seq)"])
  }

  nonisolated func transportIdentity() async throws -> TransportIdentity {
    try await presentIdentity()
  }

  /// Exchanges with the superior.
  nonisolated func synchronise(with office: String?) async throws -> SyncView {
    let settings = await settings
    guard let superior = settings.superior, let address = settings.superiorAddress, office ?? superior == superior,
      let peer = OfficeCode(superior)
    else { throw NodeFailure.noSuperior() }
    do {
      let endpoint = try Endpoint(address)
      let connection = try await PeerDialer.dial(
        host: endpoint.host, port: endpoint.port, identity: try await transportIdentity(),
        verifier: { certificate in
          let admission = await self.admitted(certificate)
          return admission == .office(superior) ? admission : nil
        }, group: MultiThreadedEventLoopGroup.singleton, logger: logger)
      do {
        var view = try await SessionRunner(
          node: self, connection: connection, peer: peer, hangsUp: true
        ).run()
        await connection.close()
        try await settleContinuity(&view.warnings)
        return view
      } catch {
        await connection.close()
        throw error
      }
    } catch {
      let mapped = StoreFailures.mapped(error)
      if let failure = mapped as? DeskFailure {
        try? await remember(superior) { memory in
          memory.errorZh = failure.message.zh
          memory.errorEn = failure.message.en
        }
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
    case .sync(let office): return .synced(try await synchronise(with: office))
    case .bundleCreate(let draft): return .bundleMade(try await createBundle(draft, progress: progress))
    case .bundleApply(let paths): return .bundlesApplied(try await applyBundles(paths, progress: progress))
    case .doctor(let rebuild): return .doctor(try await examine(rebuild: rebuild, progress: progress))
    case .backupCreate(let draft): return .backupMade(try await createBackup(draft, progress: progress))
    case .backupDrill(let draft, let isKept):
      return .backupDrilled(try await drill(draft, isKept: isKept, progress: progress))
    default: return try await performLocally(request)
    }
  }
}
