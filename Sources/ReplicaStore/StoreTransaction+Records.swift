public import Casebook
import Foundation
import GRDB
public import Replication

/// Rows of typed records, acts and summaries.
extension StoreTransaction {
  public func row(_ type: UInt64, _ id: RecordID) throws -> RecordRow? {
    guard let record = schema.type(type) else {
      let row = try Row.fetchOne(
        database.cachedStatement(sql: "SELECT id, stamps, extra FROM other_record WHERE type = ? AND id = ?"),
        arguments: [Int64(type), Data(id.bytes)])
      return try row.map { try self.record($0, type: type, fields: []) }
    }
    let row = try Row.fetchOne(
      database.cachedStatement(sql: "SELECT * FROM \(Schema.table(record)) WHERE id = ?"), arguments: [Data(id.bytes)])
    return try row.map { try self.record($0, type: type, fields: record.fields) }
  }

  public func rows(_ type: UInt64) throws -> [RecordRow] {
    guard let record = schema.type(type) else {
      return try Row.fetchAll(
        database.cachedStatement(sql: "SELECT id, stamps, extra FROM other_record WHERE type = ? ORDER BY id"),
        arguments: [Int64(type)]
      ).map { try self.record($0, type: type, fields: []) }
    }
    return try Row.fetchAll(database.cachedStatement(sql: "SELECT * FROM \(Schema.table(record)) ORDER BY id"))
      .map { try self.record($0, type: type, fields: record.fields) }
  }

  public func rows(_ type: UInt64, where field: UInt64, is value: FieldValue) throws -> [RecordRow] {
    guard let record = schema.type(type), let column = record.field(field) else { return [] }
    return try Row.fetchAll(
      database.cachedStatement(
        sql: "SELECT * FROM \(Schema.table(record)) WHERE \(column.name) \(Self.test(value)) ORDER BY id"),
      arguments: Self.argument(value, column.kind)
    ).map { try self.record($0, type: type, fields: record.fields) }
  }

  /// An index that leaves out rows without a value serves `=` alone.
  private static func test(_ value: FieldValue) -> String { value == .null ? "IS NULL" : "= ?" }

  private static func argument(_ value: FieldValue, _ kind: RecordType.Field.Kind) -> StatementArguments {
    value == .null ? [] : [column(value, kind)]
  }

  public func values(
    _ type: UInt64, _ fields: [UInt64], where field: UInt64, is value: FieldValue
  ) throws -> [RecordValues] {
    guard let record = schema.type(type), let column = record.field(field) else { return [] }
    let columns = fields.map(record.field)
    let list = columns.map { $0?.name ?? "NULL" }.joined(separator: ", ")
    let cursor = try Row.fetchCursor(
      database.cachedStatement(
        sql:
          "SELECT id, extra IS NULL\(list.isEmpty ? "" : ", " + list) FROM \(Schema.table(record)) WHERE \(column.name) \(Self.test(value))"
      ), arguments: Self.argument(value, column.kind))
    var found: [RecordValues] = []
    while let row = try cursor.next() {
      guard let id = RecordID([UInt8](row[0] as Data)) else { throw StoreError(.corrupt, cause: "record id") }
      // A value without a column of its kind is in none of them.
      guard row[1] as Bool, !columns.contains(where: { $0 == nil }) else {
        if let whole = try self.row(type, id) { found.append(RecordValues(id: id, values: fields.map(whole.value))) }
        continue
      }
      let values = columns.enumerated().map { index, column -> FieldValue in
        switch column?.kind {
        case .text: (row[index + 2] as String?).map { .text($0) } ?? .null
        case .integer: (row[index + 2] as Int64?).map { .integer($0) } ?? .null
        case .flag: (row[index + 2] as Bool?).map { .flag($0) } ?? .null
        case nil: .null
        }
      }
      found.append(RecordValues(id: id, values: values))
    }
    return found
  }

  /// A row from its columns, its stamps, and the encoded values that have no column of their kind.
  func record(_ row: Row, type: UInt64, fields: [RecordType.Field]) throws -> RecordRow {
    guard let id = RecordID([UInt8](row["id"] as Data)) else { throw StoreError(.corrupt, cause: "record id") }
    var values: [UInt64: FieldValue] = [:]
    for field in fields {
      switch field.kind {
      case .text: if let text: String = row[field.name] { values[field.number] = .text(text) }
      case .integer: if let number: Int64 = row[field.name] { values[field.number] = .integer(number) }
      case .flag: if let flag: Int64 = row[field.name] { values[field.number] = .flag(flag != 0) }
      }
    }
    do throws(CBORReader.Failure) {
      if let extra: Data = row["extra"] {
        var reader = CBORReader([UInt8](extra))
        for _ in 0..<(try reader.mapHead(atMost: LogLimits.rowFieldsMax)) {
          let number = try reader.unsigned()
          values[number] = try FieldValue(from: &reader)
        }
      }
      return try RecordRow(type: type, id: id, stampBytes: [UInt8](row["stamps"] as Data)) { values[$0] ?? .null }
    } catch {
      throw StoreError(.corrupt, cause: "record \(id): \(error.rawValue)")
    }
  }

  public func put(_ row: RecordRow) throws {
    let fields = schema.type(row.type)?.fields ?? []
    var columns: [String] = []
    var values: [(any DatabaseValueConvertible)?] = []
    var extra: [(UInt64, FieldValue)] = []
    for (number, state) in row.fields.sorted(by: { $0.key < $1.key }) {
      guard let value = state.winner?.value else { continue }
      if let field = fields.first(where: { $0.number == number }), Self.fits(value, field.kind) {
        columns.append(field.name)
        values.append(Self.column(value, field.kind))
      } else {
        extra.append((number, value))
      }
    }
    let extraData = extra.isEmpty && !fields.isEmpty ? nil : Self.encode(extra)
    if let record = schema.type(row.type) {
      let names = (["id", "stamps", "extra"] + columns).joined(separator: ", ")
      let marks = Array(repeating: "?", count: columns.count + 3).joined(separator: ", ")
      try database.cachedStatement(sql: "INSERT OR REPLACE INTO \(Schema.table(record)) (\(names)) VALUES (\(marks))")
        .execute(arguments: StatementArguments([Data(row.id.bytes), Data(row.stampBytes), extraData] + values))
      try noteConflict(of: row)
    } else {
      try database.cachedStatement(
        sql: "INSERT OR REPLACE INTO other_record (type, id, stamps, extra) VALUES (?, ?, ?, ?)"
      ).execute(arguments: [Int64(row.type), Data(row.id.bytes), Data(row.stampBytes), Self.encode(extra)])
    }
  }

  public func restore(_ type: UInt64, _ id: RecordID) throws {
    guard schema.type(type) != nil else { return }
    let other = try Row.fetchOne(
      database.cachedStatement(sql: "SELECT id, stamps, extra FROM other_record WHERE type = ? AND id = ?"),
      arguments: [Int64(type), Data(id.bytes)])
    if let other {
      try put(try record(other, type: type, fields: []))
      try database.cachedStatement(sql: "DELETE FROM other_record WHERE type = ? AND id = ?").execute(arguments: [
        Int64(type), Data(id.bytes),
      ])
    } else if let row = try row(type, id) {
      // Read with the columns of today, values that had none come from `extra`, and go into theirs.
      try put(row)
    }
  }

  private static func encode(_ values: [(UInt64, FieldValue)]) -> Data {
    var writer = CBORWriter()
    writer.mapHead(values.count)
    for (number, value) in values {
      writer.unsigned(number)
      value.write(to: &writer)
    }
    return Data(writer.bytes)
  }

  static func fits(_ value: FieldValue, _ kind: RecordType.Field.Kind) -> Bool {
    switch (value, kind) {
    // A column's NULL reads back as "no value", which is what null says. SQLite's texts end at a zero byte.
    case (.text(let text), .text): !text.utf8.contains(0)
    case (.null, _), (.integer, .integer), (.flag, .flag): true
    default: false
    }
  }

  private static func column(
    _ value: FieldValue, _ kind: RecordType.Field.Kind
  ) -> (any DatabaseValueConvertible)? {
    switch value {
    case .text(let text): text
    case .integer(let number): number
    case .flag(let flag): flag ? 1 : 0
    case .null, .bytes, .list: nil
    }
  }

  // MARK: Acts

  public func acts(of file: RecordID) throws -> [StoredAct] {
    try Row.fetchAll(
      connection.cachedStatement(sql: "SELECT stream, seq, stamp, body FROM act WHERE file = ? ORDER BY id"),
      arguments: [Data(file.bytes)]
    ).map(act)
  }

  public func act(_ id: RecordID, of file: RecordID) throws -> StoredAct? {
    try Row.fetchOne(
      connection.cachedStatement(sql: "SELECT stream, seq, stamp, body FROM act WHERE file = ? AND id = ?"),
      arguments: [Data(file.bytes), Data(id.bytes)]
    ).map(act)
  }

  private func act(_ row: Row) throws -> StoredAct {
    do throws(CBORReader.Failure) {
      guard case .act(let change) = try Entry.changes(ofPayload: [UInt8](row["body"] as Data)).first else {
        throw .unsupported
      }
      return StoredAct(
        change: change, stream: try streamID(row["stream"]), seq: UInt64(row["seq"] as Int64),
        stamp: HybridTimestamp(rawValue: UInt64(bitPattern: row["stamp"] as Int64)))
    } catch {
      throw StoreError(.corrupt, cause: "act: \(error.rawValue)")
    }
  }

  private func streamID(_ data: Data) throws(CBORReader.Failure) -> StreamID {
    var reader = CBORReader([UInt8](data))
    return try StreamID(from: &reader)
  }

  public func put(_ act: StoredAct) throws {
    try connection.cachedStatement(
      sql: "INSERT OR REPLACE INTO act (file, id, stream, seq, stamp, body) VALUES (?, ?, ?, ?, ?, ?)"
    ).execute(arguments: [
      Data(act.change.file.bytes), Data(act.change.id.bytes), Data(act.stream.encoded), Int64(act.seq),
      Int64(bitPattern: act.stamp.rawValue), Data(Entry.payload(of: [.act(act.change)])),
    ])
  }
}
