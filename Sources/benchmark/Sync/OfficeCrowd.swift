import Dispatch
import Foundation
import Logging
import NIOPosix
import PeerTransport
import Replication
import SignatureSuites
import Synchronization

/// Many offices, each with a log of its own and a connection of its own, that call one node at the same moment.
final class OfficeCrowd: Sendable {
  /// What the offices did so far.
  struct Tally {
    /// Seconds from the beginning until each was in sync.
    var finished: [Double] = []
    var failedCalls = 0
    /// Why calls or sessions failed, and how often.
    var failures: [String: Int] = [:]
    var entriesSent = 0
    var bytesSent = 0
    var bytesReceived = 0
    /// Offices that are in sync or gave up.
    var settled: Set<OfficeCode> = []
  }

  private struct Office: Sendable {
    let keys: OfficeKeys
    let log: LogShelf
  }

  private let offices: [Office]
  private let tally = Mutex(Tally())
  private let (ends, end) = AsyncStream<Void>.makeStream()

  /// Until an office whose call failed calls again.
  private static let callAgain = Duration.seconds(1)
  /// Calls after which an office gives up.
  private static let callsMax = 100

  /// Makes keys and logs, on all cores.
  init(count: Int, changes: Int, seed: UInt64) throws {
    let logs = OfficeLog(changes: changes, seed: seed)
    let made = Mutex<[Int: Result<Office, any Error>]>([:])
    DispatchQueue.concurrentPerform(iterations: count) { index in
      let office = Result {
        let keys = try OfficeKeys("office-\(index + 1)")
        return Office(keys: keys, log: LogShelf(log: try logs.entries(of: keys, number: index + 1)))
      }
      made.withLock { $0[index] = office }
    }
    offices = try made.withLock { made in try made.sorted { $0.key < $1.key }.map { try $0.value.get() } }
  }

  var keys: [OfficeKeys] { offices.map(\.keys) }
  var entriesPerOffice: Int { offices.first?.log.log.count ?? 0 }
  var results: Tally { tally.withLock { $0 } }

  /// Calls with every office at once. The sessions stay open until the tasks are cancelled.
  func begin(with root: RootOffice, at port: Int) -> [Task<Void, Never>] {
    let began = ContinuousClock.now
    return offices.map { office in Task { await self.synchronise(office, with: root, at: port, since: began) } }
  }

  /// Returns when every office is in sync or has given up.
  func settled() async {
    guard !offices.isEmpty else { return }
    for await _ in ends where tally.withLock({ $0.settled.count }) == offices.count { return }
  }

  private func synchronise(
    _ office: Office, with root: RootOffice, at port: Int, since began: ContinuousClock.Instant
  ) async {
    for _ in 0..<Self.callsMax where !Task.isCancelled {
      do {
        try await call(office, with: root, at: port, since: began)
        return
      } catch {
        tally.withLock { tally in
          tally.failedCalls += 1
          tally.failures["\(error)", default: 0] += 1
        }
        try? await Task.sleep(for: Self.callAgain)
      }
    }
    settle(office) { _ in }
  }

  private func call(
    _ office: Office, with root: RootOffice, at port: Int, since began: ContinuousClock.Instant
  ) async throws {
    let connection = try await Self.dial(office.keys, root, port: port)
    let (events, source) = AsyncStream<DrivenSession.Event>.makeStream()
    do {
      var session = try DrivenSession(
        connection: connection, office: office.keys.office, peer: root.keys.office, shelf: office.log,
        clock: UInt64(Date().timeIntervalSince1970 * 1_000)
      ) { session in
        self.settle(office) { tally in
          tally.finished.append(began.duration(to: .now) / .seconds(1))
          tally.entriesSent += session.entriesSent
          tally.bytesSent += session.bytesSent
          tally.bytesReceived += session.bytesReceived
        }
      }
      try await session.run(events, source)
      await connection.close()
    } catch {
      await connection.close()
      throw error
    }
  }

  /// An office that has to call again counts once.
  private func settle(_ office: Office, _ note: (inout Tally) -> Void) {
    tally.withLock { tally in
      if tally.settled.insert(office.keys.office).inserted { note(&tally) }
    }
    end.yield()
  }

  static func dial(_ keys: OfficeKeys, _ root: RootOffice, port: Int) async throws -> PeerConnection {
    let superior = root.keys
    return try await PeerDialer.dial(
      host: "127.0.0.1", port: port, identity: keys.identity,
      verifier: { $0.publicKey == superior.transport ? .office(superior.office.text) : nil },
      group: MultiThreadedEventLoopGroup.singleton, logger: Logger(label: "benchmark"))
  }
}
