/// What two nodes say to each other about content: CBOR `[kind, …]` of kinds 12 to 15 (`Protocol/9-attachments.md`).
public enum AttachmentFrame: Sendable, Hashable {
  /// The sender wants bytes of a blob. Each is answered by one piece or one refusal, in the order asked.
  case ask(Ask)
  /// The answer: exactly the bytes asked for.
  case piece(Ask, bytes: [UInt8])
  /// The answer is no, or (`held`) is not no any more.
  case refuse(BlobID, Refusal)
  /// The sender has nothing more to ask for now.
  case rest

  /// What of a blob is asked for.
  public enum Part: UInt64, Sendable, Hashable, CaseIterable {
    /// The manifest's encoding.
    case list = 0
    case content = 1
  }

  public struct Ask: Sendable, Hashable {
    public var blob: BlobID
    public var part: Part
    /// From the part's first byte.
    public var offset: Int
    /// Bytes: 1 to `AttachmentLimits.pieceBytesMax`.
    public var count: Int

    public init(blob: BlobID, part: Part, offset: Int, count: Int) {
      self.blob = blob
      self.part = part
      self.offset = offset
      self.count = count
    }
  }

  public enum Refusal: UInt64, Sendable, Hashable, CaseIterable {
    /// What was `later` is here now. No answer: sent once, when it comes.
    case held = 0
    /// Nothing that the asker may fetch has this id here. Whether there is something else is not told.
    case none = 1
    /// It ends before the bytes asked for do.
    case length = 2
    /// What is here has not the hash any more.
    case altered = 3
    /// Named here and not here yet, and wanted here too now.
    case later = 4
  }

  /// Kinds of these frames.
  public static let kinds: ClosedRange<UInt64> = 12...15

  public var encoded: [UInt8] {
    switch self {
    case .ask(let ask):
      var writer = CBORWriter()
      writer.arrayHead(5)
      writer.unsigned(12)
      ask.writePlace(to: &writer)
      writer.unsigned(UInt64(ask.count))
      return writer.bytes
    case .piece(let ask, let bytes):
      var writer = CBORWriter(capacity: bytes.count + 56)
      writer.arrayHead(5)
      writer.unsigned(13)
      ask.writePlace(to: &writer)
      writer.byteString(bytes)
      return writer.bytes
    case .refuse(let blob, let refusal):
      var writer = CBORWriter()
      writer.arrayHead(3)
      writer.unsigned(14)
      writer.byteString(blob.root.bytes)
      writer.unsigned(refusal.rawValue)
      return writer.bytes
    case .rest:
      var writer = CBORWriter()
      writer.arrayHead(1)
      writer.unsigned(15)
      return writer.bytes
    }
  }

  public init(decoding bytes: [UInt8]) throws(CBORReader.Failure) {
    guard bytes.count <= SessionLimits.frameBytesMax else { throw .tooLong }
    var reader = CBORReader(bytes)
    let count = try reader.arrayHead(atMost: 5)
    try self.init(kind: try reader.unsigned(), count: count, from: &reader)
    try reader.finish()
  }

  /// Reads what follows the kind; the caller sees to the end.
  /// - Parameter count: items of the array, the kind among them.
  public init(kind: UInt64, count: Int, from reader: inout CBORReader) throws(CBORReader.Failure) {
    switch (kind, count) {
    case (12, 5):
      var ask = try Ask(placeFrom: &reader)
      ask.count = try reader.count(atMost: AttachmentLimits.pieceBytesMax)
      guard ask.count > 0 else { throw .outOfRange }
      self = .ask(ask)
    case (13, 5):
      var ask = try Ask(placeFrom: &reader)
      let bytes = try reader.byteString(atMost: AttachmentLimits.pieceBytesMax)
      guard !bytes.isEmpty else { throw .outOfRange }
      ask.count = bytes.count
      self = .piece(ask, bytes: bytes)
    case (14, 3):
      let blob = BlobID(try reader.digest())
      guard let refusal = Refusal(rawValue: try reader.unsigned()) else { throw .outOfRange }
      self = .refuse(blob, refusal)
    case (15, 1): self = .rest
    default: throw .unsupported
    }
  }
}

extension AttachmentFrame.Ask {
  fileprivate func writePlace(to writer: inout CBORWriter) {
    writer.byteString(blob.root.bytes)
    writer.unsigned(part.rawValue)
    writer.unsigned(UInt64(offset))
  }

  fileprivate init(placeFrom reader: inout CBORReader) throws(CBORReader.Failure) {
    let blob = BlobID(try reader.digest())
    guard let part = AttachmentFrame.Part(rawValue: try reader.unsigned()) else { throw .outOfRange }
    let limit = part == .list ? BlobLimits.manifestBytesMax : BlobLimits.bytesMax
    self.init(blob: blob, part: part, offset: try reader.count(atMost: limit - 1), count: 0)
  }
}
