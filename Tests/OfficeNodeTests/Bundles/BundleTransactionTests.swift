import Casebook
import Foundation
import Replication
import Synchronization
import Testing

@testable import OfficeNode

@Suite("Transactions of a bundle that is applied", .timeLimit(.minutes(20)))
struct BundleTransactionTests {
  private final class Count: Sendable {
    private let held = Mutex<UInt64>(0)
    func next() -> UInt64 {
      held.withLock { held in
        defer { held += 1 }
        return held
      }
    }
  }

  @Test("take all items of a moment, and one each where half a second is over; both store the same")
  func split() async throws {
    let family = try await OfficeFamily()
    let east = try await family.join("130526", under: family.top)
    let audiences: [Audience] = [.up, .down, .subtree(try #require(OfficeCode("130526")))]
    for audience in audiences { _ = try await east.name(Array("\(audience)".utf8), for: audience) }
    let path = family.folder + "/east.docket"
    let draft = BundleDraft(office: "1305", since: .whole, partBytes: nil, path: path)
    guard case .bundleMade(let made) = try await east.perform(.bundleCreate(draft)) else { throw CancellationError() }

    let start = SystemEffects.live.now()
    var stored: [Int] = []
    var transactions: [UInt64] = []
    for step in [0, 1_000] as [UInt64] {
      let home = Home(family.folder + "/after-\(step)")
      try FileManager.default.copyItem(atPath: family.folder + "/1305", toPath: home.path)
      let clock = Count()
      let effects = SystemEffects(now: { start + clock.next() * step }, randomBytes: SystemEffects.live.randomBytes)
      let node = try OfficeNode.open(home, effects: effects, logger: BackupHome.logger)
      let told = Count()
      let view = try await node.applyBundles([path]) { _ in _ = told.next() }
      #expect(view.files.allSatisfy { $0.problem == nil })
      stored.append(view.stored)
      transactions.append(told.next())
    }
    #expect(stored[0] == stored[1] && stored[0] >= audiences.count)
    #expect(transactions[0] == 1)
    #expect(transactions[1] >= UInt64(audiences.count) && made.streams >= audiences.count)
  }
}
