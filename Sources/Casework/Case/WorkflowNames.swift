/// How refusals call the things of a workflow: the name a person knows, with the id the command line takes.
extension Bilingual {
  /// `“立案”（file）`, `“Filing” (file)`.
  static func label(_ name: Bilingual?, _ id: String) -> Bilingual {
    guard let name else { return Bilingual(zh: id, en: id) }
    return Bilingual(zh: "“\(name.zh)”（\(id)）", en: "“\(name.en)” (\(id))")
  }

  /// `“甲”（a）、“乙”（b）` and `“A” (a), “B” (b)`.
  static func list(_ items: [Bilingual]) -> Bilingual {
    Bilingual(zh: items.map(\.zh).joined(separator: "、"), en: items.map(\.en).joined(separator: ", "))
  }
}

extension ActRule {
  var label: Bilingual { .label(name, id) }
}

extension WorkflowState {
  var label: Bilingual { .label(name, id) }
}

extension FormField {
  var label: Bilingual { .label(name, id) }

  /// A value as the form calls it.
  func label(ofValue value: String) -> Bilingual {
    .label(choices.first { $0.id == value }?.name, value)
  }
}

extension Workflow {
  func label(ofAct id: String) -> Bilingual { .label(act(id)?.name, id) }
  func label(ofState id: String) -> Bilingual { .label(state(id)?.name, id) }
  func label(ofField id: String) -> Bilingual { .label(field(id)?.name, id) }

  func label(ofValue value: String, in field: String) -> Bilingual {
    self.field(field)?.label(ofValue: value) ?? Bilingual(zh: value, en: value)
  }

  /// The first field of that id: a fact's name is the same in every form that sets it.
  func field(_ id: String) -> FormField? {
    for act in acts {
      if let field = act.form?.fields.first(where: { $0.id == id }) { return field }
    }
    return nil
  }
}

/// Names of certificate kinds. One is not the other (鹿泉 四（一）三: 必须出示行政执法监督检查证件).
enum CertificateKind {
  /// Where the document names no certificate.
  static let none = "none"

  static func name(_ kind: String) -> Bilingual {
    switch kind {
    case "enforcement": Bilingual(zh: "行政执法证", en: "enforcement certificate")
    case "supervision": Bilingual(zh: "行政执法监督检查证件", en: "supervision certificate")
    case "audit": Bilingual(zh: "稽核证", en: "audit certificate")
    default: Bilingual(zh: kind, en: kind)
    }
  }
}

extension Workflow {
  /// A role as the bureau calls it.
  func label(ofRole id: String) -> Bilingual { .label(roles.first { $0.id == id }?.name, id) }
}
