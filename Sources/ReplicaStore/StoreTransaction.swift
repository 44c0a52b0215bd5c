public import Casebook
import Foundation
import GRDB
public import Replication

/// One open transaction on the database: log, facts and small values. Rows and acts are in their own file.
public final class StoreTransaction: ReplicaStorage {
  /// For tables without rows of records: those that wait may go on waiting.
  let connection: Database
  let schema: RecordSchema
  let suites: SuiteSet
  /// Writes of records that are not in their rows yet.
  var waiting = WaitingWrites()
  /// By record type, while this transaction lasts.
  var rowStatements: [UInt64: RowStatements] = [:]
  var texts = TextBuffer()
  /// A stream's head moved in this transaction.
  private(set) var hasMoved = false
  /// What `entryCount` has grown by in this transaction, counted as it goes: to ask it before and after an act would be
  /// two looks at every stream.
  public internal(set) var entriesGained = 0

  init(_ database: Database, schema: RecordSchema, suites: SuiteSet) {
    connection = database
    self.suites = suites
    self.schema = schema
  }

  // MARK: Log

  public func head(of stream: StreamID) throws -> StreamHead? {
    let select = try BoundStatement(connection, sql: "SELECT seq, hash FROM stream WHERE name = ?")
    select.bind(stream.encoded, at: 1)
    return try select.first { try head(stream, seq: $0.integer(0), hash: $0.bytes(1)) }
  }

  public func heads() throws -> [StreamHead] {
    try Row.fetchAll(connection.cachedStatement(sql: "SELECT name, seq, hash FROM stream ORDER BY name")).map { row in
      try head(try Self.stream(row["name"]), seq: row["seq"], hash: [UInt8](row["hash"] as Data))
    }
  }

  public func streamCount(of author: KeyFingerprint) throws -> Int {
    // The name begins `[author, …`, of three items or four; no byte string of 32 bytes is followed by 0xFF.
    var count = 0
    for array in [0x83, 0x84] as [UInt8] {
      let first = [array, 0x58, 0x20] + author.bytes
      count +=
        try Int.fetchOne(
          connection.cachedStatement(sql: "SELECT count(*) FROM stream WHERE name >= ? AND name < ?"),
          arguments: [Data(first), Data(first + [0xFF])]) ?? 0
    }
    return count
  }

  private func head(_ stream: StreamID, seq: Int64, hash: [UInt8]) throws -> StreamHead {
    guard let digest = Digest(hash) else { throw StoreError(.corrupt, cause: "stream.hash") }
    guard let position = UInt64(exactly: seq) else { throw StoreError(.corrupt, cause: "stream.seq") }
    return StreamHead(stream: stream, seq: position, hash: digest)
  }

  static func stream(_ data: Data) throws -> StreamID {
    var reader = CBORReader([UInt8](data))
    do throws(CBORReader.Failure) {
      return try StreamID(from: &reader)
    } catch {
      throw StoreError(.corrupt, cause: "stream.name")
    }
  }

  public func append(_ run: [Entry], head: StreamHead, receivedAt milliseconds: UInt64) throws {
    let select = try BoundStatement(connection, sql: "SELECT id, seq FROM stream WHERE name = ?")
    select.bind(head.stream.encoded, at: 1)
    let known = try select.first { (id: $0.integer(0), seq: $0.integer(1)) }
    let write = try BoundStatement(
      connection,
      sql: known == nil
        ? "INSERT INTO stream (seq, hash, moved, name) VALUES (?, ?, ?, ?)"
        : "UPDATE stream SET seq = ?, hash = ?, moved = ? WHERE id = ?")
    write.bind(Int64(head.seq), at: 1)
    write.bind(head.hash.bytes, at: 2)
    write.bind(try nextMove(), at: 3)
    if let known { write.bind(known.id, at: 4) } else { write.bind(head.stream.encoded, at: 4) }
    try write.run()
    entriesGained += Int(Int64(head.seq) - (known?.seq ?? 0))
    let id = known?.id ?? connection.lastInsertedRowID
    guard let first = run.first?.header.seq, let last = run.last?.header.seq else { return }
    // Looked up only for a run that comes to an entry which holds one.
    let isTotalKept = first % Schema.totalStride == 0 || first / Schema.totalStride < last / Schema.totalStride
    var total = isTotalKept ? try self.total(of: id, at: first - 1) : 0
    let insert = try BoundStatement(
      connection, sql: "INSERT INTO entry (stream, seq, bytes, received_at, total) VALUES (?, ?, ?, ?, ?)")
    for entry in run {
      try entry.stored.withUnsafeBytes { bytes in
        total += Int64(bytes.count)
        insert.bind(id, at: 1)
        insert.bind(Int64(entry.header.seq), at: 2)
        insert.bind(blob: bytes, at: 3)
        insert.bind(Int64(milliseconds), at: 4)
        insert.bind(entry.header.seq % Schema.totalStride == 0 ? total : 0, at: 5)
        try insert.run()
      }
    }
  }

  /// Counts a move of a stream's head.
  func nextMove() throws -> Int64 {
    hasMoved = true
    let move = Int64(try moves()) + 1
    let count = try BoundStatement(
      connection,
      sql: "INSERT INTO counter (name, value) VALUES ('moves', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value")
    count.bind(move, at: 1)
    try count.run()
    return move
  }

  public func moves() throws -> UInt64 {
    try BoundStatement(connection, sql: "SELECT value FROM counter WHERE name = 'moves'")
      .first { UInt64($0.integer(0)) } ?? 0
  }

  public func heads(movedAfter moves: UInt64) throws -> [StreamHead] {
    try Row.fetchAll(
      connection.cachedStatement(sql: "SELECT name, seq, hash FROM stream WHERE moved > ? ORDER BY name"),
      arguments: [Int64(moves)]
    ).map { try head(try Self.stream($0["name"]), seq: $0["seq"], hash: [UInt8]($0["hash"] as Data)) }
  }

  func streamNumber(_ stream: StreamID) throws -> Int64? {
    let select = try BoundStatement(connection, sql: "SELECT id FROM stream WHERE name = ?")
    select.bind(stream.encoded, at: 1)
    return try select.first { $0.integer(0) }
  }

  public func entries(of stream: StreamID, from seq: UInt64, bytesMax: Int) throws -> [Entry] {
    // A fact may name any position; beyond what a database counts there is nothing.
    guard let first = Int64(exactly: seq), let id = try streamNumber(stream) else { return [] }
    let cursor = try Row.fetchCursor(
      connection.cachedStatement(sql: "SELECT seq, bytes FROM entry WHERE stream = ? AND seq >= ? ORDER BY seq"),
      arguments: [id, first])
    var entries: [Entry] = []
    var bytes = 0
    while let row = try cursor.next() {
      // At its own place, also where one before it is missing.
      let next = try entry(row[1], of: stream, at: UInt64(row[0] as Int64))
      bytes += EntryRun.bytes(of: next)
      if !entries.isEmpty, bytes > bytesMax { break }
      entries.append(next)
      if bytes >= bytesMax { break }
    }
    return entries
  }

  /// An entry as it is stored.
  func entry(_ data: Data, of stream: StreamID, at seq: UInt64) throws -> Entry {
    let bytes = [UInt8](data)
    do throws(CBORReader.Failure) {
      return try Entry(stored: bytes, of: stream, at: seq, suites: suites)
    } catch {
      throw StoreError(
        .corrupt, cause: "entry \(seq): \(error.rawValue)", byte: Entry.firstUnreadableByte(ofStored: bytes, at: seq))
    }
  }

  public func entryCount() throws -> UInt64 {
    let held = try Int64.fetchOne(connection.cachedStatement(sql: "SELECT coalesce(sum(seq), 0) FROM stream")) ?? 0
    return UInt64(held + (try Int64.fetchOne(connection.cachedStatement(sql: "SELECT count(*) FROM entry_aside")) ?? 0))
  }

  // MARK: Deciding facts

  public func put(_ receipt: StoredReceipt) throws {
    try connection.cachedStatement(
      sql: """
        INSERT OR IGNORE INTO receipt (stream, seq, issuer, clock, entry, body) VALUES (?, ?, ?, ?, ?, ?)
        """
    ).execute(arguments: [
      Data(receipt.receipt.head.stream.encoded), Int64(receipt.receipt.head.seq), Data(receipt.issuer.bytes),
      Int64(receipt.receipt.clock), Data(receipt.entry.bytes), Data(Entry.payload(of: [.receipt(receipt.receipt)])),
    ])
  }

  public func receipts(of stream: StreamID, from seq: UInt64) throws -> [StoredReceipt] {
    let select = try BoundStatement(
      connection, sql: "SELECT issuer, entry, body FROM receipt WHERE stream = ? AND seq >= ? ORDER BY seq, id")
    select.bind(stream.encoded, at: 1)
    select.bind(Int64(clamping: seq), at: 2)
    return try select.all { row in
      guard let issuer = Digest(row.bytes(0)), let entry = Digest(row.bytes(1)),
        case .receipt(let receipt) = try Self.change(row.bytes(2))
      else { throw StoreError(.corrupt, cause: "receipt") }
      return StoredReceipt(receipt: receipt, issuer: KeyFingerprint(issuer), entry: entry)
    }
  }

  public func latestReceiptEntry() throws -> Digest? {
    try BoundStatement(connection, sql: "SELECT entry FROM receipt ORDER BY id DESC LIMIT 1")
      .first { Digest($0.bytes(0)) } ?? nil
  }

  public func receiptClock(ofEntry hash: Digest) throws -> UInt64? {
    try Int64.fetchOne(
      connection.cachedStatement(sql: "SELECT clock FROM receipt WHERE entry = ? ORDER BY id LIMIT 1"),
      arguments: [Data(hash.bytes)]
    ).map { UInt64($0) }
  }

  static func change(_ data: Data) throws -> Change? { try change([UInt8](data)) }

  static func change(_ bytes: [UInt8]) throws -> Change? {
    do throws(CBORReader.Failure) {
      return try Entry.changes(ofPayload: bytes).first
    } catch {
      throw StoreError(.corrupt, cause: "fact: \(error.rawValue)")
    }
  }

  // MARK: Exceptional and small

  public func put(_ held: HeldChange) throws {
    try connection.cachedStatement(
      sql: "INSERT OR IGNORE INTO held_change (stream, seq, position, reason, rule) VALUES (?, ?, ?, ?, ?)"
    ).execute(arguments: [
      Data(held.stream.encoded), Int64(held.seq), held.index, held.reason.rawValue, held.rule?.rawValue,
    ])
  }

  public func remove(_ held: HeldChange) throws {
    try connection.cachedStatement(sql: "DELETE FROM held_change WHERE stream = ? AND seq = ? AND position = ?")
      .execute(arguments: [Data(held.stream.encoded), Int64(held.seq), held.index])
  }

  public func heldChanges() throws -> [HeldChange] {
    try Row.fetchAll(
      connection.cachedStatement(sql: "SELECT stream, seq, position, reason, rule FROM held_change ORDER BY id")
    ).map { row in
      guard let reason = HeldChange.Reason(rawValue: row["reason"]) else { throw StoreError(.corrupt, cause: "held") }
      return HeldChange(
        stream: try Self.stream(row["stream"]), seq: UInt64(row["seq"] as Int64), index: row["position"],
        reason: reason,
        rule: (row["rule"] as String?).flatMap(ClassRule.init))
    }
  }

  public func value(_ key: String) throws -> [UInt8]? {
    let select = try BoundStatement(connection, sql: "SELECT value FROM small_value WHERE name = ?")
    select.bind(key, at: 1)
    return try select.first { $0.bytes(0) }
  }

  public func setValue(_ key: String, _ value: [UInt8]?) throws {
    let statement = try BoundStatement(
      connection,
      sql: value == nil
        ? "DELETE FROM small_value WHERE name = ?"
        : "INSERT INTO small_value (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value")
    statement.bind(key, at: 1)
    if let value { statement.bind(value, at: 2) }
    try statement.run()
  }

  public func values(prefix: String) throws -> [(key: String, value: [UInt8])] {
    // A range over the key: there is a value for each numbered document. No text holds a scalar above U+10FFFF.
    let select = try BoundStatement(
      connection, sql: "SELECT name, value FROM small_value WHERE name >= ? AND name < ? ORDER BY name")
    select.bind(prefix, at: 1)
    select.bind(prefix + "\u{10FFFF}", at: 2)
    return try select.all { (key: $0.text(0), value: $0.bytes(1)) }
  }
}
