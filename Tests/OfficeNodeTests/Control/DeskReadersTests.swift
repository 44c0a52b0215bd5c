import Casebook
import Casework
import Foundation
import Synchronization
import Testing

@testable import OfficeNode

/// Reads that go on until they are let go of, and a record of which began.
private final class Held: Sendable {
  private let gate = DispatchSemaphore(value: 0)
  private let begun = Mutex<[Int]>([])
  private let running = Mutex((now: 0, most: 0))

  var order: [Int] { begun.withLock { $0 } }
  var most: Int { running.withLock { $0.most } }

  func body(_ number: Int) -> Int {
    begun.withLock { $0.append(number) }
    running.withLock {
      $0.now += 1
      $0.most = max($0.most, $0.now)
    }
    gate.wait()
    running.withLock { $0.now -= 1 }
    return number
  }

  func release(_ count: Int) { for _ in 0..<count { gate.signal() } }

  /// Waits until so many began.
  func began(_ count: Int) async throws {
    while order.count < count { try await Task.sleep(for: .milliseconds(2)) }
  }
}

@Suite("Long reads take turns")
struct DeskReadersTests {
  private func read(
    _ number: Int, _ held: Held, with readers: DeskReaders, in lane: DeskReaders.Lane = .rows
  ) -> Task<Int, any Error> {
    Task { try await readers.run(in: lane, prepare: { number }, held.body) }
  }

  @Test("never more at once than the limit, and in the order they came")
  func turns() async throws {
    let (readers, held) = (DeskReaders(), Held())
    var tasks = [read(0, held, with: readers)]
    try await held.began(1)
    for number in 1..<8 {
      tasks.append(read(number, held, with: readers))
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
    let (readers, log, rows) = (DeskReaders(), Held(), Held())
    let first = read(0, log, with: readers, in: .log)
    try await log.began(1)
    rows.release(1)
    #expect(try await read(1, rows, with: readers).value == 1)
    log.release(1)
    #expect(try await first.value == 0)
  }

  @Test("past the limit a question is refused in both languages, and those that wait are answered")
  func refusal() async throws {
    let (readers, held) = (DeskReaders(), Held())
    let first = read(0, held, with: readers)
    try await held.began(1)
    let others = (1...DeskReaders.waitingMax).map { read($0, held, with: readers) }
    try await waiting(DeskReaders.waitingMax, readers)
    let failure = await #expect(throws: DeskFailure.self) { try await self.read(99, held, with: readers).value }
    #expect(failure?.code == "desk-busy")
    for text in [failure?.message, failure?.remedy] { #expect(text?.zh.isEmpty == false && text?.en.isEmpty == false) }
    held.release(1 + DeskReaders.waitingMax)
    _ = try await first.value
    for task in others { _ = try await task.value }
    #expect(!held.order.contains(99))
    held.release(1)
    #expect(try await read(100, held, with: readers).value == 100)
  }

  @Test("who does not wait any longer gives up the place in the line")
  func cancellation() async throws {
    let (readers, held) = (DeskReaders(), Held())
    let first = read(0, held, with: readers)
    try await held.began(1)
    let second = read(1, held, with: readers)
    try await waiting(1, readers)
    let third = read(2, held, with: readers)
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
    while readers.waiting(in: .rows) < count { try await Task.sleep(for: .milliseconds(2)) }
  }
}
