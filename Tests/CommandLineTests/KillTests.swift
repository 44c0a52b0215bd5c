import Foundation
import Testing

@Suite("Killed at any moment", .timeLimit(.minutes(10)))
struct KillTests {
  @Test("every act whose command returned 0 is there, and verify passes")
  func killed() async throws {
    let office = try Office()
    let file = try await office.foundWithCase()
    var acknowledged: [String] = []
    var killed = 0
    // Deterministic delays that sweep over the life of a command, a few milliseconds further each time.
    for round in 0..<200 {
      let text = "act-\(round)"
      let running = try office.start(
        Office.executable,
        ["--home", office.home, "case", "act", file, "record-evidence", "--officer", "wang", "--field", "evidence=\(text)"])
      if round % 4 != 0 {
        try await Task.sleep(for: .microseconds(500 * (round * 7 % 160)))
        kill(running.process.processIdentifier, SIGKILL)
      }
      let result = await running.wait()
      if running.process.terminationReason == .exit, result.status == 0 {
        acknowledged.append(text)
      } else {
        try #require(running.process.terminationReason == .uncaughtSignal, "\(result.err)")
        killed += 1
      }
    }
    #expect(killed > 0 && acknowledged.count >= 50)
    let shown = try await office.must("case", "show", file, "--json")
    for text in acknowledged { #expect(shown.out.contains("\"\(text)\""), "\(text) is lost") }
    try await office.must("verify")
  }
}
