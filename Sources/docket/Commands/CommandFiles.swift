import Casebook
import Casework
import Foundation
import RegimePacks

/// Files a person names.
enum CommandFiles {
  /// A pack or a register of tens of thousands of rows; more is a mistake.
  static let bytesMax = 64 * 1024 * 1024

  /// For the node, whose working folder may be another.
  static func absolute(_ path: String) -> String {
    let absolute = URL(fileURLWithPath: path).path
    return path.hasSuffix("/") && !absolute.hasSuffix("/") ? absolute + "/" : absolute
  }

  static func read(_ path: String) throws -> String {
    let data = try contents(path, upTo: bytesMax)
    if data.count > bytesMax { throw unreadable(path) }
    return try text(data, path)
  }

  /// A pack. Of a text longer than a pack may be no more is read than shows that it is too long; the loader says so.
  static func readPack(_ path: String) throws -> String {
    let data = try contents(path, upTo: PackLimits.textBytesMax)
    // Cut off within a character perhaps, so not asked to be UTF-8.
    if data.count > PackLimits.textBytesMax { return String(decoding: data, as: UTF8.self) }
    return try text(data, path)
  }

  /// One byte more than allowed shows that a file is too large, whatever its size or if it never ends.
  private static func contents(_ path: String, upTo limit: Int) throws -> Data {
    guard let handle = FileHandle(forReadingAtPath: path) else { throw unreadable(path) }
    defer { try? handle.close() }
    do {
      // `nil` at the end of an empty file.
      return try handle.read(upToCount: limit + 1) ?? Data()
    } catch {
      // A folder, for one.
      throw unreadable(path)
    }
  }

  private static func unreadable(_ path: String) -> DeskFailure {
    DeskFailure(
      kind: .badInput, code: "file",
      message: Bilingual(zh: "无法读取文件 \(path)。", en: "Cannot read the file \(path)."),
      remedy: Bilingual(zh: "请核对文件名和权限。", en: "Check its name and permissions."))
  }

  private static func text(_ data: Data, _ path: String) throws -> String {
    guard let text = String(data: data, encoding: .utf8) else {
      throw DeskFailure(
        kind: .badInput, code: "encoding",
        message: Bilingual(zh: "文件 \(path) 不是 UTF-8 编码。", en: "The file \(path) is not UTF-8."),
        remedy: Bilingual(zh: "请另存为 UTF-8（Excel：CSV UTF-8）后再试。", en: "Save it as UTF-8 (Excel: CSV UTF-8)."))
    }
    return text
  }
}

enum CommandFailure {
  static func noPack(_ code: String) -> DeskFailure {
    DeskFailure(
      kind: .badInput, code: "unknown-pack",
      message: Bilingual(zh: "没有随软件提供的制度包“\(code)”。", en: "There is no bundled pack “\(code)”."),
      remedy: Bilingual(zh: "用 docket regime show 列出。", en: "List them with docket regime show."))
  }

  static func mistakes(_ count: Int, in file: String) -> DeskFailure {
    DeskFailure(
      kind: .badInput, code: "pack",
      message: Bilingual(zh: "\(file) 有 \(count) 处错误。", en: "\(file) has \(count) mistakes."),
      remedy: Bilingual(zh: "用 docket regime check 逐条更正后再发布。", en: "Mend each as docket regime check says."))
  }
}
