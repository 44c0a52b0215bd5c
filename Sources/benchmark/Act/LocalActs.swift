import ArgumentParser
import Casebook
import Foundation
import Logging
import OfficeNode

/// What a number of acts took.
struct ActsResult: Codable {
  var wallSeconds: Double
  var cpuSeconds: Double
  var acts: Int
}

/// The engine's side: an office's node in a process of its own, asked through `Desk` for one act on each of several
/// cases, as a clerk asks for it. Everything the node does counts: finding the case and folding its acts, the
/// workflow's checks, one transaction (WAL, `synchronous=FULL`: one wait for the disk, as the floor has), and its mark
/// beside the database, which waits for nothing.
struct LocalActs: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "local-acts", shouldDisplay: false)

  @Option var home: String
  /// Numbers of cases that nobody acted on.
  @Argument var cases: [String]

  func run() async throws {
    let node = try OfficeNode.open(Home(home), effects: .live, logger: Logger(label: "benchmark"))
    let drafts = cases.map { number in
      ActDraft(
        file: number, act: "propose-filing", officers: [ActOffice.clerk], date: nil,
        facts: [
          "facts": "经初步核查，该单位涉嫌拖欠12名农民工2026年9月至10月工资合计86400元。", "filingGround": "《劳动保障监察条例》第十四条",
          "sourceOfCase": "complaint", "material": "投诉登记表、考勤记录",
        ])
    }
    // A node that serves has read its packs long since.
    if let first = cases.first { _ = try await node.perform(.fileShow(file: first)) }
    let wall = ContinuousClock.now
    let cpu = Self.processSeconds()
    for draft in drafts { _ = try await node.perform(.fileAct(draft)) }
    let result = ActsResult(
      wallSeconds: wall.duration(to: .now) / .seconds(1), cpuSeconds: Self.processSeconds() - cpu, acts: drafts.count)
    print(String(decoding: try JSONEncoder().encode(result), as: UTF8.self))
  }

  /// `CLOCKS_PER_SEC` is a million (POSIX, `<time.h>`).
  static func processSeconds() -> Double { Double(clock()) / 1e6 }
}
