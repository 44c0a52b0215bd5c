import Casebook
import Casework
import Foundation

/// Files a person names.
enum CommandFiles {
  /// A pack or a register of tens of thousands of rows; more is a mistake.
  static let bytesMax = 64 * 1024 * 1024

  static func read(_ path: String) throws -> String {
    guard let data = FileManager.default.contents(atPath: path), data.count <= bytesMax else {
      throw DeskFailure(
        kind: .badInput, code: "file",
        message: Bilingual(zh: "无法读取文件 \(path)。", en: "Cannot read the file \(path)."),
        remedy: Bilingual(zh: "请核对文件名和权限。", en: "Check its name and permissions."))
    }
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
