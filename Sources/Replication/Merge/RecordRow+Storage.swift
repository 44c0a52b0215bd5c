/// How a row's stamps are stored. Not a wire format: each office's database has its own.
extension RecordRow {
  /// Everything but the winners' values: stamps, losers and replaced stamps. One of
  /// - `[stamp, [field, …]]`: all fields were written together and nothing was replaced;
  /// - `[authors, stamps, {field: state}]` with the stamps of `StampTable` and a state that is the winner's place among
  ///   them or, where there is more to say, `[place or null, [loser's place, its value, …], [replaced place, …]]`.
  public var stampBytes: [UInt8] {
    let numbers = fields.keys.sorted()
    if let first = numbers.first.flatMap({ fields[$0]?.winner?.stamp }),
      fields.values.allSatisfy({ $0.versions.count == 1 && $0.replaced.isEmpty && $0.winner?.stamp == first })
    {
      var writer = CBORWriter()
      writer.arrayHead(2)
      first.write(to: &writer)
      writer.arrayHead(numbers.count)
      for number in numbers { writer.unsigned(number) }
      return writer.bytes
    }
    let table = StampTable(fields.values.flatMap { $0.stamps + $0.replaced })
    var writer = CBORWriter()
    writer.arrayHead(3)
    table.write(to: &writer)
    writer.mapHead(numbers.count)
    for number in numbers {
      writer.unsigned(number)
      Self.write(fields[number] ?? RegisterState(), table, to: &writer)
    }
    return writer.bytes
  }

  private static func write(_ state: RegisterState, _ table: StampTable, to writer: inout CBORWriter) {
    func place(_ stamp: WriteStamp) { writer.unsigned(UInt64(table.place(of: stamp) ?? 0)) }
    if let winner = state.winner, state.versions.count == 1, state.replaced.isEmpty { return place(winner.stamp) }
    writer.arrayHead(3)
    if let winner = state.winner { place(winner.stamp) } else { writer.null() }
    writer.arrayHead(max(0, state.versions.count - 1) * 2)
    for loser in state.versions.dropFirst() {
      place(loser.stamp)
      writer.byteString(loser.value.encoded)
    }
    writer.arrayHead(state.replaced.count)
    for stamp in state.replaced { place(stamp) }
  }

  /// Puts a row together from its winners' values and `stampBytes`.
  public init(
    type: UInt64, id: RecordID, stampBytes: [UInt8], winner: (UInt64) -> FieldValue
  ) throws(CBORReader.Failure) {
    var fields: [UInt64: RegisterState] = [:]
    var reader = CBORReader(stampBytes)
    let form = try reader.arrayHead(atMost: 3)
    if form == 2 {
      let stamp = try WriteStamp(from: &reader)
      for _ in 0..<(try reader.arrayHead(atMost: LogLimits.fieldsMax)) {
        let number = try reader.unsigned()
        fields[number] = RegisterState(versions: [.init(stamp: stamp, value: winner(number))], replaced: [])
      }
    } else {
      // Databases of the first schema have stamps in full where there is a table now.
      let table = form == 3 ? try StampTable(from: &reader) : nil
      for _ in 0..<(try reader.mapHead(atMost: LogLimits.fieldsMax)) {
        let number = try reader.unsigned()
        fields[number] = try Self.state(from: &reader, table, winner: winner(number))
      }
    }
    try reader.finish()
    self.init(type: type, id: id, fields: fields)
  }

  private static func state(
    from reader: inout CBORReader, _ table: StampTable?, winner: FieldValue
  ) throws(CBORReader.Failure) -> RegisterState {
    func stamp(_ reader: inout CBORReader) throws(CBORReader.Failure) -> WriteStamp {
      if let table { try table.stamp(from: &reader) } else { try WriteStamp(from: &reader) }
    }
    if table != nil, reader.nextMajor == 0 {
      return RegisterState(versions: [.init(stamp: try stamp(&reader), value: winner)], replaced: [])
    }
    try reader.array(of: 3)
    var versions: [RegisterState.Version] = []
    if reader.isNextNull {
      try reader.null()
    } else {
      versions.append(.init(stamp: try stamp(&reader), value: winner))
    }
    for _ in 0..<(try reader.arrayHead(atMost: RegisterState.versionsMax * 2) / 2) {
      let stamp = try stamp(&reader)
      var value = CBORReader(try reader.byteString(atMost: LogLimits.entryBytesMax))
      versions.append(.init(stamp: stamp, value: try FieldValue(from: &value)))
    }
    var replaced: [WriteStamp] = []
    for _ in 0..<(try reader.arrayHead(atMost: RegisterState.replacedMax)) { replaced.append(try stamp(&reader)) }
    return RegisterState(versions: versions, replaced: replaced)
  }
}
