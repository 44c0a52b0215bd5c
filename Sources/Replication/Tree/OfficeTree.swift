/// The signed office tree: which key speaks for which office, and who stands above whom. Built from charters, each
/// of which must come from the key of the office it names as parent; the root's own from the pinned root key.
public struct OfficeTree: Sendable, Hashable {
  /// A seat in the tree.
  public struct Seat: Sendable, Hashable {
    public let charter: Charter
    public let key: KeyFingerprint
    /// Root 0, its subordinates 1, and so on.
    public let depth: Int
  }

  public enum Failure: String, Sendable, Hashable, Error {
    case rootMismatch = "root-mismatch"
    case unknownIssuer = "unknown-issuer"
    case issuerNotParent = "issuer-not-parent"
    case unknownSuite = "unknown-suite"
    case tooDeep = "too-deep"
    case officeTaken = "office-taken"
    case keyTaken = "key-taken"
  }

  /// Ministry, province, city, county, township and a few bodies between.
  public static let depthMax = 12

  public let rootKey: KeyFingerprint
  private var seats: [OfficeCode: Seat] = [:]
  private var offices: [KeyFingerprint: OfficeCode] = [:]

  public init(rootKey: KeyFingerprint) { self.rootKey = rootKey }

  /// Every seat, by depth and then code.
  public var all: [Seat] {
    seats.values.sorted { ($0.depth, $0.charter.office) < ($1.depth, $1.charter.office) }
  }

  public func seat(_ office: OfficeCode) -> Seat? { seats[office] }
  public func office(of key: KeyFingerprint) -> OfficeCode? { offices[key] }
  public func seat(of key: KeyFingerprint) -> Seat? { offices[key].flatMap { seats[$0] } }

  /// The office whose charter names this transport key.
  public func office(ofTransportKey key: [UInt8]) -> OfficeCode? {
    all.first { $0.charter.transportKey == key }?.charter.office
  }

  /// Seats an office. The same charter again changes nothing.
  public mutating func admit(_ charter: Charter, from issuer: KeyFingerprint, suites: SuiteSet) throws(Failure) {
    guard let suite = suites[charter.signingKey.suite] else { throw .unknownSuite }
    let key = charter.signingKey.fingerprint(using: suite)
    let depth: Int
    if let parent = charter.parent {
      guard let parentSeat = seat(of: issuer) else { throw .unknownIssuer }
      guard parentSeat.charter.office == parent else { throw .issuerNotParent }
      depth = parentSeat.depth + 1
    } else {
      guard issuer == rootKey, key == rootKey else { throw .rootMismatch }
      depth = 0
    }
    guard depth <= Self.depthMax else { throw .tooDeep }
    if let present = seats[charter.office] {
      guard present.key == key, present.charter.parent == charter.parent else { throw .officeTaken }
    }
    if let other = offices[key], other != charter.office { throw .keyTaken }
    seats[charter.office] = Seat(charter: charter, key: key, depth: depth)
    offices[key] = charter.office
  }

  /// Whether `superior` is a proper ancestor of `office`.
  public func isSuperior(_ superior: OfficeCode, of office: OfficeCode) -> Bool {
    var next = seats[office]?.charter.parent
    while let code = next {
      if code == superior { return true }
      next = seats[code]?.charter.parent
    }
    return false
  }

  /// Authority rank: greater is higher in the tree; 0 for a key that has no seat.
  public func rank(of office: OfficeCode) -> Int {
    guard let seat = seats[office] else { return 0 }
    return Self.depthMax + 1 - seat.depth
  }

  /// The same by the short author of a write stamp.
  public func rank(ofShortAuthor author: UInt64) -> Int { office(ofShortAuthor: author).map { rank(of: $0) } ?? 0 }

  /// The office whose key a write stamp's short author stands for. Of two keys that share one, the lesser office: a
  /// collision of 64 bits would have to be made on purpose, and all replicas then choose alike.
  /// - Complexity: linear in the number of keys.
  public func office(ofShortAuthor author: UInt64) -> OfficeCode? {
    offices.lazy.filter { WriteStamp.short($0.key) == author }.map(\.value).min()
  }

  /// Whether an office may hold a stream (DESIGN section 5, audiences). Nobody may hold a stream of a key
  /// without a seat.
  public func mayRead(_ reader: OfficeCode, _ stream: StreamID) -> Bool {
    guard let author = offices[stream.author], seats[reader] != nil else { return false }
    if reader == author { return true }
    switch stream.audience {
    case .own: return false
    case .up: return isSuperior(reader, of: author)
    case .down: return isSuperior(reader, of: author) || isSuperior(author, of: reader)
    case .office(let target):
      return isSuperior(reader, of: author) || isBetween(reader, author, target)
    case .subtree(let target):
      return isSuperior(reader, of: author) || isBetween(reader, author, target)
        || (isSuperior(author, of: target) && isSuperior(target, of: reader))
    }
  }

  /// Whether `reader` is the target or lies between author and target.
  private func isBetween(_ reader: OfficeCode, _ author: OfficeCode, _ target: OfficeCode) -> Bool {
    guard isSuperior(author, of: target) else { return false }
    return reader == target || (isSuperior(author, of: reader) && isSuperior(reader, of: target))
  }
}
