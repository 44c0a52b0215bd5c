import Casework
import Replication

/// Offices and officers.
extension Clerk {
  func officeViews() -> [OfficeView] { Self.officeViews(of: context) }

  static func officeViews(of context: ReplicaContext) -> [OfficeView] {
    context.tree.all.map { seat in
      OfficeView(
        office: seat.charter.office.text, name: seat.charter.name, superior: seat.charter.parent?.text,
        depth: seat.depth,
        key: context.suites[.ed25519].map { SpokenFingerprint.of(seat, root: context.tree.rootKey, using: $0) } ?? "",
        isSelf: seat.charter.office == context.office, until: seat.charter.until, powers: seat.charter.powers)
    }
  }

  func addOfficer(_ draft: OfficerDraft, in storage: any ReplicaStorage) throws -> DeskReply {
    func bad(_ zh: String, _ en: String) -> DeskFailure {
      DeskFailure(
        kind: .badInput, code: "officer", message: Bilingual(zh: zh, en: en),
        remedy: Bilingual(zh: "请更正后重新登记。", en: "Correct it and add the officer again."))
    }
    guard !draft.login.isEmpty, !draft.name.isEmpty else {
      throw bad("人员的登录名和姓名不能为空。", "An officer needs a login and a name.")
    }
    if draft.certificateNumber != nil {
      guard let from = draft.validFrom.flatMap({ CivilDate($0) }), let to = draft.validTo.flatMap({ CivilDate($0) }),
        from <= to
      else {
        throw bad(
          "证件有效期须为 YYYY-MM-DD，且起始日不晚于截止日。",
          "A certificate's term is two dates YYYY-MM-DD, the first not after the last.")
      }
      guard ["enforcement", "supervision", "audit"].contains(draft.certificateKind ?? "") else {
        throw bad(
          "证件种类须为 enforcement（执法证）、supervision（执法监督证）或 audit（稽核证）。",
          "The certificate's kind is enforcement, supervision or audit.")
      }
    }
    let present = try officerRow(draft.login, in: storage)
    let change = try write(
      .officer, present?.id ?? newID(),
      [
        (1, .text(draft.name)), (2, .text(draft.roles.joined(separator: " "))),
        (3, .text(draft.certificateNumber ?? "")), (4, .text(draft.certificateKind ?? "")),
        (5, .text(draft.validFrom ?? "")), (6, .text(draft.validTo ?? "")), (7, .text(context.office.text)),
        (8, .text(draft.login)),
      ], in: storage)
    try record([change], for: .up, in: storage)
    return .officers(try officerViews(in: storage))
  }

  func officerViews(in storage: any ReplicaStorage) throws -> [OfficerView] {
    func optional(_ row: RecordRow, _ field: UInt64) -> String? {
      row.text(field).flatMap { $0.isEmpty ? nil : $0 }
    }
    return try storage.rows(RecordType.officer.number).map { row in
      OfficerView(
        login: row.text(8) ?? "", name: row.text(1) ?? "",
        roles: (row.text(2) ?? "").split(separator: " ").map(String.init), office: row.text(7) ?? "",
        certificateNumber: optional(row, 3), certificateKind: optional(row, 4), validFrom: optional(row, 5),
        validTo: optional(row, 6))
    }
  }

  /// This office's officer of that login.
  func officerRow(_ login: String, in storage: any ReplicaStorage) throws -> RecordRow? {
    try storage.rows(RecordType.officer.number, where: 8, is: .text(login))
      .first { $0.text(7) == context.office.text }
  }

  /// The officers of an act as they stand today.
  func officers(_ logins: [String], in storage: any ReplicaStorage) throws -> [ActOfficer] {
    try logins.map { login in
      guard let row = try officerRow(login, in: storage) else {
        throw DeskFailure(
          kind: .badInput, code: "unknown-officer",
          message: Bilingual(zh: "本机构没有登录名为“\(login)”的人员。", en: "This office has no officer “\(login)”."),
          remedy: Bilingual(
            zh: "用 docket officer list 查看，或用 docket officer add 登记。",
            en: "See docket officer list, or register with docket officer add."))
      }
      var certificate: Certificate?
      if let number = row.text(3), !number.isEmpty, let from = CivilDate(row.text(5) ?? ""),
        let to = CivilDate(row.text(6) ?? "")
      {
        certificate = Certificate(number: number, kind: row.text(4) ?? "", validFrom: from, validTo: to)
      }
      return ActOfficer(
        id: row.id.description, name: row.text(1) ?? login,
        roles: (row.text(2) ?? "").split(separator: " ").map(String.init), certificate: certificate)
    }
  }
}
