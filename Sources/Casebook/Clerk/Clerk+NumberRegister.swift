import Casework
import Replication

/// Leases and the register of official numbers, as lists and printed statements show them.
extension Clerk {
  /// Every lease held here, by series, year and first number.
  /// - Parameter wanted: the only series and year asked for; `nil`: all.
  func leaseViews(of wanted: NumberScope? = nil, in storage: any ReplicaStorage) throws -> [NumberLeaseView] {
    let entries = try NumberRecords(tree: context.tree).leases(of: wanted, in: storage)
    var views: [NumberLeaseView] = []
    for (scope, group) in Dictionary(grouping: entries, by: \.scope) {
      let ledger = try ledger(of: scope, group, in: storage)
      let name = try wordings(of: scope, in: storage).last?.name ?? Bilingual(zh: scope.series, en: scope.series)
      views += group.map { view(of: $0, named: name, in: ledger) }
    }
    return views.sorted {
      ($0.pack, $0.series, $0.year, $0.first, $0.id) < ($1.pack, $1.series, $1.year, $1.first, $1.id)
    }
  }

  private func view(
    of entry: NumberRecords.LeaseEntry, named name: Bilingual, in ledger: NumberLedger
  ) -> NumberLeaseView {
    let lease = entry.lease
    var problem: Bilingual?
    if !entry.isInForce {
      problem = Bilingual(zh: "不是由上级机构下达，不生效。", en: "Not issued by an office above: not in force.")
    } else if let other = ledger.overlap(of: lease) {
      problem = Bilingual(
        zh: "与 \(other.issuer) 下达给 \(other.office) 的 \(other.block.first)–\(other.block.last) 号重叠。",
        en: "Overlaps \(other.block.first) to \(other.block.last), leased to \(other.office) by \(other.issuer).")
    }
    let numbers = lease.block.numbers
    return NumberLeaseView(
      id: lease.id, pack: entry.scope.pack, series: entry.scope.series, name: name, year: entry.scope.year,
      first: lease.block.first, last: lease.block.last, office: lease.office, issuer: lease.issuer,
      issuedOn: entry.issuedOn, used: numbers.count { !ledger.uses(of: $0).isEmpty },
      voided: numbers.count { ledger.uses(of: $0).isEmpty && ledger.isVoid($0) },
      remaining: entry.isInForce ? ledger.remaining(of: lease) : 0, problem: problem)
  }

  /// The register (文号登记簿) of an office at or below ours: every number of its blocks, and every other one its acts
  /// bear, ascending.
  func numberRows(_ scope: NumberScope, of office: String?, in storage: any ReplicaStorage) throws -> [NumberRow] {
    guard let series = try wordings(of: scope, in: storage).last else { throw try unknownSeries(scope, in: storage) }
    let code = office ?? context.office.text
    guard code == context.office.text || context.isAbove(context.office, OfficeCode(code)) else {
      throw unknownOffice(code)
    }
    let ledger = try ledger(of: scope, in: storage)
    let voids = Dictionary(
      grouping: try NumberRecords(tree: context.tree).voids(of: scope, in: storage), by: \.void.number)
    var desk = RegisterDesk(context: context, ledger: ledger)
    var rows: [NumberRow] = []
    for run in ledger.runs(for: code) {
      let first = run.numbers.lowerBound
      let text = series.text(year: scope.year, number: first)
      switch run.standing {
      case .used:
        for use in ledger.uses(of: first) { rows.append(try desk.row(of: use, in: storage)) }
      case .void:
        let entry = voids[first]?.first
        rows.append(
          NumberRow(
            state: .void, first: first, last: first, text: text, office: entry?.void.office,
            date: entry?.date.description, officer: try entry.flatMap { try officerName($0.officer, in: storage) },
            reason: entry.map { Bilingual(zh: $0.reason, en: $0.reason) }))
      case .lent(let office):
        rows.append(
          NumberRow(
            state: .lent, first: first, last: run.numbers.upperBound, text: text, office: office,
            reason: Bilingual(zh: "已下达给 \(office)，见其登记簿。", en: "Leased on to \(office); see its register.")))
      case .unused:
        rows.append(
          NumberRow(
            state: .unused, first: first, last: run.numbers.upperBound, text: text, office: code,
            reason: Bilingual(zh: "号段内尚未使用。", en: "In the lease, not used yet.")))
      case .gap:
        rows.append(
          NumberRow(
            state: .gap, first: first, last: run.numbers.upperBound, text: text, office: code,
            reason: Bilingual(
              zh: "已跳过，不再使用：使用该号的文书未到本机构（尚未同步，或恢复备份时缺失）；确未使用的，请登记作废。",
              en: "Passed over, never to be used: the document that bears it is not held here (not synchronised, or "
                + "lost with a restored backup). If there is none, declare the number void.")))
      // `runs` lists no number that concerns the office in no way.
      case .outside: continue
      }
    }
    return rows
  }

  private func officerName(_ id: String, in storage: any ReplicaStorage) throws -> String? {
    guard let record = RecordID(hex: id) else { return nil }
    return try storage.row(RecordType.officer.number, record)?.text(1)
  }
}

/// Reads the acts that bear numbers, each file once.
private struct RegisterDesk {
  let context: ReplicaContext
  let ledger: NumberLedger
  private var files: [String: OpenedFile] = [:]

  init(context: ReplicaContext, ledger: NumberLedger) {
    self.context = context
    self.ledger = ledger
  }

  private mutating func file(_ id: String, in storage: any ReplicaStorage) throws -> OpenedFile? {
    if let present = files[id] { return present }
    let file = try RecordID(hex: id).flatMap { try context.file($0, in: storage) }
    files[id] = file
    return file
  }

  mutating func row(of use: NumberLedger.Use, in storage: any ReplicaStorage) throws -> NumberRow {
    let file = try file(use.file, in: storage)
    let stored = file?.stored.first { $0.change.id.description == use.act }
    let act = stored.flatMap { ActRecord.act($0, in: context.tree) }
    let step = file?.folded?.steps.first { $0.act.id == use.act }
    var row = NumberRow(
      state: step?.refusal == nil ? .used : .void, first: use.number, last: use.number, text: use.text,
      office: use.office, file: file?.number,
      act: act.map { file?.workflow?.act($0.rule)?.name ?? Bilingual(zh: $0.rule, en: $0.rule) },
      date: act?.date.description, officer: act?.officers.first?.name, reason: step?.refusal?.message)
    if step == nil {
      row.problems.append(
        Bilingual(
          zh: "案卷、制度包或前序步骤尚未到达，暂不能判断是否生效。",
          en: "Its file, pack or earlier acts have not arrived: whether it stands is not known yet."))
    }
    try note(use, in: &row, storage)
    return row
  }

  private mutating func note(
    _ use: NumberLedger.Use, in row: inout NumberRow, _ storage: any ReplicaStorage
  ) throws {
    let others = ledger.uses(of: use.number).filter { $0.act != use.act }
    if !others.isEmpty {
      row.isDuplicate = true
      let names = try others.map { other in
        "\(try file(other.file, in: storage)?.number ?? String(other.file.prefix(8))) \(other.office)"
      }
      row.problems.append(
        Bilingual(
          zh: "重号：另见 \(names.joined(separator: "、"))。", en: "Duplicate: also on \(names.joined(separator: ", "))."))
    }
    if !ledger.isHeld(use.number, by: use.office) {
      row.problems.append(
        Bilingual(zh: "不在 \(use.office) 的号段内。", en: "In no lease of \(use.office) held here."))
    }
    if ledger.isVoid(use.number) {
      row.problems.append(
        Bilingual(zh: "该号另已登记作废。", en: "The number was also declared void."))
    }
  }
}
