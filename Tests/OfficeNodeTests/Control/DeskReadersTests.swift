import Casebook
import Casework
import Testing

@testable import OfficeNode

@Suite("Long reads take turns", .timeLimit(.minutes(2)))
struct DeskReadersTests {
  @Test("never more at once than the limit, and in the order they came")
  func turns() async throws {
    let (readers, held) = (DeskReaders(), HeldReads())
    var tasks = [held.read(0, with: readers)]
    try await held.began(1)
    for number in 1..<8 {
      tasks.append(held.read(number, with: readers))
      try await waiting(number, readers)
    }
    #expect(held.order == [0])
    held.release(8)
    for (number, task) in tasks.enumerated() { #expect(try await task.value == number) }
    #expect(held.order == Array(0..<8))
    #expect(held.most == DeskReaders.readersMax)
    #expect(readers.waiting(in: .rows) == 0)
  }

  @Test("reading the log keeps no board waiting")
  func lanes() async throws {
    let (readers, log, rows) = (DeskReaders(), HeldReads(), HeldReads())
    let first = log.read(0, with: readers, in: .log)
    try await log.began(1)
    rows.release(1)
    #expect(try await rows.read(1, with: readers).value == 1)
    log.release(1)
    #expect(try await first.value == 0)
  }

  @Test("past the limit a question is refused in both languages, and those that wait are answered")
  func refusal() async throws {
    let (readers, held) = (DeskReaders(), HeldReads())
    let first = held.read(0, with: readers)
    try await held.began(1)
    let others = (1...DeskReaders.waitingMax).map { held.read($0, with: readers) }
    try await waiting(DeskReaders.waitingMax, readers)
    let failure = await #expect(throws: DeskFailure.self) { try await held.read(99, with: readers).value }
    #expect(failure?.code == "desk-busy")
    for text in [failure?.message, failure?.remedy] { #expect(text?.zh.isEmpty == false && text?.en.isEmpty == false) }
    held.release(1 + DeskReaders.waitingMax)
    _ = try await first.value
    for task in others { _ = try await task.value }
    #expect(!held.order.contains(99))
    held.release(1)
    #expect(try await held.read(100, with: readers).value == 100)
  }

  @Test("who does not wait any longer gives up the place in the line")
  func cancellation() async throws {
    let (readers, held) = (DeskReaders(), HeldReads())
    let first = held.read(0, with: readers)
    try await held.began(1)
    let second = held.read(1, with: readers)
    try await waiting(1, readers)
    let third = held.read(2, with: readers)
    try await waiting(2, readers)
    second.cancel()
    await #expect(throws: CancellationError.self) { try await second.value }
    held.release(2)
    #expect(try await first.value == 0)
    #expect(try await third.value == 2)
    #expect(held.order == [0, 2])
  }

  @Test("a read that fails makes room, and so does one that could not be prepared")
  func failures() async throws {
    struct Broken: Error {}
    let readers = DeskReaders()
    await #expect(throws: Broken.self) { try await readers.run(in: .rows, prepare: { 0 }, { _ in throw Broken() }) }
    await #expect(throws: Broken.self) { try await readers.run(in: .rows, prepare: { throw Broken() }, { (_: Int) in 0 }) }
    #expect(try await readers.run(in: .rows, prepare: { 7 }, { $0 + 1 }) == 8)
  }

  private func waiting(_ count: Int, _ readers: DeskReaders) async throws {
    try await Patience.until("\(count) wait") { readers.waiting(in: .rows) >= count }
  }
}
