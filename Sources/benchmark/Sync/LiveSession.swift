import Foundation
import PeerTransport
import ReplicaStore

/// The open session of the office that works on, and what its acts took.
struct LiveSession {
  let worker: LiveOffice
  private let connection: PeerConnection
  private let working: Task<Void, any Error>

  /// Between two acts: long enough that none meets the one before it.
  private static let interval = Duration.milliseconds(20)
  /// A receipt that takes longer does not come.
  private static let receiptTime = Duration.seconds(30)

  /// What acts took while nothing else went on.
  struct Figures {
    var acts: OfficesReport.Acts
    /// Bytes of frames that one act took up and down.
    var bytesPerAct: [Int]
    var flush: OfficesReport.Spread
  }

  /// Calls the node, brings the office in sync, and leaves the session open.
  static func begin(_ worker: LiveOffice, with root: RootOffice, at port: Int) async throws -> LiveSession {
    let connection = try await OfficeCrowd.dial(worker.keys, root, port: port)
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
    return LiveSession(worker: worker, connection: connection, working: working)
  }

  /// Acts one after the other. Each waits for the disk twice, at home and at the node, which writes its receipt with it;
  /// what one such wait takes is measured between them, on the same file system.
  func quietActs(_ count: Int, scratch: String) async throws -> Figures {
    let before = (connection.bytesSent, connection.bytesReceived)
    let disk = try DiskFlush(in: scratch)
    var flushes: [Double] = []
    for _ in 0..<count {
      try worker.act()
      try await Task.sleep(for: Self.interval)
      flushes.append(try disk.seconds())
    }
    try await receipts()
    return Figures(
      acts: OfficesReport.Acts(worker.takeFigures()),
      bytesPerAct: [connection.bytesSent - before.0, connection.bytesReceived - before.1].map { $0 / max(1, count) },
      flush: OfficesReport.Spread(flushes))
  }

  /// Waits for the receipts of all acts.
  func receipts() async throws {
    let end = ContinuousClock.now + Self.receiptTime
    while worker.hasOpenActs, ContinuousClock.now < end { try await Task.sleep(for: .milliseconds(10)) }
  }

  func end() async {
    working.cancel()
    try? await working.value
    await connection.close()
  }
}

/// What the disk takes to keep a page.
private struct DiskFlush {
  private let file: FileHandle
  private let page = Data(count: ReplicaStore.pageBytes)

  init(in folder: String) throws {
    let path = folder + "/flush"
    guard FileManager.default.createFile(atPath: path, contents: nil),
      let file = FileHandle(forWritingAtPath: path)
    else { throw CocoaError(.fileWriteUnknown) }
    self.file = file
  }

  func seconds() throws -> Double {
    let began = ContinuousClock.now
    try file.write(contentsOf: page)
    try file.synchronize()
    return began.duration(to: .now) / .seconds(1)
  }
}
