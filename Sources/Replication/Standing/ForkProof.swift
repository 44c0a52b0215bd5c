/// Two signed headers of one author at one position of one stream (日志分叉证据): nobody but the holder of the key can
/// have made both. Some 650 bytes, needs nothing else to be believed, kept for ever.
public struct ForkProof: Sendable, Hashable {
  /// A header with its signature.
  public struct Face: Sendable, Hashable {
    public let headerBytes: [UInt8]
    public let signature: [UInt8]
    public let header: EntryHeader

    public init(headerBytes: [UInt8], signature: [UInt8]) throws(CBORReader.Failure) {
      self.headerBytes = headerBytes
      self.signature = signature
      header = try EntryHeader(decoding: headerBytes)
    }

    public init(_ entry: Entry) {
      headerBytes = entry.headerBytes
      signature = entry.signature
      header = entry.header
    }

    public func hash(using suite: any SignatureSuite) -> Digest {
      suite.hash(Domain.entry.prefix + headerBytes + signature)
    }

    func write(to writer: inout CBORWriter) {
      writer.byteString(headerBytes)
      writer.byteString(signature)
    }

    init(from reader: inout CBORReader) throws(CBORReader.Failure) {
      let headerBytes = try reader.byteString(atMost: LogLimits.headerBytesMax)
      try self.init(headerBytes: headerBytes, signature: try reader.byteString(atMost: LogLimits.signatureBytesMax))
    }
  }

  /// In bytewise order of header and signature, so that one fork has one proof.
  public let lesser: Face
  public let greater: Face

  public var stream: StreamID { lesser.header.stream }
  public var seq: UInt64 { lesser.header.seq }

  /// - Returns: `nil` unless both are of one position of one stream and differ. Two signatures over one header are a
  ///   fork too: the chain's hash covers them, so the entries after them part ways.
  public init?(_ one: Face, _ other: Face) {
    guard one.header.stream == other.header.stream, one.header.seq == other.header.seq,
      one != other
    else { return nil }
    let isInOrder = (one.headerBytes + one.signature).lexicographicallyPrecedes(other.headerBytes + other.signature)
    lesser = isInOrder ? one : other
    greater = isInOrder ? other : one
  }

  /// Whether both headers are the author's.
  public func isValid(by key: PublicKey, suites: SuiteSet) -> Bool {
    [lesser, greater].allSatisfy { face in
      guard face.header.suite == key.suite, let suite = suites[key.suite] else { return false }
      return key.fingerprint(using: suite) == stream.author
        && suite.isValid(
          signature: face.signature,
          of: Entry.signedBytes(headerBytes: face.headerBytes, suite: face.header.suite), by: key.bytes)
    }
  }

  /// `[header, signature, header, signature]`.
  func write(to writer: inout CBORWriter) {
    writer.arrayHead(4)
    lesser.write(to: &writer)
    greater.write(to: &writer)
  }

  init(from reader: inout CBORReader) throws(CBORReader.Failure) {
    try reader.array(of: 4)
    let one = try Face(from: &reader)
    let other = try Face(from: &reader)
    guard let proof = ForkProof(one, other) else { throw .outOfRange }
    guard proof.lesser == one else { throw .keyOrder }
    self = proof
  }
}

/// A superior's entry as the author was shown it: its signed header, published upwards, so that two faces shown to
/// two offices become a proof where both reports meet.
public struct Sighting: Sendable, Hashable {
  public let face: ForkProof.Face

  public init(_ entry: Entry) { face = ForkProof.Face(entry) }

  /// `[header, signature]`.
  func write(to writer: inout CBORWriter) {
    writer.arrayHead(2)
    face.write(to: &writer)
  }

  init(from reader: inout CBORReader) throws(CBORReader.Failure) {
    try reader.array(of: 2)
    face = try ForkProof.Face(from: &reader)
  }
}
