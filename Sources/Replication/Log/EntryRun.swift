/// A contiguous run of one stream as frames carry it. What a reader can compute is left out: the stream and the position
/// of each entry, the hash of the entry before it, the hash and length of its payload. A reader puts the headers together
/// again; if one byte differs from what was signed, the signature on the last entry does not hold.
public struct EntryRun: Sendable, Hashable {
  /// An entry without what the run gives it.
  public struct Item: Sendable, Hashable {
    public var suite: SuiteID
    public var stamp: HybridTimestamp
    public var schema: UInt64
    public var seen: Digest?
    public var part: EntryHeader.Part?
    public var signature: [UInt8]
    public var payload: [UInt8]

    public init(_ entry: Entry) {
      suite = entry.header.suite
      stamp = entry.header.stamp
      schema = entry.header.schema
      seen = entry.header.seen
      part = entry.header.part
      signature = entry.signature
      payload = entry.payload
    }
  }

  public let stream: StreamID
  /// Position of the first entry, from 1.
  public let first: UInt64
  /// Hash of the entry before the first; zero where there is none.
  public let previous: Digest
  public let items: [Item]

  /// A run as somebody may send it: nothing is checked.
  public init(stream: StreamID, first: UInt64, previous: Digest, items: [Item]) {
    self.stream = stream
    self.first = first
    self.previous = previous
    self.items = items
  }

  /// - Parameter entries: in order, without gaps, each naming the one before it: as they are stored.
  /// - Returns: `nil` when there are none.
  public init?(_ entries: [Entry]) {
    guard let header = entries.first?.header else { return nil }
    stream = header.stream
    first = header.seq
    previous = header.previous
    items = entries.map(Item.init)
  }

  /// An item's heads and other fields take at most so much: a stamp's 9 bytes, `seen`'s 35, a schema's 10, …
  private static let itemBytes = 72

  /// What the run takes of the credit: its items' encodings are not longer.
  public var bytes: Int { items.reduce(0) { $0 + $1.signature.count + $1.payload.count + Self.itemBytes } }

  /// What an entry takes of the credit.
  public static func bytes(of entry: Entry) -> Int { entry.signature.count + entry.payload.count + itemBytes }

  /// The entries, whole: their links and payload hashes are right because they are computed here; what is left to check
  /// is that the first continues the stream held, and the signature on the last.
  /// - Throws: `unknownSuite`.
  /// - Complexity: O(bytes); each byte is hashed once.
  public func rebuilt(suites: SuiteSet) throws(ChainFailure) -> RebuiltRun {
    var entries: [Entry] = []
    var hashes: [Digest] = []
    entries.reserveCapacity(items.count)
    hashes.reserveCapacity(items.count)
    var seq = first
    var previous = previous
    for item in items {
      guard let suite = suites[item.suite] else { throw .unknownSuite(seq: seq) }
      let entry = Entry(item, of: stream, at: seq, after: previous, using: suite)
      previous = entry.hash(using: suite)
      seq += 1
      entries.append(entry)
      hashes.append(previous)
    }
    return RebuiltRun(entries: entries, hashes: hashes)
  }

  // MARK: Encoding

  /// A frame with a run: `[10, …]`.
  static let frameKind: UInt64 = 10
  static let frameItems = 5

  /// `stream, first, previous or null, [item…]`: inside the array of what carries the run.
  /// - Parameter skipped: said before the items, of a continuation.
  func write(skipped: Int? = nil, to writer: inout CBORWriter) {
    stream.write(to: &writer)
    writer.unsigned(first)
    if first == 1 { writer.null() } else { writer.byteString(previous.bytes) }
    if let skipped { writer.unsigned(UInt64(skipped)) }
    writer.arrayHead(items.count)
    var before = Item.usual
    for item in items {
      item.write(after: before, to: &writer)
      before = item
    }
  }

  /// What stands before a run's items.
  struct Head {
    let stream: StreamID
    let first: UInt64
    let previous: Digest

    init(from reader: inout CBORReader) throws(CBORReader.Failure) {
      stream = try StreamID(from: &reader)
      first = try reader.position()
      previous = try Item.previous(at: first, from: &reader)
    }

    /// How many items follow.
    func count(from reader: inout CBORReader) throws(CBORReader.Failure) -> Int {
      let count = try reader.arrayHead(atMost: SessionLimits.frameBytesMax)
      guard count >= 1, first <= LogLimits.seqMax - UInt64(count) else { throw .outOfRange }
      return count
    }
  }

  /// Reads what `write` wrote, and nothing else.
  init(from reader: inout CBORReader) throws(CBORReader.Failure) {
    try self.init(Head(from: &reader), from: &reader)
  }

  /// The items after their head.
  init(_ head: Head, from reader: inout CBORReader) throws(CBORReader.Failure) {
    let count = try head.count(from: &reader)
    var items: [Item] = []
    var before = Item.usual
    for _ in 0..<count {
      before = try Item(after: before, from: &reader)
      items.append(before)
    }
    self.init(stream: head.stream, first: head.first, previous: head.previous, items: items)
  }
}

/// Entries of one stream, in order, each naming the one before: put together from an `EntryRun`.
public struct RebuiltRun: Sendable {
  public private(set) var entries: [Entry]
  /// Of each entry: its successor's `previous`.
  public private(set) var hashes: [Digest]

  fileprivate init(entries: [Entry], hashes: [Digest]) {
    self.entries = entries
    self.hashes = hashes
  }

  /// The run without its first `count` entries.
  public mutating func removeFirst(_ count: Int) {
    entries.removeFirst(count)
    hashes.removeFirst(count)
  }
}
