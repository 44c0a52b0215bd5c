/// Works on a row's packed stamps (`RecordRow.stampBytes`) without making the row: for the writes that nearly all writes
/// are, those that make a record and those that replace what stands. Gives the bytes `RecordRow` would give.
public enum PackedStamps {
  /// A field of the row: its value's place among the stamps, or where its state lies in the bytes.
  private struct Place {
    let number: UInt64
    var winner: Int?
    var range: Range<Int>
  }

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
  /// - Returns: `nil` when a value stays in conflict, or the write is older than what the row has seen, or more is
  ///   replaced than is remembered: then the whole row is needed.
  /// - Complexity: O(bytes).
  public static func bytes(
    _ bytes: [UInt8], after write: RecordWrite, stamp: WriteStamp
  ) throws(CBORReader.Failure) -> [UInt8]? {
    var reader = CBORReader(bytes)
    var table: StampTable
    let places: [Place]
    switch try reader.arrayHead(atMost: 3) {
    case 2:
      table = StampTable([try WriteStamp(from: &reader)])
      places = try sharedPlaces(&reader)
    case 3:
      table = try StampTable(from: &reader)
      places = try ownPlaces(&reader)
    default: return nil
    }
    try reader.finish()
    guard let last = table.last, stamp > last else { return nil }
    var states: [(place: Int, replaced: [Int])] = []
    var next = 0
    for field in write.fields {
      while next < places.count, places[next].number < field.number { next += 1 }
      var replaced: [Int] = []
      var place = -1
      if next < places.count, places[next].number == field.number {
        place = next
        guard let known = try Self.replaced(by: field, at: places[next], in: bytes, table) else { return nil }
        replaced = known
      }
      for old in field.replaces {
        guard let index = table.place(of: old) else { return nil }
        if !replaced.contains(index) { replaced.append(index) }
      }
      guard replaced.count <= RegisterState.replacedMax else { return nil }
      replaced.sort()
      states.append((place, replaced))
    }
    table.append(stamp)
    return written(write, states, places, table, of: bytes)
  }

  private static func written(
    _ write: RecordWrite, _ states: [(place: Int, replaced: [Int])], _ places: [Place], _ table: StampTable,
    of bytes: [UInt8]
  ) -> [UInt8] {
    var writer = CBORWriter(capacity: bytes.count + 3 * places.count + 48)
    writer.arrayHead(3)
    table.write(to: &writer)
    writer.mapHead(places.count + states.count { $0.place < 0 })
    var next = 0
    for (field, state) in zip(write.fields, states) {
      while next < places.count, places[next].number < field.number {
        keep(places[next], of: bytes, in: &writer)
        next += 1
      }
      if state.place >= 0 { next += 1 }
      writer.unsigned(field.number)
      if !state.replaced.isEmpty {
        writer.arrayHead(3)
        writer.unsigned(UInt64(table.stamps.count - 1))
        writer.arrayHead(0)
        writer.arrayHead(state.replaced.count)
        for index in state.replaced { writer.unsigned(UInt64(index)) }
      } else {
        writer.unsigned(UInt64(table.stamps.count - 1))
      }
    }
    while next < places.count {
      keep(places[next], of: bytes, in: &writer)
      next += 1
    }
    return writer.bytes
  }

  /// What the field's values replaced before the write.
  /// - Returns: `nil` unless one value stands and the write replaces it.
  private static func replaced(
    by field: RecordWrite.Field, at place: Place, in bytes: [UInt8], _ table: StampTable
  ) throws(CBORReader.Failure) -> [Int]? {
    if let winner = place.winner {
      guard winner < table.stamps.count else { throw .outOfRange }
      return field.replaces.contains(table.stamps[winner]) ? [] : nil
    }
    var reader = CBORReader(bytes, from: place.range.lowerBound)
    try reader.array(of: 3)
    guard !reader.isNextNull, field.replaces.contains(try table.stamp(from: &reader)) else { return nil }
    guard try reader.arrayHead(atMost: RegisterState.versionsMax * 2) == 0 else { return nil }
    let count = try reader.arrayHead(atMost: RegisterState.replacedMax)
    var replaced: [Int] = []
    replaced.reserveCapacity(count + 1)
    for _ in 0..<count { replaced.append(try reader.count(atMost: StampTable.countMax)) }
    return replaced
  }

  private static func sharedPlaces(_ reader: inout CBORReader) throws(CBORReader.Failure) -> [Place] {
    let count = try reader.arrayHead(atMost: LogLimits.fieldsMax)
    var places: [Place] = []
    places.reserveCapacity(count)
    for _ in 0..<count { places.append(Place(number: try reader.unsigned(), winner: 0, range: 0..<0)) }
    return places
  }

  private static func ownPlaces(_ reader: inout CBORReader) throws(CBORReader.Failure) -> [Place] {
    let count = try reader.mapHead(atMost: LogLimits.fieldsMax)
    var places: [Place] = []
    places.reserveCapacity(count)
    for _ in 0..<count {
      let number = try reader.unsigned()
      if reader.nextMajor == 0 {
        places.append(Place(number: number, winner: try reader.count(atMost: StampTable.countMax), range: 0..<0))
        continue
      }
      let start = reader.offset
      try reader.array(of: 3)
      if reader.isNextNull { try reader.null() } else { _ = try reader.unsigned() }
      for _ in 0..<(try reader.arrayHead(atMost: RegisterState.versionsMax * 2) / 2) {
        _ = try reader.unsigned()
        try reader.skipByteString(atMost: LogLimits.entryBytesMax)
      }
      for _ in 0..<(try reader.arrayHead(atMost: RegisterState.replacedMax)) { _ = try reader.unsigned() }
      places.append(Place(number: number, winner: nil, range: start..<reader.offset))
    }
    return places
  }

  private static func keep(_ place: Place, of bytes: [UInt8], in writer: inout CBORWriter) {
    writer.unsigned(place.number)
    if let winner = place.winner {
      writer.unsigned(UInt64(winner))
    } else {
      writer.encoded(bytes[place.range])
    }
  }
}
