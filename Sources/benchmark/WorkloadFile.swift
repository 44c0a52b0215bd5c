import Casebook
import Foundation
import Replication

/// One record written whole, or one field of a record.
enum Operation {
  case insert(table: Int, id: RecordID, values: [FieldValue])
  case update(table: Int, id: RecordID, field: Int, value: FieldValue)

  /// Field values written: the measure of work.
  var changes: Int {
    if case .insert = self { WorkloadSchema.fieldsPerRecord } else { 1 }
  }
}

/// A local transaction with the lines it came from.
struct WorkloadTransaction {
  var operations: [Operation]
  var lines: [UInt8]

  var changes: Int { operations.reduce(0) { $0 + $1.changes } }
}

/// A workload as `workload.py` writes it: `I <table> v0..v11`, `U <table> <id> <column> <value>`, `C` for the commit, by
/// tabs. No value holds a tab or a newline.
struct WorkloadFile {
  struct Malformed: Error, CustomStringConvertible {
    let line: Int
    var description: String { "line \(line) of the workload is of another shape" }
  }

  private let data: Data

  init(path: String) throws { data = try Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped) }

  /// Reads transactions until `body` says that it has enough.
  /// - Parameter body: false to stop.
  func forEach(_ body: (WorkloadTransaction) throws -> Bool) throws {
    try data.withUnsafeBytes { bytes in
      var transaction = WorkloadTransaction(operations: [], lines: [])
      var start = 0
      var number = 0
      while start < bytes.count {
        number += 1
        var end = start
        while end < bytes.count, bytes[end] != 0x0A { end += 1 }
        let line = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
        start = end + 1
        if line.elementsEqual("C".utf8) {
          guard try body(transaction) else { return }
          transaction = WorkloadTransaction(operations: [], lines: [])
        } else {
          guard let operation = Self.operation(line) else { throw Malformed(line: number) }
          transaction.operations.append(operation)
          transaction.lines.append(contentsOf: line)
          transaction.lines.append(0x0A)
        }
      }
    }
  }

  private static func operation(_ line: UnsafeRawBufferPointer) -> Operation? {
    let parts = line.split(separator: 0x09, omittingEmptySubsequences: false).map { String(decoding: $0, as: UTF8.self) }
    guard parts.count > 3, let table = WorkloadSchema.names.firstIndex(of: parts[1]), let id = WorkloadID.record(parts[2])
    else { return nil }
    let fields = WorkloadSchema.tables[table].fields
    func value(_ text: String, _ field: Int) -> FieldValue? {
      fields[field].kind == .integer ? Int64(text).map { .integer($0) } : .text(text)
    }
    switch parts[0] {
    case "I":
      guard parts.count == fields.count + 3 else { return nil }
      let values = fields.indices.compactMap { value(parts[$0 + 3], $0) }
      return values.count == fields.count ? .insert(table: table, id: id, values: values) : nil
    case "U":
      guard parts.count == 5, let field = fields.firstIndex(where: { $0.name == parts[3] }),
        let value = value(parts[4], field)
      else { return nil }
      return .update(table: table, id: id, field: field, value: value)
    default: return nil
    }
  }
}

/// The workload's ids: 26 digits of Crockford's base 32, ten of time and sixteen of chance; 128 bits in all.
enum WorkloadID {
  static let digits = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)
  private static let count = 26

  static func record(_ text: String) -> RecordID? {
    guard text.utf8.count == count else { return nil }
    var high: UInt64 = 0
    var low: UInt64 = 0
    for letter in text.utf8 {
      guard let digit = digits.firstIndex(of: letter) else { return nil }
      high = high << 5 | low >> 59
      low = low << 5 | UInt64(digit)
    }
    return RecordID((0..<16).map { UInt8(truncatingIfNeeded: ($0 < 8 ? high : low) >> UInt64(56 - 8 * ($0 % 8))) })
  }

  static func text(milliseconds: UInt64, high: UInt64, low: UInt64) -> String {
    func base32(_ value: UInt64, _ count: Int) -> [UInt8] {
      (0..<count).map { digits[Int(value >> UInt64(5 * (count - 1 - $0)) & 31)] }
    }
    return String(decoding: base32(milliseconds, 10) + base32(high, 8) + base32(low, 8), as: UTF8.self)
  }
}
