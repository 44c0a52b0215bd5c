import Casework
import Foundation

/// One run's figures. Rates are changes (field values) a second.
struct Report: Codable {
  /// Empty when the workload was a file.
  var seed: UInt64?
  var changes: Int
  var entries: Int
  var applyPerSecond: Double
  var floorPerSecond: Double
  var applyVsFloor: Double
  /// The same frames over TLS on loopback; absent unless asked for.
  var applyTLSPerSecond: Double?
  var applyTLSVsFile: Double?
  var applyTLSVsFloor: Double?
  var cpuSecondsPerMillion: Double
  /// The same ratio of processor time, which other work on the machine disturbs less.
  var applyCpuVsFloor: Double
  var floorCpuSecondsPerMillion: Double
  var sm2PerSecond: Double
  var sm2VsEd25519: Double
  var wireBytesPerChange: Double
  var wireOverheadBytesPerChange: Double
  var diskBytesPerChange: Double
  var idleBytes: Int
  var idleRoundTrips: Int
  var frontier20Of5000Bytes: Int
  /// The same between two that remember no agreement.
  var frontier20Of5000UnknownBytes: Int
  var catchupRssDeltaMib: Double
  var schemaRows: Int
  var schemaAddSeconds: Double
  var growthReferenceChanges: Int
  var growthVs100k: Double
  /// The floor's own growth: what SQLite and the disk make of it.
  var floorGrowthVs100k: Double
  /// Acts at the desk, each durable and signed, and the same rows, log bytes and signature in C.
  var localActPerSecond: Double
  var localActFloorPerSecond: Double
  var localActVsFloor: Double
  var localActCpuVsFloor: Double
  var sameRows: Bool
  /// A build without optimisation measures nothing.
  var isOptimised: Bool

  /// Keys of the JSON object: a digit does not begin a word of its own.
  enum CodingKeys: String, CodingKey {
    case seed, changes, entries
    case applyPerSecond = "apply_per_second"
    case floorPerSecond = "floor_per_second"
    case applyVsFloor = "apply_vs_floor"
    case applyTLSPerSecond = "apply_tls_per_second"
    case applyTLSVsFile = "apply_tls_vs_file"
    case applyTLSVsFloor = "apply_tls_vs_floor"
    case cpuSecondsPerMillion = "cpu_seconds_per_million"
    case applyCpuVsFloor = "apply_cpu_vs_floor"
    case floorCpuSecondsPerMillion = "floor_cpu_seconds_per_million"
    case sm2PerSecond = "sm2_per_second"
    case sm2VsEd25519 = "sm2_vs_ed25519"
    case wireBytesPerChange = "wire_bytes_per_change"
    case wireOverheadBytesPerChange = "wire_overhead_bytes_per_change"
    case diskBytesPerChange = "disk_bytes_per_change"
    case idleBytes = "idle_bytes"
    case idleRoundTrips = "idle_round_trips"
    case frontier20Of5000Bytes = "frontier_20_of_5000_bytes"
    case frontier20Of5000UnknownBytes = "frontier_20_of_5000_unknown_bytes"
    case catchupRssDeltaMib = "catchup_rss_delta_mib"
    case schemaRows = "schema_rows"
    case schemaAddSeconds = "schema_add_seconds"
    case growthReferenceChanges = "growth_reference_changes"
    case growthVs100k = "growth_vs_100k"
    case floorGrowthVs100k = "floor_growth_vs_100k"
    case localActPerSecond = "local_act_per_second"
    case localActFloorPerSecond = "local_act_floor_per_second"
    case localActVsFloor = "local_act_vs_floor"
    case localActCpuVsFloor = "local_act_cpu_vs_floor"
    case sameRows = "same_rows"
    case isOptimised = "is_optimised"
  }

  func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }

  /// One line a figure: its name, its value, what it must reach, what would be ahead.
  func table() -> [Figures.Line] { catchingUp() + securedCatchingUp() + rest() }

  private func catchingUp() -> [Figures.Line] {
    [
      .init(Bilingual(zh: "变更数", en: "changes"), "\(changes)"),
      .init(Bilingual(zh: "条目数", en: "entries"), "\(entries)"),
      .init(Bilingual(zh: "核验并应用，变更/秒", en: "verified and applied, changes/s"), Figures.whole(applyPerSecond)),
      .init(
        Bilingual(zh: "下限（C 直写 SQLite），变更/秒", en: "floor (C into SQLite), changes/s"), Figures.whole(floorPerSecond)),
      .init(
        Bilingual(zh: "应用 ÷ 下限", en: "apply / floor"), Figures.short(applyVsFloor), must: ">= 0.5", ahead: ">= 0.65"),
    ]
  }

  private func securedCatchingUp() -> [Figures.Line] {
    guard let applyTLSPerSecond, let applyTLSVsFile, let applyTLSVsFloor else { return [] }
    return [
      .init(Bilingual(zh: "经 TLS，变更/秒", en: "over TLS, changes/s"), Figures.whole(applyTLSPerSecond)),
      .init(Bilingual(zh: "经 TLS ÷ 从文件", en: "over TLS / from the file"), Figures.short(applyTLSVsFile)),
      .init(
        Bilingual(zh: "经 TLS ÷ 下限", en: "over TLS / floor"), Figures.short(applyTLSVsFloor), must: ">= 0.5",
        ahead: ">= 0.65"),
    ]
  }

  private func rest() -> [Figures.Line] {
    [
      .init(Bilingual(zh: "每百万变更处理器秒", en: "CPU s per 1 M changes"), Figures.short(cpuSecondsPerMillion)),
      .init(Bilingual(zh: "其中下限", en: "the floor's"), Figures.short(floorCpuSecondsPerMillion)),
      .init(Bilingual(zh: "按处理器时间，应用 ÷ 下限", en: "apply / floor by CPU time"), Figures.short(applyCpuVsFloor)),
      .init(
        Bilingual(zh: "国密 ÷ Ed25519", en: "SM2 / Ed25519"),
        Figures.short(sm2VsEd25519), must: ">= 0.8", ahead: ">= 0.9"),
      .init(Bilingual(zh: "每变更传输字节", en: "wire bytes a change"), Figures.short(wireBytesPerChange), ahead: "<= 16"),
      .init(Bilingual(zh: "其中值以外", en: "over its values"), Figures.short(wireOverheadBytesPerChange), must: "<= 24"),
      .init(
        Bilingual(zh: "每变更磁盘字节", en: "disk bytes a change"),
        Figures.short(diskBytesPerChange), must: "<= 112", ahead: "<= 75"),
      .init(Bilingual(zh: "无新内容时字节", en: "nothing new, bytes"), "\(idleBytes)", must: "<= 200", ahead: "<= 120"),
      .init(Bilingual(zh: "无新内容时往返", en: "nothing new, round trips"), "\(idleRoundTrips)", must: "1"),
      .init(
        Bilingual(zh: "5000 流中 20 流前进，前沿字节", en: "20 of 5,000 streams moved, bytes"),
        "\(frontier20Of5000Bytes)", must: "<= 4096", ahead: "<= 2048"),
      .init(
        Bilingual(zh: "双方无共识记录时同一情形，字节", en: "the same without an agreement, bytes"),
        "\(frontier20Of5000UnknownBytes)"),
      .init(
        Bilingual(zh: "追赶时内存增量，MiB", en: "memory during catch-up, MiB"),
        Figures.short(catchupRssDeltaMib), must: "<= 64", ahead: "<= 32"),
      .init(
        Bilingual(zh: "\(schemaRows) 行加一字段，秒", en: "one field more on \(schemaRows) rows, s"),
        Figures.short(schemaAddSeconds), must: "< 1"),
      .init(
        Bilingual(zh: "与 \(growthReferenceChanges) 变更时之比", en: "rate against \(growthReferenceChanges) changes"),
        Figures.short(growthVs100k), must: ">= 0.7", ahead: ">= 0.8"),
      .init(Bilingual(zh: "下限的同一比值", en: "the floor's"), Figures.short(floorGrowthVs100k)),
      .init(Bilingual(zh: "本地办理，次/秒", en: "local acts, each durable, a second"), Figures.whole(localActPerSecond)),
      .init(Bilingual(zh: "下限（C，一次签名），次/秒", en: "floor (C, one signature), a second"), Figures.whole(localActFloorPerSecond)),
      .init(
        Bilingual(zh: "本地办理 ÷ 下限", en: "local act / floor"),
        Figures.short(localActVsFloor), must: ">= 0.5", ahead: "cr-sqlite"),
      .init(
        Bilingual(zh: "按处理器时间，本地办理 ÷ 下限", en: "local act / floor by CPU time"), Figures.short(localActCpuVsFloor)),
      .init(Bilingual(zh: "两者行相同", en: "same rows in both"), sameRows ? "✓" : "✗", must: "✓"),
    ]
  }
}
