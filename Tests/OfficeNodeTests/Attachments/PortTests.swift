import Casebook
import Casework
import Foundation
import Replication
import Synchronization
import Testing

@testable import OfficeNode

@Suite("Content between offices", .timeLimit(.minutes(20)))
struct PortTests {
  private static let chunk = BlobLimits.chunkBytes

  private func isPresent(_ blob: BlobID, _ nodes: OfficeNode...) -> [Bool] { nodes.map { $0.blobs.isPresent(blob) } }

  @Test("what an office attaches comes to its superior, what a superior attaches for those below comes down")
  func upAndDown() async throws {
    let family = try await OfficeFamily()
    let (top, below) = (family.top, try await family.join("130526", under: family.top))
    try await family.meet(top, below)
    let up = try await below.name(StoreFixture.content(2 * Self.chunk + 5, seed: 1), for: .up)
    let down = try await top.name(StoreFixture.content(3_000, seed: 2), for: .down)
    let own = try await below.name(StoreFixture.content(4_000, seed: 3), for: .own)
    try await family.meet(below, top)
    let ports = await JoinedPorts(top, below)
    #expect(await ports.run() == nil)
    #expect(isPresent(up, top, below) == [true, true] && isPresent(down, top, below) == [true, true])
    // What nobody else may read nobody else asks for.
    #expect(isPresent(own, top, below) == [false, true])
    #expect(try await top.dueCount(with: below.context.office) == 0)
    #expect(try await below.dueCount(with: top.context.office) == 0)
    #expect(ports.one.counts.blobsReceived == 1 && ports.other.counts.blobsReceived == 1)
    // Nothing is passed twice.
    let again = await JoinedPorts(top, below)
    #expect(await again.run() == nil)
    #expect(again.one.counts == .init() && again.other.counts == .init())
  }

  @Test("an office beside gets nothing, whatever it asks; a superior passes on what it may, and fetches it first if need be")
  func audience() async throws {
    let family = try await OfficeFamily()
    let top = family.top
    let middle = try await family.join("1305A", under: top)
    try await family.meet(top, middle)
    let below = try await family.join("130526", under: middle)
    let beside = try await family.join("130505", under: middle)
    for _ in 0..<2 {
      try await family.meet(middle, below)
      try await family.meet(middle, beside)
      try await family.meet(top, middle)
    }
    let content = StoreFixture.content(5 * 1024 * 1024, seed: 7)
    let blob = try await below.name(content, for: .up)
    try await family.meet(below, middle)
    try await family.meet(middle, top)
    let (belowCode, besideCode) = (await below.context.office, await beside.context.office)
    let (middleCode, topCode) = (await middle.context.office, await top.context.office)
    #expect(try await middle.passing(blob, with: besideCode) == .none)
    #expect(try await middle.passing(blob, with: belowCode) == .allowed)
    #expect(try await middle.passing(blob, with: topCode) == .relayed)
    #expect(try await below.passing(blob, with: middleCode) == .allowed)
    // Above the eager size: nobody fetches it until somebody asks. The office in the middle has not got it, promises
    // it, fetches it from below, and says so in the session that is still open.
    #expect(await JoinedPorts(middle, below).run() == nil)
    #expect(isPresent(blob, top, middle) == [false, false])
    try await top.askForBlob(blob)
    let upper = await JoinedPorts(top, middle)
    let error = await upper.run {
      let lower = await JoinedPorts(middle, below)
      if let error = await lower.run() { throw error }
      while !top.blobs.isPresent(blob) { try await Task.sleep(for: .milliseconds(10)) }
    }
    #expect(error == nil)
    #expect(isPresent(blob, top, middle, beside) == [true, true, false])
    #expect(top.blobs.isSound(blob))
    #expect(upper.other.counts.bytesSent >= content.count)
  }

  @Test("how far content has come is told on both sides, with what is still to come")
  func progress() async throws {
    let family = try await OfficeFamily()
    let (top, below) = (family.top, try await family.join("130526", under: family.top))
    try await family.meet(top, below)
    let lengths = [9 * Self.chunk + 1, 3 * Self.chunk, 20_000]
    for (seed, length) in lengths.enumerated() {
      _ = try await below.name(StoreFixture.content(length, seed: UInt64(seed)), for: .up)
    }
    try await family.meet(below, top)
    let reports = Mutex<(taken: [DeskProgress], given: [DeskProgress])>(([], []))
    let ports = await JoinedPorts(top, below) { node, report in
      reports.withLock { if node === top { $0.taken.append(report) } else { $0.given.append(report) } }
    }
    #expect(await ports.run() == nil)
    let all = lengths.reduce(0, +)
    let (taken, given) = reports.withLock { $0 }
    #expect(!taken.isEmpty && !given.isEmpty)
    for told in [taken, given] {
      #expect(told.allSatisfy { $0.unit == .bytes && $0.done > 0 && $0.done <= $0.total })
      #expect(told.map(\.done) == told.map(\.done).sorted())
    }
    // Who fetches knows all of it from the beginning; what came and is not on the disk yet counts twice for a moment.
    let most = all + lengths.reduce(0) { $0 + BlobManifest.encodedBytes(ofLength: $1) } + AttachmentLimits.askedBytesMax
    #expect(taken.allSatisfy { $0.total >= all && $0.total <= most })
    #expect(given.allSatisfy { $0.total <= most })
    #expect(taken[0].work.zh.contains("130526") && given[0].work.en.contains("1305"))
  }

  @Test("a line that is cut again and again: everything comes at last, and little twice")
  func cut() async throws {
    let family = try await OfficeFamily()
    let (top, below) = (family.top, try await family.join("130526", under: family.top))
    try await family.meet(top, below)
    var blobs: [BlobID] = []
    var total = 0
    for seed in UInt64(1)...8 {
      let length = seed == 1 ? 9 * Self.chunk + 1 : 20_000 * Int(seed)
      total += length
      blobs.append(try await below.name(StoreFixture.content(length, seed: seed), for: .up))
    }
    try await family.meet(below, top)
    var received = 0
    var sessions = 0
    while !blobs.allSatisfy({ top.blobs.isPresent($0) }) {
      sessions += 1
      try #require(sessions < 200)
      let ports = await JoinedPorts(top, below, frames: 40)
      _ = await ports.run()
      received += ports.one.counts.bytesReceived
    }
    #expect(sessions > 2)
    for blob in blobs { #expect(top.blobs.isSound(blob)) }
    #expect(received <= total * 11 / 10)
    #expect(await JoinedPorts(top, below).run() == nil)
    #expect(try await top.dueCount(with: below.context.office) == 0)
  }

  @Test("content that is gone from the folder is fetched again: a restored office, a folder that was lost")
  func lost() async throws {
    let family = try await OfficeFamily()
    let (top, below) = (family.top, try await family.join("130526", under: family.top))
    try await family.meet(top, below)
    let blob = try await below.name(StoreFixture.content(70_000), for: .up)
    try await family.meet(below, top)
    #expect(await JoinedPorts(top, below).run() == nil)
    #expect(isPresent(blob, top) == [true])
    try FileManager.default.removeItem(atPath: below.blobs.layout.path)
    #expect(isPresent(blob, below) == [false])
    // What an office wrote itself comes back from above.
    #expect(await JoinedPorts(top, below).run() == nil)
    #expect(isPresent(blob, below) == [true] && below.blobs.isSound(blob))
    // An older copy of the folder with the mark that the restored database remembers.
    try FileManager.default.removeItem(atPath: below.blobs.layout.content(of: blob))
    #expect(await JoinedPorts(top, below).run() == nil)
    #expect(isPresent(blob, below) == [false])
    await below.wasRestored()
    #expect(await JoinedPorts(top, below).run() == nil)
    #expect(isPresent(blob, below) == [true] && below.blobs.isSound(blob))
  }

  @Test("a peer that does not read keeps no session from ending, and what it sent is kept; one that floods is cut off")
  func unread() async throws {
    let family = try await OfficeFamily()
    let (top, below) = (family.top, try await family.join("130526", under: family.top))
    try await family.meet(top, below)
    let content = StoreFixture.content(Self.chunk, seed: 4)
    let blob = try await below.name(content, for: .up)
    try await family.meet(below, top)
    let (asked, ask) = AsyncStream<AttachmentFrame.Ask>.makeStream()
    let port = AttachmentPort(
      node: top, peer: await below.context.office,
      send: { frame in
        guard case .ask(let question) = frame, question.offset < 3 * AttachmentLimits.pieceBytesMin else {
          // Until the session ends.
          return try await Task.sleep(for: .seconds(3_600))
        }
        ask.yield(question)
      })
    let running = Task { try await port.run() }
    port.begin()
    var kept = 0
    for await question in asked {
      let bytes = Array(content[question.offset..<(question.offset + question.count)])
      try port.received(.piece(question, bytes: bytes))
      kept += bytes.count
      if kept >= 3 * AttachmentLimits.pieceBytesMin { break }
    }
    port.finish()
    running.cancel()
    _ = await running.result
    #expect(top.blobs.state(of: blob, length: content.count).held == kept && !top.blobs.isClaimed(blob))
    #expect(await JoinedPorts(top, below).run() == nil)
    #expect(top.blobs.isSound(blob))

    // Nobody takes what waits: no honest peer sends so much.
    let idle = AttachmentPort(node: top, peer: await below.context.office, send: { _ in })
    let piece = AttachmentFrame.piece(
      .init(blob: blob, part: .content, offset: 0, count: AttachmentLimits.pieceBytesMax),
      bytes: Array(content.prefix(AttachmentLimits.pieceBytesMax)))
    for _ in 0..<(AttachmentLimits.askedBytesMax / AttachmentLimits.pieceBytesMax) { try idle.received(piece) }
    #expect(throws: AttachmentViolation.self) { try idle.received(piece) }
  }
}

extension OfficeNode {
  fileprivate func wasRestored() {
    isMoved = true
    hasLookedAgain = false
  }
}
