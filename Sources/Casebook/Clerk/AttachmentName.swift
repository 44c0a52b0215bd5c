/// Names of attachments: one part of a path, on every system that one may be saved on.
public enum AttachmentName {
  /// UTF-8 bytes: what common file systems take, with room for an ending such as `.new`.
  public static let bytesMax = 240

  /// Whether the name may be an attachment's: no folder in it, nothing a terminal would obey.
  public static func isValid(_ name: String) -> Bool {
    guard !name.isEmpty, name.utf8.count <= bytesMax, name != ".", name != "..", name.first != " ", name.last != " " else {
      return false
    }
    return name.unicodeScalars.allSatisfy { scalar in
      !["/", "\\", ":"].contains(scalar) && !isControl(scalar)
    }
  }

  /// Controls, and the marks that turn the direction of writing: they would make `exe.jpg` of `gpj.exe`.
  static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned: true
    default: false
    }
  }

  /// A name to save under, whatever a record says: another office's record is not to be trusted with a path.
  public static func safe(_ name: String, number: Int) -> String {
    isValid(name) && !name.hasPrefix(".") ? name : "attachment-\(number)"
  }

  /// Media type (RFC 6838) by the name's ending, for whoever shows it; nothing is decided by it.
  public static func mediaType(of name: String) -> String {
    guard let dot = name.lastIndex(of: ".") else { return unknownType }
    return types[name[name.index(after: dot)...].lowercased()] ?? unknownType
  }

  /// Whether the text has a media type's form: `type/subtype`, RFC 6838 section 4.2.
  public static func isMediaType(_ text: String) -> Bool {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    return parts.count == 2
      && parts.allSatisfy { part in
        (1...127).contains(part.utf8.count)
          && part.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "!#$&-^_.+".contains($0)) }
      }
  }

  private static let unknownType = "application/octet-stream"
  private static let types = [
    "jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "gif": "image/gif", "bmp": "image/bmp",
    "tif": "image/tiff", "tiff": "image/tiff", "heic": "image/heic", "webp": "image/webp", "pdf": "application/pdf",
    "ofd": "application/ofd", "txt": "text/plain", "csv": "text/csv", "xml": "application/xml",
    "doc": "application/msword", "xls": "application/vnd.ms-excel", "ppt": "application/vnd.ms-powerpoint",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "wps": "application/vnd.ms-works", "zip": "application/zip", "7z": "application/x-7z-compressed",
    "mp3": "audio/mpeg", "wav": "audio/wav", "m4a": "audio/mp4", "amr": "audio/amr", "mp4": "video/mp4",
    "mov": "video/quicktime", "avi": "video/x-msvideo", "mkv": "video/x-matroska",
  ]
}
