public import Casebook
import Foundation
import GRDB
public import Replication

/// Rows of typed records, acts and summaries.
extension StoreTransaction {
  public func row(_ type: UInt64, _ id: RecordID) throws -> RecordRow? {
    let known = schema.type(type)
    let select = try BoundStatement(
      database,
      sql: known.map { "SELECT \(Schema.columns($0)) FROM \(Schema.table($0)) WHERE id = ?1" }
        ?? "SELECT id, stamps, extra FROM other_record WHERE id = ?1 AND type = ?2")
    select.bind(id.bytes, at: 1)
    if known == nil { select.bind(Int64(type), at: 2) }
    return try select.first { try Self.record($0, type, known) }
  }

  public func rows(_ type: UInt64) throws -> [RecordRow] {
    let known = schema.type(type)
    let select = try BoundStatement(
      database,
      sql: known.map { "SELECT \(Schema.columns($0)) FROM \(Schema.table($0)) ORDER BY id" }
        ?? "SELECT id, stamps, extra FROM other_record WHERE type = ? ORDER BY id")
    if known == nil { select.bind(Int64(type), at: 1) }
    return try select.all { try Self.record($0, type, known) }
  }

  public func rows(_ type: UInt64, where field: UInt64, is value: FieldValue) throws -> [RecordRow] {
    guard let known = schema.type(type), let column = known.field(field) else { return [] }
    let select = try BoundStatement(
      database,
      sql: """
        SELECT \(Schema.columns(known)) FROM \(Schema.table(known)) WHERE \(column.name) \(Self.test(value)) ORDER BY id
        """)
    switch value {
    case .text(let text): select.bind(text, at: 1)
    case .integer(let number): select.bind(number, at: 1)
    case .flag(let flag): select.bind(flag, at: 1)
    // `NULL` has no parameter, and the others equal nothing that has a column.
    case .null, .bytes, .list: break
    }
    return try select.all { try Self.record($0, type, known) }
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

  /// A row from its stamps, the encoded values that have no column of their kind, and its columns, in the order of
  /// `Schema.columns`.
  /// - Parameter known: its type; `nil` where it has no columns.
  static func record(_ row: BoundStatement, _ type: UInt64, _ known: RecordType?) throws -> RecordRow {
    guard let id = RecordID(row.bytes(0)) else { throw StoreError(.corrupt, cause: "record id") }
    do throws(CBORReader.Failure) {
      var extra: [UInt64: FieldValue] = [:]
      if !row.isNull(2) {
        var reader = CBORReader(row.bytes(2))
        for _ in 0..<(try reader.mapHead(atMost: LogLimits.rowFieldsMax)) {
          let number = try reader.unsigned()
          extra[number] = try FieldValue(from: &reader)
        }
      }
      return try RecordRow(type: type, id: id, stampBytes: row.bytes(1)) { number in
        if let value = extra[number] { return value }
        guard let known, let position = known.position(of: number) else { return .null }
        return Self.value(row, position + 3, known.fields[position].kind)
      }
    } catch {
      throw StoreError(.corrupt, cause: "record \(id): \(error.rawValue)")
    }
  }

  private static func value(_ row: BoundStatement, _ column: Int, _ kind: RecordType.Field.Kind) -> FieldValue {
    if row.isNull(column) { return .null }
    return switch kind {
    case .text: .text(row.text(column))
    case .integer: .integer(row.integer(column))
    case .flag: .flag(row.flag(column))
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
    let select = try BoundStatement(
      database, sql: "SELECT id, stamps, extra FROM other_record WHERE id = ?1 AND type = ?2")
    select.bind(id.bytes, at: 1)
    select.bind(Int64(type), at: 2)
    if let other = try select.first({ try Self.record($0, type, nil) }) {
      try put(other)
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
    let select = try BoundStatement(
      connection, sql: "SELECT stream, seq, stamp, body FROM act WHERE file = ? ORDER BY id")
    select.bind(file.bytes, at: 1)
    return try select.all(act)
  }

  public func act(_ id: RecordID, of file: RecordID) throws -> StoredAct? {
    let select = try BoundStatement(
      connection, sql: "SELECT stream, seq, stamp, body FROM act WHERE file = ? AND id = ?")
    select.bind(file.bytes, at: 1)
    select.bind(id.bytes, at: 2)
    return try select.first(act)
  }

  private func act(_ row: BoundStatement) throws -> StoredAct {
    do throws(CBORReader.Failure) {
      guard case .act(let change) = try Entry.changes(ofPayload: row.bytes(3)).first else { throw .unsupported }
      var stream = CBORReader(row.bytes(0))
      return StoredAct(
        change: change, stream: try StreamID(from: &stream), seq: UInt64(row.integer(1)),
        stamp: HybridTimestamp(rawValue: UInt64(bitPattern: row.integer(2))))
    } catch {
      throw StoreError(.corrupt, cause: "act: \(error.rawValue)")
    }
  }

  public func put(_ act: StoredAct) throws {
    let insert = try BoundStatement(
      connection, sql: "INSERT OR REPLACE INTO act (file, id, stream, seq, stamp, body) VALUES (?, ?, ?, ?, ?, ?)")
    insert.bind(act.change.file.bytes, at: 1)
    insert.bind(act.change.id.bytes, at: 2)
    insert.bind(act.stream.encoded, at: 3)
    insert.bind(Int64(act.seq), at: 4)
    insert.bind(Int64(bitPattern: act.stamp.rawValue), at: 5)
    insert.bind(Entry.payload(of: [.act(act.change)]), at: 6)
    try insert.run()
  }
}
