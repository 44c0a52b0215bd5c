import Foundation
import TestKit
import Testing

@Suite("The benchmark")
struct BenchmarkTests {
  /// The executable lies beside the test bundle.
  private static let executable: String = {
    let arguments = CommandLine.arguments
    let index = arguments.firstIndex(of: "--test-bundle-path").map { $0 + 1 }
    let bundle = index.flatMap { arguments.indices.contains($0) ? arguments[$0] : nil } ?? arguments[0]
    return URL(fileURLWithPath: bundle).deletingLastPathComponent().path + "/benchmark"
  }()

  private struct Output {
    let status: Int32
    let out: String
  }

  private func run(_ arguments: [String]) throws -> Output {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Self.executable)
    process.arguments = arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return Output(status: process.terminationStatus, out: String(decoding: data, as: UTF8.self))
  }

  /// Timings say nothing at this size and are not looked at; the rest must be so at any size.
  @Test("--json has every figure; engine and floor end with the same rows")
  func figures() throws {
    let output = try run(["--json", "--changes", "2000", "--runs", "1", "--schema-rows", "500", "--acts", "20", "--tls"])
    #expect(output.status == 0)
    let report = try #require(try JSONSerialization.jsonObject(with: Data(output.out.utf8)) as? [String: Any])
    let keys = [
      "apply_per_second", "apply_vs_floor", "sm2_vs_ed25519", "wire_overhead_bytes_per_change", "idle_bytes",
      "idle_round_trips", "frontier_20_of_5000_bytes", "frontier_20_of_5000_unknown_bytes", "catchup_rss_delta_mib",
      "schema_add_seconds", "growth_vs_100k", "local_act_vs_floor", "local_act_cpu_vs_floor",
      "apply_tls_vs_file", "apply_tls_vs_floor",
    ]
    for key in keys { #expect((report[key] as? Double ?? -1) >= 0, "\(key)") }
    #expect(report["same_rows"] as? Bool == true)
    let changes = try #require(report["changes"] as? Int)
    #expect((2_000..<2_012).contains(changes))
    #expect(report["idle_round_trips"] as? Int == 1)
    #expect((report["frontier_20_of_5000_unknown_bytes"] as? Int ?? .max) <= 26 * 1_024)
    let bytes = try #require(report["wire_bytes_per_change"] as? Double)
    let overhead = try #require(report["wire_overhead_bytes_per_change"] as? Double)
    #expect(bytes > overhead && overhead > 0)
  }

  /// As `workload.py` writes it: every kind of line, a record of each table, a field updated twice in one transaction.
  private static let workload = """
    I\tcase_file\t01K742SKHMPG4APD4ZEHAKT0T2\t京市监-2026-000001\t甲\t乙\t丙\t一般程序\t立案\t2026-01-02\t5\tU00001\tOFF01\t丁
    C
    I\tinspection\t01K742SMNSYT8C7222APANH0CQ\t01K742SKHMPG4APD4ZEHAKT0T2\t甲\t乙\t2026-01-03\tU00001\tU00002\t合格\t99\t丙\t2026-02-03\t丁
    C
    I\tcheck_result\t01K742SPQMG34K532Y1T6T0KKW\t01K742SMNSYT8C7222APANH0CQ\t粤环罚-2026-000002\t甲\t符合\t0\t100000\tdB\t00ff\t2026-01-03T09:00:00+08:00\t乙\t20
    C
    U\tcase_file\t01K742SKHMPG4APD4ZEHAKT0T2\tstatus\t调查
    U\tcase_file\t01K742SKHMPG4APD4ZEHAKT0T2\tstatus\t审理
    U\tinspection\t01K742SMNSYT8C7222APANH0CQ\tscore\t0
    C
    U\tcase_file\t01K742SKHMPG4APD4ZEHAKT0T2\tstatus\t结案
    C

    """

  @Test("takes a workload file: every change of it reaches both databases")
  func workloadFile() throws {
    let path = NSTemporaryDirectory() + "workload-" + UUID().uuidString + ".tsv"
    try Self.workload.write(toFile: path, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(atPath: path) }
    let arguments = ["--json", "--workload", path, "--changes", "1000", "--runs", "1", "--schema-rows", "10", "--acts", "1"]
    let output = try run(arguments)
    #expect(output.status == 0)
    let report = try #require(try JSONSerialization.jsonObject(with: Data(output.out.utf8)) as? [String: Any])
    #expect(report["changes"] as? Int == 40)
    #expect(report["entries"] as? Int == 5)
    #expect(report["same_rows"] as? Bool == true)
    #expect(report["seed"] == nil)
    let table = try run(Array(arguments.dropFirst()))
    #expect(table.status == 0 && table.out.contains(">= 0.5     >= 0.65"), "\(table.out)")
    try (Self.workload + "X\tcase_file\t1\n").write(toFile: path, atomically: true, encoding: .utf8)
    #expect(try run(arguments).status != 0)
  }

  /// The figures of 300 offices are in the README; here the same run has eight.
  @Test("many offices call one node at once: all finish, the database has all of each, every act gets its receipt")
  func offices() throws {
    let output = try run([
      "offices", "--json", "--count", "8", "--changes", "2000", "--acts", "5", "--rest", "1",
      "--docket", URL(fileURLWithPath: Self.executable).deletingLastPathComponent().path + "/docket",
    ])
    #expect(output.status == 0)
    let report = try #require(try JSONSerialization.jsonObject(with: Data(output.out.utf8)) as? [String: Any])
    #expect(report["finished"] as? Int == 8)
    #expect(report["offices_whole"] as? Int == 8)
    #expect(report["failed_calls"] as? Int == 0)
    #expect(report["changes_per_office"] as? Int == 2_000)
    for part in ["alone", "during"] {
      let acts = try #require(report[part] as? [String: Any])
      #expect(acts["without_receipt"] as? Int == 0)
      let receipted = try #require(acts["receipted"] as? [String: Any])
      #expect((receipted["count"] as? Int ?? 0) >= (part == "alone" ? 5 : 1))
    }
    let bytes = try #require(report["bytes_per_act"] as? [Int])
    // DESIGN section 8: what goes up for an act of eight changes.
    #expect(bytes.count == 2 && (1...600).contains(bytes[0]))
    #expect((report["memory_peak_kibibytes"] as? Int ?? .max) <= 512 * 1_024)
    #expect((report["rest_with_all"] as? [String: Any])?["memory_kibibytes"] as? Int ?? 0 > 0)
  }

  @Test("single acts between two offices: each gets its receipt and is in the superior's database, in few bytes")
  func live() throws {
    let output = try run([
      "live", "--json", "--acts", "5",
      "--docket", URL(fileURLWithPath: Self.executable).deletingLastPathComponent().path + "/docket",
    ])
    #expect(output.status == 0)
    let report = try #require(try JSONSerialization.jsonObject(with: Data(output.out.utf8)) as? [String: Any])
    let acts = try #require(report["acts"] as? [String: Any])
    #expect((acts["receipted"] as? [String: Any])?["count"] as? Int == 5)
    #expect(acts["without_receipt"] as? Int == 0)
    #expect((report["flush"] as? [String: Any])?["count"] as? Int == 5)
    let durable = try #require(report["durable"] as? [String: Any])
    #expect(durable["count"] as? Int == 5)
    // Of each act one comes after the other: here, there, and its receipt.
    let order = [acts["written"] as? [String: Any], durable, acts["receipted"] as? [String: Any]].compactMap {
      $0?["p50"] as? Double
    }
    #expect(order.count == 3 && order == order.sorted())
    // DESIGN section 8.
    #expect((1...600).contains(report["bytes_up_per_act"] as? Int ?? 0))
    #expect(report["bytes_down_per_act"] as? Int ?? 0 > 0)
  }

  @Test("the board counts every file that was written for it, and has coverage from checks whose acts are read")
  func board() throws {
    let output = try run([
      "board", "--json", "--offices", "4", "--files", "2000", "--units", "80", "--boards", "3",
      "--docket", URL(fileURLWithPath: Self.executable).deletingLastPathComponent().path + "/docket",
    ])
    #expect(output.status == 0)
    let report = try #require(try JSONSerialization.jsonObject(with: Data(output.out.utf8)) as? [String: Any])
    #expect(report["files"] as? Int == 2_000)
    #expect((report["board"] as? [String: Any])?["count"] as? Int == 3)
    #expect(report["memory_peak_kibibytes"] as? Int ?? 0 > 0)
  }
}
