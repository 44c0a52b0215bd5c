/// Encoding of an entry beside others: `[stamp, signature, payload]`, the stamp as the difference from the one before, and a
/// map of what else differs from it at the end.
extension EntryRun.Item {
  /// What the first of a run differs from.
  static let usual = EntryRun.Item()

  private init() {
    suite = .ed25519
    stamp = HybridTimestamp(rawValue: 0)
    schema = 1
    signature = []
    payload = []
  }

  /// Keys as in a header.
  private enum Key {
    static let suite: UInt64 = 1, schema: UInt64 = 8, seen: UInt64 = 9, part: UInt64 = 10
  }

  func write(after before: EntryRun.Item, to writer: inout CBORWriter) {
    let count =
      (suite == before.suite ? 0 : 1) + (schema == before.schema ? 0 : 1) + (seen == before.seen ? 0 : 1)
      + (part == nil ? 0 : 1)
    writer.arrayHead(count == 0 ? 3 : 4)
    writer.integer(Int64(bitPattern: stamp.rawValue &- before.stamp.rawValue))
    writer.byteString(signature)
    writer.byteString(payload)
    guard count > 0 else { return }
    writer.mapHead(count)
    if suite != before.suite {
      writer.unsigned(Key.suite)
      writer.unsigned(UInt64(suite.rawValue))
    }
    if schema != before.schema {
      writer.unsigned(Key.schema)
      writer.unsigned(schema)
    }
    if seen != before.seen {
      writer.unsigned(Key.seen)
      if let seen { writer.byteString(seen.bytes) } else { writer.null() }
    }
    if let part {
      writer.unsigned(Key.part)
      part.write(to: &writer)
    }
  }

  /// Reads what `write` wrote, and nothing else: what does not differ must not be said.
  init(after before: EntryRun.Item, from reader: inout CBORReader) throws(CBORReader.Failure) {
    self = before
    part = nil
    let size = try reader.arrayHead(atMost: 4)
    guard size == 3 || size == 4 else { throw .outOfRange }
    let step = try reader.integer()
    stamp = HybridTimestamp(rawValue: before.stamp.rawValue &+ UInt64(bitPattern: step))
    signature = try reader.byteString(atMost: LogLimits.signatureBytesMax)
    payload = try reader.byteString(atMost: LogLimits.entryBytesMax)
    guard size == 4 else { return }
    let count = try reader.mapHead(atMost: 4)
    guard count > 0 else { throw .outOfRange }
    var last: UInt64 = 0
    for _ in 0..<count {
      let key = try reader.unsigned()
      guard key > last else { throw .keyOrder }
      last = key
      try readDifference(key, from: &reader)
    }
  }

  /// What there is of an item that was cut off within or after its payload: `nil` where nothing of that arrived.
  static func beginning(_ reader: CBORReader) -> (signature: [UInt8], payload: [UInt8])? {
    var reader = reader
    do throws(CBORReader.Failure) {
      _ = try reader.arrayHead(atMost: 4)
      _ = try reader.integer()
      let signature = try reader.byteString(atMost: LogLimits.signatureBytesMax)
      return (signature, try reader.byteStringBeginning(atMost: LogLimits.entryBytesMax))
    } catch {
      return nil
    }
  }

  private mutating func readDifference(_ key: UInt64, from reader: inout CBORReader) throws(CBORReader.Failure) {
    switch key {
    case Key.suite:
      guard let value = SuiteID(rawValue: UInt8(try reader.count(atMost: 255))), value != suite else { throw .outOfRange }
      suite = value
    case Key.schema:
      let value = try reader.unsigned()
      guard value != schema else { throw .outOfRange }
      schema = value
    case Key.seen:
      let value = reader.isNextNull ? nil : try reader.digest()
      if value == nil { try reader.null() }
      guard value != seen else { throw .outOfRange }
      seen = value
    case Key.part: part = try EntryHeader.Part(from: &reader)
    default: throw .unknownKey
    }
  }

  /// Hash of the entry before position `seq`; null stands before the first.
  static func previous(at seq: UInt64, from reader: inout CBORReader) throws(CBORReader.Failure) -> Digest {
    guard seq == 1 else { return try reader.digest() }
    try reader.null()
    return .zero
  }
}

/// An entry as a replica keeps it: without its stream and position, which its place says, and without hash and length of
/// its payload. `[previous or null, item]`.
extension Entry {
  /// Puts the header together again.
  init(_ item: EntryRun.Item, of stream: StreamID, at seq: UInt64, after previous: Digest, using suite: any SignatureSuite) {
    self.init(
      header: EntryHeader(
        suite: item.suite, stream: stream, seq: seq, previous: previous,
        payloadHash: Self.payloadHash(item.payload, using: suite), payloadLength: item.payload.count,
        stamp: item.stamp, schema: item.schema, seen: item.seen, part: item.part),
      signature: item.signature, payload: item.payload)
  }

  /// The entry without what its place in a replica says.
  public var stored: [UInt8] {
    var writer = CBORWriter(capacity: signature.count + payload.count + 64)
    writer.arrayHead(2)
    if header.seq == 1 { writer.null() } else { writer.byteString(header.previous.bytes) }
    EntryRun.Item(self).write(after: .usual, to: &writer)
    return writer.bytes
  }

  /// Reads `stored`, or the whole encoding that replicas kept before: their arrays have other lengths.
  /// - Throws: besides what is malformed, `unsupported` for a suite this build lacks.
  /// - Complexity: O(bytes); hashes the payload.
  public init(stored bytes: [UInt8], of stream: StreamID, at seq: UInt64, suites: SuiteSet) throws(CBORReader.Failure) {
    var reader = CBORReader(bytes)
    guard try reader.arrayHead(atMost: 3) == 2 else {
      try self.init(decoding: bytes)
      return
    }
    let previous = try EntryRun.Item.previous(at: seq, from: &reader)
    let item = try EntryRun.Item(after: .usual, from: &reader)
    try reader.finish()
    guard let suite = suites[item.suite] else { throw .unsupported }
    self.init(item, of: stream, at: seq, after: previous, using: suite)
  }

  /// Offset of the byte from which on `stored` cannot be read, for messages that say where; `nil` where it is not known:
  /// all of it can, or the fault is inside the header of a whole encoding.
  public static func firstUnreadableByte(ofStored bytes: [UInt8], at seq: UInt64) -> Int? {
    var reader = CBORReader(bytes)
    do throws(CBORReader.Failure) {
      if try reader.arrayHead(atMost: 3) == 2 {
        _ = try EntryRun.Item.previous(at: seq, from: &reader)
        _ = try EntryRun.Item(after: .usual, from: &reader)
      } else {
        for limit in [LogLimits.headerBytesMax, LogLimits.signatureBytesMax, LogLimits.entryBytesMax] {
          try reader.skipByteString(atMost: limit)
        }
      }
      try reader.finish()
      return nil
    } catch {
      return reader.offset
    }
  }

  /// Offset in the payload of the byte from which on it is no list of changes; `nil` where all of it is one.
  public var firstUnreadablePayloadByte: Int? {
    var reader = CBORReader(payload)
    do throws(CBORReader.Failure) {
      for _ in 0..<(try reader.arrayHead(atMost: LogLimits.entryChangesMax)) { _ = try Change(from: &reader) }
      try reader.finish()
      return nil
    } catch {
      return reader.offset
    }
  }
}
