import Casework
import Replication

/// Checks everything that can be checked of a replica (`docket verify`): every link and signature, charters,
/// receipts, and that the projection is what the log gives.
struct LogAudit {
  private let context: ReplicaContext

  init(context: ReplicaContext) { self.context = context }

  private static let checking = Bilingual(zh: "核对签名和链接", en: "checking signatures and links")
  private static let folding = Bilingual(zh: "由日志重算汇总", en: "making the tables again to compare")

  /// - Parameter progress: told how many entries are done: while they are checked, and again while they are projected.
  /// - Complexity: O(log bytes), a signature for each entry.
  func audit(_ storage: any ReplicaStorage, progress: (DeskProgress) -> Void = { _ in }) throws -> VerifyView {
    var view = VerifyView(streams: 0, entries: 0, signatures: 0, charters: 0, receipts: 0, files: 0, problems: [])
    let model = MemoryStorage()
    let heads = try storage.heads()
    let total = heads.reduce(0) { $0 + Int($1.seq) }
    for head in heads {
      view.streams += 1
      guard let key = context.tree.publicKey(head.stream.author) else {
        view.problems.append(
          problem(head.stream, nil, "no-charter", "作者没有有效授权书。", "The author has no charter."))
        continue
      }
      try check(head, key: key, in: storage, into: model, &view) {
        progress(DeskProgress(work: Self.checking, done: $0, total: total, unit: .entries))
      }
    }
    view.charters = try storage.charters().count
    try checkReceipts(in: storage, &view)
    if view.problems.isEmpty {
      try checkProjection(of: storage, against: model, &view) {
        progress(DeskProgress(work: Self.folding, done: $0, total: total, unit: .entries))
      }
    }
    return view
  }

  private func check(
    _ head: StreamHead, key: PublicKey, in storage: any ReplicaStorage, into model: MemoryStorage,
    _ view: inout VerifyView, progress: (Int) -> Void
  ) throws {
    var reached: StreamHead?
    var assembler = DossierAssembler()
    while (reached?.seq ?? 0) < head.seq {
      let next = (reached?.seq ?? 0) + 1
      let run = try storage.entries(of: head.stream, from: next, bytesMax: SessionLimits.creditBytes)
      do throws(ChainFailure) {
        let newHead = try ChainCheck.verify(
          run, continuing: reached, of: head.stream, by: key, depth: .everyLink, suites: context.suites)
        model.append(run, head: newHead, receivedAt: 0)
        view.entries += run.count
        view.signatures += run.count
        reached = newHead
        for entry in run { checkDossiers(in: entry, &assembler, &view) }
        progress(view.entries)
      } catch {
        view.problems.append(
          problem(
            head.stream, error.seq ?? next, error.code, "日志在此处与签名不符：\(error.code)。",
            "The log is not what was signed here: \(error.code)."))
        return
      }
    }
    if reached?.hash != head.hash {
      view.problems.append(
        problem(head.stream, head.seq, "head", "流的末端与其记载不符。", "The stream's end is not what is recorded of it."))
    }
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

  private func checkReceipts(in storage: any ReplicaStorage, _ view: inout VerifyView) throws {
    for head in try storage.heads() {
      for stored in try storage.receipts(of: head.stream) {
        view.receipts += 1
        let receipt = stored.receipt
        // Of a fork the receipts of the other branch are evidence, not a fault of this one.
        if let fork = context.standing.firstFork(of: head.stream), receipt.head.seq >= fork { continue }
        guard receipt.head.seq <= head.seq else {
          view.problems.append(
            problem(
              head.stream, receipt.head.seq, "truncated", "上级回执证明此流更长，本机末尾缺失。",
              "A receipt proves that this stream was longer: its tail is missing here."))
          continue
        }
        let entry = try storage.entries(of: head.stream, from: receipt.head.seq, bytesMax: 1).first
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
  }

  /// Projects the verified log again in memory and compares what comes out.
  private func checkProjection(
    of storage: any ReplicaStorage, against model: MemoryStorage, _ view: inout VerifyView, progress: (Int) -> Void
  ) throws {
    for proof in try storage.forkProofs() { model.put(proof) }
    for charter in try storage.charters() where charter.isPinned {
      model.put(StoredCharter(charter: charter.charter, issuer: charter.issuer))
    }
    var projector = Projector(context: context)
    try projector.rebuild(in: model, progress: progress)
    let (ours, fresh) = (try storage.summaries(), model.summaries())
    view.files = ours.count
    for (id, pair) in Self.pairs(ours, fresh) where pair.0 != pair.1 {
      view.problems.append(
        VerifyProblem(
          office: pair.0?.office ?? pair.1?.office ?? "", stream: "projection", seq: nil, code: "projection",
          message: Bilingual(
            zh: "案卷 \(pair.0?.number ?? pair.1?.number ?? id.description) 的汇总与日志不符。",
            en: "The summary of \(pair.0?.number ?? pair.1?.number ?? id.description) is not what the log gives.")))
    }
    for type in context.schema.types where try storage.rows(type.number) != model.rows(type.number) {
      view.problems.append(
        VerifyProblem(
          office: context.office.text, stream: "projection", seq: nil, code: "projection",
          message: Bilingual(zh: "表 \(type.name) 与日志不符。", en: "Table \(type.name) is not what the log gives.")))
    }
  }

  private static func pairs(
    _ left: [CaseSummary], _ right: [CaseSummary]
  ) -> [(RecordID, (CaseSummary?, CaseSummary?))] {
    let lefts = Dictionary(left.map { ($0.file, $0) }, uniquingKeysWith: { first, _ in first })
    let rights = Dictionary(right.map { ($0.file, $0) }, uniquingKeysWith: { first, _ in first })
    return Set(lefts.keys).union(rights.keys).sorted().map { ($0, (lefts[$0], rights[$0])) }
  }

  private func problem(
    _ stream: StreamID, _ seq: UInt64?, _ code: String, _ zh: String, _ en: String
  ) -> VerifyProblem {
    VerifyProblem(
      office: context.tree.office(of: stream.author)?.text ?? "?", stream: StreamName.of(stream), seq: seq, code: code,
      message: Bilingual(zh: zh, en: en))
  }
}
