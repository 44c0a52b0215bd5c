import Casework
public import Replication

/// Conflicts, held changes and the log itself.
extension Clerk {
  func conflictViews(in storage: any ReplicaStorage) throws -> [ConflictView] {
    var views: [ConflictView] = []
    for type in RecordType.all {
      for row in try storage.rowsInConflict(type.number) {
        for field in type.fields {
          guard let state = row.fields[field.number], state.isInConflict else { continue }
          views.append(
            ConflictView(
              record: row.id.description, type: type.name, field: field.name, isLegal: field.isLegal,
              values: state.versions.map { version in
                ConflictValue(
                  value: type.isSealed ? Self.sealedMark : spelled(version.value), office: office(ofShort: version.stamp.author),
                  time: version.stamp.time.milliseconds)
              }))
        }
      }
    }
    return views
  }

  /// Stands for a sealed value.
  private static let sealedMark = "＊＊＊"

  /// Resolves a conflict by a write that replaces every value known.
  func resolve(
    _ record: String, field name: String, choice: Int, in storage: any ReplicaStorage
  ) throws -> DeskReply {
    for type in RecordType.all {
      guard let id = RecordID(hex: record), let row = try storage.row(type.number, id),
        let field = type.fields.first(where: { $0.name == name }), let state = row.fields[field.number],
        state.isInConflict, state.versions.indices.contains(choice)
      else { continue }
      let value = state.versions[choice].value
      let audiences = type.isSealed ? [.own] : try RecordAudience(context: context).audiences(of: row, in: storage)
      for audience in audiences {
        try self.record([try write(type, id, [(field.number, value)], in: storage)], for: audience, in: storage)
      }
      return .conflicts(try conflictViews(in: storage))
    }
    throw DeskFailure(
      kind: .badInput, code: "no-conflict",
      message: Bilingual(zh: "没有这样的冲突。", en: "There is no such conflict."),
      remedy: Bilingual(zh: "用 docket conflicts 查看。", en: "See docket conflicts."))
  }

  func heldViews(in storage: any ReplicaStorage) throws -> [HeldView] {
    try storage.heldChanges().map { held in
      HeldView(
        office: context.tree.office(of: held.stream.author)?.text ?? "?", stream: name(of: held.stream), seq: held.seq,
        reason: held.reason.rawValue, rule: held.rule?.rawValue, message: Self.message(held))
    }
  }

  static func message(_ held: HeldChange) -> Bilingual {
    if let rule = held.rule { return message(rule) }
    return switch held.reason {
    case .unknownKind:
      Bilingual(zh: "由更新版本写入，升级后可用；已保存并照常转发。", en: "written by a later version; kept, relayed, usable after an upgrade")
    case .unreadable: Bilingual(zh: "内容无法读取；已保存，不影响其他记录。", en: "cannot be read; kept, and stops nothing else")
    case .charterRefused: Bilingual(zh: "授权书不成立，未采用。", en: "a charter the office tree does not admit")
    case .receiptRefused: Bilingual(zh: "回执不是由上级签发，未采用。", en: "a receipt not signed by a superior")
    case .charterWaiting:
      Bilingual(
        zh: "新密钥的授权书：等待原密钥确认，或等待原密钥被撤销。",
        en: "a charter for a new key: waits for the present key to introduce it, or to be revoked")
    case .factRefused:
      Bilingual(zh: "撤销、追认或换钥记录的签发机构无权决定，未采用。", en: "signed by an office that may not decide this")
    case .dossierRefused:
      Bilingual(
        zh: "移交的案卷材料中有与签名不符的记录：该记录未采用，其余照常；用 docket verify 查看是哪一条。",
        en: "a transferred file's dossier holds an entry that is not what was signed: it does not count, the others do; see docket verify")
    case .disputed: Bilingual(zh: "有争议：予以保存，不生效。", en: "disputed: kept, does not count")
    case .quarantined: Bilingual(zh: "暂存：待上级追认。", en: "in quarantine until a superior ratifies it")
    }
  }

  static func message(_ rule: ClassRule) -> Bilingual {
    switch rule {
    case .undisputed, .receiptedInTime, .ratified, .witnessedBranch: Bilingual(zh: "有效。", en: "valid")
    case .forked:
      Bilingual(
        zh: "日志分叉：同一位置有两份签名记录，上级先收到的一份有效，本份有争议。",
        en: "a fork: two signed entries at one position; the one a superior witnessed first stands, this one is disputed")
    case .otherThanCut:
      Bilingual(zh: "与撤销决定所记的日志不是同一份，有争议。", en: "not the chain that the revocation names: disputed")
    case .afterCompromise:
      Bilingual(
        zh: "密钥可能被盗用：撤销截止点之后的记录有争议，上级可逐条追认（docket quarantine ratify）。",
        en: "the key may have been stolen: disputed beyond the cut; a superior may ratify entry by entry")
    case .afterRevocation:
      Bilingual(
        zh: "密钥已撤销而撤销前未取得回执：暂存，待上级追认（docket quarantine ratify）。",
        en: "the key is revoked and no receipt came before: in quarantine until a superior ratifies it")
    }
  }

  func logRows(limit: Int, in storage: any ReplicaStorage) throws -> [LogRow] {
    var rows: [LogRow] = []
    for head in try storage.heads() {
      let from = head.seq > UInt64(max(1, limit)) ? head.seq - UInt64(max(1, limit)) + 1 : 1
      for entry in try storage.entries(of: head.stream, from: from, bytesMax: SessionLimits.creditBytes) {
        guard let suite = context.suites[entry.header.suite] else { continue }
        rows.append(
          LogRow(
            office: context.tree.office(of: head.stream.author)?.text ?? "?", stream: name(of: head.stream),
            seq: entry.header.seq, time: entry.header.stamp.milliseconds, changes: (try? entry.changes().count) ?? 0,
            hash: Hexadecimal.string(entry.hash(using: suite).bytes.prefix(8))))
      }
    }
    return Array(rows.sorted { ($0.time, $0.office, $0.stream, $0.seq) < ($1.time, $1.office, $1.stream, $1.seq) }.suffix(limit))
  }

  private func name(of stream: StreamID) -> String { StreamName.of(stream) }

  private func office(ofShort author: UInt64) -> String {
    context.tree.all.first { WriteStamp.short($0.key) == author }?.charter.office.text ?? "?"
  }

  private func spelled(_ value: FieldValue) -> String {
    switch value {
    case .text(let text): text
    case .integer(let number): String(number)
    case .flag(let flag): String(flag)
    case .bytes(let bytes): Hexadecimal.string(bytes)
    case .list(let values): values.map(spelled).joined(separator: ", ")
    case .null: ""
    }
  }
}

/// A stream's audience as people read it.
public enum StreamName {
  public static func of(_ stream: StreamID) -> String {
    let audience =
      switch stream.audience {
      case .own: "own"
      case .up: "up"
      case .down: "down"
      case .office(let code): "office:\(code)"
      case .subtree(let code): "subtree:\(code)"
      }
    return stream.incarnation == 1 ? audience : "\(audience)/\(stream.incarnation)"
  }
}
