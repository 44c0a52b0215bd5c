import Casework
import Replication

/// Duplicates in the register: finding, merging and parting again.
extension Clerk {
  /// Records suspected to be one unit, those under one code first, then the likest.
  func duplicateViews(in storage: any ReplicaStorage) throws -> [DuplicateView] {
    let book = try subjectBook(in: storage)
    let rows = book.merges.representatives(of: book.rows)
    var pairs: [DuplicateView] = []
    var firstByCode: [String: RecordRow] = [:]
    var finder = SuspectFinder([], in: book)
    for row in rows {
      let (code, name) = (row.text(SubjectField.code) ?? "", row.text(SubjectField.name) ?? "")
      if !code.isEmpty, let first = firstByCode[code] {
        pairs.append(
          DuplicateView(
            first: book.brief(first), second: book.brief(row),
            score: SimilarName.similarity(first.text(SubjectField.name) ?? "", name), reason: .sameCode))
      } else if !code.isEmpty {
        firstByCode[code] = row
      }
      let kind = row.text(SubjectField.kind) ?? ""
      if SubjectKind.isPerson(kind), row.text(SubjectField.office) != context.office.text { continue }
      let hasNumber = book.numbers[row.id.description] != nil
      let finding = finder.suspects(ofName: name, kind: kind, hasNumber: hasNumber)
      let others = finding.suspects.compactMap { suspect in book.row(suspect.id).map { (row: $0, score: suspect.score) } }
        .filter { code.isEmpty || $0.row.text(SubjectField.code) != code }
      let more = finding.leftOut + max(0, others.count - SuspectFinder.suspectsMax)
      let named = others.prefix(SuspectFinder.suspectsMax)
      for (index, other) in named.enumerated() {
        var pair = DuplicateView(
          first: book.brief(other.row), second: book.brief(row), score: other.score, reason: .similarName)
        if index == named.count - 1, more > 0 { pair.more = more }
        pairs.append(pair)
      }
      finder.add(row.id.description, name: name, kind: kind, hasNumber: hasNumber)
    }
    func order(_ pair: DuplicateView) -> (Int, Int, String, String) {
      (pair.reason == .sameCode ? 0 : 1, -pair.score, pair.first.id, pair.second.id)
    }
    return pairs.sorted { order($0) < order($1) }
  }

  /// Puts one record under another. Both stay as they are and can be found as before.
  func mergeSubjects(_ draft: SubjectMergeDraft, in storage: any ReplicaStorage) throws -> DeskReply {
    let people = try stated(draft.reason, by: draft.officer, in: storage)
    let book = try subjectBook(in: storage)
    let (from, into) = (try book.unit(draft.from), try book.unit(draft.into))
    guard from.id != into.id else {
      throw DeskFailure(
        kind: .refused, code: "already-merged",
        message: Bilingual(
          zh: "“\(draft.from)”与“\(draft.into)”已是同一对象。", en: "“\(draft.from)” and “\(draft.into)” are one unit already."),
        remedy: Bilingual(
          zh: "用 docket subject show 查看；要改由另一个保留的，先用 docket subject unmerge。",
          en: "See docket subject show; for the other one to survive, unmerge them first."))
    }
    let kinds = [from, into].map { $0.text(SubjectField.kind) ?? "" }
    guard SubjectKind.isPerson(kinds[0]) == SubjectKind.isPerson(kinds[1]) else {
      throw DeskFailure(
        kind: .refused, code: "person-and-unit",
        message: Bilingual(zh: "自然人与单位不能合并。", en: "A person and a unit cannot be merged."),
        remedy: Bilingual(zh: "请先更正类别。", en: "Correct the kind first."))
    }
    let change = try write(
      .subjectMerge, newID(),
      [
        (SubjectMergeField.from, .text(from.id.description)), (SubjectMergeField.into, .text(into.id.description)),
        (SubjectMergeField.reason, .text(draft.reason)), (SubjectMergeField.officer, .text(people)),
        (SubjectMergeField.mergedOn, .text(today.description)),
      ], in: storage)
    try record([change], for: try audience(ofMerging: from, into), in: storage)
    var view = try subjectDetail(into.id.description, in: storage)
    view.warnings = warnings(merging: from, into, in: book)
    return .subject(view)
  }

  /// Parts a merged record from the unit it shows under. Files opened meanwhile stay with the record they name.
  func unmergeSubject(_ draft: SubjectUnmergeDraft, in storage: any ReplicaStorage) throws -> DeskReply {
    let people = try stated(draft.reason, by: draft.officer, in: storage)
    let book = try subjectBook(in: storage)
    let matching = book.matching(draft.subject)
    let merged = matching.filter { book.merges.isMerged($0.id.description) }
    guard !merged.isEmpty || matching.isEmpty else {
      throw DeskFailure(
        kind: .refused, code: "not-merged",
        message: Bilingual(zh: "“\(draft.subject)”没有并入其他对象。", en: "“\(draft.subject)” was not merged into another."),
        remedy: Bilingual(
          zh: "用 docket subject show 查看，写出被并入的那一个。", en: "See docket subject show, and name the one that was merged."))
    }
    let row = try book.only(merged, meantBy: draft.subject)
    let merges = book.merges.holding(row.id.description)
    for merge in merges where !SubjectMerges.may(context.office, merge: [merge.made.office], in: context.tree) {
      throw DeskFailure(
        kind: .notPermitted, code: "merged-above",
        message: Bilingual(zh: "该合并由 \(merge.made.office) 作出，本机构不能撤销。", en: "\(merge.made.office) merged them; it is not this office's to undo."),
        remedy: Bilingual(zh: "请报该机构撤销。", en: "Ask that office to undo it."))
    }
    for merge in merges {
      let change = try write(
        .subjectMerge, merge.id,
        [
          (SubjectMergeField.undoneReason, .text(draft.reason)), (SubjectMergeField.undoneOfficer, .text(people)),
          (SubjectMergeField.undoneOn, .text(today.description)),
        ], in: storage)
      guard let from = book.row(merge.from), let into = book.row(merge.into) else { continue }
      try record([change], for: try audience(ofMerging: from, into), in: storage)
    }
    return .subject(try subjectDetail(row.id.description, in: storage))
  }

  /// Id of the officer who answers for a merge.
  private func stated(_ reason: String, by officer: String, in storage: any ReplicaStorage) throws -> String {
    guard !reason.allSatisfy(\.isWhitespace) else {
      throw DeskFailure(
        kind: .badInput, code: "reason",
        message: Bilingual(zh: "合并或撤销合并须写明理由。", en: "State the reason for merging or parting them."),
        remedy: Bilingual(zh: "用 --reason 写明理由。", en: "Give --reason."))
    }
    return try officers([officer], in: storage).first?.id ?? officer
  }

  /// Whoever keeps both records must learn of it: our superiors do, and an office below whose records they both are.
  private func audience(ofMerging from: RecordRow, _ into: RecordRow) throws -> Audience {
    let owners = [from, into].compactMap { $0.text(SubjectField.office).flatMap { OfficeCode($0) } }
    guard owners.count == 2, SubjectMerges.may(context.office, merge: owners, in: context.tree) else {
      throw DeskFailure(
        kind: .notPermitted, code: "not-own-register",
        message: Bilingual(zh: "只能合并本机构和下级登记的对象。", en: "An office merges its own records and those of offices below."),
        remedy: Bilingual(zh: "请报登记机构或其上级办理。", en: "Ask the office that registered them, or one above it."))
    }
    return owners[0] == owners[1] && owners[0] != context.office ? .office(owners[0]) : .up
  }

  /// What speaks against two records being one unit; a person decides.
  private func warnings(merging from: RecordRow, _ into: RecordRow, in book: SubjectBook) -> [Bilingual] {
    func differing(_ values: [String]) -> Bool { !values.contains("") && values[0] != values[1] }
    func values(_ field: UInt64) -> [String] { [from, into].map { $0.text(field) ?? "" } }
    var warnings: [Bilingual] = []
    let (codes, kinds) = (values(SubjectField.code), values(SubjectField.kind))
    if differing(codes) {
      warnings.append(
        Bilingual(
          zh: "两者统一社会信用代码不同（\(codes[0])、\(codes[1])），通常不是同一单位；请核对。",
          en: "Their codes differ (\(codes[0]), \(codes[1])), as those of two units do. Please check."))
    }
    if kinds[0] != kinds[1] {
      warnings.append(
        Bilingual(
          zh: "类别不同：今后按“\(kinds[1])”计入指标，不再按“\(kinds[0])”。",
          en: "Their kinds differ: it counts as “\(kinds[1])” from now on, no longer as “\(kinds[0])”."))
    }
    if SubjectKind.isPerson(kinds[0]), differing([from, into].map { book.numbers[$0.id.description] ?? "" }) {
      warnings.append(
        Bilingual(
          zh: "两者证件号不同，通常不是同一人；请核对。", en: "Their numbers differ, as those of two people do. Please check."))
    }
    return warnings
  }
}
