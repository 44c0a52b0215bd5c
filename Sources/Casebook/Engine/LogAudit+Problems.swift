import Casework
import Replication

/// What a check found, in words.
extension LogAudit {
  func problem(
    _ stream: StreamID, _ seq: UInt64?, _ code: String, byte: Int? = nil, _ zh: String, _ en: String
  ) -> VerifyProblem {
    VerifyProblem(
      office: context.tree.office(of: stream.author)?.text ?? "?", stream: StreamName.of(stream), seq: seq, code: code,
      byte: byte, message: Bilingual(zh: zh, en: en))
  }

  func noCharter(_ stream: StreamID, _ seq: UInt64?) -> VerifyProblem {
    problem(stream, seq, "no-charter", "作者没有有效授权书。", "The author has no charter.")
  }

  func truncated(_ stream: StreamID, _ seq: UInt64) -> VerifyProblem {
    problem(
      stream, seq, "truncated", "上级回执证明此流更长，本机末尾缺失。",
      "A receipt proves that this stream was longer: its tail is missing here.")
  }

  // MARK: What cannot be read

  func unreadable(_ damage: StoredDamage, _ stream: StreamID, _ seq: UInt64) -> VerifyProblem {
    let (zh, en) = (damage.byte.map { "自第 \($0) 字节起" } ?? "", damage.byte.map { " from byte \($0) on" } ?? "")
    return problem(
      stream, seq, "unreadable", byte: damage.byte, "此条日志\(zh)无法读取（\(damage.cause)）。",
      "The entry cannot be read\(en) (\(damage.cause)).")
  }

  /// What `read` gives; where what is stored cannot be read, a problem and `nil`.
  /// - Parameter list: stands in the place of a stream.
  func readable<Value>(_ list: String, _ view: inout VerifyView, _ read: () throws -> Value) throws -> Value? {
    do {
      return try read()
    } catch {
      guard let damage = (error as? any StorageFailure)?.damage else { throw error }
      view.problems.append(
        VerifyProblem(
          office: context.office.text, stream: list, seq: nil, code: "unreadable",
          message: Bilingual(zh: "此类记录无法读取（\(damage.cause)）。", en: "These records cannot be read (\(damage.cause)).")))
      return nil
    }
  }

  // MARK: Entries

  /// - Parameters:
  ///   - next: where the run begins, or should.
  ///   - head: what is recorded of the stream's end.
  func problem(_ failure: ChainFailure, at next: UInt64, _ run: [Entry], head: StreamHead) -> VerifyProblem {
    var seq = failure.seq ?? next
    if case .gap(let expected, _) = failure { seq = expected }
    let words: Bilingual
    switch failure {
    case .empty, .gap:
      words = Bilingual(zh: "此条日志缺失。", en: "The entry is missing.")
    case .wrongStream:
      words = Bilingual(zh: "此条日志属于另一个流。", en: "The entry is one of another stream.")
    case .fork:
      words = Bilingual(
        zh: "此条日志所接的不是本机所存的前一条。", en: "The entry's link is not to the one that stands before it.")
    case .payloadAltered:
      words = Bilingual(
        zh: "内容的摘要与头部所记不符。", en: "The payload's hash is not the one that the signed header says.")
    case .badSignature:
      let successor = run.first { $0.header.seq == seq + 1 }?.header.previous ?? (seq == head.seq ? head.hash : nil)
      words = badSignature(run.first { $0.header.seq == seq }, successor: successor)
    case .unknownSuite:
      words = Bilingual(zh: "此条日志的签名算法本机不支持。", en: "The entry's suite is not one of this build's.")
    }
    return problem(head.stream, seq, failure.code, words.zh, words.en)
  }

  /// - Parameter successor: hash that what follows the entry says it has; `nil` where that is not at hand.
  private func badSignature(_ entry: Entry?, successor: Digest?) -> Bilingual {
    var (zh, en) = ("签名不成立", "The signature does not hold")
    if let entry, let successor, let suite = context.suites[entry.header.suite] {
      if entry.hash(using: suite) == successor {
        zh += "，而其后所记的摘要与之相符：写入时即如此"
        en += ", and yet its hash is the one recorded after it: it was written so"
      } else {
        zh += "，且与其后所记的摘要不符：头部、内容或签名在存入后被改动"
        en += ", nor is its hash the one recorded after it: header, payload or signature was altered since"
      }
    }
    if let byte = entry?.firstUnreadablePayloadByte {
      zh += "；内容自其第 \(byte) 字节起无法读取"
      en += "; the payload cannot be read from its byte \(byte) on"
    }
    return Bilingual(zh: zh + "。", en: en + ".")
  }

  // MARK: Projection

  func problem(_ difference: ProjectionDifference, in storage: any ReplicaStorage) -> VerifyProblem {
    let table = Self.words(of: difference.table)
    let row = text(difference.row, in: storage)
    let (zhPlace, enPlace) = row.isEmpty ? ("", "") : ("：\(row)", ": \(row)")
    let zhMore = difference.others == 0 ? "" : "，另有 \(difference.others) 处"
    let enMore = difference.others == 0 ? "" : ", and \(difference.others) more"
    return VerifyProblem(
      office: difference.row.stream.flatMap { context.tree.office(of: $0.author)?.text } ?? context.office.text,
      stream: "projection", seq: nil, code: "projection", table: difference.table, row: row.isEmpty ? nil : row,
      message: Bilingual(
        zh: "\(table.zh)与日志不符\(zhPlace)\(zhMore)。",
        en: "The \(table.en) are not what the log gives\(enPlace)\(enMore)."))
  }

  /// A row as people find it: a file by its number, a place of a stream as everywhere.
  private func text(_ row: ProjectionDifference.Row, in storage: any ReplicaStorage) -> String {
    var words: [String] = []
    if let file = row.file {
      let number = (try? storage.summary(of: file))?.number ?? ""
      words.append(number.isEmpty ? file.description : number)
    }
    if let record = row.record { words.append(record.description) }
    if let stream = row.stream {
      words.append("\(context.tree.office(of: stream.author)?.text ?? "?") \(StreamName.of(stream))")
    }
    if let seq = row.seq { words.append("#\(seq)") }
    if let name = row.name { words.append(name) }
    return words.joined(separator: " ")
  }

  private static func words(of table: String) -> Bilingual {
    switch table {
    case "charter": Bilingual(zh: "授权书", en: "charters")
    case "receipt": Bilingual(zh: "上级回执", en: "receipts of superiors")
    case "act": Bilingual(zh: "案卷的办理记录", en: "acts of files")
    case "other_record": Bilingual(zh: "本版本不认识的登记项", en: "records of unknown types")
    case "file_tally": Bilingual(zh: "案卷计数", en: "tallies of files")
    case "case_summary": Bilingual(zh: "案卷汇总", en: "summaries of files")
    case "row_in_conflict": Bilingual(zh: "并行修改的标记", en: "marks of conflicts")
    case "held_change": Bilingual(zh: "暂存未用的内容", en: "changes that are kept but not used")
    case "fact": Bilingual(zh: "撤销、追认和换钥记录", en: "revocations, ratifications and introductions")
    case "sighting": Bilingual(zh: "下级所见的上级日志", en: "sightings of superiors' entries")
    case "sighting_ahead":
      Bilingual(zh: "尚未收到的记录的所见", en: "sightings of entries that are still to come")
    case "contradiction":
      Bilingual(zh: "与上级回执相矛盾的记录", en: "entries that receipts of superiors contradict")
    case "clamp": Bilingual(zh: "依回执修正的时间", en: "times corrected by receipts")
    case "time_doubt": Bilingual(zh: "存疑的时间", en: "doubted times")
    case "document_number": Bilingual(zh: "文号索引", en: "numbers of documents")
    case "dossier": Bilingual(zh: "移交材料的记录", en: "notes of dossiers")
    case "named_content": Bilingual(zh: "附件索引", en: "names of attachments")
    default:
      Bilingual(zh: "登记表 \(table.dropFirst("r_".count)) ", en: "records of type \(table.dropFirst("r_".count))")
    }
  }
}
