import Casebook
import Casework
import Foundation

// Rules for what goes where: answers to standard output; everything else to standard error. With --json both are
// one JSON object.

enum ErrorOutput {
  static func print(_ failure: DeskFailure, language: Language, isJSON: Bool) {
    if isJSON {
      write(JSONOutput.text(["error": failure]))
      return
    }
    var text = failure.message[language]
    if let article = failure.article, !article.isEmpty {
      text += language == .zh ? "\n  依据：\(article)" : "\n  by: \(article)"
    }
    text += (language == .zh ? "\n  处理：" : "\n  remedy: ") + failure.remedy[language]
    write(text)
  }

  static func warn(_ warnings: [Bilingual], language: Language) {
    for warning in warnings { write((language == .zh ? "注意：" : "note: ") + warning[language]) }
  }

  private static func write(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }
}

enum JSONOutput {
  static func text(_ value: some Encodable) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(value) else { return "{}" }
    return String(decoding: data, as: UTF8.self)
  }
}
