import Casebook
import Casework
import Replication
import Synchronization

/// A peer violated the protocol of attachments.
struct AttachmentViolation: Error {
  let code: SyncFrame.CloseCode
  let text: String
}

/// Carries out one `AttachmentExchange` beside a session: frames in, frames out. Decides nothing. Bytes are read,
/// hashed and written on `AttachmentWork`; the replica is asked only who may have what.
///
/// The session's task calls `begin` when the session is complete, `received` for frames of kinds 12 to 15, `moved` when
/// heads moved here and `tick` once a minute or so; none of them waits. `run` is a task of its own, for as long as the
/// session.
final class AttachmentPort: Sendable {
  private enum Event: Sendable {
    case begin
    case frame(AttachmentFrame)
    /// Heads moved: most have nothing to do with attachments.
    case moved
    case changed
    case arrived(BlobID)
    case tick
  }

  private struct Progress {
    var waiting = 0
    /// Content in frames that wait.
    var waitingBytes = 0
    var isMoving = false
    var isChanging = false
    var isResting = false
    var isFinished = false
    var counts = Counts()
  }

  struct Counts: Sendable, Hashable {
    /// Content bytes, lists among them.
    var bytesSent = 0
    var bytesReceived = 0
    var blobsReceived = 0
  }

  private let node: OfficeNode
  private let peer: OfficeCode
  private let files: SessionBlobs
  private let send: @Sendable (AttachmentFrame) async throws -> Void
  private let onRest: @Sendable () -> Void
  private let onProgress: (@Sendable (DeskProgress) -> Void)?
  private let events: AsyncStream<Event>
  private let input: AsyncStream<Event>.Continuation
  private let progress = Mutex(Progress())
  private let start = ContinuousClock.now

  /// Frames that may wait: every question and every answer that may be under way, twice over.
  private static let waitingMax = 4 * AttachmentLimits.asksMax + AttachmentLimits.promisedMax

  /// - Parameters:
  ///   - send: waits until the frame is on its way.
  ///   - onRest: called each time when both sides have nothing to ask for any more; must not wait.
  ///   - onProgress: told how far content has come, both ways; must not wait. `nil`: nobody looks.
  init(
    node: OfficeNode, peer: OfficeCode, send: @escaping @Sendable (AttachmentFrame) async throws -> Void,
    onRest: @escaping @Sendable () -> Void = {}, onProgress: (@Sendable (DeskProgress) -> Void)? = nil
  ) {
    self.node = node
    self.peer = peer
    self.send = send
    self.onRest = onRest
    self.onProgress = onProgress
    files = SessionBlobs(node.blobs)
    (events, input) = AsyncStream<Event>.makeStream()
  }

  // MARK: From the session

  /// The session is complete on this side.
  func begin() { put(.begin) }

  /// - Throws: `AttachmentViolation` where more waits than an honest peer sends.
  func received(_ frame: AttachmentFrame) throws {
    let isFew = progress.withLock { progress in
      progress.waiting += 1
      progress.waitingBytes += Self.content(of: frame)
      progress.isResting = false
      // What was asked for is never more.
      return progress.waiting <= Self.waitingMax && progress.waitingBytes <= AttachmentLimits.askedBytesMax
    }
    guard isFew else { throw AttachmentViolation(code: .tooMuch, text: "too many frames at a time") }
    input.yield(.frame(frame))
  }

  private static func content(of frame: AttachmentFrame) -> Int {
    if case .piece(let ask, _) = frame { ask.count } else { 0 }
  }

  /// Records came or were written.
  func moved() {
    let isFirst = progress.withLock { progress in
      defer { progress.isMoving = true }
      return !progress.isMoving
    }
    if isFirst { put(.moved) }
  }

  /// There may be something to fetch.
  private func changed() {
    let isFirst = progress.withLock { progress in
      defer { progress.isChanging = true }
      return !progress.isChanging
    }
    if isFirst { put(.changed) }
  }

  /// Time passed: a peer that does not answer is found out.
  func tick() { put(.tick) }

  /// Nothing more is received or sent: `run` stores what came and returns. Its task is to be cancelled too, which ends a
  /// frame that a peer does not read.
  func finish() {
    progress.withLock { $0.isFinished = true }
    input.finish()
  }

  private var isFinished: Bool { progress.withLock { $0.isFinished } }

  /// Neither side has anything to ask for now.
  var isResting: Bool { progress.withLock { $0.isResting } }
  var counts: Counts { progress.withLock { $0.counts } }

  private func put(_ event: Event) {
    progress.withLock { progress in
      progress.waiting += 1
      progress.isResting = false
    }
    input.yield(event)
  }

  // MARK: Work

  /// - Throws: `AttachmentViolation`, and what `send` throws.
  func run() async throws {
    let listener = node.attachmentNews.add { [weak self] item in
      switch item {
      case .wanted, .released: self?.changed()
      case .arrived(let blob): self?.put(.arrived(blob))
      }
    }
    var work = Work(exchange: AttachmentExchange(peer: peer), listener: listener)
    do {
      for await event in events { try await happened(event, &work) }
      await leave(&work)
      node.attachmentNews.remove(listener)
    } catch {
      await leave(&work)
      node.attachmentNews.remove(listener)
      throw error
    }
  }

  /// What one run knows.
  private struct Work {
    var exchange: AttachmentExchange
    let listener: Int
    /// What is looked for is to be read again.
    var isStale = true
    /// How often something had been marked when it was read.
    var count: UInt64 = 0
    /// What was looked for at the last reading was gone through.
    var isAtEnd = true
    /// Here or not wanted, and not noted in the replica yet.
    var settled: [BlobID] = []
    var hasSettled = false
    /// Blobs the peer may have.
    var passed: Set<BlobID> = []
    /// What the peer has still to ask for, of the blobs it asks for: which others it will it alone knows.
    var givenLeft: [BlobID: Int] = [:]
    /// When somebody was told how far it has come, milliseconds.
    var told: UInt64?
  }

  private func happened(_ event: Event, _ work: inout Work) async throws {
    let now = time
    switch event {
    case .begin: try await carryOut(work.exchange.begin(at: now), &work)
    case .frame(let frame):
      progress.withLock { $0.waitingBytes -= Self.content(of: frame) }
      try await carryOut(work.exchange.received(frame, at: now), &work)
    case .tick: try await carryOut(work.exchange.tick(at: now), &work)
    case .moved:
      progress.withLock { $0.isMoving = false }
      if try await node.attachmentCount() != work.count {
        work.isStale = true
        try await carryOut(work.exchange.changed(at: now), &work)
      }
    case .changed:
      progress.withLock { $0.isChanging = false }
      work.isStale = true
      try await carryOut(work.exchange.changed(at: now), &work)
    case .arrived(let blob): try await carryOut(work.exchange.arrived(blob), &work)
    }
    let exchange = work.exchange
    let hasCome = progress.withLock { progress in
      progress.waiting -= 1
      progress.counts = Counts(
        bytesSent: exchange.bytesSent, bytesReceived: exchange.bytesReceived, blobsReceived: exchange.blobsReceived)
      let before = progress.isResting
      progress.isResting = exchange.isResting && progress.waiting == 0
      return progress.isResting && !before
    }
    try await tell(at: now, &work)
    guard hasCome else { return }
    try await settle(&work)
    files.rest()
    onRest()
  }

  /// Tells how far content has come, once in a while.
  private func tell(at now: UInt64, _ work: inout Work) async throws {
    let done = work.exchange.bytesSent + work.exchange.bytesReceived
    if let onProgress, done > 0, now >= work.told.map({ $0 + Self.toldMilliseconds }) ?? 0 {
      work.told = now
      let left = try await AttachmentWork.run { [files] in files.bytesLeft() }
      onProgress(
        .passingContent(with: peer.text, done: done, total: done + left + work.givenLeft.values.reduce(0, +)))
    }
  }

  /// As often as a line on a terminal is drawn.
  private static let toldMilliseconds: UInt64 = 200

  private var time: UInt64 { UInt64(max(0, (ContinuousClock.now - start).milliseconds)) }

  private func carryOut(_ first: [AttachmentExchange.Action], _ work: inout Work) async throws {
    var queue = first[...]
    while let action = queue.popFirst() {
      switch action {
      case .send(let frame):
        if isFinished { continue }
        do {
          try await send(frame)
        } catch {
          guard isFinished else { throw error }
        }
      case .find(let count):
        let found = try await find(count, &work)
        queue.append(contentsOf: work.exchange.found(found, at: time))
      case .open(let blob):
        let missing = await open(blob, &work)
        queue.append(contentsOf: work.exchange.opened(blob, missing, at: time))
      case .store(let ask, let bytes):
        let outcome = await store(ask, bytes, &work)
        queue.append(contentsOf: work.exchange.stored(ask, outcome, at: time))
      case .load(let ask):
        if isFinished { continue }
        queue.append(contentsOf: try await load(ask, &work))
      case .drop(let blob):
        do {
          try await AttachmentWork.run { [files] in try files.drop(blob) }
        } catch {
          await node.logUnkept(blob, from: peer, error)
        }
        if !node.blobs.isPresent(blob) { node.attachmentNews.tell(.released(blob), except: work.listener) }
      case .close(let code, let text): throw AttachmentViolation(code: code, text: text)
      }
    }
  }

  private func find(_ count: Int, _ work: inout Work) async throws -> [BlobID] {
    let policy = await node.blobPolicy
    var wanted: [BlobID] = []
    while wanted.count < count {
      if work.isAtEnd {
        // Read again only when it was gone through: it may be long, and there is news with every act.
        guard work.isStale else { break }
        work.isStale = false
        // What came is not looked for again.
        try await settle(&work)
        let (due, asked, count) = try await node.dueBlobs(with: peer)
        work.count = count
        files.look(for: due, asked: asked, under: policy)
      }
      let left = count - wanted.count
      let found = try await AttachmentWork.run { [files] in try files.find(left, under: policy) }
      wanted += found.wanted
      work.settled += found.settled
      if work.settled.count >= Self.settledAtOnce { try await settle(&work) }
      work.isAtEnd = found.isAtEnd
    }
    return wanted
  }

  /// Blobs noted in one transaction.
  private static let settledAtOnce = 512

  private func settle(_ work: inout Work) async throws {
    guard !work.settled.isEmpty else { return }
    try await node.settleBlobs(work.settled)
    work.settled = []
    work.hasSettled = true
  }

  private func open(_ blob: BlobID, _ work: inout Work) async -> AttachmentExchange.Missing {
    let policy = await node.blobPolicy
    do {
      let missing = try await AttachmentWork.run { [files] in try files.open(blob, under: policy) }
      if missing == .nothing { await arrived(blob, &work) }
      return missing
    } catch {
      await node.logUnkept(blob, from: peer, error)
      return .nothing
    }
  }

  private func store(
    _ ask: AttachmentFrame.Ask, _ bytes: [UInt8], _ work: inout Work
  ) async -> AttachmentExchange.Stored {
    let policy = await node.blobPolicy
    do {
      let outcome = try await AttachmentWork.run { [files] in try files.keep(ask, bytes, under: policy) }
      guard case .whole = outcome else { return outcome }
      // A step at a time: other sessions read and write between them.
      while try await AttachmentWork.run({ [files] in try files.recheck(ask.blob) }) {
        // Every chunk is there and noted: the next session begins with this.
        if isFinished { return .unwanted }
      }
      let missing = try await AttachmentWork.run { [files] in try files.finish(ask.blob) }
      guard missing.isEmpty else { return .again(missing) }
      await arrived(ask.blob, &work)
      return .whole
    } catch {
      await node.logUnkept(ask.blob, from: peer, error)
      return .unwanted
    }
  }

  private func arrived(_ blob: BlobID, _ work: inout Work) async {
    guard node.blobs.isPresent(blob) else { return }
    work.settled.append(blob)
    node.attachmentNews.tell(.arrived(blob))
  }

  private func load(_ ask: AttachmentFrame.Ask, _ work: inout Work) async throws -> [AttachmentExchange.Action] {
    if !work.passed.contains(ask.blob) {
      let passing = try await node.passing(ask.blob, with: peer)
      guard passing != .none else { return work.exchange.refused(ask, .none) }
      if !node.blobs.isPresent(ask.blob) {
        guard passing == .relayed else { return work.exchange.refused(ask, .none) }
        try await node.askForBlob(ask.blob)
        return work.exchange.refused(ask, .later)
      }
      if work.passed.count >= AttachmentLimits.blobsAtOnce { (work.passed, work.givenLeft) = ([], [:]) }
      work.passed.insert(ask.blob)
    }
    let read = try await AttachmentWork.run { [files] in (files.read(ask), files.bytesAfter(ask)) }
    switch read.0 {
    case .success(let bytes):
      work.givenLeft[ask.blob] = read.1 > 0 ? read.1 : nil
      return work.exchange.loaded(ask, bytes)
    case .failure(let denial):
      if let cause = denial.cause { await node.logAltered(ask.blob, for: peer, cause) }
      return work.exchange.refused(ask, denial.refusal)
    }
  }

  /// The session is over: what came is durable before this returns.
  private func leave(_ work: inout Work) async {
    do {
      let open = try await AttachmentWork.run { [files] in files.close() }
      for blob in open { node.attachmentNews.tell(.released(blob), except: work.listener) }
      try await settle(&work)
      if work.hasSettled { try await node.settleBlobStreams() }
    } catch {
      // Marks that say too much are found out at the next look.
      await node.logLeft(peer, error)
    }
  }
}
