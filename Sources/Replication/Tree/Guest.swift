/// An office that has no seat in a node's tree and of which that node holds signed entries all the same: a superior of
/// both vouches for it in a dossier. It gives name, rank and keys to what the dossier holds, and grants nothing: a guest
/// may read no stream, and no stream of a guest may be held.
public struct Guest: Sendable, Hashable {
  /// Keys an office has had: one a month for five years.
  public static let keysMax = 64

  public var office: OfficeCode
  public var name: String
  /// The superior that vouches for it, an office below that one, or another guest.
  public var parent: OfficeCode
  /// Keys that signed entries of the dossier; none for an office that only stands between.
  public private(set) var keys: [PublicKey]

  public init(office: OfficeCode, name: String, parent: OfficeCode, keys: [PublicKey]) {
    self.office = office
    self.name = name
    self.parent = parent
    self.keys = keys.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
  }

  /// `[office, name, parent, [[suite, key]…]]`, keys in bytewise order.
  public func write(to writer: inout CBORWriter) {
    writer.arrayHead(4)
    writer.text(office.text)
    writer.text(name)
    writer.text(parent.text)
    writer.arrayHead(keys.count)
    for key in keys {
      writer.arrayHead(2)
      writer.unsigned(UInt64(key.suite.rawValue))
      writer.byteString(key.bytes)
    }
  }

  public init(from reader: inout CBORReader) throws(CBORReader.Failure) {
    try reader.array(of: 4)
    office = try Self.office(&reader)
    name = try reader.text(atMost: Charter.nameBytesMax)
    parent = try Self.office(&reader)
    keys = []
    for _ in 0..<(try reader.arrayHead(atMost: Self.keysMax)) {
      try reader.array(of: 2)
      guard let suite = SuiteID(rawValue: UInt8(try reader.count(atMost: 255))) else { throw .outOfRange }
      let bytes = try reader.byteString(atMost: PublicKey.bytesMax)
      if let last = keys.last, !last.bytes.lexicographicallyPrecedes(bytes) { throw .keyOrder }
      keys.append(PublicKey(suite: suite, bytes: bytes))
    }
  }

  private static func office(_ reader: inout CBORReader) throws(CBORReader.Failure) -> OfficeCode {
    guard let code = OfficeCode(try reader.text(atMost: OfficeCode.lengthMax)) else { throw .outOfRange }
    return code
  }
}

/// The guests of a tree.
struct GuestBook: Sendable, Hashable {
  struct Seat: Sendable, Hashable {
    var guest: Guest
    var depth: Int
  }

  struct Key: Sendable, Hashable {
    var office: OfficeCode
    var key: PublicKey
  }

  private(set) var seats: [OfficeCode: Seat] = [:]
  private(set) var keys: [KeyFingerprint: Key] = [:]
  private(set) var shortAuthors: [UInt64: OfficeCode] = [:]

  /// Takes a guest in, beside what is known of it; the keys of several dossiers add up. Of two names the greater one is
  /// taken, whichever came first.
  mutating func add(_ guest: Guest, depth: Int, fingerprints: [(KeyFingerprint, PublicKey)]) {
    let known = seats[guest.office]?.guest ?? guest
    let merged = Guest(
      office: guest.office, name: known.name.utf8.lexicographicallyPrecedes(guest.name.utf8) ? guest.name : known.name,
      parent: guest.parent, keys: Array(Set(known.keys + guest.keys)))
    seats[guest.office] = Seat(guest: merged, depth: depth)
    for (fingerprint, key) in fingerprints {
      keys[fingerprint] = Key(office: guest.office, key: key)
      let short = WriteStamp.short(fingerprint)
      shortAuthors[short] = min(guest.office, shortAuthors[short] ?? guest.office)
    }
  }

  /// The office has a seat of its own now.
  mutating func remove(_ office: OfficeCode) {
    guard seats.removeValue(forKey: office) != nil else { return }
    keys = keys.filter { $0.value.office != office }
    shortAuthors = shortAuthors.filter { $0.value != office }
  }
}

extension OfficeTree {
  /// Takes in what a superior states of an office outside this tree. An office with a seat needs no such word, and
  /// nothing changes.
  /// - Parameter issuer: office of the key that signed the statement.
  /// - Returns: whether the guest is known now, by its seat or as a guest.
  public mutating func admit(_ guest: Guest, from issuer: OfficeCode, suites: SuiteSet) -> Bool {
    if seat(guest.office) != nil { return true }
    let depth: Int
    if let parent = seat(guest.parent) {
      guard guest.parent == issuer || isSuperior(issuer, of: guest.parent) else { return false }
      depth = parent.depth + 1
    } else if let parent = guests.seats[guest.parent], isSuperior(issuer, of: guest.parent) {
      depth = parent.depth + 1
    } else {
      return false
    }
    guard depth <= Self.depthMax, guests.seats[guest.office].map({ $0.guest.parent == guest.parent }) ?? true else {
      return false
    }
    var fingerprints: [(KeyFingerprint, PublicKey)] = []
    for key in guest.keys {
      guard let suite = suites[key.suite] else { return false }
      let fingerprint = key.fingerprint(using: suite)
      guard office(of: fingerprint) ?? guest.office == guest.office else { return false }
      fingerprints.append((fingerprint, key))
    }
    guests.add(guest, depth: depth, fingerprints: fingerprints)
    return true
  }

  /// What superiors stated of an office without a seat here.
  public func guest(_ office: OfficeCode) -> Guest? { guests.seats[office]?.guest }
  /// A key that a superior stated for an office without a seat here.
  public func guestKey(_ key: KeyFingerprint) -> PublicKey? { guests.keys[key]?.key }
}
