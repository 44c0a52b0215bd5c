import Casework
public import Replication

/// Attachments of files: their records. The content is the node's (`BlobStore`); a record says what it is whether or
/// not the content is here.
extension Clerk {
  /// What is to be recorded, checked before the content is copied: a refusal costs no gigabyte.
  public struct CheckedAttachment: Sendable {
    public let file: RecordID
    public let name: String
    let mediaType: String
    let takenOn: String
    let note: String
    let officer: String
  }

  /// Bytes of a note: a sentence or two.
  static let attachmentNoteMax = 2_000

  /// - Throws: `DeskFailure`: no such file, a name that is none, a file this office may add nothing to.
  public func checkAttachment(
    _ draft: AttachmentDraft, in storage: any ReplicaStorage
  ) throws -> CheckedAttachment {
    let id = try fileID(draft.file, in: storage)
    guard let file = try context.file(id, in: storage) else { throw unknownAttachmentFile() }
    try refuseAfterTransfer(of: file)
    let last = draft.path.split(separator: "/").last.map(String.init) ?? ""
    let name = draft.name ?? last
    guard AttachmentName.isValid(name) else { throw badName(name) }
    let note = draft.note ?? ""
    guard note.utf8.count <= Self.attachmentNoteMax else {
      throw DeskFailure(
        kind: .badInput, code: "note",
        message: Bilingual(
          zh: "说明超过 \(Self.attachmentNoteMax) 字节。", en: "The note is longer than \(Self.attachmentNoteMax) bytes."),
        remedy: Bilingual(zh: "请缩短说明，详细内容作为附件添加。", en: "Shorten it, or add the long text as an attachment."))
    }
    let type = draft.mediaType ?? AttachmentName.mediaType(of: name)
    guard AttachmentName.isMediaType(type) else {
      throw DeskFailure(
        kind: .badInput, code: "media-type",
        message: Bilingual(zh: "“\(type)”不是媒体类型。", en: "“\(type)” is no media type."),
        remedy: Bilingual(zh: "写作 image/jpeg 这样，或省略。", en: "Write it as image/jpeg, or leave it out."))
    }
    return CheckedAttachment(
      file: id, name: name, mediaType: type, takenOn: try draft.takenOn.map { try takenDay($0).description } ?? "",
      note: note, officer: try draft.officer.flatMap { try officers([$0], in: storage).first?.id } ?? "")
  }

  /// Records the attachment where the file's acts of this office are recorded, so that whoever reads them reads it.
  public func addAttachment(
    _ checked: CheckedAttachment, manifest: BlobManifest, blob: BlobID, wasHeld: Bool, in storage: any ReplicaStorage
  ) throws -> AttachedView {
    guard let file = try context.file(checked.file, in: storage) else { throw unknownAttachmentFile() }
    // Asked again: the copying took its time.
    try refuseAfterTransfer(of: file)
    let id = newID()
    let change = try write(
      .attachment, id,
      [
        (1, .text(checked.file.description)), (2, .text(checked.name)), (3, .text(checked.mediaType)),
        (4, .integer(Int64(manifest.length))), (5, .text(blob.description)), (6, .text(checked.takenOn)),
        (7, .text(checked.note)), (8, .text(checked.officer)),
      ], in: storage)
    let entries = try record([change], for: try audience(of: file), in: storage)
    guard let view = try attachmentViews(of: checked.file, in: storage).first(where: { $0.id == id.description }) else {
      throw unknownAttachmentFile()
    }
    return AttachedView(file: file.number, attachment: view, wasHeld: wasHeld, entry: name(entries))
  }

  /// A file's attachments by their ids; what is here of each the node says.
  func attachmentViews(of file: RecordID, in storage: any ReplicaStorage) throws -> [AttachmentView] {
    let rows = try storage.rows(RecordType.attachment.number, where: 1, is: .text(file.description))
    return try rows.sorted { $0.id < $1.id }.enumerated().map { index, row in
      let author = row.fields[5]?.winner?.stamp.author
      let officer = try row.text(8).flatMap { RecordID(hex: $0) }
        .flatMap { try storage.row(RecordType.officer.number, $0)?.text(1) }
      return AttachmentView(
        number: index + 1, id: row.id.description, name: row.text(2) ?? "", mediaType: row.text(3) ?? "",
        length: Int(max(0, row.value(4).integer ?? 0)), blob: row.text(5) ?? "", state: BlobState.absent.rawValue, held: 0,
        office: author.flatMap { context.tree.office(ofShortAuthor: $0)?.text }, officer: officer,
        takenOn: row.text(6).flatMap { $0.isEmpty ? nil : $0 }, note: row.text(7).flatMap { $0.isEmpty ? nil : $0 })
    }
  }

  /// Every attachment of every file held here: the blob and what the record says of its length.
  public static func namedBlobs(in storage: any ReplicaStorage) throws -> [(blob: BlobID, length: Int)] {
    try storage.rows(RecordType.attachment.number).compactMap { row in
      guard let blob = row.text(5).flatMap({ BlobID(hex: $0) }) else { return nil }
      return (blob: blob, length: Int(max(0, row.value(4).integer ?? 0)))
    }
  }

  /// One of a file's attachments, by its number or the beginning of its id.
  public func attachment(
    _ reference: String, of file: String, in storage: any ReplicaStorage
  ) throws -> AttachmentView {
    let views = try attachmentViews(of: try fileID(file, in: storage), in: storage)
    let isNumber = reference.utf8.count < Self.attachmentIDPrefixMin
    let found = views.filter { isNumber ? "\($0.number)" == reference : $0.id.hasPrefix(reference) }
    guard let view = found.first, found.count == 1 else {
      throw DeskFailure(
        kind: .badInput, code: "unknown-attachment",
        message: Bilingual(zh: "案卷 \(file) 没有附件“\(reference)”。", en: "File \(file) has no attachment “\(reference)”."),
        remedy: Bilingual(zh: "用 docket attach list \(file) 查看序号。", en: "See docket attach list \(file) for the numbers."))
    }
    return view
  }

  /// Shorter references are numbers.
  private static let attachmentIDPrefixMin = 8

  private func takenDay(_ text: String) throws -> CivilDate {
    let day = try date(text)
    guard day > today else { return day }
    throw DeskFailure(
      kind: .badInput, code: "date",
      message: Bilingual(zh: "取得日期 \(day) 晚于今天 \(today)。", en: "\(day), when it was taken, is after today, \(today)."),
      remedy: Bilingual(zh: "请核对日期；本机时间不对的，请先校准。", en: "Check the day; if this machine's clock is wrong, set it first."))
  }

  /// What this office wrote would reach nobody who has the file.
  private func refuseAfterTransfer(of file: OpenedFile) throws {
    guard let folded = file.folded, folded.scopeEnds[context.office.text] != nil else { return }
    throw DeskFailure(
      Refusal(
        code: .notResponsible,
        message: Bilingual(
          zh: "案卷已移交 \(folded.responsible)，本机构不能再添加附件。",
          en: "The file was transferred to \(folded.responsible); this office adds nothing to it any more."),
        article: ActRule.transfer.source,
        remedy: Bilingual(zh: "请交由 \(folded.responsible) 添加。", en: "Give it to \(folded.responsible) to add.")))
  }

  private func badName(_ name: String) -> DeskFailure {
    var shown = ""
    for scalar in name.unicodeScalars.prefix(80) where !AttachmentName.isControl(scalar) { shown.unicodeScalars.append(scalar) }
    return DeskFailure(
      kind: .badInput, code: "attachment-name",
      message: Bilingual(zh: "“\(shown)”不能作附件名称。", en: "“\(shown)” cannot be an attachment's name."),
      remedy: Bilingual(
        zh: "名称中不能有目录（/、\\、:）和控制字符，不超过 \(AttachmentName.bytesMax) 字节；用 --name 另起名称。",
        en: "No folder (/, \\, :) and no control characters, at most \(AttachmentName.bytesMax) bytes; give another with --name."))
  }

  private func unknownAttachmentFile() -> DeskFailure {
    DeskFailure(
      kind: .integrity, code: "no-record",
      message: Bilingual(zh: "案卷的登记尚未到达。", en: "The file's record has not arrived."),
      remedy: Bilingual(zh: "请同步后再看。", en: "Synchronise and look again."))
  }
}
