/// A row's stamps as they are stored beside its values.
extension RecordRow {
  /// Everything but the winners' values: stamps, other authors' last writes, and what they replace.
  ///
  /// `[stamp, [numbers]]` for fields written once under one stamp, which is the usual case. Else
  /// `[stamp, [numbers], [overwritten numbers], {number: [overwritten, stamp, [replaces], [stamp, value, [replaces]…]]}]`:
  /// the fields that hold nothing but a value under the stamp most of them share (`null` when there are none), and the
  /// others with all there is.
  public var stampBytes: [UInt8] {
    var writer = CBORWriter()
    let numbers = fields.keys.sorted()
    let shared = sharedStamp
    let plain = numbers.filter { isPlain($0, under: shared) }
    let overwritten = plain.filter { fields[$0]?.isOverwritten ?? false }
    let others = plain.count == numbers.count ? [] : numbers.filter { !isPlain($0, under: shared) }
    let isShort = !plain.isEmpty && overwritten.isEmpty && others.isEmpty
    writer.arrayHead(isShort ? 2 : 4)
    if let shared { shared.write(to: &writer) } else { writer.null() }
    writer.arrayHead(plain.count)
    for number in plain { writer.unsigned(number) }
    if isShort { return writer.bytes }
    writer.arrayHead(overwritten.count)
    for number in overwritten { writer.unsigned(number) }
    writer.mapHead(others.count)
    for number in others {
      writer.unsigned(number)
      (fields[number] ?? RegisterState()).write(to: &writer)
    }
    return writer.bytes
  }

  /// Puts a row together from its winners' values and `stampBytes`.
  public init(
    type: UInt64, id: RecordID, stampBytes: [UInt8], winner: (UInt64) -> FieldValue
  ) throws(CBORReader.Failure) {
    var fields: [UInt64: RegisterState] = [:]
    var reader = CBORReader(stampBytes)
    let isShort = try reader.arrayHead(atMost: 4) == 2
    var shared: WriteStamp?
    if reader.isNextNull { try reader.null() } else { shared = try WriteStamp(from: &reader) }
    for _ in 0..<(try reader.arrayHead(atMost: LogLimits.rowFieldsMax)) {
      let number = try reader.unsigned()
      guard let shared else { throw .outOfRange }
      fields[number] = RegisterState(versions: [.init(stamp: shared, value: winner(number))], replaced: [])
    }
    if !isShort {
      for _ in 0..<(try reader.arrayHead(atMost: LogLimits.rowFieldsMax)) {
        let number = try reader.unsigned()
        guard let state = fields[number] else { throw .outOfRange }
        fields[number] = RegisterState(versions: state.versions, replaced: [], isOverwritten: true)
      }
      for _ in 0..<(try reader.mapHead(atMost: LogLimits.rowFieldsMax)) {
        let number = try reader.unsigned()
        fields[number] = try RegisterState(from: &reader, winner: winner(number))
      }
    }
    try reader.finish()
    self.init(type: type, id: id, fields: fields)
  }

  private func isPlain(_ number: UInt64, under stamp: WriteStamp?) -> Bool {
    guard let state = fields[number], state.isPlain else { return false }
    return state.winner?.stamp == stamp
  }

  /// The stamp under which most fields hold nothing but a value, of several the latest.
  private var sharedStamp: WriteStamp? {
    var counts: [WriteStamp: Int] = [:]
    for state in fields.values where state.isPlain {
      if let stamp = state.winner?.stamp { counts[stamp, default: 0] += 1 }
    }
    return counts.max { ($0.value, $0.key) < ($1.value, $1.key) }?.key
  }
}

extension RegisterState {
  /// `[overwritten, stamp, [replaces], [stamp, value, [replaces]…]]`: the winner without its value, then every other
  /// author's last write.
  fileprivate func write(to writer: inout CBORWriter) {
    writer.arrayHead(4)
    writer.flag(isOverwritten)
    guard let winner else {
      writer.null()
      writer.arrayHead(0)
      writer.arrayHead(0)
      return
    }
    winner.stamp.write(to: &writer)
    writer.stamps(winner.replaces)
    writer.arrayHead((versions.count + replaced.count - 1) * 3)
    for version in versions.dropFirst() + replaced {
      version.stamp.write(to: &writer)
      writer.byteString(version.value.encoded)
      writer.stamps(version.replaces)
    }
  }

  fileprivate init(from reader: inout CBORReader, winner: FieldValue) throws(CBORReader.Failure) {
    try reader.array(of: 4)
    let isOverwritten = try reader.flag()
    guard !reader.isNextNull else {
      try reader.null()
      try reader.array(of: 0)
      try reader.array(of: 0)
      self.init(versions: [], replaced: [], isOverwritten: isOverwritten)
      return
    }
    var lasts = [Version(stamp: try WriteStamp(from: &reader), value: winner, replaces: try reader.stamps())]
    for _ in 0..<(try reader.arrayHead(atMost: (Self.authorsMax - 1) * 3) / 3) {
      let stamp = try WriteStamp(from: &reader)
      var value = CBORReader(try reader.byteString(atMost: LogLimits.entryBytesMax))
      lasts.append(Version(stamp: stamp, value: try FieldValue(from: &value), replaces: try reader.stamps()))
    }
    self.init(lasts, isOverwritten: isOverwritten)
  }
}

extension CBORWriter {
  fileprivate mutating func stamps(_ stamps: [WriteStamp]) {
    arrayHead(stamps.count)
    for stamp in stamps { stamp.write(to: &self) }
  }
}

extension CBORReader {
  fileprivate mutating func stamps() throws(Failure) -> [WriteStamp] {
    var stamps: [WriteStamp] = []
    for _ in 0..<(try arrayHead(atMost: LogLimits.replacedMax)) { stamps.append(try WriteStamp(from: &self)) }
    return stamps
  }
}
