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

  init(_ database: Database, schema: RecordSchema, suites: SuiteSet) {
    connection = database
    self.suites = suites
    self.schema = schema
  }

  // MARK: Log

  public func head(of stream: StreamID) throws -> StreamHead? {
    let row = try Row.fetchOne(
      connection.cachedStatement(sql: "SELECT seq, hash FROM stream WHERE name = ?"), arguments: [Data(stream.encoded)])
    return try row.map { try head(stream, seq: $0["seq"], hash: $0["hash"]) }
  }

  public func heads() throws -> [StreamHead] {
    try Row.fetchAll(connection.cachedStatement(sql: "SELECT name, seq, hash FROM stream ORDER BY name")).map { row in
      try head(try Self.stream(row["name"]), seq: row["seq"], hash: row["hash"])
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

  private func head(_ stream: StreamID, seq: Int64, hash: Data) throws -> StreamHead {
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
    try connection.cachedStatement(
      sql: """
        INSERT INTO stream (name, seq, hash, moved) VALUES (?, ?, ?, ?)
        ON CONFLICT (name) DO UPDATE SET seq = excluded.seq, hash = excluded.hash, moved = excluded.moved
        """
    ).execute(arguments: [Data(head.stream.encoded), Int64(head.seq), Data(head.hash.bytes), try nextMove()])
    guard let id = try streamNumber(head.stream) else { throw StoreError(.corrupt, cause: "stream.id") }
    guard let first = run.first else { return }
    var total = try total(of: id, at: first.header.seq - 1)
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
    return try Int64.fetchOne(
      connection.cachedStatement(
        sql: """
          INSERT INTO counter (name, value) VALUES ('moves', 1)
          ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value
          """)) ?? 0
  }

  public func moves() throws -> UInt64 {
    UInt64(try Int64.fetchOne(connection.cachedStatement(sql: "SELECT value FROM counter WHERE name = 'moves'")) ?? 0)
  }

  public func heads(movedAfter moves: UInt64) throws -> [StreamHead] {
    try Row.fetchAll(
      connection.cachedStatement(sql: "SELECT name, seq, hash FROM stream WHERE moved > ? ORDER BY name"),
      arguments: [Int64(moves)]
    ).map { try head(try Self.stream($0["name"]), seq: $0["seq"], hash: $0["hash"]) }
  }

  func streamNumber(_ stream: StreamID) throws -> Int64? {
    try Int64.fetchOne(
      connection.cachedStatement(sql: "SELECT id FROM stream WHERE name = ?"), arguments: [Data(stream.encoded)])
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
    try Row.fetchAll(
      connection.cachedStatement(
        sql: "SELECT issuer, entry, body FROM receipt WHERE stream = ? AND seq >= ? ORDER BY seq, id"),
      arguments: [Data(stream.encoded), Int64(clamping: seq)]
    ).map { row in
      guard let issuer = Digest(row["issuer"] as Data), let entry = Digest(row["entry"] as Data),
        case .receipt(let receipt) = try Self.change(row["body"])
      else { throw StoreError(.corrupt, cause: "receipt") }
      return StoredReceipt(receipt: receipt, issuer: KeyFingerprint(issuer), entry: entry)
    }
  }

  public func latestReceiptEntry() throws -> Digest? {
    try Data.fetchOne(connection.cachedStatement(sql: "SELECT entry FROM receipt ORDER BY id DESC LIMIT 1")).flatMap {
      Digest($0)
    }
  }

  public func receiptClock(ofEntry hash: Digest) throws -> UInt64? {
    try Int64.fetchOne(
      connection.cachedStatement(sql: "SELECT clock FROM receipt WHERE entry = ? ORDER BY id LIMIT 1"),
      arguments: [Data(hash.bytes)]
    ).map { UInt64($0) }
  }

  static func change(_ data: Data) throws -> Change? {
    do throws(CBORReader.Failure) {
      return try Entry.changes(ofPayload: [UInt8](data)).first
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
    try Data.fetchOne(
      connection.cachedStatement(sql: "SELECT value FROM small_value WHERE name = ?"), arguments: [key]
    ).map { [UInt8]($0) }
  }

  public func setValue(_ key: String, _ value: [UInt8]?) throws {
    if let value {
      try connection.cachedStatement(
        sql:
          "INSERT INTO small_value (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
      ).execute(arguments: [key, Data(value)])
    } else {
      try connection.cachedStatement(sql: "DELETE FROM small_value WHERE name = ?").execute(arguments: [key])
    }
  }

  public func values(prefix: String) throws -> [(key: String, value: [UInt8])] {
    // A range over the key: there is a value for each numbered document. No text holds a scalar above U+10FFFF.
    try Row.fetchAll(
      connection.cachedStatement(sql: "SELECT name, value FROM small_value WHERE name >= ? AND name < ? ORDER BY name"),
      arguments: [prefix, prefix + "\u{10FFFF}"]
    ).map { (key: $0["name"], value: [UInt8]($0["value"] as Data)) }
  }
}
