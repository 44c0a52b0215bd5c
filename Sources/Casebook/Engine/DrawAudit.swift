import Casework
import Replication

/// Derives a draw again from the log this replica holds: the office's stream and the witness's receipts. Anyone who
/// holds both finds the same.
struct DrawAudit {
  let context: ReplicaContext
  let draw: OpenedDraw

  /// - Returns: what is wrong; nothing when the list follows from what was committed.
  func findings(in storage: any ReplicaStorage) throws -> [DrawFinding] {
    guard let roster = draw.roster, let parameters = draw.parameters, let hash = context.hash(of: draw) else {
      return [
        DrawFinding(
          .incomplete,
          message: Bilingual(zh: "名录或抽取规则缺失或无法读取。", en: "Roster or parameters are missing or cannot be read."))
      ]
    }
    var found = try derived(roster, parameters, hash, in: storage)
    if draw.isRewritten {
      found.append(
        DrawFinding(
          .rewritten, message: Bilingual(zh: "抽取记录在作出后被改写。", en: "The record was written again after it was made.")))
    }
    if !context.isAbove(OfficeCode(draw.witness), OfficeCode(draw.office)) {
      found.append(
        DrawFinding(
          .witness,
          message: Bilingual(
            zh: "见证机构 \(draw.witness) 不是 \(draw.office) 的上级。",
            en: "The witness \(draw.witness) is not above \(draw.office).")))
    }
    found += try register(roster, in: storage)
    found += try certificates(parameters, in: storage)
    found += try withheld(in: storage)
    return found
  }

  // MARK: - The list

  private func derived(
    _ roster: DrawRoster, _ parameters: DrawParameters, _ hash: @escaping ([UInt8]) -> [UInt8],
    in storage: any ReplicaStorage
  ) throws -> [DrawFinding] {
    let seeds = try seeds(in: storage)
    do throws(DrawProblem) {
      let made = try Draw(roster: roster, parameters: parameters, hash: hash)
      var found: [DrawFinding] = []
      if draw.units != roster.subjects.count || draw.drawn != made.count {
        found.append(
          DrawFinding(
            .header,
            message: Bilingual(
              zh: "记录写明名录 \(draw.units) 户、抽取 \(draw.drawn) 户，实为 \(roster.subjects.count) 户、\(made.count) 户。",
              en: "The record says \(draw.drawn) of \(draw.units); it is \(made.count) of \(roster.subjects.count).")))
      }
      guard let publication = try draw.publication(of: made) else { return found + (try committed(made)) }
      return found + DrawVerification.findings(in: publication, receipts: seeds, hash: hash).map { DrawFinding($0) }
    } catch {
      return [DrawFinding(.impossible(error))]
    }
  }

  /// Before the reveal: roster and parameters are those committed to.
  private func committed(_ made: Draw) throws(DrawProblem) -> [DrawFinding] {
    // Any nonce: its hash is not compared.
    let own = try made.commitment(nonce: [UInt8](repeating: 0, count: DrawLimits.hashBytes))
    var found: [DrawFinding] = []
    if own.roster != draw.digest(DrawRecords.Field.roster) { found.append(DrawFinding(.roster)) }
    if own.parameters != draw.digest(DrawRecords.Field.parameters) { found.append(DrawFinding(.parameters)) }
    return found
  }

  /// Seed of each revealed round as the witness's receipts in this log give it; empty where there is none.
  private func seeds(in storage: any ReplicaStorage) throws -> [[UInt8]] {
    try draw.revealed.map { try context.witness(ofRound: $0.number, of: draw, in: storage)?.seed ?? [] }
  }

  // MARK: - What surrounds it

  /// The office's units of the kinds drawn from, as they stood when it committed. A unit written again since then
  /// (moved, another kind) is not judged, and one merged into another by then was to be listed once.
  private func register(_ roster: DrawRoster, in storage: any ReplicaStorage) throws -> [DrawFinding] {
    guard let committedAt = draw.committedAt else { return [] }
    let kinds = Set(draw.kinds)
    var missing = Dictionary(roster.subjects.map { ($0.id, $0.stratum) }) { first, _ in first }
    var omitted: [String] = []
    let rows = try storage.rows(RecordType.subject.number)
    let merges = try SubjectMerges(context: context, storage: storage, before: committedAt)
    let units = Set(merges.representatives(of: rows.filter { $0.text(5) == draw.office }).map(\.id))
    for row in rows {
      let id = row.id.description
      let isListed = missing.removeValue(forKey: id) != nil
      let stamps = [UInt64(3), 5].compactMap { row.fields[$0]?.winner?.stamp.time }
      guard !isListed, units.contains(row.id), stamps.allSatisfy({ $0 < committedAt }) else { continue }
      let kind = DrawRecords.oneLine(row.text(3) ?? "")
      if kinds.isEmpty ? !SubjectKind.isPerson(kind) : kinds.contains(kind) { omitted.append(row.text(2) ?? id) }
    }
    var found: [DrawFinding] = []
    if let first = omitted.first {
      found.append(
        DrawFinding(
          .register,
          message: Bilingual(
            zh: "登记簿中有 \(omitted.count) 户未列入名录，如“\(first)”。",
            en: "\(omitted.count) registered units are not in the roster, for example “\(first)”.")))
    }
    if let first = missing.keys.sorted().first {
      found.append(
        DrawFinding(
          .register,
          message: Bilingual(
            zh: "名录中有 \(missing.count) 户不在登记簿内，如 \(first)。",
            en: "\(missing.count) units of the roster are not registered, for example \(first).")))
    }
    return found
  }

  /// Officers whose certificate, as the register had it when the office committed, was not valid on that day.
  private func certificates(
    _ parameters: DrawParameters, in storage: any ReplicaStorage
  ) throws -> [DrawFinding] {
    guard let committedAt = draw.committedAt, let day = CivilDate(draw.text(DrawRecords.Field.openedOn)) else {
      return []
    }
    var found: [DrawFinding] = []
    for officer in parameters.officers {
      let row = try RecordID(hex: officer.id).flatMap { try storage.row(RecordType.officer.number, $0) }
      if let row {
        let stamps = [UInt64(3), 5, 6, 7].compactMap { row.fields[$0]?.winner?.stamp.time }
        // Renewed or moved since then: no longer seen here.
        if !stamps.allSatisfy({ $0 < committedAt }) { continue }
        if row.text(7) == draw.office, DrawRecords.oneLine(row.text(3) ?? "") == officer.certificate,
          let from = CivilDate(row.text(5) ?? ""), let to = CivilDate(row.text(6) ?? ""), from <= day, day <= to
        {
          continue
        }
      }
      found.append(
        DrawFinding(
          .certificate,
          message: Bilingual(
            zh: "检查人员 \(row?.text(1) ?? officer.id) 在 \(day) 没有有效的 \(officer.certificate) 号证件。",
            en: "Officer \(row?.text(1) ?? officer.id) held no valid certificate \(officer.certificate) on \(day).")))
    }
    return found
  }

  /// Commitments of the same matter made before this one was revealed, and re-draws of the same round, that never
  /// were revealed: whoever makes several and publishes one has chosen. An office that lost its nonce with its disk
  /// is found too; it must explain itself.
  private func withheld(in storage: any ReplicaStorage) throws -> [DrawFinding] {
    var found: [DrawFinding] = []
    for row in try storage.rows(RecordType.draw.number, where: DrawRecords.Field.office, is: .text(draw.office))
    where context.tree.soleAuthor(of: row)?.text == draw.office {
      let other = try context.openedDraw(row, outline: true, in: storage)
      guard other.id != draw.id, other.isSameMatter(as: draw), other.revealed.isEmpty,
        let made = other.committedAt, let mine = draw.revealedAt ?? draw.committedAt, made < mine
      else { continue }
      found.append(
        DrawFinding(
          .withheld,
          message: Bilingual(
            zh: "同一事项另有承诺 \(other.number) 未揭示。",
            en: "Another commitment to the same matter, \(other.number), was never revealed.")))
    }
    for (number, rounds) in Dictionary(grouping: draw.rounds, by: \.number).sorted(by: { $0.key < $1.key })
    where rounds.count > 1 {
      found.append(
        DrawFinding(
          .withheld, round: number,
          message: Bilingual(
            zh: "第 \(number) 轮有 \(rounds.count) 份记录，只应有一份。",
            en: "There are \(rounds.count) records of round \(number), not one.")))
    }
    return found
  }
}

extension OpenedDraw {
  /// Whether both draw for the same checks of one regime.
  func isSameMatter(as other: OpenedDraw) -> Bool {
    [DrawRecords.Field.office, DrawRecords.Field.pack, DrawRecords.Field.regime, DrawRecords.Field.checkKind]
      .allSatisfy { text($0) == other.text($0) }
  }
}
