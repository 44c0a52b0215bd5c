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
  /// The greatest id of the type that was stored when the transaction first wrote one; `nil` when there was none.
  let lastID: RecordID?
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
    let coming = WaitingWrite(write: write, stamp: stamp, ranks: ranks)
    if try isBeyondStored(write) {
      // The others wait on, also where its row has to be read.
      let others = waiting
      waiting = WaitingWrites()
      defer { waiting = others }
      return try take(coming)
    }
    waiting.add(coming)
    if waiting.isFull { try writeWaiting() }
  }

  /// Whether a record comes after all of its type that were stored when the transaction began: it was made in this one,
  /// for ids are ordered by time. Its page is at the end of the table and was written just now; whoever changes it later,
  /// when it has gone to the log, has it logged twice.
  private func isBeyondStored(_ write: RecordWrite) throws -> Bool {
    guard let statements = try rowStatements(write.type) else { return false }
    return statements.lastID.map { $0 < write.id } ?? true
  }

  /// Takes the writes that wait into their rows; to be called before the transaction ends.
  func writeWaiting() throws {
    guard !waiting.isEmpty else { return }
    let taken = waiting
    waiting = WaitingWrites()
    try taken.forEachInOrder { try take($0) }
  }

  /// Takes one write into its row.
  private func take(_ coming: WaitingWrite) throws {
    let write = coming.write
    if try applyShort(write, stamp: coming.stamp) { return }
    var row = try row(write.type, write.id) ?? RecordRow(type: write.type, id: write.id)
    row.apply(write, stamp: coming.stamp) { coming.ranks($0) }
    try put(row)
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
