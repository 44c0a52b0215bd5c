import GRDB
import GRDBSQLite

/// A prepared statement bound without a detour over GRDB's values, for the few statements that catching up runs
/// millions of. The connection, its transactions and its errors stay GRDB's.
struct BoundStatement {
  // Owns the statement; its pointer is good for as long.
  private let statement: Statement
  private var pointer: OpaquePointer { statement.sqliteStatement }

  init(_ database: Database, sql: String) throws { statement = try database.cachedStatement(sql: sql) }

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

  /// - Returns: whether there is a row.
  /// - Throws: `DatabaseError`.
  func step() throws -> Bool {
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

  func isNull(_ column: Int) -> Bool { sqlite3_column_type(pointer, CInt(column)) == SQLITE_NULL }

  func integer(_ column: Int) -> Int64 { sqlite3_column_int64(pointer, CInt(column)) }

  func bytes(_ column: Int) -> [UInt8] {
    let start = sqlite3_column_blob(pointer, CInt(column))
    return [UInt8](UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(pointer, CInt(column)))))
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
