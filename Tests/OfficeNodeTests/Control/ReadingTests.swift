import Casebook
import Casework
import Foundation
import Synchronization
import Testing

@testable import OfficeNode

/// What is made of many rows is read beside the node, which goes on writing.
@Suite("Reading beside the node", .timeLimit(.minutes(2)))
struct ReadingTests {
  /// Stops a read at its first report of progress until it is let go of.
  private final class Pause: Sendable {
    private let gate = DispatchSemaphore(value: 0)
    private let hasBegun = Mutex(false)

    func report() {
      let isFirst = hasBegun.withLock { begun in
        defer { begun = true }
        return !begun
      }
      // A test that failed does not let go of it.
      if isFirst { _ = gate.wait(timeout: .now() + 90) }
    }

    func began() async throws {
      try await Patience.until("the read has begun") { hasBegun.withLock { $0 } }
    }

    func end() { gate.signal() }
  }

  private func verified(_ reply: DeskReply) throws -> VerifyView {
    guard case .verified(let view) = reply else { throw CancellationError() }
    return view
  }

  private func board(_ node: OfficeNode) async throws -> BoardView {
    guard case .board(let view) = try await node.perform(.board) else { throw CancellationError() }
    return view
  }

  private func officers(_ node: OfficeNode) async throws -> Int {
    guard case .officers(let views) = try await node.perform(.officerList) else { throw CancellationError() }
    return views.count
  }

  @Test("while the log is being checked the node writes and shows the board; the check sees the state it began with")
  func beside() async throws {
    let place = try await BackupHome(officers: 3)
    let node = try place.open()
    let before = try verified(try await node.perform(.verify))
    #expect(before.problems.isEmpty)
    let pause = Pause()
    let check = Task { try await node.perform(.verify) { _ in pause.report() } }
    try await pause.began()
    // In the midst of it: none of this waits, or the test would not end.
    for index in 0..<5 { try await BackupHome.add("later\(index)", node) }
    #expect(try await officers(node) == 8)
    #expect(try await board(node).rows.count == 1)
    pause.end()
    let during = try verified(try await check.value)
    #expect(during.problems.isEmpty)
    #expect(during.entries == before.entries)
    let after = try verified(try await node.perform(.verify))
    #expect(after.entries == before.entries + 5)
  }

  @Test("what was acknowledged shows in every board asked for afterwards")
  func fresh() async throws {
    let place = try await BackupHome(officers: 1)
    let node = try place.open()
    for index in 0..<20 {
      let asOf = try #require(try await board(node).rows.first?.asOf)
      try await BackupHome.add("again\(index)", node)
      #expect(try #require(try await board(node).rows.first?.asOf) > asOf)
    }
  }

  @Test("many who ask at once each see one state between the first and the last, while the node writes")
  func many() async throws {
    let place = try await BackupHome(officers: 2)
    let node = try place.open()
    let first = try verified(try await node.perform(.verify)).entries
    let writing = Task { for index in 0..<30 { try await BackupHome.add("w\(index)", node) } }
    let counts = try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<DeskReaders.waitingMax {
        group.addTask {
          // Of two states the tables would not be what the log gives.
          let view = try self.verified(try await node.perform(.verify))
          #expect(view.problems.isEmpty && view.signatures == view.entries)
          return view.entries
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    try await writing.value
    let last = try verified(try await node.perform(.verify)).entries
    #expect(last == first + 30)
    #expect(counts.allSatisfy { (first...last).contains($0) }, "\(counts)")
    #expect(try await officers(node) == 32)
  }

  @Test("a database that cannot be read is said in both languages, and the node goes on")
  func missing() async throws {
    let place = try await BackupHome(officers: 1)
    let node = try place.open()
    let (path, aside) = (place.home.database, place.home.database + ".aside")
    try FileManager.default.moveItem(atPath: path, toPath: aside)
    let failure = await #expect(throws: DeskFailure.self) { try await node.perform(.board) }
    #expect(failure?.code == "database-missing")
    for text in [failure?.message, failure?.remedy] { #expect(text?.zh.isEmpty == false && text?.en.isEmpty == false) }
    try FileManager.default.moveItem(atPath: aside, toPath: path)
    #expect(try await board(node).rows.count == 1)
    try await BackupHome.add("after", node)
  }

  @Test("what reads many rows never writes: of no request both are said")
  func classification() {
    let requests: [DeskRequest] = [
      .board, .coverage, .tallies, .overdue, .conflicts, .verify, .subjectList(contains: nil), .subjectShow("a"),
      .subjectDuplicates, .quarantine, .log(limit: 1), .explain([]),
      .numberRegister(pack: "", series: "", year: 2026, office: nil),
    ]
    for request in requests {
      #expect(request.readingLane != nil && !request.writes, "\(request)")
    }
    for request in [DeskRequest.status, .peers, .outbox(office: nil), .adopt, .fileShow(file: "a")] {
      #expect(request.readingLane == nil, "\(request)")
    }
  }
}
