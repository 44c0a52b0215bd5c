import Casebook
import Casework
import Foundation
import PeerTransport
import ReplicaStore
import Replication
import SignatureSuites
import Testing

@testable import OfficeNode

@Suite("A root restored from before an office was enrolled", .timeLimit(.minutes(20)))
struct RestoredRootTests {
  /// A root, a copy of its home from before the county joined, and the county, which holds what the root said since.
  private func scene() async throws -> (family: OfficeFamily, restored: OfficeNode, county: OfficeNode) {
    let family = try await OfficeFamily()
    let old = Home(family.folder + "/restored")
    try FileManager.default.copyItem(atPath: family.folder + "/1305", toPath: old.path)
    let county = try await family.join("130526", under: family.top)
    try await BackupHome.add("wang", county)
    _ = try await family.top.name(Array("order".utf8), for: .subtree(county.office))
    try await family.meet(family.top, county)
    let restored = try OfficeNode.open(old, effects: .live, logger: BackupHome.logger)
    return (family, restored, county)
  }

  private func exchange(_ county: OfficeNode, with root: OfficeNode) async -> DeskFailure? {
    do {
      _ = try await county.exchange(with: root.office, role: .caller, progress: { _ in }, onComplete: { _ in })
      return nil
    } catch {
      return DeskFailures.failure(error)
    }
  }

  @Test("knows its own signature on the charter the office shows, and gets from it what it lost")
  func recognised() async throws {
    let (family, restored, county) = try await scene()
    let listener = try await restored.takeCalls()
    await county.reachSuperior(at: "127.0.0.1:\(listener.port)")
    #expect(await restored.seat(of: county.office) == nil)
    // The first call is turned away, as a stranger's; whoever was turned away shows its charter.
    #expect(await exchange(county, with: restored)?.code == "refused-by-peer")
    let second = await exchange(county, with: restored)
    #expect(second == nil, "\(second.map { "\($0.code) \($0.message.en)" } ?? "")")
    let seat = await county.seat(of: county.office)
    #expect(await restored.seat(of: county.office) == seat)
    let (lost, found) = (try await county.headsToPass(), Set(try await restored.headsToPass()))
    #expect(lost.contains { $0.stream.audience == .subtree(county.office) } && lost.contains { $0.stream.audience != .down })
    #expect(lost.allSatisfy { found.contains($0) })
    // From now on it is known, and shows nothing.
    let third = await exchange(county, with: restored)
    #expect(third == nil, "\(third.map { "\($0.code) \($0.message.en)" } ?? "")")
    #expect(restored.transport.snapshot().handshakesFailed[.notAdmitted] == 1)
    #expect(await family.top.seat(of: county.office) == seat)
    await listener.close()
  }

  @Test("lets nobody in by a charter of another key, of another office's making, altered, or of an office it knows")
  func refused() async throws {
    let (family, restored, county) = try await scene()
    let shown = try #require(try await county.shownCharter())
    let keys = [await county.transportSigner.publicKey.bytes]
    #expect(await restored.officeChartered(by: shown, for: keys) == county.office)
    #expect(await restored.officeChartered(by: shown, for: [[UInt8](repeating: 7, count: 32)]) == nil)
    #expect(await restored.officeChartered(by: nil, for: keys) == nil)
    var altered = shown
    altered[altered.count - 1] ^= 1
    #expect(await restored.officeChartered(by: altered, for: keys) == nil)
    // Who knows the office goes by what it knows.
    #expect(await family.top.officeChartered(by: shown, for: keys) == nil)
    let other = try await OfficeFamily()
    #expect(await other.top.officeChartered(by: shown, for: keys) == nil)
  }
}

extension OfficeNode {
  fileprivate func seat(of office: OfficeCode) -> OfficeTree.Seat? { context.tree.seat(office) }

  fileprivate func headsToPass() throws -> [StreamHead] {
    try store.read { try $0.heads() }.filter { $0.stream.audience != .own }
  }

  fileprivate func shownCharter() throws -> [UInt8]? { try store.read { try charterEntry(in: $0) } }
}
