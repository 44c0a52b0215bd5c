import Casebook
import Casework
import Foundation
import ReplicaStore
import Replication

extension OfficeNode {
  /// Writes a bundle for another office (`docket bundle create`).
  func createBundle(
    _ draft: BundleDraft, progress: @Sendable (DeskProgress) -> Void
  ) async throws -> BundleMadeView {
    // An office beside is not known here. It gets little, so it has to be asked for: a mistyped code must not look as if
    // this office's work had gone out.
    guard let target = OfficeCode(draft.office), target != context.office,
      context.tree.seat(target) != nil || (draft.since == .whole && settings.superior != nil)
    else { throw BundleProblem.unknownOffice(draft.office) }
    let partBytes = draft.partBytes ?? BundleLimits.partBytesMax
    guard (BundleLimits.partBytesMin...BundleLimits.partBytesMax).contains(partBytes) else {
      throw BundleProblem.size(partBytes)
    }
    let since = try self.since(draft.since)
    let (_, receipts) = try writeReceipts(for: target, isLive: false)
    let context = context
    let plan = try StoreFailures.mapped {
      try store.read { try BundlePlan(for: target, since: since, context: context, in: $0) }
    }
    var view = BundleMadeView(
      office: target.text, id: "", streams: plan.ranges.count, entries: 0, receipts: receipts, files: [])
    if plan.isEmpty { return view }
    let total = Int(plan.entryCount)
    var layout = BundleLayout(partBytes: partBytes)
    for range in plan.shown + plan.ranges {
      try StoreFailures.mapped { try store.read { try layout.add(range, in: $0) } }
      await Task.yield()
    }
    let now = effects.now()
    let id = BundleHead.id(root: context.tree.rootKey, random: effects.randomBytes(BundleLimits.idBytes))
    let paths = BundleFiles.paths(draft.path, parts: layout.parts.count, from: context.office, to: target, at: now)
    if let taken = paths.first(where: { BundleFiles.size($0) != nil }) { throw BundleProblem.exists(taken) }
    guard let suite = context.suites[.ed25519] else { throw OfficeTree.Failure.unknownSuite }
    for (index, slices) in layout.parts.enumerated() {
      let head = BundleHead(
        from: context.office, to: target, created: now, part: index + 1, parts: layout.parts.count, id: id)
      var writer = BundleWriter(head: head)
      for slice in slices {
        writer.add(try StoreFailures.mapped { try store.read { try slice.item(in: $0) } })
        progress(DeskProgress(work: Self.writing, done: view.entries + writer.entryCount, total: total, unit: .entries))
        await Task.yield()
      }
      let entries = writer.entryCount
      let bytes = writer.finished(using: suite)
      try BundleFiles.write(bytes, to: paths[index])
      view.entries += entries
      view.files.append(.init(path: paths[index], part: index + 1, bytes: bytes.count, entries: entries))
    }
    view.id = Hexadecimal.string(id)
    // Last: a bundle that was not written whole was never made.
    try StoreFailures.mapped { try store.transaction { try plan.memory.keep(for: target, in: $0) } }
    return view
  }

  private static let writing = Bilingual(zh: "生成交换包", en: "writing the bundle")

  private func since(_ since: BundleDraft.Since) throws -> BundleSince {
    switch since {
    case .acknowledged: return .acknowledged
    case .last: return .last
    case .whole: return .whole
    case .day(let text):
      guard let day = CivilDate(text) else { throw BundleProblem.notADay(text) }
      // Midnight in China.
      let minutes = Int64(day.dayNumber) * 1440 - 480
      return .received(UInt64(max(0, minutes)) * 60_000)
    case .file(let path): return .positions(try positions(in: path))
    }
  }

  /// Where a bundle of this office's ended.
  private func positions(in path: String) throws -> [StreamID: UInt64] {
    let bytes = try BundleFiles.read(path)
    do throws(BundleFailure) {
      var reader = try BundleReader(bytes)
      var positions: [StreamID: UInt64] = [:]
      while let item = reader.next() {
        if let last = item.entries.last, let entry = try? Entry(decoding: last) {
          positions[item.stream] = max(positions[item.stream] ?? 0, entry.header.seq)
        }
      }
      return positions
    } catch {
      throw BundleProblem.of(error, path)
    }
  }
}
