import Casework
import OfficeNode

extension Printer {
  /// Every setting, its value and where it came from.
  func configuration(_ reading: ConfigurationReading) {
    if isJSON {
      Swift.print(JSONOutput.text(ConfigurationPage(reading)))
      return
    }
    table(
      [("配置项", "key"), ("值", "value"), ("来源", "from"), ("含义", "meaning")],
      reading.lines.map {
        [$0.key.rawValue, $0.text ?? word("（机构设置）", "(office)"), text($0.source.words), text($0.key.meaning)]
      })
    for slip in reading.likelySlips {
      Swift.print(
        word(
          "没有 \(slip.variable) 这一环境变量，是否为 \(slip.meant)？",
          "There is no variable \(slip.variable). Did you mean \(slip.meant)?"))
    }
  }
}

/// What `--print-config --json` prints (`Protocol/configuration.md`).
private struct ConfigurationPage: Encodable {
  struct Line: Encodable {
    let key: String
    let value: String?
    let source: String
    let place: String?
    let variable: String
    let flag: String
  }

  struct Slip: Encodable {
    let variable: String
    let meant: String
  }

  let file: String?
  let settings: [Line]
  let slips: [Slip]

  init(_ reading: ConfigurationReading) {
    file = reading.file
    settings = reading.lines.map {
      Line(
        key: $0.key.rawValue, value: $0.text, source: $0.source.name, place: $0.source.place, variable: $0.key.variable,
        flag: $0.key.flag)
    }
    slips = reading.likelySlips.map { Slip(variable: $0.variable, meant: $0.meant) }
  }
}
