import Replication
import SignatureSuites
import TestKit

/// A small log with fixed keys: a root office, a district under it, and sometimes a city between.
struct Scenario {
  static let root = "1305", district = "130526"

  private(set) var runs: [(stream: StreamID, entries: [Entry])] = []
  let suite: SuiteID
  let suites = SuiteSet.standard

  init(_ suite: SuiteID, district: String = Self.district) throws {
    self.suite = suite
    try write(
      0, .down, [.charter(try Fixed.charter(Self.root, "市局", under: nil, key: key(0), transport: 1))], seconds: 1)
    try write(
      0, .subtree(try Fixed.office(district)),
      [.charter(try Fixed.charter(district, "县局", under: Self.root, key: key(1), transport: 2))], seconds: 2)
  }

  func key(_ index: Int) throws -> PublicKey { try FixedKeys.signer(suite, index).publicKey }

  func author(_ index: Int, _ audience: Audience) throws -> FixedAuthor {
    try FixedAuthor(suite, index, audience: audience)
  }

  func fingerprint(_ index: Int) throws -> KeyFingerprint { try author(index, .up).stream.author }

  /// Appends an entry to a stream. Authors: 0 the root office, 1 the district, 2 whoever the scenario says.
  @discardableResult
  mutating func write(_ index: Int, _ audience: Audience, _ changes: [Change], seconds: UInt64) throws -> Entry {
    let author = try author(index, audience)
    let place = runs.firstIndex { $0.stream == author.stream }
    let entry = try author.entry(changes, after: place.flatMap { runs[$0].entries.last }, seconds: seconds)
    if let place { runs[place].entries.append(entry) } else { runs.append((author.stream, [entry])) }
    return entry
  }

  func head(_ entry: Entry) -> StreamHead {
    StreamHead(
      stream: entry.header.stream, seq: entry.header.seq,
      hash: entry.hash(using: suites[entry.header.suite] ?? Ed25519Suite()))
  }

  /// The root's receipt over an entry of the district's `up` stream, where such receipts stand.
  mutating func receipt(_ entry: Entry, clock seconds: UInt64, position: UInt64) throws {
    let receipt = Receipt(head: head(entry), clock: FixedAuthor.start + seconds * 1_000, position: position)
    try write(0, .office(try Fixed.office(Self.district)), [.receipt(receipt)], seconds: seconds)
  }

  mutating func revoke(_ reason: Revocation.Reason, cut: Entry, position: UInt64, seconds: UInt64) throws {
    let revocation = Revocation(
      office: try Fixed.office(Self.district), key: try fingerprint(1), reason: reason, position: position,
      cuts: [head(cut)], text: "停用")
    try write(0, .subtree(try Fixed.office(Self.district)), [.revocation(revocation)], seconds: seconds)
  }

  /// In the order of a session: the root's streams first, then the district's, those of its older key before the next
  /// one's, which that one introduces.
  func ordered() throws -> [(stream: StreamID, entries: [Entry])] {
    let authors = try (0...2).map { try fingerprint($0) }
    return runs.sorted { left, right in
      let places = (authors.firstIndex(of: left.stream.author) ?? 3, authors.firstIndex(of: right.stream.author) ?? 3)
      return places.0 != places.1 ? places.0 < places.1 : left.stream < right.stream
    }
  }

  func bundle(
    _ change: (inout [(stream: StreamID, entries: [[UInt8]])]) throws -> Void = { _ in }
  ) throws -> BundleFile {
    var runs = try ordered().map { (stream: $0.stream, entries: $0.entries.map(\.encoded)) }
    try change(&runs)
    return BundleFile(
      from: try Fixed.office(Self.district), to: try Fixed.office(Self.root), created: FixedAuthor.start,
      id: [UInt8](repeating: 0xB0, count: 16), runs: runs)
  }

  func given() throws -> JSONValue { .object(["root": Shown.hex(try fingerprint(0).bytes)]) }
}
