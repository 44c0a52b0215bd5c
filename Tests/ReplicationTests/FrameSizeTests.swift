import Replication
import SignatureSuites
import Testing

@Suite("How large a session's frames are")
struct FrameSizeTests {
  private let suite = Ed25519Suite()

  private func hello(_ office: OfficeCode, _ heads: [StreamHead]) -> SyncFrame.Hello {
    SyncFrame.Hello(
      version: SessionLimits.protocolVersion, office: office, digest: SyncFrame.digest(of: heads, using: suite), clock: 0,
      software: "t")
  }

  /// Entries from a place on, as a shell reads them.
  private func load(_ entries: [Entry], from seq: UInt64, bytesMax: Int) -> [Entry] {
    var taken: [Entry] = []
    var bytes = 0
    for entry in entries.dropFirst(Int(seq - 1)) {
      bytes += EntryRun.bytes(of: entry)
      if !taken.isEmpty, bytes > bytesMax { break }
      taken.append(entry)
    }
    return taken
  }

  /// What a line that breaks costs: the frame under way is sent again whole.
  @Test("begin small and stay a small part of what has been carried, until they have their full size")
  func growth() throws {
    let author = try Author()
    let entries = try author.entries(1_600, text: String(repeating: "长", count: 1_000))
    let last = try #require(entries.last)
    let largest = try #require(entries.map { EntryRun.bytes(of: $0) }.max())
    let heads = [StreamHead(stream: author.stream, seq: UInt64(entries.count), hash: last.hash(using: suite))]
    let a = try #require(OfficeCode("a")), b = try #require(OfficeCode("b"))
    var session = SyncSession(hello: hello(a, heads), peer: b, heads: heads, hashing: suite)
    _ = session.received(.hello(hello(b, [])))
    var queue = session.received(.frontier(heads: [], isLast: true))
    var window = SessionLimits.firstCreditBytes, carried = 0
    var sizes: [Int] = []
    while !queue.isEmpty {
      switch queue.removeFirst() {
      case .load(let stream, let seq, let bytesMax):
        queue += session.loaded(stream, entries: load(entries, from: seq, bytesMax: bytesMax))
      case .send(.entries(let run)):
        sizes.append(run.bytes)
        // The room it took, and as much again while all room is below the most there is.
        let growth = min(run.bytes, SessionLimits.creditBytes - window)
        window += growth
        #expect(run.bytes <= max(SessionLimits.firstFrameBytes, carried / 16) + largest)
        carried += run.bytes
        queue += session.received(.credit(bytes: UInt64(run.bytes + growth)))
      default: break
      }
    }
    #expect(carried == entries.reduce(0) { $0 + EntryRun.bytes(of: $1) })
    let first = try #require(sizes.first), widest = try #require(sizes.max())
    #expect(first <= SessionLimits.firstFrameBytes)
    #expect(widest > SessionLimits.entryBytesPerFrame - largest && widest <= SessionLimits.entryBytesPerFrame)
  }
}
