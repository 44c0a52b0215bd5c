/// At least so many distinct officers, each holding a certificate of the kind that is valid on the act's day.
///
/// Every officer named is judged, not only as many as are needed: the number is one of inspectors acting
/// jointly (开发区 [5]五: 检查应有2名以上劳动保障监察员共同进行), so whoever is named on the act counts as one.
struct QuorumCheck {
  var atLeast: Int
  var certificate: String
  var article: String

  func refusal(of act: Act, by rule: ActRule) -> Refusal? {
    let present = Set(act.officers.map(\.id)).count
    if present < atLeast { return tooFew(present, rule) }
    if certificate == CertificateKind.none { return nil }
    for officer in act.officers {
      guard let held = officer.certificate else { return uncertified(officer, rule) }
      if held.kind != certificate { return otherKind(officer, held, rule) }
      if !held.isValid(on: act.date) { return invalid(officer, held, on: act.date, rule) }
    }
    return nil
  }

  private func tooFew(_ present: Int, _ rule: ActRule) -> Refusal {
    Refusal(
      code: .quorum,
      message: Bilingual(
        zh: "\(rule.label.zh)须由 \(atLeast) 名以上人员办理，现为 \(present) 名。",
        en: "\(rule.label.en) needs at least \(atLeast) officers; there are \(present)."),
      article: article,
      remedy: Bilingual(
        zh: "请补充 \(atLeast - present) 名办理人员。", en: "Name \(atLeast - present) more."))
  }

  private func uncertified(_ officer: ActOfficer, _ rule: ActRule) -> Refusal {
    let kind = CertificateKind.name(certificate)
    return refusal(
      Bilingual(
        zh: "\(officer.name)（\(officer.id)）没有\(kind.zh)，不能办理\(rule.label.zh)。",
        en: "\(officer.name) (\(officer.id)) holds no \(kind.en) for \(rule.label.en)."))
  }

  private func otherKind(_ officer: ActOfficer, _ held: Certificate, _ rule: ActRule) -> Refusal {
    let (kind, other) = (CertificateKind.name(certificate), CertificateKind.name(held.kind))
    return refusal(
      Bilingual(
        zh: "\(officer.name)（\(officer.id)）持有的 \(held.number) 是\(other.zh)，办理\(rule.label.zh)须持\(kind.zh)。",
        en: "\(rule.label.en) needs: \(kind.en); \(held.number) of \(officer.name) (\(officer.id)) is: "
          + "\(other.en)."))
  }

  private func invalid(
    _ officer: ActOfficer, _ held: Certificate, on day: CivilDate, _ rule: ActRule
  ) -> Refusal {
    refusal(
      Bilingual(
        zh: "\(officer.name)（\(officer.id)）的证件 \(held.number) 在 \(day) 办理\(rule.label.zh)时"
          + "不在有效期内（\(held.validFrom) 至 \(held.validTo)）。",
        en: "Certificate \(held.number) of \(officer.name) (\(officer.id)) is valid \(held.validFrom) to "
          + "\(held.validTo), not on \(day), the day of \(rule.label.en)."))
  }

  private func refusal(_ message: Bilingual) -> Refusal {
    let kind = CertificateKind.name(certificate)
    return Refusal(
      code: .certificate, message: message, article: article,
      remedy: Bilingual(
        zh: "请改由持有效\(kind.zh)的人员办理，或先登记换发的证件。",
        en: "Name an officer with a valid \(kind.en), or register the renewed one first."))
  }
}
