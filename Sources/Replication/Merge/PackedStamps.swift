/// Works on a row's packed stamps (`RecordRow.stampBytes`) without making the row: for the writes that nearly all writes
/// are, those that make a record and those that replace what stands. Gives the bytes `RecordRow` would give.
public enum PackedStamps {
  /// The stamps of a record made by one write.
  /// - Returns: `nil` when the write replaces something, so that there is more to remember than its stamp.
  public static func made(by write: RecordWrite, stamp: WriteStamp) -> [UInt8]? {
    guard write.fields.allSatisfy({ $0.replaces.isEmpty }), !write.fields.isEmpty else { return nil }
    var writer = CBORWriter(capacity: 24 + 2 * write.fields.count)
    writer.arrayHead(2)
    stamp.write(to: &writer)
    writer.arrayHead(write.fields.count)
    for field in write.fields { writer.unsigned(field.number) }
    return writer.bytes
  }

  /// The stamps after a write to a row that has `bytes`.
  /// - Returns: `nil` unless each field is new to the row or holds nothing but the same author's earlier value: else
  ///   there is a value to remember, and the whole row is needed.
  /// - Complexity: O(bytes).
  public static func bytes(
    _ bytes: [UInt8], after write: RecordWrite, stamp: WriteStamp
  ) throws(CBORReader.Failure) -> [UInt8]? {
    guard var row = try FlatStamps(bytes) else { return nil }
    for field in write.fields {
      guard field.replaces.allSatisfy({ $0.author == stamp.author }) else { return nil }
      guard row.set(field.number, to: stamp, isReplacing: !field.replaces.isEmpty) else { return nil }
    }
    return row.bytes
  }
}

/// Stamps of a row none of whose fields holds more than one value: nearly all rows, nearly always.
private struct FlatStamps {
  private struct Field {
    let number: UInt64
    var stamp: WriteStamp
    var isOverwritten: Bool
  }

  /// By ascending number.
  private var fields: [Field] = []

  /// A row of more is written whole: what is done here field by field would cost the square of it.
  private static let fieldsMax = 64

  /// - Returns: `nil` when a field holds more, or there are too many.
  init?(_ bytes: [UInt8]) throws(CBORReader.Failure) {
    var reader = CBORReader(bytes)
    let isShort = try reader.arrayHead(atMost: 4) == 2
    var shared: WriteStamp?
    if reader.isNextNull { try reader.null() } else { shared = try WriteStamp(from: &reader) }
    let count = try reader.arrayHead(atMost: LogLimits.rowFieldsMax)
    guard count <= Self.fieldsMax else { return nil }
    fields.reserveCapacity(count + 4)
    for _ in 0..<count {
      guard let shared else { throw .outOfRange }
      fields.append(Field(number: try reader.unsigned(), stamp: shared, isOverwritten: false))
    }
    if isShort {
      try reader.finish()
      return
    }
    for _ in 0..<(try reader.arrayHead(atMost: LogLimits.rowFieldsMax)) {
      let number = try reader.unsigned()
      guard let index = fields.firstIndex(where: { $0.number == number }) else { throw .outOfRange }
      fields[index].isOverwritten = true
    }
    let others = try reader.mapHead(atMost: LogLimits.rowFieldsMax)
    guard fields.count + others <= Self.fieldsMax else { return nil }
    for _ in 0..<others {
      let number = try reader.unsigned()
      try reader.array(of: 4)
      let isOverwritten = try reader.flag()
      if reader.isNextNull { return nil }
      let stamp = try WriteStamp(from: &reader)
      guard try reader.arrayHead(atMost: LogLimits.replacedMax) == 0,
        try reader.arrayHead(atMost: RegisterState.authorsMax * 3) == 0
      else { return nil }
      let index = fields.firstIndex { $0.number > number } ?? fields.count
      fields.insert(Field(number: number, stamp: stamp, isOverwritten: isOverwritten), at: index)
    }
    try reader.finish()
  }

  /// - Returns: whether the field was new, or held an earlier value of the same author.
  mutating func set(_ number: UInt64, to stamp: WriteStamp, isReplacing: Bool) -> Bool {
    guard let index = fields.firstIndex(where: { $0.number >= number }), fields[index].number == number else {
      guard fields.count < Self.fieldsMax else { return false }
      let index = fields.firstIndex { $0.number > number } ?? fields.count
      fields.insert(Field(number: number, stamp: stamp, isOverwritten: isReplacing), at: index)
      return true
    }
    let last = fields[index].stamp
    guard last.author == stamp.author, last < stamp else { return false }
    fields[index].stamp = stamp
    fields[index].isOverwritten = true
    return true
  }

  /// The stamp most fields have, of several the latest.
  private var sharedStamp: WriteStamp? {
    var counts: [(stamp: WriteStamp, count: Int)] = []
    for field in fields {
      if let index = counts.firstIndex(where: { $0.stamp == field.stamp }) {
        counts[index].count += 1
      } else {
        counts.append((field.stamp, 1))
      }
    }
    return counts.max { ($0.count, $0.stamp) < ($1.count, $1.stamp) }?.stamp
  }

  /// As `RecordRow.stampBytes`.
  var bytes: [UInt8] {
    let shared = sharedStamp
    var plain = 0
    var overwritten = 0
    for field in fields where field.stamp == shared {
      plain += 1
      if field.isOverwritten { overwritten += 1 }
    }
    let others = fields.count - plain
    let isShort = plain > 0 && overwritten == 0 && others == 0
    var writer = CBORWriter(capacity: 32 + 2 * plain + 26 * others)
    writer.arrayHead(isShort ? 2 : 4)
    if let shared { shared.write(to: &writer) } else { writer.null() }
    writer.arrayHead(plain)
    for field in fields where field.stamp == shared { writer.unsigned(field.number) }
    if isShort { return writer.bytes }
    writer.arrayHead(overwritten)
    for field in fields where field.stamp == shared && field.isOverwritten { writer.unsigned(field.number) }
    writer.mapHead(others)
    for field in fields where field.stamp != shared {
      writer.unsigned(field.number)
      writer.arrayHead(4)
      writer.flag(field.isOverwritten)
      field.stamp.write(to: &writer)
      writer.arrayHead(0)
      writer.arrayHead(0)
    }
    return writer.bytes
  }
}
