public import Casebook
import Foundation
import GRDB
import Replication

/// Comparing the projection with one that is made elsewhere, so that this database stays as it is.
extension StoreTransaction {
  /// The other one is made in a database that has the same tables, so that each column of each row is compared, and nothing
  /// that a later release adds can be forgotten. It lies in SQLite's temporary folder while this runs
  /// (sqlite.org/inmemorydb.html, "temporary databases"): a bureau's log and rows would not fit into memory.
  public func differences(
    fromProjectionMadeBy make: (any ReplicaStorage) throws -> Void
  ) throws -> [ProjectionDifference] {
    var configuration = Configuration()
    configuration.label = "comparison"
    let queue = try DatabaseQueue(path: "", configuration: configuration)
    try queue.writeWithoutTransaction { database in
      try database.execute(sql: "PRAGMA recursive_triggers = ON")
      try database.execute(sql: "PRAGMA cache_size = -\(ReplicaStore.cacheKibibytes)")
    }
    return try queue.write { database in
      try Schema.migrate(database, records: schema)
      let other = StoreTransaction(database, schema: schema, suites: suites)
      try make(other)
      return try differences(from: other)
    }
  }

  private func differences(from other: StoreTransaction) throws -> [ProjectionDifference] {
    var found: [ProjectionDifference] = []
    for table in ["charter"] + Self.derivedTables + schema.types.map(Schema.table) {
      // The new database's: in a file that had some added they stand in another order.
      let columns = try other.columns(of: table)
      let list = columns.joined(separator: ", ")
      let difference = try difference(
        of: table, columns, "SELECT \(list) FROM \(table) ORDER BY \(list)", [], from: other)
      if let difference { found.append(difference) }
    }
    for (prefix, table) in Self.derivedValues {
      let difference = try difference(
        of: table, ["name", "value"],
        "SELECT name, value FROM small_value WHERE name >= ? AND name < ? ORDER BY name",
        [prefix, prefix + "\u{10FFFF}"], from: other)
      if let difference { found.append(difference) }
    }
    return found
  }

  /// Goes through both tables in the same order.
  /// - Complexity: reads every row, keeps one of each.
  private func difference(
    of table: String, _ columns: [String], _ sql: String, _ arguments: StatementArguments, from other: StoreTransaction
  ) throws -> ProjectionDifference? {
    let ours = try Row.fetchCursor(database, sql: sql, arguments: arguments)
    let theirs = try Row.fetchCursor(other.database, sql: sql, arguments: arguments)
    func next(_ cursor: RowCursor) throws -> [[UInt8]]? {
      try cursor.next().map { Array($0.databaseValues).map(Self.cell) }
    }
    var left = try next(ours)
    var right = try next(theirs)
    var first: [[UInt8]]?
    var (surplus, missing) = (0, 0)
    while left != nil || right != nil {
      if left == right {
        left = try next(ours)
        right = try next(theirs)
        continue
      }
      // What only one of them has comes first there.
      let isOurs = left.map { left in right.map { Self.precedes(left, $0) } ?? true } ?? false
      if first == nil { first = isOurs ? left : right }
      if isOurs {
        surplus += 1
        left = try next(ours)
      } else {
        missing += 1
        right = try next(theirs)
      }
    }
    guard let first else { return nil }
    // An altered row is one too many and one that is missing.
    return ProjectionDifference(
      table: table, row: Self.row(first, columns, of: table), others: max(surplus, missing) - 1)
  }

  /// A value's bytes, which stand in SQLite's own order of values: nothing, numbers, texts, bytes.
  private static func cell(_ value: DatabaseValue) -> [UInt8] {
    switch value.storage {
    case .null: [0]
    case .int64(let number):
      [1] + withUnsafeBytes(of: (UInt64(bitPattern: number) ^ signBit).bigEndian) { [UInt8]($0) }
    case .double(let number): [1] + Array("\(number)".utf8)
    case .string(let text): [2] + Array(text.utf8)
    case .blob(let data): [3] + [UInt8](data)
    }
  }

  private static let signBit: UInt64 = 1 << 63

  private static func precedes(_ one: [[UInt8]], _ other: [[UInt8]]) -> Bool {
    guard let (left, right) = zip(one, other).first(where: { $0 != $1 }) else { return false }
    return left.lexicographicallyPrecedes(right)
  }

  /// What the row is found by. A record's other columns are its fields, whatever they are called.
  private static func row(_ cells: [[UInt8]], _ columns: [String], of table: String) -> ProjectionDifference.Row {
    let isRecord = table.hasPrefix("r_")
    func bytes(_ column: String) -> [UInt8]? {
      guard !isRecord || column == "id", let index = columns.firstIndex(of: column) else { return nil }
      return Array(cells[index].dropFirst())
    }
    let stream = bytes("stream").flatMap { bytes in
      var reader = CBORReader(bytes)
      return try? StreamID(from: &reader)
    }
    return ProjectionDifference.Row(
      file: bytes("file").flatMap { RecordID($0) }, record: (bytes("id") ?? bytes("act")).flatMap { RecordID($0) },
      stream: stream, seq: bytes("seq").map { $0.reduce(0 as UInt64) { $0 << 8 | UInt64($1) } ^ signBit },
      name: bytes("name").map { String(decoding: $0, as: UTF8.self) })
  }
}
