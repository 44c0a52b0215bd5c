import Casework
import Foundation

/// Figures of single acts between two offices that do nothing else (DESIGN section 8).
struct LiveReport: Codable {
  /// Until an act was durable here, and until its receipt was back.
  var acts: OfficesReport.Acts
  /// Until it was durable at both ends.
  var durable: OfficesReport.Spread
  /// A page written and flushed by itself, between the acts.
  var flush: OfficesReport.Spread
  /// Bytes of frames with their heads, without TLS's own: the act goes up, its receipt comes down.
  var bytesUpPerAct: Int
  var bytesDownPerAct: Int
  /// What p99 may be: three flushes, each as long as half of them take at most, and 5 ms.
  var p99Allowed: Double
  var isOptimised: Bool

  private static let flushesPerAct = 3.0
  private static let allowance = 5.0

  /// - Parameter durable: seconds, of each act.
  init(_ figures: LiveSession.Figures, durable: [Double]) {
    acts = figures.acts
    self.durable = OfficesReport.Spread(durable)
    flush = figures.flush
    bytesUpPerAct = figures.bytesPerAct.first ?? 0
    bytesDownPerAct = figures.bytesPerAct.last ?? 0
    p99Allowed = Self.flushesPerAct * figures.flush.p50 + Self.allowance
    isOptimised = Measurement.isOptimised
  }

  func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }

  /// One line a figure: its name, its value, what it must reach, what would be ahead.
  func table() -> [Figures.Line] {
    [
      .init(Bilingual(zh: "办理次数（每次 8 项变更）", en: "acts of 8 changes each"), "\(acts.written.count)"),
      .init(Bilingual(zh: "本地落盘 p50，毫秒", en: "durable here p50, ms"), Figures.short(acts.written.p50)),
      .init(
        Bilingual(zh: "两端落盘 p50，毫秒", en: "durable at both ends p50, ms"),
        Figures.short(durable.p50), must: "<= 2", ahead: "<= 1.2"),
      .init(
        Bilingual(zh: "同上 p99", en: "the same p99"),
        Figures.short(durable.p99), must: "<= \(Figures.short(p99Allowed))"),
      .init(Bilingual(zh: "同上最长", en: "the same at most"), Figures.short(durable.max)),
      .init(Bilingual(zh: "得回执 p50，毫秒", en: "receipt back p50, ms"), Figures.short(acts.receipted.p50)),
      .init(Bilingual(zh: "同上 p99", en: "the same p99"), Figures.short(acts.receipted.p99)),
      .init(Bilingual(zh: "同上最长", en: "the same at most"), Figures.short(acts.receipted.max)),
      .init(Bilingual(zh: "未得回执", en: "no receipt"), "\(acts.withoutReceipt)", must: "0"),
      .init(Bilingual(zh: "磁盘刷写 p50，毫秒", en: "disk flush p50, ms"), Figures.short(flush.p50)),
      .init(Bilingual(zh: "磁盘刷写 p99", en: "disk flush p99"), Figures.short(flush.p99)),
      .init(
        Bilingual(zh: "每次办理的字节", en: "bytes of one act"), "\(bytesUpPerAct)", must: "<= 600", ahead: "<= 300"),
      .init(Bilingual(zh: "其回执的字节", en: "bytes of its receipt"), "\(bytesDownPerAct)"),
    ]
  }
}
