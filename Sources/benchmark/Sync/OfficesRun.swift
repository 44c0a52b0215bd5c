import Casebook
import Foundation
import OfficeNode
import Synchronization

/// Many offices that call one node at once for a first sync, one office that works on meanwhile, and the node at rest
/// before and after.
struct OfficesRun {
  let count: Int
  let changes: Int
  let acts: Int
  let restSeconds: Int
  /// Whether somebody asks the node's own desk for its status, its peers and the board meanwhile.
  let isAsked: Bool
  let seed: UInt64
  let executable: String
  let scratch: String

  /// Between two acts of the office that works on.
  private static let actInterval = Duration.milliseconds(100)
  /// Between two questions at the node's own desk.
  private static let askInterval = Duration.seconds(2)
  /// Boards that are asked for once everything is there.
  private static let boards = 20
  /// From the end of all work until the node is watched at rest: it gives back memory once nothing has come for a while.
  private static let restAfter = Duration.seconds(30)

  func report() async throws -> OfficesReport {
    let crowd = try OfficeCrowd(count: count, changes: changes, seed: seed)
    let live = try OfficeKeys("live")
    let root = try RootOffice.found(scratch + "/province", over: crowd.keys + [live])
    let worker = try LiveOffice(live, of: root, path: scratch + "/live.sqlite")
    let node = try ServingNode(executable: executable, home: root.home.path, log: scratch + "/node.log")
    defer { node.stop() }
    var report = OfficesReport(
      seed: seed, offices: count, changesPerOffice: crowd.entriesPerOffice * OfficeLog.changesPerEntry)
    let session = try await LiveSession.begin(worker, with: root, at: node.port)

    // Alone: its latency, and the node's rest with one session.
    let alone = try await session.quietActs(acts, scratch: scratch)
    (report.alone, report.bytesPerAct, report.flush) = (alone.acts, alone.bytesPerAct, alone.flush)
    report.restWithOne = try await rest(node)

    // All at once.
    let traffic = Task {
      while !Task.isCancelled {
        try worker.act()
        try await Task.sleep(for: Self.actInterval)
      }
    }
    let asking = Task { await ask(root.home) }
    let processor = try node.processorSeconds()
    let began = ContinuousClock.now
    let sessions = crowd.begin(with: root, at: node.port)
    await crowd.settled()
    report.seconds = began.duration(to: .now) / .seconds(1)
    report.processorSeconds = try node.processorSeconds() - processor
    traffic.cancel()
    asking.cancel()
    _ = try? await traffic.value
    let answers = await asking.value
    report.desk = OfficesReport.Spread(answers.node)
    report.board = OfficesReport.Spread(answers.board)
    try await session.receipts()
    report.during = OfficesReport.Acts(worker.takeFigures())
    report.take(crowd.results)
    report.restWithAll = try await rest(node)
    report.memoryPeakKibibytes = try node.memory().peak
    var boards: [Double] = []
    for _ in 0..<Self.boards { boards += await answer(.board, root.home) }
    report.boardAfter = OfficesReport.Spread(boards)
    report.memoryPeakWithBoardKibibytes = try node.memory().peak

    for session in sessions { session.cancel() }
    for session in sessions { await session.value }
    await session.end()
    node.stop()
    let held = try root.entriesHeld(of: crowd.keys)
    report.officesWhole = held.count { $0 == UInt64(crowd.entriesPerOffice) }
    return report
  }

  /// Asks how the node and its peers are, as whoever looks after it does, and for the board, as an officer does.
  /// - Returns: seconds until each answer: of the first two, and of the board.
  private func ask(_ home: Home) async -> (node: [Double], board: [Double]) {
    var seconds: (node: [Double], board: [Double]) = ([], [])
    while isAsked, !Task.isCancelled {
      for request in [DeskRequest.status, .peers] { seconds.node += await answer(request, home) }
      seconds.board += await answer(.board, home)
      try? await Task.sleep(for: Self.askInterval)
    }
    return seconds
  }

  /// - Returns: seconds until the answer; empty for none.
  private func answer(_ request: DeskRequest, _ home: Home) async -> [Double] {
    let began = ContinuousClock.now
    // A connection each, as each command makes one.
    guard let desk = await RemoteDesk.connect(home) else { return [] }
    let reply = try? await desk.perform(request)
    await desk.close()
    return reply == nil ? [] : [began.duration(to: .now) / .seconds(1)]
  }

  private func rest(_ node: ServingNode) async throws -> OfficesReport.Rest? {
    guard restSeconds > 0 else { return nil }
    try await Task.sleep(for: Self.restAfter)
    let processor = try node.processorSeconds()
    let wakeUps = try node.wakeUps()
    try await Task.sleep(for: .seconds(restSeconds))
    let seconds = Double(restSeconds)
    let woken = try node.wakeUps().reduce(0) { $0 + $1.value - (wakeUps[$1.key] ?? 0) }
    return OfficesReport.Rest(
      seconds: restSeconds, memoryKibibytes: try node.memory().now,
      coreShare: (try node.processorSeconds() - processor) / seconds,
      wakeUpsPerSecond: Double(woken) / seconds)
  }
}
