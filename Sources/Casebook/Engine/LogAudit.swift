import Casework
import Replication

/// Checks everything that can be checked of a replica (`docket verify`): every link and signature, receipts, charters,
/// fork proofs and entries aside, and that the projection is, row by row, what the log gives. What is found stops nothing:
/// the rest is checked too.
struct LogAudit {
  let context: ReplicaContext

  init(context: ReplicaContext) { self.context = context }

  private static let checking = Bilingual(zh: "核对签名和链接", en: "checking signatures and links")
  private static let folding = Bilingual(zh: "由日志重算汇总", en: "making the tables again to compare")

  /// - Parameter progress: told how many entries are done: while they are checked, and again while they are projected.
  /// - Complexity: O(log bytes), a signature for each entry.
  func audit(_ storage: any ReplicaStorage, progress: (DeskProgress) -> Void = { _ in }) throws -> VerifyView {
    var view = VerifyView(streams: 0, entries: 0, signatures: 0, charters: 0, receipts: 0, files: 0, problems: [])
    let differences = try storage.differences { model in
      try check(storage, into: model, &view, progress: progress)
    }
    for difference in differences { view.problems.append(problem(difference, in: storage)) }
    return view
  }

  /// Checks what is signed, and projects it again into the model: the log as it stands, altered entries too, so that the
  /// comparison tells what they changed.
  private func check(
    _ storage: any ReplicaStorage, into model: any ReplicaStorage, _ view: inout VerifyView,
    progress: (DeskProgress) -> Void
  ) throws {
    let heads = try storage.heads()
    let total = heads.reduce(0) { $0 &+ Int(clamping: $1.seq) }
    for head in heads {
      view.streams += 1
      try check(head, in: storage, into: model, &view) {
        progress(DeskProgress(work: Self.checking, done: $0, total: total, unit: .entries))
      }
    }
    try checkForkProofs(in: storage, into: model, &view)
    try checkAside(in: storage, into: model, &view)
    let charters = try readable("charters", &view) { try storage.charters() } ?? []
    view.charters = charters.count
    for charter in charters where charter.isPinned {
      try model.put(StoredCharter(charter: charter.charter, issuer: charter.issuer))
    }
    var projector = Projector(context: context)
    try projector.rebuild(in: model) {
      progress(DeskProgress(work: Self.folding, done: $0, total: total, unit: .entries))
    }
    checkCharters(charters, in: projector.context.tree, &view)
    try checkReceipts(in: model, standing: projector.context.standing, &view)
    view.files = try model.summaries().count
  }

  // MARK: Entries

  private func check(
    _ head: StreamHead, in storage: any ReplicaStorage, into model: any ReplicaStorage, _ view: inout VerifyView,
    progress: (Int) -> Void
  ) throws {
    let stream = head.stream
    let key = context.tree.publicKey(stream.author)
    if key == nil { view.problems.append(noCharter(stream, nil)) }
    // After the first problem nothing more is said of the stream: each hash covers what comes before.
    var isSound = key != nil
    var reached: StreamHead?
    var assembler = DossierAssembler()
    while (reached?.seq ?? 0) < head.seq {
      let next = (reached?.seq ?? 0) + 1
      let (run, damage) = try entries(of: stream, from: next, in: storage)
      if isSound, let key, damage == nil || !run.isEmpty {
        do throws(ChainFailure) {
          _ = try ChainCheck.verify(
            run, continuing: reached, of: stream, by: key, depth: .everyLink, suites: context.suites)
          view.entries += run.count
          view.signatures += run.count
          for entry in run { checkDossiers(in: entry, &assembler, &view) }
          progress(view.entries)
        } catch {
          isSound = false
          let problem = problem(error, at: next, run, head: head)
          view.entries += run.prefix { $0.header.seq < problem.seq ?? next }.count
          view.signatures += run.prefix { $0.header.seq < problem.seq ?? next }.count
          view.problems.append(problem)
        }
      }
      if let damage {
        isSound = false
        view.problems.append(unreadable(damage, stream, next + UInt64(run.count)))
      }
      guard let newHead = try append(run, of: stream, from: next, to: model) else { return }
      reached = newHead
      if damage != nil { return }
    }
    guard isSound else { return }
    let isLonger = try reached?.seq == head.seq && !entries(of: stream, from: head.seq + 1, in: storage).run.isEmpty
    if reached?.hash != head.hash || isLonger {
      view.problems.append(
        problem(stream, head.seq, "head", "流的末端与其记载不符。", "The stream's end is not what is recorded of it."))
    }
  }

  /// The next entries, and why the one after them cannot be read.
  private func entries(
    of stream: StreamID, from seq: UInt64, in storage: any ReplicaStorage
  ) throws -> (run: [Entry], damage: StoredDamage?) {
    do {
      return (try storage.entries(of: stream, from: seq, bytesMax: SessionLimits.creditBytes), nil)
    } catch {
      guard (error as? any StorageFailure)?.damage != nil else { throw error }
    }
    // One by one, up to the one that is damaged.
    var run: [Entry] = []
    while true {
      do {
        let place = seq + UInt64(run.count)
        guard let entry = try storage.entries(of: stream, from: place, bytesMax: 1).first else { return (run, nil) }
        run.append(entry)
      } catch {
        guard let damage = (error as? any StorageFailure)?.damage else { throw error }
        return (run, damage)
      }
    }
  }

  /// Appends what goes on from a position, altered or not.
  /// - Returns: the new head; `nil` where something is missing, or of a suite that this build lacks.
  private func append(
    _ run: [Entry], of stream: StreamID, from seq: UInt64, to model: any ReplicaStorage
  ) throws -> StreamHead? {
    let chain = zip(run, seq...).prefix { $0.header.seq == $1 && $0.header.stream == stream }.map(\.0)
    guard let last = chain.last, let suite = context.suites[last.header.suite] else { return nil }
    let head = StreamHead(stream: stream, seq: last.header.seq, hash: last.hash(using: suite))
    try model.append(chain, head: head, receivedAt: 0)
    return chain.count == run.count ? head : nil
  }

  /// Every entry of a dossier, by the keys that this replica knows or was told of.
  private func checkDossiers(in entry: Entry, _ assembler: inout DossierAssembler, _ view: inout VerifyView) {
    let (stream, seq) = (entry.header.stream, entry.header.seq)
    for change in (try? entry.changes()) ?? [] {
      guard case .dossier(let piece) = change else { continue }
      switch assembler.add(piece) {
      case .incomplete: continue
      case .broken, .unreadable:
        view.problems.append(
          problem(stream, seq, "dossier", "移交的案卷材料不完整。", "A dossier of a transferred file is not whole."))
      case .complete(let dossier):
        for (index, item) in dossier.items.enumerated() {
          do throws(DossierEntry.Failure) {
            _ = try DossierEntry(item.entry, of: dossier.file, in: context)
            view.signatures += 1
          } catch {
            view.problems.append(
              problem(
                stream, seq, "dossier", "移交的案卷材料第 \(index + 1) 条与签名不符：\(error.rawValue)。",
                "Entry \(index + 1) of a transferred file's dossier is not what was signed: \(error.rawValue)."))
          }
        }
      }
    }
  }

  // MARK: Branches

  /// A proof that is none would put an honest author's stream in doubt: it does not go into the model.
  private func checkForkProofs(
    in storage: any ReplicaStorage, into model: any ReplicaStorage, _ view: inout VerifyView
  ) throws {
    for stored in try readable("fork-proofs", &view, { try storage.forkProofs() }) ?? [] {
      view.forkProofs += 1
      let proof = stored.proof
      guard let key = context.tree.publicKey(proof.stream.author) else {
        view.problems.append(noCharter(proof.stream, proof.seq))
        continue
      }
      // Two headers of one position that differ: else it could not have been read.
      guard proof.isValid(by: key, suites: context.suites) else {
        view.problems.append(
          problem(
            proof.stream, proof.seq, "fork-proof", "所存的分叉证据不成立：其中有签名与作者不符。",
            "The fork proof kept here is none: a signature in it is not the author's."))
        continue
      }
      view.signatures += 2
      try model.put(stored)
    }
  }

  private func checkAside(
    in storage: any ReplicaStorage, into model: any ReplicaStorage, _ view: inout VerifyView
  ) throws {
    for stream in try readable("aside", &view, { try storage.streamsAside() }) ?? [] {
      let entries = try readable("aside", &view) { try storage.entriesAside(of: stream) } ?? []
      view.aside += entries.count
      guard let key = context.tree.publicKey(stream.author) else {
        view.problems.append(noCharter(stream, entries.first?.header.seq))
        continue
      }
      var sound: [Entry] = []
      for entry in entries {
        let (seq, previous) = (entry.header.seq, entry.header.previous)
        let before = seq == 1 ? nil : StreamHead(stream: stream, seq: seq - 1, hash: previous)
        do throws(ChainFailure) {
          _ = try ChainCheck.verify(
            [entry], continuing: before, of: stream, by: key, depth: .everyLink, suites: context.suites)
          view.signatures += 1
          sound.append(entry)
        } catch {
          view.problems.append(
            problem(
              stream, seq, "aside", "另存的分支记录与签名不符：\(error.code)。",
              "An entry of a branch that is kept aside is not what was signed: \(error.code)."))
        }
      }
      try model.putAside(sound)
    }
  }

  // MARK: Charters and receipts

  /// Every charter is one that the tree takes: from a key of the office it names as its superior, the root's from the root
  /// key. Those that the log holds are compared with it besides, as a table.
  private func checkCharters(_ charters: [StoredCharter], in tree: OfficeTree, _ view: inout VerifyView) {
    var tree = tree
    for stored in charters {
      do throws(OfficeTree.Failure) {
        try tree.admit(
          stored.charter, from: stored.issuer, stamp: stored.isPinned ? nil : stored.stamp, suites: context.suites)
      } catch {
        // It waits for its office's present key to name the new one.
        if error == .awaitsIntroduction { continue }
        view.problems.append(
          VerifyProblem(
            office: stored.charter.office.text, stream: "charters", seq: nil, code: "charter",
            message: Bilingual(
              zh: "\(stored.charter.office) 的授权书不是由其上级签发：\(error.rawValue)。",
              en: "The charter of \(stored.charter.office) is not its superior's: \(error.rawValue).")))
      }
    }
  }

  /// The receipts that the log holds, against what is held of the streams they are about.
  private func checkReceipts(
    in model: any ReplicaStorage, standing: Standing, _ view: inout VerifyView
  ) throws {
    let heads = try model.heads()
    for head in heads {
      for stored in try model.receipts(of: head.stream) {
        view.receipts += 1
        let receipt = stored.receipt
        // Of a fork the receipts of the other branch are evidence, not a fault of this one.
        if let fork = standing.firstFork(of: head.stream), receipt.head.seq >= fork { continue }
        guard receipt.head.seq <= head.seq else {
          view.problems.append(truncated(head.stream, receipt.head.seq))
          continue
        }
        let entry = try model.entries(of: head.stream, from: receipt.head.seq, bytesMax: 1).first
        guard let entry, let suite = context.suites[entry.header.suite],
          entry.hash(using: suite) == receipt.head.hash
        else {
          view.problems.append(
            problem(
              head.stream, receipt.head.seq, "receipt-mismatch", "此处与上级回执证明的内容不同。",
              "This is not what a superior's receipt proves stood here."))
          continue
        }
      }
    }
    // Nothing of a stream is left: of this office's own that is a loss, of another's it may be yet to come.
    let held = Set(heads.map(\.stream))
    for stream in ownStreams where !held.contains(stream) && standing.firstFork(of: stream) == nil {
      if let last = try model.receipts(of: stream).last { view.problems.append(truncated(stream, last.receipt.head.seq)) }
    }
  }

  /// Streams that the present key of this office may have written.
  private var ownStreams: [StreamID] {
    let offices = context.tree.all.map(\.charter.office)
    let audiences: [Audience] = [.own, .up, .down] + offices.flatMap { [Audience.office($0), .subtree($0)] }
    return (1...max(1, context.incarnation)).flatMap { incarnation in
      audiences.map { StreamID(author: context.key, incarnation: incarnation, audience: $0) }
    }
  }
}
