public import Replication

/// Writes this office's own entries: stamps, chains, signs, stores and projects them in one transaction.
public struct Journal {
  /// Key of the small value that keeps the clock with the data.
  static let clockKey = "clock"

  private var projector: Projector
  private let signer: any Signer

  public init(context: ReplicaContext, signer: any Signer) {
    projector = Projector(context: context)
    self.signer = signer
  }

  public var context: ReplicaContext { projector.context }
  /// The file that was touched, once finished; `nil` where it was not one alone.
  var refolded: RefoldedFile? { projector.refolded }

  /// Records one transaction in the stream for `audience`.
  /// - Returns: the entries written, in order.
  public mutating func record(
    _ changes: [Change], for audience: Audience, at wallMilliseconds: UInt64, in storage: any ReplicaStorage
  ) throws -> [Entry] {
    let context = projector.context
    guard let suite = context.suites[context.suite] else { throw OfficeTree.Failure.unknownSuite }
    var clock = HybridClock(last: try Self.lastStamp(in: storage))
    let stream = context.stream(audience)
    var head = try storage.head(of: stream)
    let pieces = try Self.split(changes)
    let seen = try storage.latestReceiptEntry()
    var entries: [Entry] = []
    for (index, piece) in pieces.enumerated() {
      let payload = Entry.payload(of: piece)
      let header = EntryHeader(
        suite: context.suite, stream: stream, seq: (head?.seq ?? 0) + 1, previous: head?.hash ?? .zero,
        payloadHash: Entry.payloadHash(payload, using: suite), payloadLength: payload.count,
        stamp: clock.tick(wallMilliseconds: wallMilliseconds), schema: context.schema.version, seen: seen,
        part: pieces.count == 1 ? nil : .init(index: index + 1, count: pieces.count))
      let entry = try Entry(header: header, payload: payload, signer: signer)
      head = StreamHead(stream: stream, seq: header.seq, hash: entry.hash(using: suite))
      entries.append(entry)
    }
    if let head { try storage.append(entries, head: head, receivedAt: wallMilliseconds) }
    try Self.keep(clock, in: storage)
    try projector.meet(entries, in: storage)
    for entry in entries { try projector.project(entry, in: storage) }
    return entries
  }

  /// Refolds what the recorded entries touched; once, before the transaction ends.
  public mutating func finish(in storage: any ReplicaStorage) throws { try projector.finish(in: storage) }

  static func lastStamp(in storage: any ReplicaStorage) throws -> HybridTimestamp {
    let bytes = try storage.value(clockKey) ?? []
    return HybridTimestamp(rawValue: bytes.reduce(0) { $0 << 8 | UInt64($1) })
  }

  static func keep(_ clock: HybridClock, in storage: any ReplicaStorage) throws {
    let bytes = (0..<8).map { UInt8(truncatingIfNeeded: clock.last.rawValue >> UInt64(56 - 8 * $0)) }
    try storage.setValue(clockKey, bytes)
  }

  /// Cuts a transaction into entries within the limits; parts become visible together.
  /// - Parameter partsMax: more parts are refused.
  static func split(_ changes: [Change], partsMax: Int = LogLimits.partsMax) throws -> [[Change]] {
    var pieces: [[Change]] = []
    var piece: [Change] = []
    var bytes = 0
    for change in changes {
      // Head of the change array and of the entry; generous, so that the sum stays below the limit.
      let size = Entry.payload(of: [change]).count + 8
      guard size <= LogLimits.entryBytesMax else { throw JournalFailure.changeTooLarge }
      if !piece.isEmpty, bytes + size > LogLimits.entryBytesMax || piece.count == LogLimits.entryChangesMax {
        pieces.append(piece)
        piece = []
        bytes = 0
      }
      piece.append(change)
      bytes += size
    }
    if !piece.isEmpty { pieces.append(piece) }
    guard pieces.count <= partsMax else { throw JournalFailure.transactionTooLarge }
    return pieces
  }
}

/// What a local transaction must not exceed.
public enum JournalFailure: String, Error, Sendable, Hashable {
  case changeTooLarge = "change-too-large"
  case transactionTooLarge = "transaction-too-large"
}
