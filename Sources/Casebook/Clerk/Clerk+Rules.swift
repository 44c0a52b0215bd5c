public import Casework
import Replication

/// Packs and indicators.
extension Clerk {
  func regimeViews(in storage: any ReplicaStorage) throws -> [RegimeView] {
    let settings = BindingSettings.rows(
      try storage.rows(RecordType.indicatorSetting.number), for: context.office, in: context.tree, on: today, own: true)
    var views: [RegimeView] = []
    for header in try context.headers(for: context.office, in: storage) {
      guard let pack = try context.pack(header.code, version: header.version, in: storage) else { continue }
      views += pack.regimes.map { Self.view($0, of: pack, settings: settings, isPublished: true) }
    }
    return views
  }

  /// How a regime of a pack that is not published here is shown.
  public static func preview(_ regime: Regime, of pack: RegimePack) -> RegimeView {
    view(regime, of: pack, settings: [], isPublished: false)
  }

  static func view(
    _ regime: Regime, of pack: RegimePack, settings: [RecordRow], isPublished: Bool
  ) -> RegimeView {
    RegimeView(
      pack: pack.code, version: pack.version, regime: regime.id, name: regime.name, issuer: pack.issuer,
      status: regime.status.rawValue, source: regime.source, subjects: regime.subjects,
      quorum: regime.quorum?.officers, superiorOverrides: regime.superiorOverrides,
      indicators: regime.indicators.map {
        IndicatorRule(indicator: $0, regime: regime, pack: pack, settings: settings).view
      } + [CeilingRule.view(regime, of: pack, settings: settings)].compactMap { $0 },
      workflows: regime.workflows, published: isPublished)
  }

  func indicatorViews(in storage: any ReplicaStorage) throws -> [IndicatorView] {
    try regimeViews(in: storage).flatMap(\.indicators)
  }

  /// Publishes a pack to every office below.
  func publish(_ draft: String, in storage: any ReplicaStorage) throws -> DeskReply {
    let yaml = context.shelf.selfContained(draft)
    let pack = try readPack(yaml)
    guard let suite = context.suites[.ed25519] else { throw OfficeTree.Failure.unknownSuite }
    let newest = try PackRecords.headers(in: storage).last { $0.code == pack.code }
    if let newest, pack.version <= newest.version { throw Self.versionTaken(pack, after: newest) }
    let sections = PackSections.split(yaml)
    let ids = (0...sections.count).map { _ in newID() }
    try record(
      PackRecords.changes(
        code: pack.code, version: pack.version, issuer: pack.issuer.zh, sections: sections, ids: ids, using: suite),
      for: .down, in: storage)
    return .regimes(try regimeViews(in: storage).filter { $0.pack == pack.code && $0.version == pack.version })
  }

  /// - Parameter yaml: self-contained.
  func readPack(_ yaml: String) throws -> RegimePack {
    guard let pack = context.shelf.pack(fromYAML: yaml) else {
      throw DeskFailure(
        kind: .badInput, code: "pack",
        message: Bilingual(zh: "制度包有错误，未发布。", en: "The pack has mistakes; it was not published."),
        remedy: Bilingual(zh: "用 docket regime check 文件 查看全部错误。", en: "See all of them with docket regime check FILE."))
    }
    return pack
  }

  static func versionTaken(_ pack: RegimePack, after newest: PackRecords.Header) -> DeskFailure {
    DeskFailure(
      kind: .refused, code: "pack-version",
      message: Bilingual(
        zh: "制度包 \(pack.code) 第 \(newest.version) 版已发布，不能再发布第 \(pack.version) 版。",
        en: "Version \(newest.version) of pack \(pack.code) is out; version \(pack.version) cannot follow it."),
      remedy: Bilingual(zh: "请把版本号加一后再发布；旧案仍按原版本办理。", en: "Raise the version; open files stay with theirs."))
  }

  func setIndicator(_ draft: IndicatorDraft, in storage: any ReplicaStorage) throws -> DeskReply {
    guard let pack = try context.packInForce(draft.pack, on: today, in: storage), let regime = pack.regime(draft.regime),
      draft.indicator == VisitCeiling.settingID || regime.indicators.contains(where: { $0.id == draft.indicator })
    else {
      throw DeskFailure(
        kind: .badInput, code: "unknown-indicator",
        message: Bilingual(
          zh: "没有指标 \(draft.pack)/\(draft.regime)/\(draft.indicator)。",
          en: "There is no indicator \(draft.pack)/\(draft.regime)/\(draft.indicator)."),
        remedy: Bilingual(zh: "用 docket indicator list 查看。", en: "See docket indicator list."))
    }
    let isPercent = regime.indicators.first { $0.id == draft.indicator }?.shape.isPercent ?? false
    let figureMax = isPercent ? BindingSettings.percentMax : BindingSettings.figureMax
    guard (1...figureMax).contains(draft.value), !draft.document.isEmpty, CivilDate(draft.effective) != nil else {
      throw DeskFailure(
        kind: .badInput, code: "indicator",
        message: Bilingual(
          zh: "指标须为 1 至 \(figureMax) 的整数，并注明下达文号和生效日期（YYYY-MM-DD）。",
          en: "An indicator needs a figure from 1 to \(figureMax), the document's number and an effective date (YYYY-MM-DD)."),
        remedy: Bilingual(zh: "请补全后重新下达。", en: "Complete it and set it again."))
    }
    // A ceiling is every authority's to publish, whatever the document says of indicators (国办发〔2024〕54号).
    let isCeiling = draft.indicator == VisitCeiling.settingID
    guard regime.superiorOverrides || isCeiling else {
      throw DeskFailure(
        kind: .refused, code: "no-override",
        message: Bilingual(
          zh: "“\(regime.name.zh)”的制度没有“以上级下达监督检查指标为准”的规定，不能下达改变其指标。",
          en: "The document of “\(regime.name.en)” has no clause that a superior's indicator applies."),
        remedy: Bilingual(zh: "请修订制度包后发布新版本。", en: "Publish a new version of the pack instead."),
        article: regime.source)
    }
    var audience = Audience.down
    if let text = draft.office {
      guard let office = OfficeCode(text),
        context.tree.isSuperior(context.office, of: office) || (isCeiling && office == context.office)
      else { throw unknownOffice(text) }
      if office != context.office { audience = .subtree(office) }
    }
    // Only our own figure is replaced, and a later one stands beside it until its day: another office's row is that
    // office's word.
    let present = try storage.rows(RecordType.indicatorSetting.number, where: 3, is: .text(draft.indicator))
      .first {
        $0.text(1) == draft.pack && $0.text(2) == draft.regime && $0.text(6) == draft.office ?? ""
          && $0.text(7) == draft.effective && context.tree.soleAuthor(of: $0) == context.office
      }
    let change = try write(
      .indicatorSetting, present?.id ?? newID(),
      [
        (1, .text(draft.pack)), (2, .text(draft.regime)), (3, .text(draft.indicator)),
        (4, .integer(Int64(draft.value))), (5, .text(draft.document)), (6, .text(draft.office ?? "")),
        (7, .text(draft.effective)),
      ], in: storage)
    try record([change], for: audience, in: storage)
    return .indicators(try indicatorViews(in: storage).filter { $0.indicator == draft.indicator })
  }

  func unknownOffice(_ text: String) -> DeskFailure {
    DeskFailure(
      kind: .badInput, code: "unknown-office",
      message: Bilingual(zh: "没有下级机构“\(text)”。", en: "There is no subordinate office “\(text)”."),
      remedy: Bilingual(zh: "用 docket office list 查看机构代码。", en: "See docket office list for the codes."))
  }
}

/// Cuts a pack's text into sections on line ends, so that each fits an entry with room for its head.
enum PackSections {
  /// A quarter of an entry's limit.
  static let bytesMax = 16 * 1024

  static func split(_ text: String) -> [String] {
    var sections: [String] = []
    var section: [UInt8] = []
    for line in text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false) {
      if !section.isEmpty, section.count + line.count + 1 > bytesMax {
        sections.append(String(decoding: section, as: UTF8.self))
        section = []
      }
      section.append(contentsOf: line)
      section.append(0x0A)
    }
    // The last line had no line end of its own.
    section.removeLast()
    sections.append(String(decoding: section, as: UTF8.self))
    return sections
  }
}
