import Casebook
import Casework
import ReplicaStore
import Replication

extension OfficeNode {
  /// Takes bundles in (`docket bundle apply`), whatever order their files are named in. Every file is judged for
  /// itself: one that cannot be used stops no other.
  func applyBundles(
    _ paths: [String], progress: @Sendable (DeskProgress) -> Void
  ) async throws -> BundleAppliedView {
    let ordered = Self.ordered(paths)
    let sizes = ordered.map { BundleFiles.size($0) ?? 0 }
    let total = sizes.reduce(0, +)
    var view = BundleAppliedView()
    var reached = 0
    for (path, size) in zip(ordered, sizes) {
      let base = reached
      let file = try await apply(path, &view) { done in
        progress(DeskProgress(work: Self.reading, done: base + done, total: total, unit: .bytes))
      }
      view.files.append(file)
      reached += size
    }
    try settleAfterLoss(&view)
    for office in Set(view.files.compactMap { $0.from.flatMap(OfficeCode.init) }).sorted() {
      view.receipts += try writeReceipts(for: office, isLive: false).1
    }
    try StoreFailures.mapped { try store.read { try noteGaps(in: $0, &view) } }
    return view
  }

  /// A neighbour's whole bundle brought back what it holds of this office's.
  private func settleAfterLoss(_ view: inout BundleAppliedView) throws {
    let isWhole = view.missing.isEmpty && view.files.allSatisfy { $0.problem == nil }
    guard isWhole else { return }
    for office in Set(view.files.filter(\.holdsOwn).compactMap { $0.from.flatMap(OfficeCode.init) }).sorted() {
      if office.text == settings.superior { try settleContinuity(&view.warnings) }
      try settleMissing(after: office, &view.warnings)
    }
  }

  private static let reading = Bilingual(zh: "应用交换包", en: "applying bundles")

  /// By time, bundle and part, so that as little as possible has to wait; files without a head last.
  private static func ordered(_ paths: [String]) -> [String] {
    let heads = paths.map { (path: $0, head: BundleFiles.head($0)) }
    let read = heads.compactMap { pair in pair.head.map { (path: pair.path, head: $0) } }.sorted { left, right in
      if left.head.created != right.head.created { return left.head.created < right.head.created }
      if left.head.id != right.head.id { return left.head.id.lexicographicallyPrecedes(right.head.id) }
      return left.head.part < right.head.part
    }
    return read.map(\.path) + heads.filter { $0.head == nil }.map(\.path)
  }

  private func apply(
    _ path: String, _ view: inout BundleAppliedView, progress: (Int) -> Void
  ) async throws -> BundleAppliedView.File {
    var file = BundleAppliedView.File(path: path)
    var reader: BundleReader
    do {
      reader = try Self.reader(path)
    } catch let failure as DeskFailure {
      file.problem = failure
      return file
    }
    let head = reader.head
    (file.from, file.created, file.part, file.parts) = (head.from.text, head.created, head.part, head.parts)
    guard let suite = context.suites[.ed25519] else { throw OfficeTree.Failure.unknownSuite }
    file.problem = refusal(of: head, path)
    if file.problem != nil { return file }
    let verdict = reader.verdict(using: suite)
    if verdict == .altered {
      file.problem = BundleProblem.altered(path)
      return file
    }
    var reached: [StreamID: Entry] = [:]
    while true {
      let taken = try take(&reader, path, &file, &view)
      if taken.isEmpty { break }
      for item in taken {
        if context.isOwn(item.stream.author) { file.holdsOwn = true }
        if let last = item.last, let entry = try? Entry(decoding: last) { reached[item.stream] = entry }
      }
      progress(reader.offset)
      await Task.yield()
    }
    if case .cut(let items) = verdict, file.problem == nil { file.problem = BundleProblem.cut(path, items: items) }
    try settle(head, isWhole: verdict == .whole, reached, &view)
    return file
  }

  private static func reader(_ path: String) throws -> BundleReader {
    let bytes = try BundleFiles.read(path)
    do throws(BundleFailure) {
      return try BundleReader(bytes)
    } catch {
      throw BundleProblem.of(error, path)
    }
  }

  private func refusal(of head: BundleHead, _ path: String) -> DeskFailure? {
    if !head.isOfTree(context.tree.rootKey) { return BundleProblem.foreign(path) }
    if head.to != context.office { return BundleProblem.addressee(head, here: context.office, path) }
    return nil
  }

  /// One transaction: what the body takes in, and what this office had written on a branch of its own, recorded again.
  private func takeIn<Value>(
    _ warnings: inout [Bilingual], _ body: (inout BundleIntake, StoreTransaction) throws -> Value
  ) throws -> (value: Value, released: Int) {
    let before = context
    let now = effects.now()
    let isBehind = mayNotWrite
    let (value, intake, recovered, after) = try StoreFailures.mapped {
      try store.transaction { storage in
        var intake = BundleIntake(context: before)
        let value = try body(&intake, storage)
        try intake.finish(in: storage)
        let settled = try BranchRecovery.settle(
          intake.context, signer: signer, isBehind: isBehind, at: now, in: storage)
        return (value, intake, settled?.count ?? 0, settled?.context ?? intake.context)
      }
    }
    context = after
    takeNextKeys()
    for (stream, seq) in intake.forks {
      let warning = Self.forkWarning(stream, seq, in: after)
      if !warnings.contains(warning) { warnings.append(warning) }
    }
    if recovered > 0 {
      try writeIncarnation()
      warnings.append(Self.recoveredWarning(recovered))
    }
    return (value, intake.released)
  }

  /// Takes in what had waited for entries of a stream that came by whatever way.
  func releaseParked(of stream: StreamID) throws {
    let isWaiting = try StoreFailures.mapped { try store.read { try !$0.parkedRuns(of: stream).isEmpty } }
    guard isWaiting else { return }
    let now = effects.now()
    var warnings: [Bilingual] = []
    _ = try takeIn(&warnings) { intake, storage in try intake.release(of: stream, at: now, in: storage) }
  }

  /// What became of an item, without its entries.
  private struct TakenItem {
    let stream: StreamID
    let count: Int
    let last: [UInt8]?
    let outcome: BundleIntake.Outcome
  }

  /// How long others may have to wait for the node because of one transaction, roughly, in milliseconds.
  private static let transactionMilliseconds: UInt64 = 500

  /// One transaction of items: as many as go into one where much is caught up with, and no longer than others like to
  /// wait.
  /// - Returns: none at the end of the file, or where it was cut.
  private func take(
    _ reader: inout BundleReader, _ path: String, _ file: inout BundleAppliedView.File, _ view: inout BundleAppliedView
  ) throws -> [TakenItem] {
    let now = effects.now()
    var next = reader
    let (taken, released) = try takeIn(&view.warnings) { intake, storage in
      let most = CommitCadence.standard.entries(stored: Int(try storage.entryCount()))
      var taken: [TakenItem] = []
      var entries = 0
      // At least one, should the clock jump.
      repeat {
        guard let item = next.next() else { break }
        let outcome = try intake.take(item, at: now, in: storage)
        taken.append(
          TakenItem(stream: item.stream, count: item.entries.count, last: item.entries.last, outcome: outcome))
        entries += item.entries.count
      } while entries < most && effects.now() < now + Self.transactionMilliseconds
      return taken
    }
    reader = next
    view.released += released
    for item in taken { note(item, path, &file, &view) }
    if taken.contains(where: { context.isOwn($0.stream.author) }) { try noteHighWater() }
    return taken
  }

  private func note(
    _ item: TakenItem, _ path: String, _ file: inout BundleAppliedView.File, _ view: inout BundleAppliedView
  ) {
    switch item.outcome {
    case .stored(let count, let known):
      file.stored += count
      file.known += known
      view.stored += count
    case .waiting(let count): file.waiting += count
    case .full(let count):
      file.refused += count
      if file.problem == nil { file.problem = BundleProblem.full(path) }
    case .refused(let failure):
      file.refused += item.count
      if file.problem == nil { file.problem = BundleProblem.refused(failure, path) }
    }
  }

  /// After a file: runs whose gap has closed, and what the other office has shown that it holds.
  private func settle(
    _ head: BundleHead, isWhole: Bool, _ reached: [StreamID: Entry], _ view: inout BundleAppliedView
  ) throws {
    let now = effects.now()
    let (missing, released) = try takeIn(&view.warnings) { intake, storage in
      try intake.releaseAll(at: now, in: storage)
      var memory = try BundleMemory.read(of: head.from, in: storage)
      for (stream, entry) in reached {
        let ours = try storage.entries(of: stream, from: entry.header.seq, bytesMax: 1).first
        if ours?.headerBytes == entry.headerBytes {
          memory.held[stream] = max(memory.held[stream] ?? 0, entry.header.seq)
        }
      }
      let missing = isWhole ? memory.arrived(head) : nil
      try memory.keep(for: head.from, in: storage)
      return missing
    }
    view.released += released
    try noteHighWater()
    guard let missing else { return }
    let id = Hexadecimal.string(head.id)
    view.missing.removeAll { $0.id == id }
    if !missing.isEmpty { view.missing.append(.init(id: id, from: head.from.text, parts: missing)) }
  }

  private func noteGaps(in storage: any ReplicaStorage, _ view: inout BundleAppliedView) throws {
    let waiting = try waitingRuns(in: storage)
    view.waitingRuns = waiting.count
    view.gaps = waiting.compactMap { run in
      guard let first = run.missingFirst, let last = run.missingLast else { return nil }
      return .init(office: run.office, stream: run.stream, first: first, last: last)
    }
  }

  /// The runs of bundles that wait, each with what it waits for.
  func waitingRuns(in storage: any ReplicaStorage) throws -> [WaitingRunView] {
    var reached: [StreamID: UInt64] = [:]
    return try storage.parkedRuns(of: nil).map { run in
      let before = try reached[run.stream] ?? storage.head(of: run.stream)?.seq ?? 0
      reached[run.stream] = max(before, run.last)
      let isMissing = run.first > before + 1
      return WaitingRunView(
        office: context.tree.office(of: run.stream.author)?.text ?? "?", stream: StreamName.of(run.stream),
        first: run.first, last: run.last, missingFirst: isMissing ? before + 1 : nil,
        missingLast: isMissing ? run.first - 1 : nil)
    }
  }
}
