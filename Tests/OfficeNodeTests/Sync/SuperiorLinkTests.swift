import Casebook
import Logging
import Replication
import Synchronization
import Testing

@testable import OfficeNode

@Suite("Calling a superior that is never there", .timeLimit(.minutes(2)))
struct SuperiorLinkTests {
  private final class Notes: Sendable {
    private let held = Mutex<(lines: [String], failures: Int)>(([], 0))
    var lines: [String] { held.withLock { $0.lines } }
    var failures: Int { held.withLock { $0.failures } }
    func add(_ line: String) { held.withLock { $0.lines.append(line) } }
    func fail() { held.withLock { $0.failures += 1 } }
  }

  @Test("an office that hands in by bundles has one line of it in its log, not one for each call")
  func once() async throws {
    let family = try await OfficeFamily()
    let county = try await family.join("130526", under: family.top)
    let notes = Notes()
    let logger = Logger(label: "t") { _ in
      NodeLogHandler(format: .text, level: .info, now: { 0 }) { notes.add($0) }
    }
    let link = SuperiorLink(
      node: county, superior: family.top.office, schedule: Backoff(first: .milliseconds(1), longest: .milliseconds(1)),
      logger: logger, onExchange: { _ in notes.fail() })
    let calling = Task { await link.run() }
    while notes.failures < 5 { try await Task.sleep(for: .milliseconds(5)) }
    link.stop()
    await calling.value
    #expect(notes.lines.count { $0.contains("superior-not-reached") } == 1, "\(notes.lines)")
  }
}
