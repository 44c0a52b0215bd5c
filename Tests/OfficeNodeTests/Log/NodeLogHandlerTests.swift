import Casebook
import Casework
import Foundation
import Logging
import PeerTransport
import Synchronization
import Testing

@testable import OfficeNode

@Suite("Lines of the log")
struct NodeLogHandlerTests {
  private final class Lines: Sendable {
    private let held = Mutex<[String]>([])
    var all: [String] { held.withLock { $0 } }
    func add(_ line: String) { held.withLock { $0.append(line) } }
  }

  private func logger(_ format: NodeConfiguration.LogFormat, _ lines: Lines, level: Logger.Level = .trace) -> Logger {
    Logger(label: "test") { _ in
      NodeLogHandler(format: format, level: level, now: { 1_780_000_000_123 }) { lines.add($0) }
    }
  }

  @Test("text: time, level, event, listed keys in their order, quotes where they are needed")
  func text() {
    let lines = Lines()
    logger(.text, lines).info(
      "session complete", metadata: ["received": "2", "peer": "130526", "cause": "no \"route\" = \\ x"])
    #expect(
      lines.all == [
        #"2026-05-28T20:26:40.123Z info session-complete peer=130526 received=2 cause="no \"route\" = \\ x""# + "\n"
      ])
  }

  @Test("json: one object a line, numbers as numbers where they are")
  func json() throws {
    let lines = Lines()
    logger(.json, lines).warning("session ended", metadata: ["peer": "任县\"\u{1}", "sent": "12", "received": "x"])
    let line = try #require(lines.all.first)
    #expect(line.hasSuffix("}\n") && line.filter(\.isNewline).count == 1)
    let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    #expect(object["event"] as? String == "session-ended" && object["level"] as? String == "warning")
    #expect(object["time"] as? String == "2026-05-28T20:26:40.123Z")
    #expect(
      object["peer"] as? String == "任县\" " && object["sent"] as? Int == 12 && object["received"] as? String == "x")
  }

  @Test(
    "an event or key that is not listed is left out and counted, whatever it holds",
    arguments: NodeConfiguration.LogFormat.allCases)
  func unlisted(format: NodeConfiguration.LogFormat) {
    let lines = Lines()
    var logger = logger(format, lines)
    logger.info("complaint of 张三 from 13800000000", metadata: ["peer": "张三"])
    logger.info("session complete", metadata: ["peer": "1305", "name": "张三"])
    logger[metadataKey: "service"] = "张三"
    logger.info("fork")
    #expect(lines.all.count == 3)
    for line in lines.all { #expect(!line.contains("张三") && !line.contains("138") && line.contains("dropped")) }
    #expect(lines.all[0].contains("unlisted") && lines.all[1].contains("1305") && lines.all[2].contains("fork"))
  }

  @Test("what a peer had a hand in stays on its line and is bounded")
  func hostile() throws {
    let lines = Lines()
    let hostile =
      "a\n2026-01-01T00:00:00.000Z info ready\r\u{1b}[31m\u{202e}\u{2028}" + String(repeating: "x", count: 10_000)
    logger(.text, lines).info("peer refused", metadata: ["reason": "\(hostile)"])
    let line = try #require(lines.all.first)
    #expect(line.filter(\.isNewline).count == 1 && line.hasSuffix("\n"))
    #expect(!line.contains("\u{1b}") && !line.contains("\u{202e}") && line.count < NodeLogHandler.valueMax + 100)
  }

  @Test("below the level nothing is written")
  func level() {
    let lines = Lines()
    let logger = logger(.text, lines, level: .warning)
    logger.info("ready")
    logger.warning("fork")
    #expect(lines.all.count == 1)
  }

  @Test("a failure is logged by its code: its message may name people")
  func causes() throws {
    let failure = DeskFailure(
      kind: .refused, code: "unknown-officer", message: Bilingual(zh: "没有张三", en: "no Zhang San"),
      remedy: Bilingual(zh: "x", en: "x"))
    #expect(LogCause.of(failure) == ["failure": "unknown-officer"])
    #expect(LogCause.of(TransportError(.timeout, cause: "idle")) == ["failure": "timeout", "cause": "idle"])
    #expect(LogCause.of(TransportError(.timeout)) == ["failure": "timeout"])
    #expect(LogCause.of(CancellationError()) == ["failure": "cancelled"])
    struct Personal: Error { let name = "张三" }
    #expect(LogCause.of(Personal()) == ["failure": "Personal"])
  }
}
