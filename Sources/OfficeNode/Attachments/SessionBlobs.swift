import Casebook
import Replication
import Synchronization

/// Files of one session's exchange of content: what it fetches and what it reads for the peer. Everything here blocks
/// on a disk; `AttachmentWork` is the place for it.
final class SessionBlobs: Sendable {
  /// What was found among the blobs that are looked for.
  struct Found: Sendable {
    /// To fetch now.
    var wanted: [BlobID] = []
    /// Here already, or not to be fetched without being asked for: nobody has to look for them.
    var settled: [BlobID] = []
    /// Whether there is nothing left to look at.
    var isAtEnd = false
  }

  private struct State {
    /// What is looked for, and how far it was gone through.
    var due: [AttachmentLedger.Named] = []
    var asked: Set<BlobID> = []
    var next = 0
    var lengths: [BlobID: Int] = [:]
    /// Given up in this session.
    var tried: Set<BlobID> = []
    /// Bytes of what is looked for, will be fetched and was not looked at.
    var bytesAhead = 0
    var lists: [BlobID: [UInt8]] = [:]
    var partials: [BlobID: PartialBlob] = [:]
    var claimed: Set<BlobID> = []
    var source: BlobSource
  }

  private let store: BlobStore
  private let state: Mutex<State>

  init(_ store: BlobStore) {
    self.store = store
    state = Mutex(State(source: BlobSource(store)))
  }

  // MARK: Finding

  func look(for due: [AttachmentLedger.Named], asked: Set<BlobID>, under policy: BlobPolicy) {
    state.withLock { state in
      state.due = due
      state.asked = asked
      state.next = 0
      state.bytesAhead = due.reduce(0) { $0 + Self.expected($1, asked: asked, under: policy) }
    }
  }

  /// What fetching a blob will take, as far as its record tells.
  private static func expected(_ one: AttachmentLedger.Named, asked: Set<BlobID>, under policy: BlobPolicy) -> Int {
    policy.decision(of: one.length, used: 0, isAsked: asked.contains(one.blob)) == .eager ? one.length : 0
  }

  /// Bytes of content that are still to come, as far as records and what is begun tell.
  func bytesLeft() -> Int {
    state.withLock { state in
      let found = state.lengths.keys.filter { state.claimed.contains($0) || !state.tried.contains($0) }
      return found.reduce(state.bytesAhead) { sum, blob in
        sum + (state.partials[blob].map { $0.missing.reduce(0) { $0 + $1.count } } ?? state.lengths[blob] ?? 0)
      }
    }
  }

  /// Goes on through what is looked for.
  func find(_ count: Int, under policy: BlobPolicy) throws -> Found {
    try state.withLock { state in
      var found = Found()
      var looked = 0
      while state.next < state.due.count, found.wanted.count < count, looked < Self.lookedAtOnce {
        let one = state.due[state.next]
        state.next += 1
        state.bytesAhead -= Self.expected(one, asked: state.asked, under: policy)
        looked += 1
        if state.tried.contains(one.blob) || store.isClaimed(one.blob) { continue }
        if store.isPresent(one.blob) {
          found.settled.append(one.blob)
          continue
        }
        switch policy.decision(
          of: one.length, used: store.used() - store.fetched(one.blob), isAsked: state.asked.contains(one.blob))
        {
        case .eager:
          state.lengths[one.blob] = one.length
          found.wanted.append(one.blob)
        case .onDemand: found.settled.append(one.blob)
        case .refused(let refusal):
          try store.refuse(one.blob, chunkCount: BlobLimits.chunkCount(ofLength: one.length), refusal)
          state.tried.insert(one.blob)
        }
      }
      found.isAtEnd = state.next == state.due.count
      if found.isAtEnd { (state.due, state.next, state.bytesAhead) = ([], 0, 0) }
      return found
    }
  }

  /// Blobs looked at before other work has its turn: a look at the disk each.
  private static let lookedAtOnce = 512

  // MARK: Fetching

  func open(_ blob: BlobID, under policy: BlobPolicy) throws -> AttachmentExchange.Missing {
    try state.withLock { state in
      guard let length = state.lengths[blob], !store.isPresent(blob), store.claim(blob) else { return .nothing }
      state.tried.insert(blob)
      state.claimed.insert(blob)
      if length > BlobLimits.chunkBytes, store.partialManifest(of: blob) == nil {
        if let refusal = policy.refusal(of: length, used: store.used() - store.fetched(blob)) {
          try store.refuse(blob, chunkCount: BlobLimits.chunkCount(ofLength: length), refusal)
          return .nothing
        }
        state.lists[blob] = []
        return .list(bytes: BlobManifest.encodedBytes(ofLength: length))
      }
      return try begin(blob, list: nil, length, policy, &state)
    }
  }

  private func begin(
    _ blob: BlobID, list: [UInt8]?, _ length: Int, _ policy: BlobPolicy, _ state: inout State
  ) throws -> AttachmentExchange.Missing {
    guard let partial = try store.fetch(blob, list: list, length: length, under: policy) else { return .nothing }
    if partial.missing.isEmpty {
      if try partial.finish() { return .nothing }
      // Nothing is missing and it is another content: the record says a length that the blob has not.
      guard !partial.missing.isEmpty else {
        try store.refuse(blob, chunkCount: BlobLimits.chunkCount(ofLength: length), .otherLength)
        return .nothing
      }
    }
    state.partials[blob] = partial
    return .content(partial.missing)
  }

  func keep(_ ask: AttachmentFrame.Ask, _ bytes: [UInt8], under policy: BlobPolicy) throws -> AttachmentExchange.Stored {
    try state.withLock { state in
      // It came by another way meanwhile: added here, say.
      if store.isPresent(ask.blob) { return .unwanted }
      if ask.part == .list { return try keepList(ask, bytes, policy, &state) }
      guard let partial = state.partials[ask.blob] else { return .unwanted }
      switch try partial.write(bytes, at: ask.offset) {
      case .kept: return .kept
      case .altered: return .altered
      case .again(let range): return .again([range])
      case .whole: return .whole
      }
    }
  }

  private func keepList(
    _ ask: AttachmentFrame.Ask, _ bytes: [UInt8], _ policy: BlobPolicy, _ state: inout State
  ) throws -> AttachmentExchange.Stored {
    guard let length = state.lengths[ask.blob], let before = state.lists[ask.blob], before.count == ask.offset else {
      return .unwanted
    }
    let list = before + bytes
    guard list.count == BlobManifest.encodedBytes(ofLength: length) else {
      state.lists[ask.blob] = list
      return .kept
    }
    state.lists[ask.blob] = nil
    do {
      switch try begin(ask.blob, list: list, length, policy, &state) {
      case .content(let ranges): return .list(ranges)
      case .list, .nothing: return store.isPresent(ask.blob) ? .whole : .unwanted
      }
    } catch is BlobFailure {
      return .altered
    }
  }

  /// Reads some of a blob whose chunks are all there once more; long work in steps.
  /// - Returns: whether there is more to read.
  func recheck(_ blob: BlobID) throws -> Bool {
    try state.withLock { try $0.partials[blob]?.recheck(PartialBlob.chunksPerCheckpoint) ?? false }
  }

  /// Gives a blob its name whose chunks were all read again.
  /// - Returns: what is missing after all: the disk did not keep it.
  func finish(_ blob: BlobID) throws -> [Range<Int>] {
    try state.withLock { state in
      guard let partial = state.partials[blob] else { return [] }
      return try partial.finish() ? [] : partial.missing
    }
  }

  /// The exchange is done with a blob, whole or not.
  func drop(_ blob: BlobID) throws {
    try state.withLock { state in
      let partial = state.partials.removeValue(forKey: blob)
      state.lists[blob] = nil
      // One that the peer promised is opened again.
      if store.isPresent(blob) { state.lengths[blob] = nil }
      defer { if state.claimed.remove(blob) != nil { store.release(blob) } }
      if let partial, !store.isPresent(blob) { try partial.checkpoint() }
    }
  }

  /// Leaves everything durable that came and is not whole.
  /// - Returns: what is not fetched any more.
  func close() -> Set<BlobID> {
    let open = state.withLock { state in
      state.source.close()
      return state.claimed
    }
    // What a full disk did not keep is fetched again.
    for blob in open { try? drop(blob) }
    return open
  }

  // MARK: Reading for the peer

  func read(_ ask: AttachmentFrame.Ask) -> Result<[UInt8], BlobSource.Denial> {
    state.withLock { $0.source.read(ask) }
  }

  /// Bytes after a piece of content that was read for the peer; all of them while it asks for the list.
  func bytesAfter(_ ask: AttachmentFrame.Ask) -> Int {
    state.withLock { $0.source.length(of: ask.blob) - (ask.part == .content ? ask.offset + ask.count : 0) }
  }

  func rest() { state.withLock { $0.source.close() } }
}
