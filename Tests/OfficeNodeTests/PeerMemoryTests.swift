import Casebook
import Casework
import Foundation
import Replication
import ReplicaStore
import Testing

@testable import OfficeNode

@Suite("What a node remembers of its peers")
struct PeerMemoryTests {
  private func memory(_ node: OfficeNode, _ peer: String) async throws -> PeerMemory {
    try #require(try await node.read { node, storage in try node.memory(of: peer, in: storage) })
  }

  @Test("software, version and clock of the last session; a failure since, with its code, until the next session")
  func contact() async throws {
    let home = try await BackupHome()
    let node = try home.open()
    let peer = try #require(OfficeCode("1305"))
    var view = SyncView(
      peer: "1305", sent: 0, received: 0, receipts: 0, bytesSent: 0, bytesReceived: 0, wasIdle: false, warnings: [])
    let now = SystemEffects.live.now()
    view = try await node.met(peer, clock: now + 600_000, software: "docket/9", version: 3, view)
    #expect(!view.warnings.isEmpty)
    var known = try await memory(node, "1305")
    #expect(known.software == "docket/9" && known.version == 3 && known.error == nil && !known.isRefused)
    #expect(abs((known.clockOffset ?? 0) - 600_000) < 60_000)
    let failure = DeskFailure(
      kind: .notPermitted, code: "not-admitted", message: Bilingual(zh: "拒绝", en: "refused"),
      remedy: Bilingual(zh: "", en: ""))
    await node.noteFailure(with: "1305", failure)
    known = try await memory(node, "1305")
    #expect(known.error?.en == "refused" && known.isRefused && known.errorAt ?? 0 >= now)
    // What was learnt in the session stays.
    #expect(known.software == "docket/9" && known.lastContact ?? 0 >= now)
    _ = try await node.met(peer, clock: now, software: nil, version: nil, view)
    known = try await memory(node, "1305")
    #expect(known.error == nil && !known.isRefused && known.errorAt == nil && known.software == "docket/9")
  }

  @Test("a memory of an earlier release is read")
  func earlier() throws {
    let bytes = Data(#"{"lastContact": 5, "clockOffset": -3, "errorZh": "不通"}"#.utf8)
    let known = try JSONDecoder().decode(PeerMemory.self, from: bytes)
    #expect(known.lastContact == 5 && known.error?.en == "不通" && known.software == nil && !known.isRefused)
  }

  @Test("open sessions show in the status, and no longer when they have ended")
  func live() async throws {
    let home = try await BackupHome()
    let node = try home.open()
    let peer = try #require(OfficeCode("130501"))
    func live() async throws -> [String] {
      guard case .status(let view) = try await node.perform(.status) else { return ["?"] }
      return view.live
    }
    #expect(try await live().isEmpty)
    let id = try #require(node.sessions.enter(peer, from: node.office, isCaller: false, inbox: SessionInbox()))
    #expect(try await live() == ["130501"])
    node.sessions.leave(peer, id: id)
    #expect(try await live().isEmpty)
  }

  @Test("verify tells how far it is, once for the signatures and once for the tables, up to the end")
  func progress() async throws {
    let home = try await BackupHome(officers: 12)
    let node = try home.open()
    let reports = Reports()
    guard case .verified(let view) = try await node.perform(.verify, progress: { reports.add($0) }) else {
      throw CancellationError()
    }
    let all = reports.all
    #expect(Set(all.map(\.work.en)).count == 2 && all.allSatisfy { $0.total == view.entries && $0.unit == .entries })
    for work in Set(all.map(\.work.en)) {
      let done = all.filter { $0.work.en == work }.map(\.done)
      #expect(done == done.sorted() && done.last == view.entries)
    }
  }
}

private final class Reports: @unchecked Sendable {
  // The node reports from one thread at a time, and it has ended when these are read.
  private(set) var all: [DeskProgress] = []
  func add(_ report: DeskProgress) { all.append(report) }
}

extension OfficeNode {
  fileprivate func read<Value: Sendable>(
    _ body: @Sendable (isolated OfficeNode, any ReplicaStorage) throws -> Value
  ) throws -> Value { try store.read { try body(self, $0) } }

  fileprivate func met(
    _ peer: OfficeCode, clock: UInt64, software: String?, version: UInt64?, _ view: SyncView
  ) throws -> SyncView {
    var view = view
    try noteContact(with: peer, clock: clock, software: software, version: version, &view)
    return view
  }
}
