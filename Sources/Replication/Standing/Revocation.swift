/// Takes a key out of office (撤销): what it signed up to the cuts stands, the rest is judged by log position and
/// receipts, never by the signer's clock (DESIGN section 5).
///
/// Issued by a superior in its `subtree:` stream of the office, so that it reaches every holder of what it decides.
public struct Revocation: Sendable, Hashable {
  public enum Reason: UInt64, Sendable, Hashable, CaseIterable {
    /// The key was put away in good order: what the superior had receipted before stands.
    case retired = 1
    /// Somebody else may hold the key: what lies beyond the cut is disputed even when it was receipted.
    case compromised = 2
  }

  /// Streams of one key: five audiences for each incarnation and addressee.
  public static let cutsMax = 1_000
  /// Bytes of the words that say why.
  public static let textBytesMax = 2_000

  public var office: OfficeCode
  public var key: KeyFingerprint
  public var reason: Reason
  /// The issuer's log position, the counter of its receipts: receipts of a lesser one came before.
  public var position: UInt64
  /// The last valid entry of each stream, as known to the issuer; a stream that is not named is cut at its beginning.
  public private(set) var cuts: [StreamHead]
  public var text: String

  public init(
    office: OfficeCode, key: KeyFingerprint, reason: Reason, position: UInt64, cuts: [StreamHead], text: String
  ) {
    self.office = office
    self.key = key
    self.reason = reason
    self.position = position
    self.cuts = cuts.sorted { $0.stream < $1.stream }
    self.text = text
  }

  public func cut(of stream: StreamID) -> StreamHead? { cuts.first { $0.stream == stream } }

  /// `[office, key, reason, position, [[stream, seq, hash]…], text]`.
  func write(to writer: inout CBORWriter) {
    writer.arrayHead(6)
    writer.text(office.text)
    writer.byteString(key.bytes)
    writer.unsigned(reason.rawValue)
    writer.unsigned(position)
    writer.arrayHead(cuts.count)
    for cut in cuts {
      writer.arrayHead(3)
      cut.stream.write(to: &writer)
      writer.unsigned(cut.seq)
      writer.byteString(cut.hash.bytes)
    }
    writer.text(text)
  }

  init(from reader: inout CBORReader) throws(CBORReader.Failure) {
    try reader.array(of: 6)
    guard let office = OfficeCode(try reader.text(atMost: OfficeCode.lengthMax)) else { throw .outOfRange }
    self.office = office
    key = KeyFingerprint(try reader.digest())
    guard let reason = Reason(rawValue: try reader.unsigned()) else { throw .outOfRange }
    self.reason = reason
    position = try reader.unsigned()
    cuts = []
    for _ in 0..<(try reader.arrayHead(atMost: Self.cutsMax)) {
      try reader.array(of: 3)
      let stream = try StreamID(from: &reader)
      let seq = try reader.unsigned()
      if let last = cuts.last, !(last.stream < stream) { throw .keyOrder }
      guard seq >= 1, seq <= LogLimits.seqMax else { throw .outOfRange }
      cuts.append(StreamHead(stream: stream, seq: seq, hash: try reader.digest()))
    }
    text = try reader.text(atMost: Self.textBytesMax)
  }
}

/// A superior's word that entries of a revoked or forked stream stand after all (追认).
public struct Ratification: Sendable, Hashable {
  public var stream: StreamID
  public var first: UInt64
  public var last: UInt64
  /// Hash of the entry at `last`: the branch that is meant.
  public var hash: Digest

  public init(stream: StreamID, first: UInt64, last: UInt64, hash: Digest) {
    self.stream = stream
    self.first = first
    self.last = last
    self.hash = hash
  }

  /// `[stream, first, last, hash]`.
  func write(to writer: inout CBORWriter) {
    writer.arrayHead(4)
    stream.write(to: &writer)
    writer.unsigned(first)
    writer.unsigned(last)
    writer.byteString(hash.bytes)
  }

  init(from reader: inout CBORReader) throws(CBORReader.Failure) {
    try reader.array(of: 4)
    stream = try StreamID(from: &reader)
    first = try reader.unsigned()
    last = try reader.unsigned()
    guard first >= 1, last >= first, last <= LogLimits.seqMax else { throw .outOfRange }
    hash = try reader.digest()
  }
}
