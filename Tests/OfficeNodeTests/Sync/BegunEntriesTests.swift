import Replication
import Testing

@testable import OfficeNode

/// Entries that go up in parts over a line that breaks within each of them.
@Suite("Beginnings of entries")
struct BegunEntriesTests {
  private func name(_ seq: UInt64, _ count: Int, signature: UInt8 = 1) throws -> BegunEntry.Name {
    let author = KeyFingerprint(try #require(Digest([UInt8](repeating: 7, count: 32))))
    let stream = StreamID(author: author, incarnation: 1, audience: .up)
    return BegunEntry.Name(stream: stream, seq: seq, signature: [signature], count: count)
  }

  @Test("a peer that holds more of an entry than it said last has got something; one that holds as much has not")
  func grown() throws {
    let (city, county) = (try #require(OfficeCode("1305")), try #require(OfficeCode("130526")))
    var begun = BegunEntries()
    #expect(try begun.hasGrown(name(1, 4_000), at: city))
    #expect(try !begun.hasGrown(name(1, 4_000), at: city))
    #expect(try begun.hasGrown(name(1, 9_000), at: city))
    #expect(try !begun.hasGrown(name(1, 5_000), at: city))
    // Another entry at its place, the next one, and another office each count for themselves.
    #expect(try begun.hasGrown(name(1, 4_000, signature: 2), at: city))
    #expect(try begun.hasGrown(name(2, 1_024), at: city))
    #expect(try begun.hasGrown(name(2, 1_024), at: county))
    #expect(try !begun.hasGrown(name(2, 1_024), at: city))
  }
}
