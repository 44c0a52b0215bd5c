import Casebook
import Foundation
import PeerTransport
import ReplicaStore
import Replication
import SignatureSuites
import Testing

@testable import OfficeNode

@Suite("An entry that comes in while offices are in contact, and its receipt", .timeLimit(.minutes(20)))
struct LiveReceiptTests {
  private let family: OfficeFamily
  private let city: OfficeNode
  private let county: OfficeNode
  private let stream: StreamID

  init() async throws {
    family = try await OfficeFamily()
    city = family.top
    county = try await family.join("130526", under: city)
    stream = await county.ownStream(1)
  }

  /// How far a stream is held and receipted.
  private struct Held: Hashable {
    var entries: UInt64
    var receipted: UInt64
  }

  /// What a node would find if the power had failed.
  /// - Parameter logBytes: of the database's log that had reached the disk; `nil`: all that is written.
  private func heldAfterCrash(of node: OfficeNode, _ stream: StreamID, logBytes: Int? = nil) throws -> Held {
    let copy = family.folder + "/crash-" + UUID().uuidString
    defer { for end in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: copy + end) } }
    try FileManager.default.copyItem(atPath: database(of: node), toPath: copy)
    let log = try log(of: node)
    try log.prefix(logBytes ?? log.count).write(to: URL(fileURLWithPath: copy + "-wal"))
    return try ReplicaStore.open(path: copy, suites: .standard).read { storage in
      Held(
        entries: try storage.head(of: stream)?.seq ?? 0,
        receipted: try storage.receipts(of: stream).map(\.receipt.head.seq).max() ?? 0)
    }
  }

  private func database(of node: OfficeNode) -> String { Home(family.folder + "/" + node.office.text).database }

  private func log(of node: OfficeNode) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: database(of: node) + "-wal"))
  }

  private func arrive(_ entry: Entry, at node: OfficeNode, from peer: OfficeNode) async throws -> OfficeNode.LiveIntake {
    var view = SyncView(
      peer: peer.office.text, sent: 0, received: 0, receipts: 0, bytesSent: 0, bytesReceived: 0, wasIdle: false,
      warnings: [])
    let run = CarriedRun.spare(try #require(EntryRun([entry])))
    let intake = try await node.admitLive([run], from: peer.office, &view)
    #expect(view.receipts == 1)
    return intake
  }

  @Test("the power fails at any page that is written: both are there or neither is, and what was answered is there")
  func crash() async throws {
    // The first one also writes what was owed since the node was founded.
    let entries = try await county.chain(stream, 4)
    _ = try await arrive(entries[0], at: city, from: county)
    var ends = [try log(of: city).count]
    for entry in entries.dropFirst() {
      _ = try await arrive(entry, at: city, from: county)
      ends.append(try log(of: city).count)
    }
    // A frame is a page and 24 bytes before it (sqlite.org/fileformat2.html#the_write_ahead_log).
    let cuts = stride(from: ends[0], through: ends[3], by: ReplicaStore.pageBytes + 24)
    #expect(cuts.contains(ends[3]))
    for cut in cuts {
      let answered = UInt64(ends.filter { $0 <= cut }.count)
      let held = try heldAfterCrash(of: city, stream, logBytes: cut)
      #expect(held == Held(entries: answered, receipted: answered), "at \(cut) of \(ends)")
    }
  }

  @Test("a receipt that is sent is on the disk already, with the entry it is for; credit for the entry comes before it")
  func sent() async throws {
    let listener = try await city.takeCalls()
    var caller = try await RawCaller(as: county, port: listener.port)
    try await caller.begin()
    try await caller.send(.done)
    var isSettled = false
    while !isSettled, let frame = try await caller.next() {
      if case .done = frame { try await caller.send(.settled) }
      if case .settled = frame { isSettled = true }
    }
    for entry in try await county.chain(stream, 3) {
      try await caller.send(.entries(.spare(try #require(EntryRun([entry])))))
      var hasCredit = false
      var receipted: UInt64?
      while receipted == nil, let frame = try await caller.next() {
        if case .credit = frame { hasCredit = true }
        guard case .entries(.spare(let run)) = frame else { continue }
        let held = try heldAfterCrash(of: city, stream)
        receipted = try run.items.flatMap { try Entry.changes(ofPayload: $0.payload) }.compactMap { change in
          if case .receipt(let receipt) = change, receipt.head.stream == stream { receipt.head.seq } else { nil }
        }.max()
        #expect(held == Held(entries: entry.header.seq, receipted: entry.header.seq))
      }
      #expect(receipted == entry.header.seq)
      #expect(hasCredit)
    }
    await caller.connection.close()
    await listener.close()
  }

  @Test("an office whose next key waits for its charter answers too, by the key in use, in a transaction of its own")
  func rotating() async throws {
    let town = try await family.join("130526001", under: county)
    _ = try await county.perform(.keyRotate(KeyRotationDraft(suite: nil, only: nil)))
    let stream = await town.ownStream(1)
    let entries = try await town.chain(stream, 1)
    let intake = try await arrive(entries[0], at: county, from: town)
    #expect(intake.written.isEmpty)
    #expect(try heldAfterCrash(of: county, stream) == Held(entries: 1, receipted: 1))
  }

  @Test("an office that may not write takes entries in, and answers when it may")
  func held() async throws {
    let town = try await family.join("130526001", under: county)
    let stream = await town.ownStream(1)
    await county.forgetItsPlace()
    var view = SyncView(
      peer: "130526001", sent: 0, received: 0, receipts: 0, bytesSent: 0, bytesReceived: 0, wasIdle: false, warnings: [])
    let run = CarriedRun.spare(try #require(EntryRun(try await town.chain(stream, 1))))
    _ = try await county.admitLive([run], from: town.office, &view)
    #expect(try heldAfterCrash(of: county, stream) == Held(entries: 1, receipted: 0))
    try await county.beginIncarnation()
    _ = try await county.writeReceipts(for: town.office, isLive: true)
    #expect(try heldAfterCrash(of: county, stream) == Held(entries: 1, receipted: 1))
  }
}

extension OfficeNode {
  fileprivate func forgetItsPlace() { isMoved = true }
}
