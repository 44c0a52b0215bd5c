import GRDB
import GRDBSQLite

/// A prepared statement bound and read without a detour over GRDB's values: for the few statements that catching up runs
/// millions of, and for the thirty of an act at the desk, which took longer than what SQLite does for them. The
/// connection, its transactions and its errors stay GRDB's.
struct BoundStatement {
  // Owns the statement; its pointer is good for as long.
  private let statement: Statement
  private var pointer: OpaquePointer { statement.sqliteStatement }

  init(_ database: Database, sql: String) throws {
    statement = try database.cachedStatement(sql: sql)
    // GRDB leaves one that it ran where it ended: SQLite would take no value for it.
    reset()
  }

  func bind(_ value: Int64, at index: Int) { sqlite3_bind_int64(pointer, CInt(index), value) }
  func bindNull(at index: Int) { sqlite3_bind_null(pointer, CInt(index)) }

  /// The bytes must outlive the next `step`.
  func bind(blob: UnsafeRawBufferPointer, at index: Int) {
    sqlite3_bind_blob(pointer, CInt(index), blob.baseAddress, CInt(blob.count), nil)
  }

  /// The UTF-8 must outlive the next `step`.
  func bind(text: UnsafeRawBufferPointer, at index: Int) {
    sqlite3_bind_text(
      pointer, CInt(index), text.baseAddress?.assumingMemoryBound(to: CChar.self), CInt(text.count), nil)
  }

  // MARK: Values that are copied

  func bind(_ flag: Bool, at index: Int) { bind(flag ? 1 : 0 as Int64, at: index) }

  /// An empty blob is no NULL.
  func bind(_ bytes: [UInt8], at index: Int) {
    if bytes.isEmpty {
      sqlite3_bind_zeroblob(pointer, CInt(index), 0)
    } else {
      sqlite3_bind_blob(pointer, CInt(index), bytes, CInt(bytes.count), Self.copied)
    }
  }

  /// Up to a zero byte, where SQLite's texts end.
  func bind(_ text: String, at index: Int) { sqlite3_bind_text(pointer, CInt(index), text, -1, Self.copied) }

  func bind(_ text: String?, at index: Int) {
    if let text { bind(text, at: index) } else { bindNull(at: index) }
  }

  /// `SQLITE_TRANSIENT`, a macro that Swift does not see.
  private static let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

  // MARK: Running

  /// - Returns: whether there is a row.
  /// - Throws: `DatabaseError`; also where the transaction is no more, as after a full disk: what is written then would
  ///   be kept by itself.
  func step() throws -> Bool {
    guard sqlite3_get_autocommit(sqlite3_db_handle(pointer)) == 0 else {
      reset()
      throw DatabaseError(resultCode: .SQLITE_ABORT, message: "Transaction was aborted")
    }
    let code = sqlite3_step(pointer)
    switch code {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    default:
      let database = sqlite3_db_handle(pointer)
      let error = DatabaseError(
        resultCode: ResultCode(rawValue: sqlite3_extended_errcode(database)),
        message: sqlite3_errmsg(database).map { String(cString: $0) })
      reset()
      throw error
    }
  }

  /// Rows that the last statement on the connection wrote.
  var changes: Int { Int(sqlite3_changes(sqlite3_db_handle(pointer))) }

  /// Makes the statement ready for the next use; bound values are forgotten.
  func reset() {
    sqlite3_reset(pointer)
    sqlite3_clear_bindings(pointer)
  }

  /// Runs a statement that gives no row.
  func run() throws {
    _ = try step()
    reset()
  }

  /// Runs the statement to its end, and makes it ready for the next use.
  func all<Value>(_ read: (BoundStatement) throws -> Value) throws -> [Value] {
    defer { reset() }
    var values: [Value] = []
    while try step() { values.append(try read(self)) }
    return values
  }

  /// Reads the first row, and makes the statement ready for the next use.
  /// - Returns: `nil` when there is no row.
  func first<Value>(_ read: (BoundStatement) throws -> Value) throws -> Value? {
    defer { reset() }
    return try step() ? try read(self) : nil
  }

  // MARK: Columns

  func isNull(_ column: Int) -> Bool { sqlite3_column_type(pointer, CInt(column)) == SQLITE_NULL }

  func integer(_ column: Int) -> Int64 { sqlite3_column_int64(pointer, CInt(column)) }

  func bytes(_ column: Int) -> [UInt8] {
    let start = sqlite3_column_blob(pointer, CInt(column))
    return [UInt8](UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(pointer, CInt(column)))))
  }

  func flag(_ column: Int) -> Bool { integer(column) != 0 }

  /// Up to a zero byte, where SQLite's texts end; empty for NULL.
  func text(_ column: Int) -> String { optionalText(column) ?? "" }

  func optionalText(_ column: Int) -> String? {
    sqlite3_column_text(pointer, CInt(column)).map { String(cString: $0) }
  }
}

/// Where a row's texts lie next to each other while a statement uses them.
struct TextBuffer {
  /// Begins with a byte of no text, so that an empty text has an address too: SQLite takes none for NULL.
  private(set) var bytes: [UInt8] = [0]
  private var ends: [Int] = []

  mutating func removeAll() {
    bytes.removeSubrange(1...)
    ends.removeAll(keepingCapacity: true)
  }

  mutating func append(_ text: String) {
    bytes.append(contentsOf: text.utf8)
    ends.append(bytes.count)
  }

  func range(_ index: Int) -> Range<Int> { (index == 0 ? 1 : ends[index - 1])..<ends[index] }
}
