public import Replication

/// Receipts that contradict what is held here: part of the projection, made again from the log with it.
public enum ContradictionLedger {
  public static let prefix = "contradiction/"
  /// Then the hash of an entry that is held where a receipt names another: where this office said so. Not of the
  /// projection: whether the saying still stands in the log is looked up.
  private static let saidPrefix = "said-face/"

  /// By stream and place.
  public static func all(in storage: any ReplicaStorage) throws -> [Contradiction] {
    try read(prefix, in: storage)
  }

  /// The first of each stream, by stream: one entry of the other face proves the fork.
  public static func firsts(in storage: any ReplicaStorage) throws -> [Contradiction] {
    var last: StreamID?
    return try all(in: storage).filter { contradiction in
      defer { last = contradiction.head.stream }
      return contradiction.head.stream != last
    }
  }

  static func of(_ stream: StreamID, in storage: any ReplicaStorage) throws -> [Contradiction] {
    try read(beginning(stream), in: storage)
  }

  /// One that cannot be read is passed over, or the node could not even start to be mended: `docket verify` tells of it.
  private static func read(_ prefix: String, in storage: any ReplicaStorage) throws -> [Contradiction] {
    try storage.values(prefix: prefix).compactMap { try? Contradiction(decoding: $0.value) }.sorted()
  }

  static func put(_ contradiction: Contradiction, in storage: any ReplicaStorage) throws {
    let head = contradiction.head
    let names = [contradiction.witness.bytes, head.hash.bytes].map { Hexadecimal.string($0) }
    try storage.setValue("\(beginning(head.stream))\(head.seq)/\(names[0])/\(names[1])", contradiction.encoded)
  }

  private static func beginning(_ stream: StreamID) -> String {
    "\(prefix)\(Hexadecimal.string(stream.encoded))/"
  }

  // MARK: Said

  /// Entries that are held where a receipt names another and that this office has not shown to the witness yet: of each
  /// stream the first. What only its author may hold is shown to nobody.
  static func unsaid(context: ReplicaContext, in storage: any ReplicaStorage) throws -> [Entry] {
    try firsts(in: storage).compactMap { first in
      let (stream, seq) = (first.head.stream, first.head.seq)
      guard stream.audience != .own, let entry = try storage.entries(of: stream, from: seq, bytesMax: 1).first,
        entry.header.seq == seq, let suite = context.suites[entry.header.suite],
        try !isSaid(entry.hash(using: suite), context: context, in: storage)
      else { return nil }
      return entry
    }
  }

  /// Keeps where this office's sighting of an entry stands, if a receipt names another in its place.
  static func noteSaid(
    _ sighting: Sighting, in entry: Entry, context: ReplicaContext, storage: any ReplicaStorage
  ) throws {
    let (face, place) = (sighting.face, entry.header)
    guard place.stream.author == context.key, context.contradicted.contains(face.header.stream),
      let suite = context.suites[face.header.suite], let ours = context.suites[place.suite],
      try of(face.header.stream, in: storage).contains(where: { $0.head.seq == face.header.seq })
    else { return }
    let said = Contradiction(
      head: StreamHead(stream: place.stream, seq: place.seq, hash: entry.hash(using: ours)), witness: context.key)
    try storage.setValue(saidPrefix + Hexadecimal.string(face.hash(using: suite).bytes), said.encoded)
  }

  /// Only by the present key, and only while the entry that says it stands in the log: an earlier key may be revoked, and
  /// sightings of a lost branch are made anew.
  private static func isSaid(
    _ hash: Digest, context: ReplicaContext, in storage: any ReplicaStorage
  ) throws -> Bool {
    guard let bytes = try storage.value(saidPrefix + Hexadecimal.string(hash.bytes)),
      let said = try? Contradiction(decoding: bytes)
    else { return false }
    return try said.witness == context.key && context.holds(said.head, in: storage)
  }
}
