import Replication

/// What dossiers said, as far as a node has to remember it: part of the projection, made again from the log with it.
public enum DossierLedger {
  /// Of every small value that is made from dossiers.
  public static let prefix = "dossier/"

  /// Then the office's code: a guest.
  private static let guestPrefix = prefix + "guest/"
  /// Then the file's id, `/` and the target: what this office handed over.
  private static let toldPrefix = prefix + "told/"
  /// Then the stream, `/` and the position: what each superior's dossiers state of the time of an entry.
  private static let provenPrefix = prefix + "proven/"
  /// Then the entry's hash: it was taken from a dossier.
  private static let takenPrefix = prefix + "taken/"
  /// Then the entry's hash: stamp of the latest dossier that withdraws it.
  private static let withdrawnPrefix = prefix + "withdrawn/"
  /// Then the entry's hash: bytes of an own entry that is to be recorded again.
  private static let lostPrefix = prefix + "lost/"
  /// Then the entry's hash: stamp of the latest dossier that holds it, and its bytes.
  private static let missingPrefix = prefix + "missing/"

  // MARK: Told

  /// An entry that this office handed over.
  struct Told: Hashable {
    var hash: Digest
    var stream: StreamID
    var seq: UInt64
    /// As the latest dossier that held it stated.
    var proven: Proven
    /// Of that dossier.
    var given: HybridTimestamp
    /// Of the latest dossier that withdrew it; 0: none did.
    var withdrawn = HybridTimestamp(rawValue: 0)

    var isWithdrawn: Bool { withdrawn >= given }
  }

  static func told(of file: RecordID, to target: OfficeCode, in storage: any ReplicaStorage) throws -> [Digest: Told] {
    guard let bytes = try storage.value("\(toldPrefix)\(file)/\(target)") else { return [:] }
    var reader = CBORReader(bytes)
    var told: [Digest: Told] = [:]
    for _ in 0..<(try reader.arrayHead(atMost: .max)) {
      try reader.array(of: 6)
      let one = Told(
        hash: try reader.digest(), stream: try StreamID(from: &reader), seq: try reader.unsigned(),
        proven: try Proven(from: &reader), given: HybridTimestamp(rawValue: try reader.unsigned()),
        withdrawn: HybridTimestamp(rawValue: try reader.unsigned()))
      told[one.hash] = one
    }
    return told
  }

  static func keep(
    _ told: [Digest: Told], of file: RecordID, to target: OfficeCode, in storage: any ReplicaStorage
  ) throws {
    var writer = CBORWriter()
    writer.arrayHead(told.count)
    for one in told.values.sorted(by: { $0.hash < $1.hash }) {
      writer.arrayHead(6)
      writer.byteString(one.hash.bytes)
      writer.encoded(one.stream.encoded)
      writer.unsigned(one.seq)
      one.proven.write(to: &writer)
      writer.unsigned(one.given.rawValue)
      writer.unsigned(one.withdrawn.rawValue)
    }
    try storage.setValue("\(toldPrefix)\(file)/\(target)", writer.bytes)
  }

  /// Offices that something of a file was handed to.
  static func targets(of file: RecordID, in storage: any ReplicaStorage) throws -> [OfficeCode] {
    let prefix = "\(toldPrefix)\(file)/"
    return try storage.values(prefix: prefix).compactMap { OfficeCode(String($0.key.dropFirst(prefix.count))) }
  }

  static func hasTold(in storage: any ReplicaStorage) throws -> Bool { try !storage.values(prefix: toldPrefix).isEmpty }

  /// Files of which something was handed over.
  static func toldFiles(in storage: any ReplicaStorage) throws -> Set<RecordID> {
    Set(
      try storage.values(prefix: toldPrefix).compactMap { item in
        RecordID(hex: item.key.dropFirst(toldPrefix.count).prefix { $0 != "/" })
      })
  }

  // MARK: Proven

  /// The provable interval of an entry, Unix milliseconds, and what its author claimed.
  struct Proven: Hashable {
    var claimed: UInt64
    var from: UInt64?
    var until: UInt64?

    /// What both prove: they come from receipts over the same entry, and either may be known first.
    func merged(with other: Proven) -> Proven {
      Proven(
        claimed: claimed, from: [from, other.from].compactMap(\.self).max(),
        until: [until, other.until].compactMap(\.self).min())
    }

    /// What one superior states with this and another dossier: the later one replaces what the earlier one said, for a
    /// receipt may have come not to count since. Two under one stamp, which only a broken key signs, are taken together.
    /// - Parameters: `stamp` is the other's, `given` this one's.
    func restated(_ other: Proven, at stamp: HybridTimestamp, after given: HybridTimestamp) -> Proven {
      stamp == given ? merged(with: other) : stamp > given ? other : self
    }

    var clamp: HybridTimestamp? {
      until.flatMap { Clamp.of(HybridTimestamp(milliseconds: claimed), firstReceipt: $0) }
    }

    var doubt: TimeDoubt? { TimeDoubt(claimed: claimed, from: from, until: until) }

    func write(to writer: inout CBORWriter) {
      writer.arrayHead(3)
      writer.unsigned(claimed)
      for clock in [from, until] {
        if let clock { writer.unsigned(clock) } else { writer.null() }
      }
    }

    init(claimed: UInt64, from: UInt64?, until: UInt64?) {
      self.claimed = claimed
      self.from = from
      self.until = until
    }

    init(from reader: inout CBORReader) throws(CBORReader.Failure) {
      try reader.array(of: 3)
      claimed = try reader.unsigned()
      from = nil
      until = nil
      if reader.isNextNull { try reader.null() } else { from = try reader.unsigned() }
      if reader.isNextNull { try reader.null() } else { until = try reader.unsigned() }
    }
  }

  /// What one superior's latest dossier with the entry states.
  private struct Statement {
    var office: String
    var stamp: HybridTimestamp
    var proven: Proven
  }

  /// What was stated of an entry whose stream this office may not hold, by all who handed it over; `nil`: nothing was.
  static func proven(_ stream: StreamID, _ seq: UInt64, in storage: any ReplicaStorage) throws -> Proven? {
    let stated = try statements(stream, seq, in: storage).map(\.proven)
    return stated.dropFirst().reduce(stated.first) { $0?.merged(with: $1) }
  }

  /// Notes what a dossier of the office states of an entry's time.
  static func state(
    _ proven: Proven, by office: OfficeCode, at stamp: HybridTimestamp, of stream: StreamID, _ seq: UInt64,
    in storage: any ReplicaStorage
  ) throws {
    var stated = try statements(stream, seq, in: storage)
    if let index = stated.firstIndex(where: { $0.office == office.text }) {
      let known = stated[index]
      stated[index].proven = known.proven.restated(proven, at: stamp, after: known.stamp)
      stated[index].stamp = max(known.stamp, stamp)
    } else {
      stated.append(Statement(office: office.text, stamp: stamp, proven: proven))
    }
    var writer = CBORWriter()
    writer.arrayHead(stated.count)
    for one in stated.sorted(by: { $0.office < $1.office }) {
      writer.arrayHead(3)
      writer.text(one.office)
      writer.unsigned(one.stamp.rawValue)
      one.proven.write(to: &writer)
    }
    try storage.setValue(provenKey(stream, seq), writer.bytes)
  }

  private static func statements(
    _ stream: StreamID, _ seq: UInt64, in storage: any ReplicaStorage
  ) throws -> [Statement] {
    guard let bytes = try storage.value(provenKey(stream, seq)) else { return [] }
    var reader = CBORReader(bytes)
    var stated: [Statement] = []
    for _ in 0..<(try reader.arrayHead(atMost: .max)) {
      try reader.array(of: 3)
      stated.append(
        Statement(
          office: try reader.text(atMost: OfficeCode.lengthMax),
          stamp: HybridTimestamp(rawValue: try reader.unsigned()), proven: try Proven(from: &reader)))
    }
    return stated
  }

  private static func provenKey(_ stream: StreamID, _ seq: UInt64) -> String {
    provenPrefix + hexadecimal(stream.encoded) + "/\(seq)"
  }

  // MARK: Withdrawn

  /// Whether something of the entry may stand in the projection on a dossier's word.
  static func isTaken(_ hash: Digest, in storage: any ReplicaStorage) throws -> Bool {
    try storage.value(takenPrefix + hexadecimal(hash.bytes)) != nil
  }

  static func noteTaken(_ hash: Digest, in storage: any ReplicaStorage) throws {
    try storage.setValue(takenPrefix + hexadecimal(hash.bytes), [1])
  }

  /// An entry counts again when a later dossier holds it.
  static func isWithdrawn(_ hash: Digest, from stamp: HybridTimestamp, in storage: any ReplicaStorage) throws -> Bool {
    guard let bytes = try storage.value(withdrawnPrefix + hexadecimal(hash.bytes)) else { return false }
    var reader = CBORReader(bytes)
    return try HybridTimestamp(rawValue: reader.unsigned()) >= stamp
  }

  static func withdraw(_ hash: Digest, at stamp: HybridTimestamp, in storage: any ReplicaStorage) throws {
    if try isWithdrawn(hash, from: stamp, in: storage) { return }
    var writer = CBORWriter()
    writer.unsigned(stamp.rawValue)
    try storage.setValue(withdrawnPrefix + hexadecimal(hash.bytes), writer.bytes)
    if let missing = try missing(hash, in: storage), missing.stamp <= stamp { try forgetMissing(hash, in: storage) }
  }

  // MARK: Lost

  /// Keeps an own entry that stands in a dossier and not in the log any more, until it is recorded again.
  static func noteLost(_ entry: Entry, _ hash: Digest, in storage: any ReplicaStorage) throws {
    try storage.setValue(lostPrefix + hexadecimal(hash.bytes), entry.encoded)
  }

  static func lost(in storage: any ReplicaStorage) throws -> [Entry] {
    try storage.values(prefix: lostPrefix).compactMap { try? Entry(decoding: $0.value) }
  }

  static func forgetLost(in storage: any ReplicaStorage) throws {
    for (key, _) in try storage.values(prefix: lostPrefix) { try storage.setValue(key, nil) }
  }

  // MARK: Missing

  /// Keeps an entry that a dossier holds and this office does not any more, until it is held or withdrawn.
  static func noteMissing(
    _ entry: Entry, _ hash: Digest, at stamp: HybridTimestamp, in storage: any ReplicaStorage
  ) throws {
    if let known = try missing(hash, in: storage), known.stamp >= stamp { return }
    var writer = CBORWriter()
    writer.arrayHead(2)
    writer.unsigned(stamp.rawValue)
    writer.byteString(entry.encoded)
    try storage.setValue(missingPrefix + hexadecimal(hash.bytes), writer.bytes)
  }

  static func hasMissing(in storage: any ReplicaStorage) throws -> Bool {
    try !storage.values(prefix: missingPrefix).isEmpty
  }

  static func missing(in storage: any ReplicaStorage) throws -> [Entry] {
    try storage.values(prefix: missingPrefix).compactMap { try? readMissing($0.value).entry }
  }

  static func forgetMissing(_ hash: Digest, in storage: any ReplicaStorage) throws {
    try storage.setValue(missingPrefix + hexadecimal(hash.bytes), nil)
  }

  static func missing(
    _ hash: Digest, in storage: any ReplicaStorage
  ) throws -> (stamp: HybridTimestamp, entry: Entry)? {
    try storage.value(missingPrefix + hexadecimal(hash.bytes)).map(readMissing)
  }

  private static func readMissing(_ bytes: [UInt8]) throws -> (stamp: HybridTimestamp, entry: Entry) {
    var reader = CBORReader(bytes)
    try reader.array(of: 2)
    let stamp = HybridTimestamp(rawValue: try reader.unsigned())
    return (stamp, try Entry(decoding: reader.byteString(atMost: .max)))
  }

  // MARK: Guests

  static func keep(_ guest: Guest, in storage: any ReplicaStorage) throws {
    var writer = CBORWriter()
    guest.write(to: &writer)
    try storage.setValue(guestPrefix + guest.office.text, writer.bytes)
  }

  /// Admits them again, parents before those below them. Who vouched for one was above it, and so is the root.
  static func admitGuests(to tree: inout OfficeTree, suites: SuiteSet, in storage: any ReplicaStorage) throws {
    guard let root = tree.all.first?.charter.office else { return }
    var waiting = try storage.values(prefix: guestPrefix).compactMap { item -> Guest? in
      var reader = CBORReader(item.value)
      return try? Guest(from: &reader)
    }
    var count = waiting.count + 1
    while waiting.count < count {
      count = waiting.count
      waiting.removeAll { tree.admit($0, from: root, suites: suites) }
    }
  }

  private static func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
