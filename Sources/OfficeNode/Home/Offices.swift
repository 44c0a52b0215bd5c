import Casebook
import Casework
public import Logging
import Replication

/// Setting offices up, with the words a person types.
public enum Offices {
  public static func found(
    _ home: Home, office: String, name: String, suite: String, logger: Logger
  ) async throws -> OfficeNode {
    guard let code = OfficeCode(office) else {
      throw DeskFailure(
        kind: .badInput, code: "office-code",
        message: Bilingual(zh: "机构代码“\(office)”不合要求。", en: "“\(office)” is no office code."),
        remedy: Bilingual(zh: "1 至 32 位字母、数字、“-”或“_”。", en: "1 to 32 letters, digits, “-” or “_”."))
    }
    return try OfficeNode.found(
      home, office: code, name: name, suite: try self.suite(suite), effects: .live, logger: logger)
  }

  public static func join(_ home: Home, code: String, suite: String, logger: Logger) async throws -> OfficeNode {
    try await OfficeNode.join(home, code: code, suite: try self.suite(suite), effects: .live, logger: logger)
  }

  static func suite(_ text: String) throws -> SuiteID {
    switch text {
    case "ed25519": return .ed25519
    case "sm2": return .sm2
    default:
      throw DeskFailure(
        kind: .usage, code: "suite",
        message: Bilingual(zh: "没有签名算法“\(text)”。", en: "There is no suite “\(text)”."),
        remedy: Bilingual(zh: "可选 ed25519 或 sm2。", en: "Choose ed25519 or sm2."))
    }
  }
}
