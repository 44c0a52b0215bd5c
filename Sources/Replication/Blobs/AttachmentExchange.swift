/// The exchange of attachments' content between two nodes in a session, without I/O: takes what happened, returns what
/// to do. Both sides run the same machine.
///
/// Whoever lacks content asks for it, piece by piece; what it asked for is the credit, so nothing comes that it has no
/// room for, and little stands on the line before an act that is recorded meanwhile. Each question is answered, in the
/// order asked, by exactly the bytes asked for or by a refusal. A session that breaks off loses nothing that was
/// stored: the next one asks for the rest.
public struct AttachmentExchange: Sendable {
  public typealias Ask = AttachmentFrame.Ask

  public enum Action: Sendable, Hashable {
    case send(AttachmentFrame)
    /// Find blobs to fetch from this peer, at most so many, none that was found before and not dropped since, and call
    /// `found`.
    case find(count: Int)
    /// Say what of a blob that was found is missing: call `opened`.
    case open(BlobID)
    /// Keep bytes that came, verify what they complete, and call `stored`.
    case store(Ask, bytes: [UInt8])
    /// Read bytes for the peer, if it may have them, and call `loaded` or `refused`.
    case load(Ask)
    /// The blob is not fetched further in this session: leave what came of it durable.
    case drop(BlobID)
    /// Close the connection: the peer violated the protocol.
    case close(SyncFrame.CloseCode, String)
  }

  /// What of a blob is missing.
  public enum Missing: Sendable, Hashable {
    /// Its list, which has so many bytes; then its content.
    case list(bytes: Int)
    /// Ranges of bytes of its content, ascending; none may cross from a chunk into the next but whole ranges may.
    case content([Range<Int>])
    /// Nothing, or it is not wanted any more.
    case nothing
  }

  /// What became of bytes that were stored.
  public enum Stored: Sendable, Hashable {
    /// They are kept; more is asked for.
    case kept
    /// The list is whole and the blob's.
    case list([Range<Int>])
    /// The blob is whole, verified and in its place.
    case whole
    /// A chunk or list has not its hash: what came in this session alone is the peer's fault.
    case altered
    /// A chunk that was begun in an earlier session has not its hash, or the disk did not keep what it was given: these
    /// bytes are asked for again.
    case again([Range<Int>])
    /// It cannot be kept here: the disk is full, the quota, another length than the record's.
    case unwanted
  }

  private struct Fetch: Sendable {
    var part = AttachmentFrame.Part.content
    /// What is still to be asked for, ascending.
    var gaps: [Range<Int>] = []
    /// Questions that are open, and bytes that are being stored.
    var pending = 0
    var isOpening = true
    /// How often bytes were asked for again.
    var repeats = 0
    /// A refusal or altered bytes came: no more is asked for, and what is under way is thrown away.
    var isDropped = false
  }

  /// A question of ours, and when it was asked.
  private struct Sent: Sendable {
    let ask: Ask
    let time: UInt64
  }

  private let peerName: String
  // What we ask.
  private var fetches: [BlobID: Fetch] = [:]
  /// Blobs being fetched, in the order found; the first ones are asked for first.
  private var order: [BlobID] = []
  private var sent: [Sent] = []
  private var sentBytes = 0
  private var storingBytes = 0
  private var isFinding = false
  /// `find` may have something: nothing was asked since there was news.
  private var hasNews = false
  private var hasBegun = false
  private var hasSentRest = false
  private var refusals = 0
  private var alterations = 0
  /// Blobs that the peer will tell of when they come.
  private var awaited: Set<BlobID> = []
  private var pace = AttachmentPace()
  // What the peer asks.
  private var questions: [Ask] = []
  private var questionBytes = 0
  private var isLoading = false
  private var hasReceivedRest = false
  /// When the peer last said something, or could have begun to.
  private var heard: UInt64 = 0
  private var refusalsGiven = 0
  private var promised: Set<BlobID> = []
  private var isClosed = false

  /// Content bytes sent and received, lists among them.
  public private(set) var bytesSent = 0
  public private(set) var bytesReceived = 0
  /// Blobs that came whole in this session.
  public private(set) var blobsReceived = 0

  /// - Parameter peer: for messages.
  public init(peer: OfficeCode) { peerName = peer.text }

  /// Neither side has anything to ask for now, and everything asked is answered: a caller that does not stay may hang
  /// up.
  public var isResting: Bool { hasSentRest && hasReceivedRest && questions.isEmpty && !isLoading }

  // MARK: What happened: `time` is in milliseconds of any clock that only goes forward

  /// The session is complete on this side: both hold the same records.
  public mutating func begin(at time: UInt64) -> [Action] {
    guard !hasBegun, !isClosed else { return [] }
    hasBegun = true
    hasNews = true
    heard = time
    return advance(at: time)
  }

  /// Records came or were written, or somebody asked for an attachment: there may be blobs to fetch.
  public mutating func changed(at time: UInt64) -> [Action] {
    guard hasBegun, !isClosed else { return [] }
    hasNews = true
    return advance(at: time)
  }

  /// A blob is whole here since a moment ago, from wherever it came.
  public mutating func arrived(_ blob: BlobID) -> [Action] {
    guard !isClosed, promised.remove(blob) != nil else { return [] }
    return [.send(.refuse(blob, .held))]
  }

  public mutating func received(_ frame: AttachmentFrame, at time: UInt64) -> [Action] {
    guard !isClosed else { return [] }
    heard = time
    switch frame {
    case .ask(let ask): return receivedAsk(ask)
    case .piece(let ask, let bytes): return receivedPiece(ask, bytes, at: time)
    case .refuse(let blob, .held): return receivedHeld(blob, at: time)
    case .refuse(let blob, let refusal): return receivedRefusal(blob, refusal, at: time)
    case .rest:
      guard !hasReceivedRest else { return violated("rest twice") }
      hasReceivedRest = true
      return []
    }
  }

  /// The shell looked for blobs to fetch.
  /// - Parameter blobs: none where nothing is wanted from this peer now; called again after `changed`.
  public mutating func found(_ blobs: [BlobID], at time: UInt64) -> [Action] {
    isFinding = false
    guard !isClosed else { return blobs.map { .drop($0) } }
    if !blobs.isEmpty { hasNews = true }
    var actions: [Action] = []
    for blob in blobs where fetches[blob] == nil {
      fetches[blob] = Fetch()
      order.append(blob)
      actions.append(.open(blob))
    }
    return actions + advance(at: time)
  }

  public mutating func opened(_ blob: BlobID, _ missing: Missing, at time: UInt64) -> [Action] {
    guard !isClosed, var fetch = fetches[blob] else { return [] }
    fetch.isOpening = false
    switch missing {
    case .list(let bytes):
      fetch.part = .list
      fetch.gaps = [0..<max(1, bytes)]
    case .content(let ranges): fetch.gaps = ranges.filter { !$0.isEmpty }
    case .nothing: return end(blob) + advance(at: time)
    }
    fetches[blob] = fetch
    return settle(blob) + advance(at: time)
  }

  /// The shell kept (or did not keep) what `store` gave it.
  public mutating func stored(_ ask: Ask, _ outcome: Stored, at time: UInt64) -> [Action] {
    storingBytes -= ask.count
    guard !isClosed, var fetch = fetches[ask.blob] else { return [] }
    fetch.pending -= 1
    switch outcome {
    case .kept: break
    case .list(let ranges):
      fetch.part = .content
      fetch.gaps = ranges.filter { !$0.isEmpty }
    case .again(let ranges):
      fetch.gaps = ranges.filter { !$0.isEmpty } + fetch.gaps
      fetch.repeats += 1
      fetch.isDropped = fetch.repeats > AttachmentLimits.repeatsMax
    case .whole: blobsReceived += 1
    case .altered:
      alterations += 1
      fetch.isDropped = true
    case .unwanted: fetch.isDropped = true
    }
    fetches[ask.blob] = fetch
    if case .altered = outcome, alterations > AttachmentLimits.alteredMax {
      return fail(.invalidEntry, "content with other bytes than its hash")
    }
    if case .whole = outcome { return end(ask.blob) + advance(at: time) }
    return settle(ask.blob) + advance(at: time)
  }

  /// The shell read what `load` asked for.
  public mutating func loaded(_ ask: Ask, _ bytes: [UInt8]) -> [Action] {
    answered()
    guard !isClosed else { return [] }
    bytesSent += bytes.count
    return [.send(.piece(ask, bytes: bytes))] + load()
  }

  /// The peer may not have what `load` asked for, or it is not here.
  public mutating func refused(_ ask: Ask, _ refusal: AttachmentFrame.Refusal) -> [Action] {
    answered()
    guard !isClosed else { return [] }
    refusalsGiven += 1
    guard refusalsGiven <= AttachmentLimits.refusalsGivenMax else { return fail(.tooMuch, "too many refusals") }
    if refusal == .later, promised.count < AttachmentLimits.promisedMax { promised.insert(ask.blob) }
    return [.send(.refuse(ask.blob, refusal))] + load()
  }

  /// Time passed: a peer that says nothing is found out.
  public mutating func tick(at time: UInt64) -> [Action] {
    guard hasBegun, !isClosed else { return [] }
    func isLongAgo(_ before: UInt64) -> Bool { time > before && time - before > AttachmentLimits.answerMilliseconds }
    if let first = sent.first, isLongAgo(first.time) { return fail(.tooMuch, "no answer") }
    // A caller would wait for it for ever.
    if !hasReceivedRest, questions.isEmpty, isLongAgo(heard) { return fail(.tooMuch, "neither asks nor rests") }
    return []
  }

  // MARK: What the peer asks

  private mutating func receivedAsk(_ ask: Ask) -> [Action] {
    questions.append(ask)
    questionBytes += ask.count
    guard questions.count <= AttachmentLimits.asksMax, questionBytes <= AttachmentLimits.askedBytesMax else {
      return fail(.tooMuch, "too much asked for at a time")
    }
    hasReceivedRest = false
    return load()
  }

  private mutating func load() -> [Action] {
    guard !isLoading, let ask = questions.first else { return [] }
    isLoading = true
    return [.load(ask)]
  }

  private mutating func answered() {
    isLoading = false
    if !questions.isEmpty { questionBytes -= questions.removeFirst().count }
  }

  // MARK: What we ask

  private mutating func receivedPiece(_ ask: Ask, _ bytes: [UInt8], at time: UInt64) -> [Action] {
    guard let first = sent.first, first.ask == ask, bytes.count == ask.count else { return violated("piece nobody asked for") }
    takeFirst()
    pace.answered(bytes: ask.count, after: time >= first.time ? time - first.time : 0, at: time)
    bytesReceived += bytes.count
    guard let fetch = fetches[ask.blob] else { return advance(at: time) }
    if fetch.isDropped {
      fetches[ask.blob]?.pending -= 1
      return settle(ask.blob) + advance(at: time)
    }
    storingBytes += ask.count
    return [.store(ask, bytes: bytes)] + advance(at: time)
  }

  private mutating func receivedRefusal(
    _ blob: BlobID, _ refusal: AttachmentFrame.Refusal, at time: UInt64
  ) -> [Action] {
    guard let first = sent.first, first.ask.blob == blob else { return violated("refusal nobody asked for") }
    takeFirst()
    refusals += 1
    if refusal == .later, awaited.count < AttachmentLimits.promisedMax { awaited.insert(blob) }
    fetches[blob]?.pending -= 1
    fetches[blob]?.isDropped = true
    return settle(blob) + advance(at: time)
  }

  /// What was promised has come to the peer.
  private mutating func receivedHeld(_ blob: BlobID, at time: UInt64) -> [Action] {
    guard awaited.remove(blob) != nil else { return violated("content nobody asked for") }
    return found([blob], at: time)
  }

  private mutating func takeFirst() {
    sentBytes -= sent.removeFirst().ask.count
  }

  /// Ends a fetch that was dropped or has nothing left to ask for, once nothing of it is under way.
  private mutating func settle(_ blob: BlobID) -> [Action] {
    guard let fetch = fetches[blob], !fetch.isOpening, fetch.pending == 0, fetch.isDropped || fetch.gaps.isEmpty else {
      return []
    }
    return end(blob)
  }

  private mutating func end(_ blob: BlobID) -> [Action] {
    fetches[blob] = nil
    order.removeAll { $0 == blob }
    return [.drop(blob)]
  }

  /// Asks for as much as there is room for; finds more to ask for; rests when there is nothing.
  private mutating func advance(at time: UInt64) -> [Action] {
    guard hasBegun, !isClosed else { return [] }
    var actions: [Action] = []
    for blob in order {
      while let ask = next(of: blob) {
        sent.append(Sent(ask: ask, time: time))
        sentBytes += ask.count
        hasSentRest = false
        actions.append(.send(.ask(ask)))
      }
      if sentBytes + storingBytes >= pace.room { break }
    }
    guard !isFinding else { return actions }
    if hasNews, fetches.count < AttachmentLimits.blobsAtOnce, refusals < AttachmentLimits.refusalsMax {
      hasNews = false
      isFinding = true
      actions.append(.find(count: AttachmentLimits.blobsAtOnce - fetches.count))
    } else if fetches.isEmpty, sent.isEmpty, storingBytes == 0, !hasSentRest {
      hasSentRest = true
      actions.append(.send(.rest))
    }
    return actions
  }

  /// The next question about a blob, if there is room for it; it is taken as asked.
  private mutating func next(of blob: BlobID) -> Ask? {
    guard var fetch = fetches[blob], !fetch.isOpening, !fetch.isDropped, let gap = fetch.gaps.first,
      sent.count < AttachmentLimits.asksMax
    else { return nil }
    // A piece lies within one chunk, so that each chunk is verified when its last piece is there.
    let end = fetch.part == .list
      ? gap.upperBound : min(gap.upperBound, (gap.lowerBound / BlobLimits.chunkBytes + 1) * BlobLimits.chunkBytes)
    let count = min(end - gap.lowerBound, pace.pieceBytes)
    guard sentBytes + storingBytes + count <= pace.room else { return nil }
    if gap.lowerBound + count == gap.upperBound {
      fetch.gaps.removeFirst()
    } else {
      fetch.gaps[0] = (gap.lowerBound + count)..<gap.upperBound
    }
    fetch.pending += 1
    fetches[blob] = fetch
    return Ask(blob: blob, part: fetch.part, offset: gap.lowerBound, count: count)
  }

  private mutating func violated(_ text: String) -> [Action] { fail(.protocolViolated, text) }

  private mutating func fail(_ code: SyncFrame.CloseCode, _ text: String) -> [Action] {
    isClosed = true
    return [.close(code, "\(text) (\(peerName))")]
  }
}
