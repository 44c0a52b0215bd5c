import Casework
import Foundation

/// Figures of many offices that synchronise with one node at once.
struct OfficesReport: Codable {
  /// Milliseconds.
  struct Spread: Codable {
    var count: Int
    var p50: Double
    var p99: Double
    var max: Double

    init(_ seconds: [Double]) {
      let sorted = seconds.sorted()
      func at(_ share: Double) -> Double {
        guard !sorted.isEmpty else { return 0 }
        return sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))] * 1_000
      }
      count = sorted.count
      (p50, p99, max) = (at(0.5), at(0.99), at(1))
    }
  }

  /// Acts of the office that works on: from the beginning of the write until it is durable there, and until the
  /// node's receipt for it is back.
  struct Acts: Codable {
    var written: Spread
    var receipted: Spread
    var withoutReceipt: Int

    init(_ figures: (local: [Double], receipt: [Double], missing: Int)) {
      written = Spread(figures.local)
      receipted = Spread(figures.receipt)
      withoutReceipt = figures.missing
    }
  }

  struct Rest: Codable {
    var seconds: Int
    var memoryKibibytes: Int
    /// Of one core, 0 to 1 and more.
    var coreShare: Double
    var wakeUpsPerSecond: Double
  }

  var seed: UInt64
  var offices: Int
  var changesPerOffice: Int
  /// Offices that were in sync at the end, as they saw it.
  var finished = 0
  /// Offices whose log the node holds whole, read from its database after it stopped.
  var officesWhole = 0
  var seconds = 0.0
  var processorSeconds = 0.0
  var changesPerSecond = 0.0
  var memoryPeakKibibytes = 0
  var bytesUp = 0
  var bytesDown = 0
  var failedCalls = 0
  var failures: [String: Int] = [:]
  var alone: Acts?
  /// Bytes of frames that one act took up and down while nothing else went on.
  var bytesPerAct: [Int] = []
  /// A page written and flushed by itself.
  var flush: Spread?
  var during: Acts?
  /// Questions at the node's own desk meanwhile.
  var desk: Spread?
  var board: Spread?
  /// The board over everything, one after the other and nothing else going on.
  var boardAfter: Spread?
  var memoryPeakWithBoardKibibytes = 0
  var restWithOne: Rest?
  var restWithAll: Rest?

  init(seed: UInt64, offices: Int, changesPerOffice: Int) {
    self.seed = seed
    self.offices = offices
    self.changesPerOffice = changesPerOffice
  }

  mutating func take(_ tally: OfficeCrowd.Tally) {
    finished = tally.finished.count
    failedCalls = tally.failedCalls
    failures = tally.failures
    bytesUp = tally.bytesSent
    bytesDown = tally.bytesReceived
    changesPerSecond = seconds > 0 ? Double(finished * changesPerOffice) / seconds : 0
  }

  func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }

  /// One line a figure: its name, its value, what it must reach, what would be ahead.
  func table() -> [Figures.Line] {
    var lines: [Figures.Line] = [
      .init(Bilingual(zh: "机构数", en: "offices"), "\(offices)"),
      .init(Bilingual(zh: "每机构变更数", en: "changes of each"), "\(changesPerOffice)"),
      .init(Bilingual(zh: "已同步", en: "in sync"), "\(finished)", must: "\(offices)"),
      .init(Bilingual(zh: "数据库中完整", en: "whole in the database"), "\(officesWhole)", must: "\(offices)"),
      .init(Bilingual(zh: "用时，秒", en: "seconds"), Figures.short(seconds)),
      .init(Bilingual(zh: "节点处理器秒", en: "CPU s of the node"), Figures.short(processorSeconds)),
      .init(Bilingual(zh: "变更/秒", en: "changes/s"), Figures.whole(changesPerSecond)),
      .init(Bilingual(zh: "内存峰值，MiB", en: "peak memory, MiB"), mebibytes(memoryPeakKibibytes), must: "<= 512"),
      .init(Bilingual(zh: "失败的呼叫", en: "calls that failed"), "\(failedCalls)", must: "0"),
    ]
    if let during {
      lines += acts(Bilingual(zh: "同时的办理", en: "act meanwhile"), during, must: "< 1000")
    }
    if let desk, desk.count > 0 {
      lines.append(Figures.Line(Bilingual(zh: "本机查询 p99，毫秒", en: "node's desk p99, ms"), Figures.short(desk.p99)))
    }
    for (name, board) in [
      (Bilingual(zh: "同时的看板", en: "board meanwhile"), board), (Bilingual(zh: "事后的看板", en: "board afterwards"), boardAfter),
    ] {
      guard let board, board.count > 0 else { continue }
      lines += [
        Figures.Line(Bilingual(zh: name.zh + " p50，毫秒", en: name.en + " p50, ms"), Figures.short(board.p50)),
        Figures.Line(Bilingual(zh: name.zh + " p99，毫秒", en: name.en + " p99, ms"), Figures.short(board.p99)),
      ]
    }
    lines.append(
      Figures.Line(
        Bilingual(zh: "含看板的内存峰值，MiB", en: "peak memory with it, MiB"),
        mebibytes(memoryPeakWithBoardKibibytes), must: "<= 512"))
    if let alone, alone.receipted.count > 0 {
      lines += acts(Bilingual(zh: "空闲时的办理", en: "act while idle"), alone, must: "")
      lines.append(
        Figures.Line(
          Bilingual(zh: "每次办理的字节", en: "bytes of one act"),
          "\(bytesPerAct.first ?? 0)", must: "<= 600", ahead: "<= 300"))
    }
    if let flush, flush.count > 0 {
      lines.append(Figures.Line(Bilingual(zh: "磁盘刷写 p50，毫秒", en: "disk flush p50, ms"), Figures.short(flush.p50)))
      lines.append(Figures.Line(Bilingual(zh: "磁盘刷写 p99", en: "disk flush p99"), Figures.short(flush.p99)))
    }
    for (name, rest) in [
      (Bilingual(zh: "静止，1 个会话", en: "at rest, 1 session"), restWithOne),
      (Bilingual(zh: "静止，\(offices + 1) 个会话", en: "at rest, \(offices + 1) sessions"), restWithAll),
    ] {
      guard let rest else { continue }
      lines += [
        Figures.Line(
          Bilingual(zh: name.zh + "：内存，MiB", en: name.en + ": MiB"), mebibytes(rest.memoryKibibytes), must: "< 40"),
        Figures.Line(
          Bilingual(zh: name.zh + "：核占比，%", en: name.en + ": % of a core"),
          Figures.short(rest.coreShare * 100), must: "< 0.5"),
        Figures.Line(
          Bilingual(zh: name.zh + "：每秒唤醒", en: name.en + ": wake-ups/s"), Figures.short(rest.wakeUpsPerSecond)),
      ]
    }
    return lines
  }

  private func acts(_ name: Bilingual, _ acts: Acts, must: String) -> [Figures.Line] {
    [
      .init(Bilingual(zh: name.zh + "，本地 p50，毫秒", en: name.en + ", here p50, ms"), Figures.short(acts.written.p50)),
      .init(Bilingual(zh: name.zh + "，回执 p50", en: name.en + ", receipt p50"), Figures.short(acts.receipted.p50)),
      .init(
        Bilingual(zh: name.zh + "，回执 p99", en: name.en + ", receipt p99"),
        Figures.short(acts.receipted.p99), must: must),
      .init(Bilingual(zh: name.zh + "，回执最长", en: name.en + ", receipt max"), Figures.short(acts.receipted.max)),
      .init(Bilingual(zh: name.zh + "，未得回执", en: name.en + ", no receipt"), "\(acts.withoutReceipt)", must: "0"),
    ]
  }

  private func mebibytes(_ kibibytes: Int) -> String { Figures.short(Double(kibibytes) / 1_024) }
}
