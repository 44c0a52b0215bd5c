import Replication

extension RecordWrite {
  /// The file that an attachment's record says it belongs to; `nil` where the write is none, or does not say it.
  var attachedFile: RecordID? {
    guard type == RecordType.attachment.number,
      case .text(let text)? = fields.first(where: { $0.number == 1 })?.value
    else { return nil }
    // Upper-case digits would name the file to one reader and not to another.
    return RecordID(hex: text).flatMap { $0.description == text ? $0 : nil }
  }
}
