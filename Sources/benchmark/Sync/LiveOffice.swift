import Casebook
import Foundation
import OfficeNode
import PeerTransport
import ReplicaStore
import Replication
import SignatureSuites
import Synchronization

/// An office with a replica of its own that is in sync already and works on: each act is durable here, goes up at once,
/// and is waited for until the superior's receipt for it comes back.
final class LiveOffice: OfficeShelf {
  private struct State {
    var context: ReplicaContext
    var acts = 0
    /// When the write of an act began, by its entry's position.
    var begun: [UInt64: ContinuousClock.Instant] = [:]
    /// The same for all acts, in seconds since the machine started.
    var begunAt: [UInt64: Double] = [:]
    var localSeconds: [Double] = []
    var receiptSeconds: [Double] = []
  }

  let keys: OfficeKeys
  private let store: ReplicaStore
  private let state: Mutex<State>
  let events: AsyncStream<DrivenSession.Event>
  let source: AsyncStream<DrivenSession.Event>.Continuation

  init(_ keys: OfficeKeys, of root: RootOffice, path: String) throws {
    self.keys = keys
    (events, source) = AsyncStream.makeStream()
    let store = try ReplicaStore.create(path: path, suites: .standard)
    self.store = store
    let context = try store.transaction { storage in
      for charter in [root.charter, root.charters[keys.office]] {
        guard var charter else { throw OfficeKeys.Impossible() }
        charter.isPinned = true
        try storage.put(charter)
      }
      var context = RootOffice.context(of: keys.office, key: keys.fingerprint, root: root.keys.fingerprint)
      try context.refresh(from: storage)
      return context
    }
    state = Mutex(State(context: context))
  }

  // MARK: Work

  /// Opens a file with its first act: eight changes, one entry.
  func act() throws {
    guard let begunAt = BootClock.seconds() else { throw OfficeKeys.Impossible() }
    let begun = ContinuousClock.now
    let effects = (now: UInt64(Date().timeIntervalSince1970 * 1_000), random: randomBytes(20))
    let head = try state.withLock { state in
      state.acts += 1
      let context = state.context
      let changes = try Self.changes(number: state.acts, at: effects.now, random: effects.random)
      let (after, head) = try store.transaction { storage in
        var journal = Journal(context: context, signer: keys.signer)
        _ = try journal.record(changes, for: .up, at: effects.now, in: storage)
        try journal.finish(in: storage)
        return (journal.context, try storage.head(of: keys.stream))
      }
      state.context = after
      guard let head else { throw OfficeKeys.Impossible() }
      state.begun[head.seq] = begun
      state.begunAt[head.seq] = begunAt
      state.localSeconds.append(begun.duration(to: .now) / .seconds(1))
      return head
    }
    source.yield(.moved([head]))
  }

  private static func changes(number: Int, at milliseconds: UInt64, random: [UInt8]) throws -> [Change] {
    guard let file = RecordID(milliseconds: milliseconds, random: Array(random.prefix(10))),
      let act = RecordID(milliseconds: milliseconds, random: Array(random.suffix(10)))
    else { throw OfficeKeys.Impossible() }
    let fields: [(UInt64, FieldValue)] = [
      (1, .text("case")), (2, .text("〔2026〕\(number)号")), (3, .text("未按规定公示价格")), (6, .text("price")),
      (7, .text("ordinary")), (9, .text("city")), (11, .text("2026-11-21")),
    ]
    let record = RecordWrite(
      type: RecordType.caseFile.number, id: file,
      fields: fields.map { .init(number: $0.0, value: $0.1, replaces: []) })
    return [
      .record(record),
      .act(
        ActChange(
          file: file, id: act, parents: [], rule: "accept", facts: [.init(name: "@date", value: .text("2026-11-21"))])),
    ]
  }

  /// What was measured since the last time: seconds from the beginning of a write to its end here, and to its receipt.
  func takeFigures() -> (local: [Double], receipt: [Double], missing: Int) {
    state.withLock { state in
      defer {
        state.localSeconds = []
        state.receiptSeconds = []
      }
      return (state.localSeconds, state.receiptSeconds, state.begun.count)
    }
  }

  /// From the beginning of each act's write to its end at the superior.
  func secondsToDurable(asToldIn log: StoredLog) throws -> [Double] {
    try state.withLock { state in
      try state.begunAt.sorted { $0.key < $1.key }.map { seq, begunAt in
        guard let stored = log.seconds(of: seq) else { throw OfficeKeys.Impossible() }
        return stored - begunAt
      }
    }
  }

  var hasOpenActs: Bool { state.withLock { !$0.begun.isEmpty } }

  // MARK: The shelf

  func heads() throws -> [StreamHead] { try store.read { try $0.heads().filter { $0.stream.audience != .own } } }

  func entries(of stream: StreamID, from seq: UInt64, bytesMax: Int) throws -> [Entry] {
    try store.read { try $0.entries(of: stream, from: seq, bytesMax: bytesMax) }
  }

  func take(_ run: CarriedRun) throws {
    let arrived = ContinuousClock.now
    try state.withLock { state in
      for seq in try Self.receipts(in: run, of: keys.stream) {
        for (position, begun) in state.begun where position <= seq {
          state.receiptSeconds.append(begun.duration(to: arrived) / .seconds(1))
          state.begun[position] = nil
        }
      }
      let context = state.context
      state.context = try store.transaction { storage in
        var admission = Admission(context: context)
        _ = try admission.admit(run, at: UInt64(Date().timeIntervalSince1970 * 1_000), in: storage)
        try admission.finish(in: storage)
        return admission.context
      }
    }
  }

  /// Positions up to which the run's receipts say that a stream is held.
  private static func receipts(in run: CarriedRun, of stream: StreamID) throws -> [UInt64] {
    guard case .spare(let spare) = run else { return [] }
    return try spare.items.flatMap { item in
      try Entry.changes(ofPayload: item.payload).compactMap { change in
        guard case .receipt(let receipt) = change, receipt.head.stream == stream else { return nil }
        return receipt.head.seq
      }
    }
  }
}
