public import Casebook
import Foundation
import GRDB
public import Replication

/// The statements of one record type's table, and what they were made for.
final class RowStatements {
  let type: RecordType
  private let database: Database
  let insert: BoundStatement
  let stamps: BoundStatement
  /// The greatest id of the type that is stored or waits; `nil` while there is none.
  var lastID: RecordID?
  /// Updates by the columns they set, as bits by position.
  private var updates: [UInt64: BoundStatement] = [:]

  /// Kinds of updates kept ready; a type with more is written whole.
  private static let updatesMax = 128

  init(_ database: Database, _ type: RecordType) throws {
    self.database = database
    self.type = type
    let table = Schema.table(type)
    let names = (["id", "stamps"] + type.fields.map(\.name)).joined(separator: ", ")
    let marks = Array(repeating: "?", count: type.fields.count + 2).joined(separator: ", ")
    insert = try BoundStatement(
      database, sql: "INSERT INTO \(table) (\(names)) VALUES (\(marks)) ON CONFLICT DO NOTHING")
    stamps = try BoundStatement(database, sql: "SELECT stamps, extra, rowid FROM \(table) WHERE id = ?")
    lastID = try Data.fetchOne(database.cachedStatement(sql: "SELECT max(id) FROM \(table)")).flatMap {
      RecordID([UInt8]($0))
    }
  }

  /// Positions of the columns a write sets, in its order.
  /// - Returns: `nil` when a value has no column of its kind.
  func positions(of write: RecordWrite) -> [Int]? {
    var positions: [Int] = []
    positions.reserveCapacity(write.fields.count)
    for field in write.fields {
      guard let position = type.position(of: field.number), position < UInt64.bitWidth,
        StoreTransaction.fits(field.value, type.fields[position].kind)
      else { return nil }
      positions.append(position)
    }
    return positions
  }

  /// - Parameter positions: of the columns, in the order of the fields' numbers.
  /// - Returns: `nil` when there are too many kinds. Its values are the columns', then the stamps, then the row's number.
  func update(_ positions: [Int]) throws -> BoundStatement? {
    let key = positions.reduce(0 as UInt64) { $0 | 1 << UInt64($1) }
    if let known = updates[key] { return known }
    guard updates.count < Self.updatesMax else { return nil }
    let columns = positions.map { "\(type.fields[$0].name) = ?" }.joined(separator: ", ")
    let made = try BoundStatement(
      database, sql: "UPDATE \(Schema.table(type)) SET \(columns), stamps = ? WHERE rowid = ?")
    updates[key] = made
    return made
  }
}

/// Writes of records, the short way: no row is read whole and none is written whole where that is not needed.
extension StoreTransaction {
  /// The connection once no write waits.
  var database: Database {
    get throws {
      try writeWaiting()
      return connection
    }
  }

  public func apply(_ write: RecordWrite, stamp: WriteStamp, ranks: AuthorRanks) throws {
    if try isBeyondLast(write), try insertShort(write, stamp: stamp) { return }
    waiting.add(WaitingWrite(write: write, stamp: stamp, ranks: ranks))
    if waiting.isFull { try writeWaiting() }
  }

  /// Whether a record comes after all of its type, those that wait included: new ones do, for ids are ordered by time.
  /// It goes to the end of the table, where nothing is gained by waiting.
  private func isBeyondLast(_ write: RecordWrite) throws -> Bool {
    guard let statements = try rowStatements(write.type) else { return false }
    guard statements.lastID.map({ $0 < write.id }) ?? true else { return false }
    statements.lastID = write.id
    return true
  }

  /// Takes the writes that wait into their rows; to be called before the transaction ends.
  func writeWaiting() throws {
    guard !waiting.isEmpty else { return }
    let taken = waiting
    waiting = WaitingWrites()
    try taken.forEachInOrder { waiting in
      if try applyShort(waiting.write, stamp: waiting.stamp) { return }
      let write = waiting.write
      var row = try row(write.type, write.id) ?? RecordRow(type: write.type, id: write.id)
      row.apply(write, stamp: waiting.stamp) { waiting.ranks($0) }
      try put(row)
    }
  }

  /// - Returns: whether the write is done: it made the record, or replaced the values that stood.
  private func applyShort(_ write: RecordWrite, stamp: WriteStamp) throws -> Bool {
    // A write of no field, which a later version or a hostile one may send, has no statement of its own.
    guard !write.fields.isEmpty, let statements = try rowStatements(write.type),
      let positions = statements.positions(of: write)
    else {
      return false
    }
    if try insert(write, positions, stamp: stamp, with: statements) { return true }
    guard let (row, present) = try stamps(of: write.id, with: statements.stamps) else { return false }
    let packed: [UInt8]?
    do throws(CBORReader.Failure) {
      packed = try PackedStamps.bytes(present, after: write, stamp: stamp)
    } catch {
      throw StoreError(.corrupt, cause: "record \(write.id): \(error.rawValue)")
    }
    guard let packed, let update = try statements.update(positions) else { return false }
    // By its number, so that the index of ids is not searched again.
    update.bind(row, at: positions.count + 2)
    try run(update, write, stamps: packed, stampsAt: positions.count + 1) { $0 + 1 }
    return true
  }

  /// - Returns: whether the write made the record.
  private func insertShort(_ write: RecordWrite, stamp: WriteStamp) throws -> Bool {
    guard !write.fields.isEmpty, let statements = try rowStatements(write.type),
      let positions = statements.positions(of: write)
    else { return false }
    return try insert(write, positions, stamp: stamp, with: statements)
  }

  private func insert(
    _ write: RecordWrite, _ positions: [Int], stamp: WriteStamp, with statements: RowStatements
  ) throws -> Bool {
    guard let packed = PackedStamps.made(by: write, stamp: stamp) else { return false }
    let insert = statements.insert
    try write.id.bytes.withUnsafeBytes { id in
      insert.bind(blob: id, at: 1)
      try run(insert, write, stamps: packed, stampsAt: 2) { positions[$0] + 3 }
    }
    return insert.changes > 0
  }

  private func rowStatements(_ type: UInt64) throws -> RowStatements? {
    if let known = rowStatements[type] { return known }
    guard let record = schema.type(type) else { return nil }
    let made = try RowStatements(connection, record)
    rowStatements[type] = made
    return made
  }

  /// - Returns: the row's number and stamps; `nil` when there is no row, or one with values that have no column: those
  ///   are written whole.
  private func stamps(of id: RecordID, with select: BoundStatement) throws -> (row: Int64, stamps: [UInt8])? {
    try id.bytes.withUnsafeBytes { id in
      select.bind(blob: id, at: 1)
      defer { select.reset() }
      guard try select.step(), select.isNull(1) else { return nil }
      return (select.integer(2), select.bytes(0))
    }
  }

  /// - Parameters:
  ///   - statement: with the row's id or number bound.
  ///   - place: a field's parameter by its place in the write.
  private func run(
    _ statement: BoundStatement, _ write: RecordWrite, stamps: [UInt8], stampsAt: Int, place: (Int) -> Int
  ) throws {
    var texts = texts
    self.texts = TextBuffer()
    defer { self.texts = texts }
    texts.removeAll()
    for case .text(let text) in write.fields.lazy.map(\.value) { texts.append(text) }
    try texts.bytes.withUnsafeBytes { buffer in
      try stamps.withUnsafeBytes { stamps in
        var next = 0
        for (index, field) in write.fields.enumerated() {
          switch field.value {
          case .text:
            statement.bind(text: UnsafeRawBufferPointer(rebasing: buffer[texts.range(next)]), at: place(index))
            next += 1
          case .integer(let number): statement.bind(number, at: place(index))
          case .flag(let flag): statement.bind(flag ? 1 : 0, at: place(index))
          case .null, .bytes, .list: statement.bindNull(at: place(index))
          }
        }
        statement.bind(blob: stamps, at: stampsAt)
        try statement.run()
      }
    }
  }
}
