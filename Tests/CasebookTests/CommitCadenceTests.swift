import Casebook
import Testing

@Suite("Transactions of a long catch-up")
struct CommitCadenceTests {
  @Test(
    "grow with what is stored, from 4,096 entries to 65,536",
    arguments: [
      (0, 4_096), (32_767, 4_096), (32_768, 4_096), (40_000, 5_000), (524_288, 65_536), (10_000_000, 65_536),
    ])
  func size(stored: Int, entries: Int) {
    #expect(CommitCadence.standard.entries(stored: stored) == entries)
  }

  @Test("a fixed size stays")
  func fixed() {
    let cadence = CommitCadence(least: 100, most: 100)
    #expect(cadence.entries(stored: 0) == 100 && cadence.entries(stored: 1_000_000) == 100)
  }
}
