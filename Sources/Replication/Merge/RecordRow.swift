/// A record: typed fields with their stamps, kept as one row.
public struct RecordRow: Sendable, Hashable {
  public let type: UInt64
  public let id: RecordID
  public private(set) var fields: [UInt64: RegisterState]

  public init(type: UInt64, id: RecordID, fields: [UInt64: RegisterState] = [:]) {
    self.type = type
    self.id = id
    self.fields = fields
  }

  public func value(_ field: UInt64) -> FieldValue { fields[field]?.winner?.value ?? .null }
  public func text(_ field: UInt64) -> String? { value(field).text }

  public mutating func apply(
    _ write: RecordWrite, stamp: WriteStamp, rank: (UInt64) -> Int, time: (WriteStamp) -> HybridTimestamp = { $0.time }
  ) {
    for field in write.fields {
      fields[field.number, default: RegisterState()].apply(
        field.value, stamp: stamp, replacing: field.replaces, rank: rank, time: time)
    }
  }

  /// Orders the values of every field in conflict again.
  public mutating func sort(rank: (UInt64) -> Int, time: (WriteStamp) -> HybridTimestamp) {
    for number in fields.keys { fields[number]?.sort(rank: rank, time: time) }
  }

  /// Everything but the winners' values: stamps, losers and replaced stamps. One stamp alone where all fields were
  /// written together, which is the usual case.
  public var stampBytes: [UInt8] {
    var writer = CBORWriter()
    let numbers = fields.keys.sorted()
    if let first = numbers.first.flatMap({ fields[$0]?.winner?.stamp }),
      fields.values.allSatisfy({ $0.versions.count == 1 && $0.replaced.isEmpty && $0.winner?.stamp == first })
    {
      writer.arrayHead(2)
      first.write(to: &writer)
      writer.arrayHead(numbers.count)
      for number in numbers { writer.unsigned(number) }
      return writer.bytes
    }
    writer.arrayHead(1)
    writer.mapHead(numbers.count)
    for number in numbers {
      let state = fields[number] ?? RegisterState()
      writer.unsigned(number)
      writer.arrayHead(3)
      if let winner = state.winner { winner.stamp.write(to: &writer) } else { writer.null() }
      writer.arrayHead(max(0, state.versions.count - 1) * 2)
      for loser in state.versions.dropFirst() {
        loser.stamp.write(to: &writer)
        writer.byteString(loser.value.encoded)
      }
      writer.arrayHead(state.replaced.count)
      for stamp in state.replaced { stamp.write(to: &writer) }
    }
    return writer.bytes
  }

  /// Puts a row together from its winners' values and `stampBytes`.
  public init(
    type: UInt64, id: RecordID, stampBytes: [UInt8], winner: (UInt64) -> FieldValue
  ) throws(CBORReader.Failure) {
    self.init(type: type, id: id)
    var reader = CBORReader(stampBytes)
    if try reader.arrayHead(atMost: 2) == 2 {
      let stamp = try WriteStamp(from: &reader)
      for _ in 0..<(try reader.arrayHead(atMost: LogLimits.fieldsMax)) {
        let number = try reader.unsigned()
        fields[number] = RegisterState(versions: [.init(stamp: stamp, value: winner(number))], replaced: [])
      }
    } else {
      for _ in 0..<(try reader.mapHead(atMost: LogLimits.fieldsMax)) {
        let number = try reader.unsigned()
        try reader.array(of: 3)
        var versions: [RegisterState.Version] = []
        if reader.isNextNull {
          try reader.null()
        } else {
          versions.append(.init(stamp: try WriteStamp(from: &reader), value: winner(number)))
        }
        for _ in 0..<(try reader.arrayHead(atMost: RegisterState.versionsMax * 2) / 2) {
          let stamp = try WriteStamp(from: &reader)
          var value = CBORReader(try reader.byteString(atMost: LogLimits.entryBytesMax))
          versions.append(.init(stamp: stamp, value: try FieldValue(from: &value)))
        }
        var replaced: [WriteStamp] = []
        for _ in 0..<(try reader.arrayHead(atMost: RegisterState.replacedMax)) {
          replaced.append(try WriteStamp(from: &reader))
        }
        fields[number] = RegisterState(versions: versions, replaced: replaced)
      }
    }
    try reader.finish()
  }
}
