import Casebook
import Foundation
import OfficeNode
import PeerTransport
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
  /// Between two acts while nothing else goes on: long enough that none meets the one before it.
  private static let quietInterval = Duration.milliseconds(20)
  /// Between two questions at the node's own desk.
  private static let askInterval = Duration.seconds(2)
  /// Boards that are asked for once everything is there.
  private static let boards = 20
  /// A receipt that takes longer does not come.
  private static let receiptTime = Duration.seconds(30)
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
    let connection = try await OfficeCrowd.dial(live, root, port: node.port)
    let working = try await hold(worker, connection, with: root)

    // Alone: its latency, and the node's rest with one session.
    let before = (connection.bytesSent, connection.bytesReceived)
    for _ in 0..<acts {
      try worker.act()
      try await Task.sleep(for: Self.quietInterval)
    }
    try await receipts(of: worker)
    report.alone = OfficesReport.Acts(worker.takeFigures())
    report.bytesPerAct = [connection.bytesSent - before.0, connection.bytesReceived - before.1].map { $0 / max(1, acts) }
    report.flush = OfficesReport.Spread(try flushes())
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
    try await receipts(of: worker)
    report.during = OfficesReport.Acts(worker.takeFigures())
    report.take(crowd.results)
    report.restWithAll = try await rest(node)
    report.memoryPeakKibibytes = try node.memory().peak
    var boards: [Double] = []
    for _ in 0..<Self.boards { boards += await answer(.board, root.home) }
    report.boardAfter = OfficesReport.Spread(boards)
    report.memoryPeakWithBoardKibibytes = try node.memory().peak

    for session in sessions { session.cancel() }
    working.cancel()
    for session in sessions { await session.value }
    try? await working.value
    await connection.close()
    node.stop()
    let held = try root.entriesHeld(of: crowd.keys)
    report.officesWhole = held.count { $0 == UInt64(crowd.entriesPerOffice) }
    return report
  }

  /// What the disk takes to keep a page, as many times as acts were measured: each act waits for it three times, at home,
  /// at the node, and there again for its receipt.
  private func flushes() throws -> [Double] {
    let path = scratch + "/flush"
    guard FileManager.default.createFile(atPath: path, contents: nil), let file = FileHandle(forWritingAtPath: path) else {
      throw CocoaError(.fileWriteUnknown)
    }
    defer { try? file.close() }
    let page = Data(count: 4_096)
    return try (0..<acts).map { _ in
      let began = ContinuousClock.now
      try file.write(contentsOf: page)
      try file.synchronize()
      return began.duration(to: .now) / .seconds(1)
    }
  }

  /// Waits for the receipts of all acts.
  private func receipts(of worker: LiveOffice) async throws {
    let end = ContinuousClock.now + Self.receiptTime
    while worker.hasOpenActs, ContinuousClock.now < end { try await Task.sleep(for: .milliseconds(10)) }
  }

  /// Brings the office in sync, and leaves its session open.
  private func hold(
    _ worker: LiveOffice, _ connection: PeerConnection, with root: RootOffice
  ) async throws -> Task<Void, any Error> {
    let (ready, isReady) = AsyncStream<Void>.makeStream()
    let session = try DrivenSession(
      connection: connection, office: worker.keys.office, peer: root.keys.office, shelf: worker,
      clock: UInt64(Date().timeIntervalSince1970 * 1_000)
    ) { _ in isReady.yield() }
    let working = Task {
      var session = session
      defer { isReady.finish() }
      try await session.run(worker.events, worker.source)
    }
    for await _ in ready { break }
    return working
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
