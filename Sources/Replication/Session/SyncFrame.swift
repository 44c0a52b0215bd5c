/// What two nodes say to each other: CBOR `[kind, …]`, one frame each.
public enum SyncFrame: Sendable, Hashable {
  case hello(Hello)
  /// A piece of the sender's heads; `isLast` ends the list.
  case frontier(heads: [StreamHead], isLast: Bool)
  /// Entries of one stream, in order. Version 1 carries them whole, version 2 without what the reader can compute.
  case entries(CarriedRun)
  /// Room for so many more entry bytes.
  case credit(bytes: UInt64)
  /// The sender has sent all it had when the session compared frontiers.
  case done
  /// The sender has stored all it was sent and has sent its receipts for it.
  case settled
  case close(code: CloseCode, text: String)
  /// The sender needs entries of a stream from a position on that it seems to hold: the branches part further back.
  case want(stream: StreamID, from: UInt64)
  /// The sender's heads of the streams the peer's frontier listed, in its order; `nil` where it holds nothing. Follows a
  /// frontier of what moved since both agreed.
  case positions([Position?])
  /// A level of the sender's digest tree, in place of its frontier; `nil` for a bucket without heads. Version 3.
  case tree([FrontierTree.Node?])
  /// Content of attachments, from version 3 on (`AttachmentExchange`).
  case attachment(AttachmentFrame)
  /// The sender is there and has nothing to say. Version 3.
  case ping
  /// The sender holds the first bytes of an entry that an earlier connection cut off. Version 3.
  case begun(BegunEntry.Name)
  /// Entries whose first is continued. Version 3.
  case continuation(Continuation)

  /// A run of which the reader holds the first bytes of the first entry's payload.
  public struct Continuation: Sendable, Hashable {
    /// Without them.
    public var run: EntryRun
    /// How many they are.
    public var skipped: Int

    public init(run: EntryRun, skipped: Int) {
      self.run = run
      self.skipped = skipped
    }

    /// `[17, stream, first, previous, skipped, [item…]]`.
    static let kind: UInt64 = 17
    static let items = 6
  }

  public struct Position: Sendable, Hashable {
    public var seq: UInt64
    public var hash: Digest

    public init(seq: UInt64, hash: Digest) {
      self.seq = seq
      self.hash = hash
    }
  }

  public struct Hello: Sendable, Hashable {
    public var version: UInt64
    public var office: OfficeCode
    /// Hash over the heads both sides may hold; equal hashes end the session after one round trip.
    public var digest: Digest
    /// The sender's wall clock, Unix milliseconds: for the warning about a wrong clock, never for ordering.
    public var clock: UInt64
    public var software: String
    /// Digest of the heads both sides held when the last session between them was complete: if both remember the
    /// same, frontiers list only what moved since. `nil`: first contact, or doubt.
    public var agreed: Digest?

    public init(
      version: UInt64, office: OfficeCode, digest: Digest, clock: UInt64, software: String, agreed: Digest? = nil
    ) {
      self.agreed = agreed
      self.version = version
      self.office = office
      self.digest = digest
      self.clock = clock
      self.software = software
    }
  }

  public enum CloseCode: UInt64, Sendable, Hashable, CaseIterable {
    case normal = 0
    case unsupportedVersion = 1
    case wrongOffice = 2
    case protocolViolated = 3
    case outOfScope = 4
    case invalidEntry = 5
    case fork = 6
    case internalFailure = 7
    case shuttingDown = 8
    case tooMuch = 9
    /// Another session between the same two offices has taken this one's place.
    case superseded = 10
  }

  public var encoded: [UInt8] {
    var writer = CBORWriter()
    switch self {
    case .attachment(let frame): return frame.encoded
    case .hello(let hello):
      writer.arrayHead(hello.agreed == nil ? 6 : 7)
      writer.unsigned(1)
      writer.unsigned(hello.version)
      writer.text(hello.office.text)
      writer.byteString(hello.digest.bytes)
      writer.unsigned(hello.clock)
      writer.text(hello.software)
      // Nothing moved here since: said in one byte, for most sessions are idle.
      if hello.agreed == hello.digest { writer.null() } else if let agreed = hello.agreed { writer.byteString(agreed.bytes) }
    case .frontier(let heads, let isLast):
      writer.arrayHead(3)
      writer.unsigned(2)
      writer.flag(isLast)
      writer.arrayHead(heads.count)
      for head in heads {
        writer.arrayHead(3)
        head.stream.write(to: &writer)
        writer.unsigned(head.seq)
        writer.byteString(head.hash.bytes)
      }
    case .entries(.whole(let stream, let entries)):
      writer.arrayHead(3)
      writer.unsigned(3)
      stream.write(to: &writer)
      writer.arrayHead(entries.count)
      for entry in entries { writer.byteString(entry) }
    case .entries(.spare(let run)):
      writer.arrayHead(EntryRun.frameItems)
      writer.unsigned(EntryRun.frameKind)
      run.write(to: &writer)
    case .credit(let bytes):
      writer.arrayHead(2)
      writer.unsigned(4)
      writer.unsigned(bytes)
    case .done:
      writer.arrayHead(1)
      writer.unsigned(5)
    case .settled:
      writer.arrayHead(1)
      writer.unsigned(6)
    case .close(let code, let text):
      writer.arrayHead(3)
      writer.unsigned(7)
      writer.unsigned(code.rawValue)
      writer.text(text)
    case .want(let stream, let from):
      writer.arrayHead(3)
      writer.unsigned(8)
      stream.write(to: &writer)
      writer.unsigned(from)
    case .ping:
      writer.arrayHead(1)
      writer.unsigned(11)
    case .begun(let name):
      writer.arrayHead(5)
      writer.unsigned(16)
      name.stream.write(to: &writer)
      writer.unsigned(name.seq)
      writer.byteString(name.signature)
      writer.unsigned(UInt64(name.count))
    case .continuation(let continuation):
      writer.arrayHead(Continuation.items)
      writer.unsigned(Continuation.kind)
      continuation.run.write(skipped: continuation.skipped, to: &writer)
    case .tree(let nodes):
      writer.arrayHead(2)
      writer.unsigned(18)
      FrontierTree.Node.write(nodes, to: &writer)
    case .positions(let positions):
      writer.arrayHead(2)
      writer.unsigned(9)
      writer.arrayHead(positions.count)
      for position in positions {
        guard let position else {
          writer.null()
          continue
        }
        writer.arrayHead(2)
        writer.unsigned(position.seq)
        writer.byteString(position.hash.bytes)
      }
    }
    return writer.bytes
  }

  public init(decoding bytes: [UInt8]) throws(CBORReader.Failure) {
    guard bytes.count <= SessionLimits.frameBytesMax else { throw .tooLong }
    var reader = CBORReader(bytes)
    let count = try reader.arrayHead(atMost: 7)
    let kind = try reader.unsigned()
    switch (kind, count) {
    case (AttachmentFrame.kinds, _):
      self = .attachment(try AttachmentFrame(kind: kind, count: count, from: &reader))
    case (1, 6), (1, 7):
      let version = try Self.number(from: &reader)
      guard let office = OfficeCode(try reader.text(atMost: OfficeCode.lengthMax)) else { throw .outOfRange }
      let digest = try reader.digest()
      let clock = try Self.number(from: &reader)
      let software = try reader.text(atMost: LogLimits.nameBytesMax)
      var agreed: Digest?
      if count == 7 {
        if reader.isNextNull {
          try reader.null()
          agreed = digest
        } else {
          agreed = try reader.digest()
          // One meaning, one encoding.
          guard agreed != digest else { throw .unsupported }
        }
      }
      self = .hello(
        Hello(version: version, office: office, digest: digest, clock: clock, software: software, agreed: agreed))
    case (2, 3):
      let isLast = try reader.flag()
      var heads: [StreamHead] = []
      for _ in 0..<(try reader.arrayHead(atMost: SessionLimits.headsPerFrame)) {
        try reader.array(of: 3)
        let stream = try StreamID(from: &reader)
        let seq = try reader.position()
        heads.append(StreamHead(stream: stream, seq: seq, hash: try reader.digest()))
      }
      self = .frontier(heads: heads, isLast: isLast)
    case (3, 3):
      let stream = try StreamID(from: &reader)
      var entries: [[UInt8]] = []
      for _ in 0..<(try reader.arrayHead(atMost: SessionLimits.frameBytesMax)) {
        entries.append(try reader.byteString(atMost: SessionLimits.frameBytesMax))
      }
      self = .entries(.whole(stream, entries))
    case (4, 2): self = .credit(bytes: try reader.unsigned())
    case (5, 1): self = .done
    case (6, 1): self = .settled
    case (7, 3):
      guard let code = CloseCode(rawValue: try reader.unsigned()) else { throw .outOfRange }
      self = .close(code: code, text: try reader.text(atMost: SessionLimits.closeTextMax))
    case (8, 3):
      let stream = try StreamID(from: &reader)
      let from = try reader.position()
      self = .want(stream: stream, from: from)
    case (9, 2):
      var positions: [Position?] = []
      for _ in 0..<(try reader.arrayHead(atMost: SessionLimits.headsPerFrame)) {
        if reader.isNextNull {
          try reader.null()
          positions.append(nil)
          continue
        }
        try reader.array(of: 2)
        let seq = try reader.position()
        positions.append(Position(seq: seq, hash: try reader.digest()))
      }
      self = .positions(positions)
    case (11, 1): self = .ping
    case (16, 5):
      let stream = try StreamID(from: &reader)
      let seq = try reader.position()
      let signature = try reader.byteString(atMost: LogLimits.signatureBytesMax)
      self = .begun(.init(stream: stream, seq: seq, signature: signature, count: try Self.skipped(from: &reader)))
    case (Continuation.kind, Continuation.items):
      let head = try EntryRun.Head(from: &reader)
      let skipped = try Self.skipped(from: &reader)
      self = .continuation(Continuation(run: try EntryRun(head, from: &reader), skipped: skipped))
    case (18, 2): self = .tree(try FrontierTree.Node.read(from: &reader))
    case (EntryRun.frameKind, EntryRun.frameItems): self = .entries(.spare(try EntryRun(from: &reader)))
    default: throw .unsupported
    }
    try reader.finish()
  }

  /// What a signed number of 64 bits holds: databases and others' languages have no larger one.
  private static func number(from reader: inout CBORReader) throws(CBORReader.Failure) -> UInt64 {
    let number = try reader.unsigned()
    guard number <= UInt64(Int64.max) else { throw .outOfRange }
    return number
  }

  /// Bytes of a payload, at least one.
  private static func skipped(from reader: inout CBORReader) throws(CBORReader.Failure) -> Int {
    let count = try reader.count(atMost: LogLimits.entryBytesMax)
    guard count >= 1 else { throw .outOfRange }
    return count
  }

  /// Hash over heads in stream order; what `Hello.digest` carries.
  public static func digest(of heads: [StreamHead], using suite: any SignatureSuite) -> Digest {
    suite.hash(Domain.frontier.prefix + hashed(heads.sorted { $0.stream < $1.stream }))
  }

  /// Stream, position and hash of each head, as digests over heads hash them.
  static func hashed(_ heads: some Sequence<StreamHead>) -> [UInt8] {
    var writer = CBORWriter()
    for head in heads {
      head.stream.write(to: &writer)
      writer.unsigned(head.seq)
      writer.byteString(head.hash.bytes)
    }
    return writer.bytes
  }
}
