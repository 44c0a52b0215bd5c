/// Signed entries of a file, handed by a superior to an office that may not hold the streams they stand in (案卷移交).
/// Each entry proves itself; the superior states what else decides over it: its author's name, place and key, what
/// receipts prove of its time, and whether it came not to count.
public struct Dossier: Sendable, Hashable {
  public struct Item: Sendable, Hashable {
    /// Unix milliseconds of the receipt that the author had seen; `nil`: none, or one that the superior does not hold.
    public var from: UInt64?
    /// Unix milliseconds of the first receipt over the entry, by which a clock that ran ahead is held (`Clamp`); `nil`:
    /// nobody has receipted it.
    public var until: UInt64?
    /// The entry as its author signed it.
    public var entry: [UInt8]

    public init(from: UInt64?, until: UInt64?, entry: [UInt8]) {
      self.from = from
      self.until = until
      self.entry = entry
    }
  }

  /// Bytes of one dossier: what a peer may send before it is given more; a longer file takes several dossiers.
  public static let bytesMax = SessionLimits.creditBytes
  /// Bytes of an entry: a payload, a header, a signature, and their heads.
  public static let entryBytesMax = LogLimits.entryBytesMax + 2 * 1024
  /// Entries of one dossier, and as many that are withdrawn. A file has some fifty.
  public static let itemsMax = 1_024
  /// Offices of one dossier, those between included: every level of four branches.
  public static let guestsMax = 4 * OfficeTree.depthMax
  /// Bytes of a piece: one change that fills an entry and leaves room for its head.
  public static let pieceBytesMax = 60 * 1024
  public static let piecesMax = (bytesMax + pieceBytesMax - 1) / pieceBytesMax

  public var file: RecordID
  /// Parents before those below them.
  public var guests: [Guest]
  public var items: [Item]
  /// Hashes of entries handed over before that came not to count: a revocation or a fork decides over them since.
  public private(set) var withdrawn: [Digest]

  public init(file: RecordID, guests: [Guest], items: [Item], withdrawn: [Digest] = []) {
    self.file = file
    self.guests = guests
    self.items = items
    self.withdrawn = withdrawn.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
  }

  /// `[[guest…], [[from or null, until or null, entry]…], [hash…]]`.
  public var encoded: [UInt8] {
    var writer = CBORWriter()
    writer.arrayHead(3)
    writer.arrayHead(guests.count)
    for guest in guests { guest.write(to: &writer) }
    writer.arrayHead(items.count)
    for item in items {
      writer.arrayHead(3)
      for clock in [item.from, item.until] {
        if let clock { writer.unsigned(clock) } else { writer.null() }
      }
      writer.byteString(item.entry)
    }
    writer.arrayHead(withdrawn.count)
    for hash in withdrawn { writer.byteString(hash.bytes) }
    return writer.bytes
  }

  public init(file: RecordID, decoding bytes: [UInt8]) throws(CBORReader.Failure) {
    self.file = file
    guests = []
    items = []
    withdrawn = []
    var reader = CBORReader(bytes)
    try reader.array(of: 3)
    for _ in 0..<(try reader.arrayHead(atMost: Self.guestsMax)) { guests.append(try Guest(from: &reader)) }
    for _ in 0..<(try reader.arrayHead(atMost: Self.itemsMax)) {
      try reader.array(of: 3)
      let from = try Self.clock(&reader)
      let until = try Self.clock(&reader)
      items.append(Item(from: from, until: until, entry: try reader.byteString(atMost: Self.entryBytesMax)))
    }
    for _ in 0..<(try reader.arrayHead(atMost: Self.itemsMax)) {
      let hash = try reader.digest()
      if let last = withdrawn.last, !last.bytes.lexicographicallyPrecedes(hash.bytes) { throw .keyOrder }
      withdrawn.append(hash)
    }
    try reader.finish()
  }

  private static func clock(_ reader: inout CBORReader) throws(CBORReader.Failure) -> UInt64? {
    guard reader.isNextNull else { return try reader.unsigned() }
    try reader.null()
    return nil
  }

  /// The changes that carry it, in order; to be recorded as one transaction.
  public var pieces: [DossierPiece] {
    let bytes = encoded
    let parts = max(1, (bytes.count + Self.pieceBytesMax - 1) / Self.pieceBytesMax)
    return (0..<parts).map { index in
      let start = index * Self.pieceBytesMax
      return DossierPiece(
        file: file, part: index + 1, parts: parts, bytes: Array(bytes[start..<min(bytes.count, start + Self.pieceBytesMax)]))
    }
  }
}

/// A piece of a dossier: `[file, part, parts, bytes]`.
public struct DossierPiece: Sendable, Hashable {
  public var file: RecordID
  /// From 1.
  public var part: Int
  public var parts: Int
  public var bytes: [UInt8]

  public init(file: RecordID, part: Int, parts: Int, bytes: [UInt8]) {
    self.file = file
    self.part = part
    self.parts = parts
    self.bytes = bytes
  }

  func write(to writer: inout CBORWriter) {
    writer.arrayHead(4)
    writer.byteString(file.bytes)
    writer.unsigned(UInt64(part))
    writer.unsigned(UInt64(parts))
    writer.byteString(bytes)
  }

  init(from reader: inout CBORReader) throws(CBORReader.Failure) {
    try reader.array(of: 4)
    file = try reader.recordID()
    part = try reader.count(atMost: Dossier.piecesMax)
    parts = try reader.count(atMost: Dossier.piecesMax)
    bytes = try reader.byteString(atMost: Dossier.pieceBytesMax)
    guard part >= 1, part <= parts else { throw .outOfRange }
  }
}

/// Puts dossiers together from the pieces of one stream, in stream order.
public struct DossierAssembler: Sendable {
  public enum Outcome: Sendable, Hashable {
    case incomplete
    case complete(Dossier)
    /// A piece is missing.
    case broken
    /// The whole is not what a dossier must be.
    case unreadable(CBORReader.Failure)
  }

  private var file: RecordID?
  private var parts = 0
  private var next = 1
  private var bytes: [UInt8] = []

  public init() {}

  public mutating func add(_ piece: DossierPiece) -> Outcome {
    if piece.part == 1 {
      (file, parts, next, bytes) = (piece.file, piece.parts, 1, [])
    }
    guard piece.file == file, piece.parts == parts, piece.part == next else {
      file = nil
      return .broken
    }
    bytes += piece.bytes
    next += 1
    guard piece.part == parts else { return .incomplete }
    defer { file = nil }
    do throws(CBORReader.Failure) {
      return .complete(try Dossier(file: piece.file, decoding: bytes))
    } catch {
      return .unreadable(error)
    }
  }
}
