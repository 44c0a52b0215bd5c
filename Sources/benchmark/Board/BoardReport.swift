import Casework
import Foundation

/// Figures of one bureau's board.
struct BoardReport: Codable {
  var offices: Int
  var files: Int
  var units: Int
  /// The first board after the node began.
  var firstMilliseconds = 0.0
  var board: OfficesReport.Spread?
  /// Of the node, for each board.
  var processorMilliseconds = 0.0
  var memoryBeforeKibibytes = 0
  var memoryPeakKibibytes = 0

  init(offices: Int, files: Int, units: Int) {
    self.offices = offices
    self.files = files
    self.units = units
  }

  func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }

  /// One line a figure: its name, its value, what it must reach, what would be ahead.
  func table() -> [Figures.Line] {
    func mebibytes(_ kibibytes: Int) -> String { Figures.short(Double(kibibytes) / 1_024) }
    return [
      .init(Bilingual(zh: "机构数", en: "districts"), "\(offices)"),
      .init(Bilingual(zh: "案卷数", en: "files"), "\(files)"),
      .init(Bilingual(zh: "监督检查对象数", en: "units"), "\(units)"),
      .init(Bilingual(zh: "首次看板，毫秒", en: "first board, ms"), Figures.short(firstMilliseconds)),
      .init(Bilingual(zh: "看板 p50，毫秒", en: "board p50, ms"), Figures.short(board?.p50 ?? 0)),
      .init(Bilingual(zh: "看板 p99", en: "board p99"), Figures.short(board?.p99 ?? 0), must: "< 100", ahead: "< 20"),
      .init(Bilingual(zh: "节点处理器毫秒/次", en: "CPU ms of the node for each"), Figures.short(processorMilliseconds)),
      .init(Bilingual(zh: "此前内存，MiB", en: "memory before, MiB"), mebibytes(memoryBeforeKibibytes)),
      .init(Bilingual(zh: "内存峰值，MiB", en: "peak memory, MiB"), mebibytes(memoryPeakKibibytes)),
    ]
  }
}
