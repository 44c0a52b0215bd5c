public import Casebook
import Casework
import Foundation
import Replication
import SignatureSuites

/// Checks a published draw; needs no office, only the file.
public enum PublishedDraw {
  /// - Throws: `DeskFailure` for a text that is no published draw.
  public static func read(_ text: String, file: String) throws -> DrawFile {
    do {
      return try JSONDecoder().decode(DrawFile.self, from: Data(text.utf8))
    } catch {
      throw DeskFailure(
        kind: .badInput, code: "draw-file",
        message: Bilingual(zh: "\(file) 不是公布的抽取文件。", en: "\(file) is no published draw."),
        remedy: Bilingual(
          zh: "请使用 docket draw show 编号 --publish 文件 写出的文件。",
          en: "Use a file written by docket draw show NUMBER --publish FILE."))
    }
  }

  /// - Parameter witness: fingerprint of the witness's key, hexadecimal; `nil` to compare it oneself.
  public static func findings(in file: DrawFile, witness: String?) -> [DrawFinding] {
    file.findings(suites: .standard, witness: witness)
  }

  /// Fingerprint of the key that signed the receipts; empty for a malformed key.
  public static func witness(of file: DrawFile) -> String { file.witnessKey.fingerprint(.standard) ?? "" }
}
