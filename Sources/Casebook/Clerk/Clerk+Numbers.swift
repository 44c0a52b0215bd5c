import Casework
import Replication

/// Official numbers (文号): leased by the office above, taken when an act is signed, never given twice.
extension Clerk {
  /// A number taken for a document.
  struct IssuedNumber {
    let text: String
    let warnings: [Bilingual]
  }

  /// The number of the document an act issues; `nil` when its form bears none. The act's day decides the year: a
  /// document of December signed in January takes a number of the old year, and next year's lease waits for its year.
  ///
  /// Nothing is written here: the act that bears the number is what takes it, in the same transaction.
  func takeNumber(
    for act: Act, by rule: ActRule?, of file: OpenedFile, in storage: any ReplicaStorage
  ) throws -> IssuedNumber? {
    guard act.facts[FormRule.numberFact] == nil else {
      throw DeskFailure(
        Refusal(
          code: .formField,
          message: Bilingual(
            zh: "文号不能填写，签发时由系统从本机构的号段中取。",
            en: "The official number is not typed: it is taken from this office's lease when the act is signed."),
          article: rule?.source ?? "",
          remedy: Bilingual(zh: "请去掉 \(FormRule.numberFact)。", en: "Leave \(FormRule.numberFact) out.")))
    }
    guard let id = rule?.form?.series, let pack = file.pack else { return nil }
    let scope = NumberScope(pack: pack.code, series: id, year: act.date.year)
    guard let series = pack.series.first(where: { $0.id == id }) else { throw try unknownSeries(scope, in: storage) }
    let ledger = try ledger(of: scope, in: storage)
    let office = context.office.text
    guard let number = ledger.next(for: office) else {
      throw DeskFailure(noNumber(of: series, scope, isExhausted: ledger.leases.contains { $0.office == office }))
    }
    let left = ledger.remaining(for: office) - 1
    return IssuedNumber(
      text: series.text(year: scope.year, number: number),
      warnings: left > NumberLedger.lowWater ? [] : [lowWater(of: series, scope, left: left)])
  }

  private func noNumber(of series: NumberSeries, _ scope: NumberScope, isExhausted: Bool) -> Refusal {
    let remedy = leaseRemedy(scope)
    return Refusal(
      code: .noNumber,
      message: isExhausted
        ? Bilingual(
          zh: "本机构 \(scope.year) 年“\(series.name.zh)”的文号已用完，不能签发。",
          en: "This office has used up its \(scope.year) numbers of “\(series.name.en)”: no document can be issued.")
        : Bilingual(
          zh: "本机构没有 \(scope.year) 年“\(series.name.zh)”的文号号段，不能签发。",
          en: "This office was leased no \(scope.year) numbers of “\(series.name.en)”: no document can be issued."),
      article: series.source,
      remedy: Bilingual(zh: "\(remedy.zh)。", en: "\(remedy.en)."))
  }

  private func lowWater(of series: NumberSeries, _ scope: NumberScope, left: Int) -> Bilingual {
    let remedy = leaseRemedy(scope)
    return Bilingual(
      zh: "\(scope.year) 年“\(series.name.zh)”的文号只剩 \(left) 个；\(remedy.zh)。",
      en: "\(left) numbers of “\(series.name.en)” are left for \(scope.year). \(remedy.en).")
  }

  /// The command that brings more numbers, and who gives it.
  private func leaseRemedy(_ scope: NumberScope) -> Bilingual {
    let command = "docket number lease \(scope.pack)/\(scope.series) --year \(scope.year) --from N --to N"
    return context.tree.isRoot(context.office)
      ? Bilingual(zh: "请用 \(command) 设立号段", en: "Set a block aside with \(command)")
      : Bilingual(
        zh: "请上级机构用 \(command) --office \(context.office) 下达号段，再同步",
        en: "Have the superior lease a block with \(command) --office \(context.office), then synchronise")
  }

  // MARK: What is known

  /// The series as each version held of its pack words it, the newest last.
  func wordings(of scope: NumberScope, in storage: any ReplicaStorage) throws -> [NumberSeries] {
    try PackRecords.headers(in: storage).filter { $0.code == scope.pack }.compactMap { header in
      try context.pack(header.code, version: header.version, in: storage)?.series.first { $0.id == scope.series }
    }
  }

  /// - Parameter entries: the leases of the series and year, where they were read already.
  /// - Complexity: O(n log n) for the numbers and leases of the series and year held here.
  func ledger(
    of scope: NumberScope, _ entries: [NumberRecords.LeaseEntry]? = nil, in storage: any ReplicaStorage
  ) throws -> NumberLedger {
    let records = NumberRecords(tree: context.tree)
    let entries = try entries ?? records.leases(of: scope, in: storage)
    var uses: Set<NumberLedger.Use> = []
    for series in try wordings(of: scope, in: storage) {
      uses.formUnion(try NumberIndex.uses(of: series, year: scope.year, tree: context.tree, in: storage))
    }
    return NumberLedger(
      leases: entries.filter(\.isInForce).map(\.lease),
      uses: uses.sorted { ($0.number, $0.act) < ($1.number, $1.act) },
      voids: try records.voids(of: scope, in: storage).map(\.void))
  }

  // MARK: Leasing

  /// Leases a block to an office below; the root office also to itself.
  func leaseNumbers(_ draft: NumberLeaseDraft, in storage: any ReplicaStorage) throws -> DeskReply {
    let scope = NumberScope(pack: draft.pack, series: draft.series, year: draft.year)
    guard let series = try wordings(of: scope, in: storage).last else { throw try unknownSeries(scope, in: storage) }
    guard let block = NumberBlock(first: draft.first, last: draft.last),
      CivilDate(year: draft.year, month: 1, day: 1) != nil
    else {
      throw DeskFailure(
        kind: .badInput, code: "number-block",
        message: Bilingual(
          zh: "号段 \(draft.year) 年 \(draft.first)–\(draft.last) 不成立。",
          en: "\(draft.first) to \(draft.last) of \(draft.year) is no block of numbers."),
        remedy: Bilingual(
          zh: "起号不小于 1，止号不小于起号、不大于 \(NumberBlock.numberMax)，一次至多 \(NumberBlock.countMax) 个。",
          en: "From 1 to \(NumberBlock.numberMax), the first not after the last, at most \(NumberBlock.countMax)."))
    }
    let (office, audience) = try lessee(draft.office)
    let ledger = try ledger(of: scope, in: storage)
    let isRoot = context.tree.isRoot(context.office)
    if let problem = ledger.problem(leasing: block, by: context.office.text, isRoot: isRoot) {
      throw refusal(problem, of: series, scope)
    }
    let change = try write(
      .numberLease, newID(),
      [
        (1, .text(scope.series)), (2, .text(scope.pack)), (3, .integer(Int64(scope.year))),
        (4, .integer(Int64(block.first))), (5, .integer(Int64(block.last))), (6, .text(office.text)),
        (7, .text(today.description)),
      ], in: storage)
    try record([change], for: audience, in: storage)
    return .leases(try leaseViews(of: scope, in: storage))
  }

  private func lessee(_ text: String?) throws -> (office: OfficeCode, audience: Audience) {
    guard let text, text != context.office.text else {
      guard context.tree.isRoot(context.office) else {
        throw DeskFailure(
          kind: .refused, code: "not-root",
          message: Bilingual(
            zh: "本机构的号段由上级下达，不能自行设立。", en: "This office's numbers come from its superior, not from itself."),
          remedy: Bilingual(
            zh: "请上级机构用 docket number lease --office \(context.office) 下达。",
            en: "Have the superior lease them with docket number lease --office \(context.office)."))
      }
      return (context.office, .up)
    }
    guard let office = OfficeCode(text), context.tree.isSuperior(context.office, of: office) else {
      throw unknownOffice(text)
    }
    return (office, .office(office))
  }

  private func refusal(
    _ problem: NumberLedger.LendingProblem, of series: NumberSeries, _ scope: NumberScope
  ) -> DeskFailure {
    let code: String
    let message: Bilingual
    let remedy: Bilingual
    switch problem {
    case .overlaps(let lease):
      code = "number-overlap"
      message = Bilingual(
        zh: "“\(series.name.zh)”\(scope.year) 年的 \(lease.block.first)–\(lease.block.last) 号已下达给 \(lease.office)，"
          + "号段不得重叠。",
        en: "\(lease.block.first) to \(lease.block.last) of “\(series.name.en)” \(scope.year) are leased to "
          + "\(lease.office); blocks must not overlap.")
      remedy = Bilingual(
        zh: "用 docket number list 查看已下达的号段，另选起止号。", en: "See docket number list and choose other numbers.")
    case .spent(let number):
      code = "number-spent"
      message = Bilingual(
        zh: "\(series.text(year: scope.year, number: number))已使用、作废或跳过，不能再下达。",
        en: "\(series.text(year: scope.year, number: number)) was used, voided or passed over, and cannot be leased.")
      remedy = Bilingual(
        zh: "用 docket number register 查看，另选起止号。", en: "See docket number register and choose other numbers.")
    case .notHeld(let number):
      code = "number-not-held"
      message = Bilingual(
        zh: "\(series.text(year: scope.year, number: number))不在本机构的号段内，不能下达。",
        en: "\(series.text(year: scope.year, number: number)) is in no lease of this office, which cannot lease it on.")
      let more = leaseRemedy(scope)
      remedy = Bilingual(zh: "\(more.zh)。", en: "\(more.en).")
    }
    return DeskFailure(kind: .refused, code: code, message: message, remedy: remedy, article: series.source)
  }

  // MARK: Voiding

  /// Declares a number void that no document bears: a spoiled form, or one passed over.
  func voidNumber(_ draft: NumberVoidDraft, in storage: any ReplicaStorage) throws -> DeskReply {
    let scope = NumberScope(pack: draft.pack, series: draft.series, year: draft.year)
    guard let series = try wordings(of: scope, in: storage).last else { throw try unknownSeries(scope, in: storage) }
    guard !draft.reason.allSatisfy(\.isWhitespace) else {
      throw DeskFailure(
        kind: .badInput, code: "reason",
        message: Bilingual(zh: "文号作废须写明原因。", en: "State the reason why the number is void."),
        remedy: Bilingual(zh: "用 --reason 写明原因。", en: "Give --reason."))
    }
    let people = try officers([draft.officer], in: storage)
    let standing = try ledger(of: scope, in: storage).standing(of: draft.number, for: context.office.text)
    if let refusal = refusal(voiding: series.text(year: draft.year, number: draft.number), standing) {
      throw DeskFailure(
        kind: .refused, code: refusal.code, message: refusal.message, remedy: refusal.remedy, article: series.source)
    }
    let change = try write(
      .numberVoid, newID(),
      [
        (1, .text(scope.series)), (2, .text(scope.pack)), (3, .integer(Int64(scope.year))),
        (4, .integer(Int64(draft.number))), (5, .text(draft.reason)), (6, .text(people.first?.id ?? "")),
      ], in: storage)
    try record([change], for: .up, in: storage)
    return .numberRegister(
      try numberRows(scope, of: nil, in: storage).filter { $0.first...$0.last ~= draft.number })
  }

  /// Why a number may not be declared void; `nil` when it may.
  private func refusal(
    voiding text: String, _ standing: NumberLedger.Standing
  ) -> (code: String, message: Bilingual, remedy: Bilingual)? {
    let register = Bilingual(zh: "用 docket number register 查看。", en: "See docket number register.")
    return switch standing {
    case .unused, .gap: nil
    case .used:
      (
        "number-used", Bilingual(zh: "\(text)已有文书使用，不能作废。", en: "A document bears \(text); it cannot be void."),
        Bilingual(
          zh: "文书有误的，请用后续步骤更正或撤销；不生效的步骤，其文号在登记簿中自动列为作废。",
          en: "Correct or revoke the document by a later act; the number of an act without effect is void by itself.")
      )
    case .void: ("number-void", Bilingual(zh: "\(text)已登记作废。", en: "\(text) is void already."), register)
    case .lent(let office):
      (
        "number-lent", Bilingual(zh: "\(text)已下达给 \(office)。", en: "\(text) is leased to \(office)."),
        Bilingual(zh: "由 \(office) 登记作废。", en: "Leave it to \(office).")
      )
    case .outside:
      (
        "number-not-held", Bilingual(zh: "\(text)不在本机构的号段内。", en: "\(text) is in no lease of this office."), register
      )
    }
  }

  func unknownSeries(_ scope: NumberScope, in storage: any ReplicaStorage) throws -> DeskFailure {
    var known: Set<String> = []
    for header in try PackRecords.headers(in: storage) {
      for series in try context.pack(header.code, version: header.version, in: storage)?.series ?? [] {
        known.insert("\(header.code)/\(series.id)")
      }
    }
    let list = known.sorted()
    return DeskFailure(
      kind: .badInput, code: "unknown-series",
      message: Bilingual(
        zh: "没有文号系列 \(scope.pack)/\(scope.series)。", en: "There is no series \(scope.pack)/\(scope.series)."),
      remedy: list.isEmpty
        ? Bilingual(zh: "先由上级发布制度包并同步。", en: "Publish a pack above and synchronise first.")
        : Bilingual(zh: "现有：\(list.joined(separator: "、"))。", en: "Known: \(list.joined(separator: ", "))."))
  }
}
