public import Casework
import Replication

/// Packs as people read and compare them.
extension Clerk {
  /// The newest version published here.
  func regimePage(_ code: String, _ regime: String, in storage: any ReplicaStorage) throws -> RegimePage {
    let pack = try publishedPack(code, in: storage)
    guard let found = pack.regime(regime) else { throw Self.unknownRegime(regime, in: pack) }
    let settings = try storage.rows(RecordType.indicatorSetting.number)
    return RegimePage(found, of: pack, view: Self.view(found, of: pack, settings: settings, isPublished: true))
  }

  func packPage(_ code: String, in storage: any ReplicaStorage) throws -> PackPage {
    let pack = try publishedPack(code, in: storage)
    let settings = try storage.rows(RecordType.indicatorSetting.number)
    return PackPage(
      pack, regimes: pack.regimes.map { Self.view($0, of: pack, settings: settings, isPublished: true) },
      isPublished: true)
  }

  /// The failure's code when a pack was not published to this office.
  public static let unpublishedCode = "unpublished-pack"

  public static func unknownRegime(_ regime: String, in pack: RegimePack) -> DeskFailure {
    let known = pack.regimes.map(\.id).joined(separator: " ")
    return DeskFailure(
      kind: .badInput, code: "unknown-regime",
      message: Bilingual(
        zh: "制度包 \(pack.code) 没有制度“\(regime)”。", en: "The pack \(pack.code) has no regime “\(regime)”."),
      remedy: Bilingual(zh: "可选：\(known)", en: "It has: \(known)"))
  }

  /// What a draft changes against the newest version published here; nothing is written.
  func packDiff(_ yaml: String, in storage: any ReplicaStorage) throws -> PackDiffView {
    let draft = try readPack(context.shelf.selfContained(yaml))
    let newest = try PackRecords.headers(in: storage).last { $0.code == draft.code }
    // Another branch's pack takes the version, but is not what this office's files run by.
    let isBinding = try context.headers(for: context.office, in: storage).contains { $0.code == draft.code }
    let published = isBinding ? try publishedPack(draft.code, in: storage) : nil
    let pinned = try pinnedFiles(draft.code, in: storage)
    let open = pinned.reduce(0) { $0 + $1.openFiles }
    return PackDiffView(
      pack: draft.code, oldVersion: published?.version, newVersion: draft.version,
      changes: published.map { PackChange.changes(from: $0, to: draft) } ?? [], pinned: pinned,
      note: Bilingual(
        zh: "在办案卷继续按收件时的版本办理（共 \(open) 件），新版本只用于此后收件的案卷；已办结的不重新计算。",
        en: "Open files stay with the version they were opened under (\(open) in all); the new one is for files opened"
          + " afterwards. Finished files are not recomputed."),
      obstacle: newest.flatMap { draft.version > $0.version ? nil : Self.versionTaken(draft, after: $0).message })
  }

  /// Open files held here, by the version they are pinned to.
  private func pinnedFiles(_ code: String, in storage: any ReplicaStorage) throws -> [PackDiffView.Pinned] {
    var counts: [Int: Int] = [:]
    for summary in try storage.summaries() where summary.pack == code && !summary.isFinal {
      guard let version = try storage.row(RecordType.caseFile.number, summary.file)?.value(5).integer else { continue }
      counts[Int(version), default: 0] += 1
    }
    return counts.sorted { $0.key < $1.key }.map { PackDiffView.Pinned(version: $0.key, openFiles: $0.value) }
  }

  func referrals(_ text: String, _ code: String?, in storage: any ReplicaStorage) throws -> [ReferralView] {
    if let code { return ReferralView.suggestions(for: text, in: [try publishedPack(code, in: storage)]) }
    var packs = try PackCache(context: context, storage: storage)
    return ReferralView.suggestions(for: text, in: try packs.inForce(on: today))
  }

  private func publishedPack(_ code: String, in storage: any ReplicaStorage) throws -> RegimePack {
    guard try context.headers(for: context.office, in: storage).contains(where: { $0.code == code }) else {
      throw DeskFailure(
        kind: .badInput, code: Self.unpublishedCode,
        message: Bilingual(zh: "制度包“\(code)”没有发布到本机构。", en: "The pack “\(code)” was not published to this office."),
        remedy: Bilingual(
          zh: "用 docket regime list 查看；或由上级发布并同步。", en: "See docket regime list, or have it published above."))
    }
    guard let pack = try context.newestPack(code, in: storage) else {
      throw DeskFailure(
        kind: .integrity, code: "pack-missing",
        message: Bilingual(
          zh: "制度包“\(code)”最新一版尚未完整到达，或本软件版本不能读取。",
          en: "The newest version of “\(code)” has not arrived whole, or this program cannot read it."),
        remedy: Bilingual(zh: "请先与上级同步；仍不行的请升级软件。", en: "Synchronise with the superior; upgrade if that does not help.")
      )
    }
    return pack
  }
}
