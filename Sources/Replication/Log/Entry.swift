/// Header of an entry: what is signed. It commits to the payload by hash, so a chain verifies without payloads.
public struct EntryHeader: Sendable, Hashable {
  public var suite: SuiteID
  public var stream: StreamID
  /// From 1, without gaps.
  public var seq: UInt64
  /// Hash of the entry before; `Digest.zero` for the first, and then absent on the wire.
  public var previous: Digest
  public var payloadHash: Digest
  public var payloadLength: Int
  public var stamp: HybridTimestamp
  /// Version of the record schema the author wrote by.
  public var schema: UInt64
  /// Hash of the entry that holds the latest receipt the author had: lower end of the provable interval.
  public var seen: Digest?
  /// Position in a transaction of several entries, from 1, and their count; they become visible together.
  public var part: Part?

  public struct Part: Sendable, Hashable {
    public var index: Int
    public var count: Int

    public init(index: Int, count: Int) {
      self.index = index
      self.count = count
    }

    func write(to writer: inout CBORWriter) {
      writer.arrayHead(2)
      writer.unsigned(UInt64(index))
      writer.unsigned(UInt64(count))
    }

    init(from reader: inout CBORReader) throws(CBORReader.Failure) {
      try reader.array(of: 2)
      index = try reader.count(atMost: LogLimits.partsMax)
      count = try reader.count(atMost: LogLimits.partsMax)
      guard index >= 1, index <= count, count >= 2 else { throw .outOfRange }
    }
  }

  public init(
    suite: SuiteID, stream: StreamID, seq: UInt64, previous: Digest, payloadHash: Digest, payloadLength: Int,
    stamp: HybridTimestamp, schema: UInt64, seen: Digest?, part: Part?
  ) {
    self.suite = suite
    self.stream = stream
    self.seq = seq
    self.previous = previous
    self.payloadHash = payloadHash
    self.payloadLength = payloadLength
    self.stamp = stamp
    self.schema = schema
    self.seen = seen
    self.part = part
  }

  /// A map with integer keys 1 to 10; `previous` is absent in the first entry, `seen` and `part` where they do
  /// not apply.
  public var encoded: [UInt8] {
    var writer = CBORWriter()
    writer.mapHead(7 + (seq == 1 ? 0 : 1) + (seen == nil ? 0 : 1) + (part == nil ? 0 : 1))
    writer.unsigned(1)
    writer.unsigned(UInt64(suite.rawValue))
    writer.unsigned(2)
    stream.write(to: &writer)
    writer.unsigned(3)
    writer.unsigned(seq)
    if seq != 1 {
      writer.unsigned(4)
      writer.byteString(previous.bytes)
    }
    writer.unsigned(5)
    writer.byteString(payloadHash.bytes)
    writer.unsigned(6)
    writer.unsigned(UInt64(payloadLength))
    writer.unsigned(7)
    writer.unsigned(stamp.rawValue)
    writer.unsigned(8)
    writer.unsigned(schema)
    if let seen {
      writer.unsigned(9)
      writer.byteString(seen.bytes)
    }
    if let part {
      writer.unsigned(10)
      part.write(to: &writer)
    }
    return writer.bytes
  }

  public init(decoding bytes: [UInt8]) throws(CBORReader.Failure) {
    guard bytes.count <= LogLimits.headerBytesMax else { throw .tooLong }
    var reader = CBORReader(bytes)
    var remaining = try reader.mapHead(atMost: 10)
    func key(_ expected: UInt64) throws(CBORReader.Failure) {
      guard remaining > 0 else { throw .missingKey }
      remaining -= 1
      guard try reader.unsigned() == expected else { throw .missingKey }
    }
    try key(1)
    guard let suite = SuiteID(rawValue: UInt8(try reader.count(atMost: 255))) else { throw .outOfRange }
    self.suite = suite
    try key(2)
    stream = try StreamID(from: &reader)
    try key(3)
    seq = try reader.position()
    if seq == 1 {
      previous = .zero
    } else {
      try key(4)
      previous = try reader.digest()
    }
    try key(5)
    payloadHash = try reader.digest()
    try key(6)
    payloadLength = try reader.count(atMost: LogLimits.entryBytesMax)
    try key(7)
    stamp = HybridTimestamp(rawValue: try reader.unsigned())
    try key(8)
    schema = try reader.unsigned()
    seen = nil
    part = nil
    while remaining > 0 {
      remaining -= 1
      // In ascending order, each at most once.
      switch try reader.unsigned() {
      case 9 where seen == nil && part == nil: seen = try reader.digest()
      case 10 where part == nil: part = try Part(from: &reader)
      default: throw .unknownKey
      }
    }
    try reader.finish()
  }
}

/// One local transaction, or a part of one, in a stream.
public struct Entry: Sendable, Hashable {
  public let header: EntryHeader
  /// The bytes that were signed.
  public let headerBytes: [UInt8]
  public let signature: [UInt8]
  public let payload: [UInt8]

  private init(header: EntryHeader, headerBytes: [UInt8], signature: [UInt8], payload: [UInt8]) {
    self.header = header
    self.headerBytes = headerBytes
    self.signature = signature
    self.payload = payload
  }

  /// Puts an entry together whose header's bytes are not at hand; nothing is verified.
  init(header: EntryHeader, signature: [UInt8], payload: [UInt8]) {
    self.init(header: header, headerBytes: header.encoded, signature: signature, payload: payload)
  }

  /// Signs an entry.
  /// - Throws: what the signer throws.
  public init(header: EntryHeader, payload: [UInt8], signer: any Signer) throws {
    let bytes = header.encoded
    let signature = try signer.sign(Self.signedBytes(headerBytes: bytes, suite: header.suite))
    self.init(header: header, headerBytes: bytes, signature: signature, payload: payload)
  }

  /// `[header, signature, payload]`, each a byte string: an entry's only encoding.
  public var encoded: [UInt8] {
    var writer = CBORWriter(capacity: headerBytes.count + signature.count + payload.count + 16)
    writer.arrayHead(3)
    writer.byteString(headerBytes)
    writer.byteString(signature)
    writer.byteString(payload)
    return writer.bytes
  }

  /// Reads an entry; nothing is verified yet but form and lengths.
  public init(decoding bytes: [UInt8]) throws(CBORReader.Failure) {
    var reader = CBORReader(bytes)
    try reader.array(of: 3)
    let headerBytes = try reader.byteString(atMost: LogLimits.headerBytesMax)
    let signature = try reader.byteString(atMost: LogLimits.signatureBytesMax)
    let payload = try reader.byteString(atMost: LogLimits.entryBytesMax)
    try reader.finish()
    let header = try EntryHeader(decoding: headerBytes)
    guard header.payloadLength == payload.count else { throw .outOfRange }
    self.init(header: header, headerBytes: headerBytes, signature: signature, payload: payload)
  }

  /// The bytes under the signature: COSE's `Sig_structure` for `COSE_Sign1` (RFC 9052 section 4.4) with the
  /// header as payload, so that off-the-shelf tools can verify it.
  public static func signedBytes(headerBytes: [UInt8], suite: SuiteID) -> [UInt8] {
    var protected = CBORWriter()
    protected.mapHead(1)
    protected.unsigned(1)
    protected.integer(suite.coseAlgorithm)
    var writer = CBORWriter()
    writer.arrayHead(4)
    writer.text("Signature1")
    writer.byteString(protected.bytes)
    writer.byteString([])
    writer.byteString(headerBytes)
    return writer.bytes
  }

  /// Hash that the next entry names: covers header and signature, and through the header the payload.
  public func hash(using suite: any SignatureSuite) -> Digest {
    suite.hash(Domain.entry.prefixed(headerBytes, signature))
  }

  public static func payloadHash(_ payload: [UInt8], using suite: any SignatureSuite) -> Digest {
    suite.hash(Domain.payload.prefixed(payload))
  }

  public func isPayloadIntact(using suite: any SignatureSuite) -> Bool {
    Self.payloadHash(payload, using: suite) == header.payloadHash
  }

  public func isSigned(by key: PublicKey, using suite: any SignatureSuite) -> Bool {
    key.suite == header.suite
      && suite.isValid(
        signature: signature, of: Self.signedBytes(headerBytes: headerBytes, suite: header.suite), by: key.bytes)
  }

  public static func payload(of changes: [Change]) -> [UInt8] {
    var writer = CBORWriter()
    writer.arrayHead(changes.count)
    for change in changes { change.write(to: &writer) }
    return writer.bytes
  }

  /// The payload's changes.
  public func changes() throws(CBORReader.Failure) -> [Change] { try Self.changes(ofPayload: payload) }

  /// Changes in a payload's encoding.
  public static func changes(ofPayload payload: [UInt8]) throws(CBORReader.Failure) -> [Change] {
    var reader = CBORReader(payload)
    let count = try reader.arrayHead(atMost: LogLimits.entryChangesMax)
    var changes: [Change] = []
    changes.reserveCapacity(count)
    for _ in 0..<count { changes.append(try Change(from: &reader)) }
    try reader.finish()
    return changes
  }
}
