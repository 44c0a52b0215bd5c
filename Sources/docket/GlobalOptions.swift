import ArgumentParser
import Casework
import OfficeNode

/// Options every command takes, before or behind its name.
struct GlobalOptions: ParsableArguments {
  @Option(help: "机构目录 the office's folder [DOCKET_HOME]")
  var home: String?

  @Flag(help: "输出一个 JSON 对象 print one JSON object (Protocol/10-desk.md)")
  var json = false

  @Option(help: "语言 language: zh, en [LANG]")
  var lang: String?

  @Option(name: .customLong("as"), help: "操作人员登录名 login of the officer acting")
  var officer: String?

  /// Options that take a value, and flags.
  private static let valued: Set<String> = ["--home", "--lang", "--as"]
  private static let flags: Set<String> = ["--json"]

  /// `docket --home DIR case list` reads as `docket case list --home DIR`.
  static func movedBehind(_ arguments: [String]) -> [String] {
    var moved: [String] = []
    var rest = arguments[...]
    while let first = rest.first {
      if flags.contains(first) {
        moved.append(first)
        rest = rest.dropFirst()
      } else if valued.contains(first), rest.count >= 2 {
        moved += rest.prefix(2)
        rest = rest.dropFirst(2)
      } else if valued.contains(where: { first.hasPrefix($0 + "=") }) {
        moved.append(first)
        rest = rest.dropFirst()
      } else {
        break
      }
    }
    return rest + moved
  }

  /// Chinese when in doubt.
  static func language(of arguments: [String], environment: [String: String]) -> Language {
    var text = environment["DOCKET_LANG"] ?? environment["LC_ALL"] ?? environment["LANG"] ?? ""
    for (index, argument) in arguments.enumerated() {
      if argument == "--lang", index + 1 < arguments.count { text = arguments[index + 1] }
      if argument.hasPrefix("--lang=") { text = String(argument.dropFirst(7)) }
    }
    return text.hasPrefix("en") ? .en : .zh
  }
}
