import Casebook
import Foundation
import Logging
import ReplicaStore
import Synchronization
import Testing

@testable import OfficeNode

@Suite("A rebuild that an upgrade owes", .timeLimit(.minutes(1)))
struct OwedRebuildTests {
  private final class Lines: Sendable {
    private let held = Mutex<[String]>([])
    var all: [String] { held.withLock { $0 } }
    func add(_ line: String) { held.withLock { $0.append(line) } }
  }

  @Test("is made when the office is opened, once; the log says when it begins and when it is done")
  func told() async throws {
    let home = try await BackupHome(officers: 3)
    try await home.open().oweRebuild()
    let lines = Lines()
    let logger = Logger(label: "test") { _ in
      NodeLogHandler(format: .text, level: .info, now: { 0 }) { lines.add($0) }
    }
    // The charter, and three officers.
    guard case .verified(let view) = try await home.open(logger: logger).perform(.verify) else {
      throw CancellationError()
    }
    #expect(view.problems.isEmpty && view.entries == 4)
    let told = lines.all
    try #require(told.count == 2, "\(told)")
    #expect(told[0].hasSuffix(" notice projection-rebuild-begun total=4\n"))
    #expect(told[1].contains(" notice projection-rebuilt total=4 seconds="))
    _ = try await home.open(logger: logger).perform(.status)
    #expect(lines.all == told)
  }
}

extension OfficeNode {
  fileprivate func oweRebuild() throws { try store.transaction { try $0.setValue(SchemaUpgrade.rebuildKey, [1]) } }
}
