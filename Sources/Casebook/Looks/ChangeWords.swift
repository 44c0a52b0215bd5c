import Casework
import Replication

/// What a change says, as a person would.
struct ChangeWords {
  /// Characters of a value that are shown: enough to know it again.
  private static let valueMax = 40
  /// Fields that are shown.
  private static let fieldsMax = 8
  private static let sealed = "＊＊＊"

  let context: ReplicaContext
  let storage: any ReplicaStorage

  static func kind(_ change: Change) -> String {
    switch change {
    case .record: "record"
    case .act: "act"
    case .charter: "charter"
    case .receipt: "receipt"
    case .revocation: "revocation"
    case .ratification: "ratification"
    case .forkProof: "fork-proof"
    case .introduction: "introduction"
    case .sighting: "sighting"
    case .dossier: "dossier"
    case .unknown: "unknown"
    }
  }

  func text(_ change: Change) throws -> Bilingual {
    switch change {
    case .record(let write): return try text(write)
    case .act(let act): return try text(act)
    case .charter(let charter): return text(charter)
    case .receipt(let receipt):
      let place = place(receipt.head.stream, receipt.head.seq)
      return Bilingual(
        zh: "回执：已收到 \(place.zh)为止的全部记录（\(ClockText.of(receipt.clock))）",
        en: "receipt: all up to \(place.en) is held (\(ClockText.of(receipt.clock)))")
    case .revocation(let revocation):
      let reason = Self.name(revocation.reason)
      return Bilingual(
        zh: "撤销 \(revocation.office) 的密钥 \(KeyView.name(revocation.key))（\(reason.zh)）：\(revocation.text)",
        en: "revokes key \(KeyView.name(revocation.key)) of \(revocation.office) (\(reason.en)): \(revocation.text)")
    case .ratification(let ratification):
      let place = place(ratification.stream, ratification.first)
      return Bilingual(
        zh: "追认 \(place.zh)至第 \(ratification.last) 条", en: "ratifies \(place.en) to #\(ratification.last)")
    case .forkProof(let proof):
      let place = place(proof.stream, proof.seq)
      return Bilingual(zh: "分叉证据：\(place.zh)有两份签名记录", en: "proof of a fork at \(place.en): two signed entries")
    case .introduction(let introduction):
      let key = name(introduction.signingKey)
      return Bilingual(
        zh: "\(introduction.office) 启用新密钥 \(key)", en: "\(introduction.office) introduces its next key, \(key)")
    case .sighting(let sighting):
      let place = place(sighting.face.header.stream, sighting.face.header.seq)
      return Bilingual(zh: "所见上级日志：\(place.zh)", en: "saw its superior's log up to \(place.en)")
    case .dossier(let piece):
      let size = ByteText.of(Entry.payload(of: [.dossier(piece)]).count)
      return Bilingual(zh: "移交案卷的材料（\(size.zh)）", en: "part of a transferred file's dossier (\(size.en))")
    case .unknown(let kind, let body):
      return Bilingual(zh: "本版本不认识的内容（第 \(kind) 类，\(body.count) 字节）", en: "of a kind this version does not know (\(kind), \(body.count) bytes)")
    }
  }

  /// `130526 up 第 12 条`.
  func place(_ stream: StreamID, _ seq: UInt64) -> Bilingual {
    let office = context.tree.office(of: stream.author)?.text ?? KeyView.name(stream.author)
    return Bilingual(zh: "\(office) \(StreamName.of(stream)) 第 \(seq) 条", en: "\(office) \(StreamName.of(stream)) #\(seq)")
  }

  static func name(_ reason: Revocation.Reason) -> Bilingual {
    switch reason {
    case .retired: Bilingual(zh: "正常停用", en: "retired")
    case .compromised: Bilingual(zh: "可能被盗用", en: "may be stolen")
    }
  }

  private func name(_ key: PublicKey) -> String {
    context.suites[key.suite].map { KeyView.name(key.fingerprint(using: $0)) } ?? "?"
  }

  private func text(_ charter: Charter) -> Bilingual {
    let until = charter.until.map { Bilingual(zh: "至 \(ClockText.of($0))", en: " until \(ClockText.of($0))") }
    let powers =
      charter.powers.isEmpty
      ? nil
      : Bilingual(
        zh: "，权限：\(charter.powers.joined(separator: "、"))", en: "; powers: \(charter.powers.joined(separator: ", "))")
    return Bilingual(
      zh: "授权书：\(charter.name)（\(charter.office)）使用密钥 \(name(charter.signingKey))，自 \(ClockText.of(charter.from))起\(until?.zh ?? "")\(powers?.zh ?? "")",
      en: "charter: \(charter.name) (\(charter.office)) signs with key \(name(charter.signingKey)) from \(ClockText.of(charter.from))\(until?.en ?? "")\(powers?.en ?? "")")
  }

  // MARK: Records and acts

  private func text(_ write: RecordWrite) throws -> Bilingual {
    guard let type = context.schema.type(write.type) else {
      return Bilingual(zh: "本版本不认识的登记项（第 \(write.type) 类）", en: "a record of a type this version does not know (\(write.type))")
    }
    let name = type.title
    // Forms write every field; what is empty says little, unless nothing else is said.
    let filled = write.fields.filter { $0.value != .text("") && $0.value != .null }
    let shown = filled.isEmpty ? write.fields : filled
    let fields = shown.prefix(Self.fieldsMax).map { field in
      let value = type.isSealed ? Self.sealed : Self.spelled(field.value)
      return "\(type.field(field.number)?.name ?? "\(field.number)")=\(value)"
    } + (shown.count > Self.fieldsMax ? ["…"] : [])
    let id = String(write.id.description.prefix(8))
    return Bilingual(
      zh: "登记\(name.zh) \(id)：\(fields.joined(separator: "，"))", en: "\(name.en) \(id): \(fields.joined(separator: ", "))")
  }

  private func text(_ act: ActChange) throws -> Bilingual {
    let file = try context.file(act.file, in: storage)
    let number = file?.number ?? String(act.file.description.prefix(8))
    if act.rule == ActRecord.revealRule {
      return Bilingual(zh: "案卷 \(number)：查看了密封的投诉举报人", en: "file \(number): the sealed complainant was looked at")
    }
    let name = file?.workflow?.act(act.rule)?.name ?? Bilingual(zh: act.rule, en: act.rule)
    let stored = StoredAct(change: act, stream: context.stream(.up), seq: 0, stamp: HybridTimestamp(rawValue: 0))
    let read = ActRecord.act(stored, in: context.tree)
    let officers = read?.officers.map(\.name) ?? []
    let facts = (read?.facts ?? [:]).sorted { $0.key < $1.key }.prefix(Self.fieldsMax)
      .map { "\($0.key)=\(Self.clipped($0.value.spelled))" }
    let date = read.map { "\($0.date)" } ?? ""
    func words(_ parts: [String], _ separator: String) -> String {
      parts.filter { !$0.isEmpty }.joined(separator: separator)
    }
    return Bilingual(
      zh: "案卷 \(number)：\(name.zh)（"
        + words([act.rule, date, officers.joined(separator: "、"), facts.joined(separator: "，")], "；") + "）",
      en: "file \(number): \(name.en) ("
        + words([act.rule, date, officers.joined(separator: ", "), facts.joined(separator: ", ")], "; ") + ")")
  }

  private static func spelled(_ value: FieldValue) -> String {
    switch value {
    case .text(let text): clipped(text)
    case .integer(let number): String(number)
    case .flag(let flag): String(flag)
    case .bytes(let bytes): clipped(Hexadecimal.string(bytes))
    case .list(let values): clipped(values.map(spelled).joined(separator: " "))
    case .null: ""
    }
  }

  private static func clipped(_ text: String) -> String {
    let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
    return line.count > valueMax ? line.prefix(valueMax) + "…" : line
  }
}

extension RecordType {
  /// What people call it.
  var title: Bilingual {
    switch number {
    case Self.subject.number: Bilingual(zh: "单位或个人", en: "unit or person")
    case Self.officer.number: Bilingual(zh: "人员", en: "officer")
    case Self.caseFile.number: Bilingual(zh: "案卷", en: "file")
    case Self.sealedComplainant.number: Bilingual(zh: "投诉举报人（密封）", en: "complainant (sealed)")
    case Self.pack.number: Bilingual(zh: "制度包", en: "pack")
    case Self.packSection.number: Bilingual(zh: "制度包文本", en: "text of a pack")
    case Self.indicatorSetting.number: Bilingual(zh: "监督检查指标", en: "indicator")
    case Self.numberLease.number: Bilingual(zh: "文号领用", en: "lease of numbers")
    case Self.numberVoid.number: Bilingual(zh: "文号作废", en: "void number")
    case Self.draw.number: Bilingual(zh: "随机抽取", en: "draw")
    case Self.drawSection.number: Bilingual(zh: "随机抽取材料", en: "material of a draw")
    case Self.drawSecret.number: Bilingual(zh: "随机抽取密值（密封）", en: "secret of a draw (sealed)")
    case Self.drawResult.number: Bilingual(zh: "随机抽取结果", en: "round of a draw")
    case Self.subjectMerge.number: Bilingual(zh: "单位合并", en: "merge of units")
    case Self.calendarYear.number: Bilingual(zh: "放假安排", en: "holiday notice")
    case Self.sealedPerson.number: Bilingual(zh: "公民身份号码（密封）", en: "identification number (sealed)")
    default: Bilingual(zh: name, en: name)
    }
  }
}
