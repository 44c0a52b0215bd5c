/// One change in an entry's payload. On the wire: `[kind, body]` with the body as a byte string, so that a reader
/// keeps, counts and relays kinds it does not know yet.
public enum Change: Sendable, Hashable {
  case record(RecordWrite)
  case act(ActChange)
  case charter(Charter)
  case receipt(Receipt)
  case revocation(Revocation)
  case ratification(Ratification)
  case forkProof(ForkProof)
  case introduction(KeyIntroduction)
  case sighting(Sighting)
  case dossier(DossierPiece)
  /// A kind of a later version.
  case unknown(kind: UInt64, body: [UInt8])

  func write(to writer: inout CBORWriter) {
    var body = CBORWriter()
    let kind: UInt64
    switch self {
    case .record(let write):
      kind = 1
      write.write(to: &body)
    case .act(let act):
      kind = 2
      act.write(to: &body)
    case .charter(let charter):
      kind = 3
      charter.write(to: &body)
    case .receipt(let receipt):
      kind = 4
      receipt.write(to: &body)
    case .revocation(let revocation):
      kind = 5
      revocation.write(to: &body)
    case .ratification(let ratification):
      kind = 6
      ratification.write(to: &body)
    case .forkProof(let proof):
      kind = 7
      proof.write(to: &body)
    case .introduction(let introduction):
      kind = 8
      introduction.write(to: &body)
    case .sighting(let sighting):
      kind = 9
      sighting.write(to: &body)
    case .dossier(let piece):
      kind = 10
      piece.write(to: &body)
    case .unknown(let unknownKind, let bytes):
      kind = unknownKind
      body.encoded(bytes)
    }
    writer.arrayHead(2)
    writer.unsigned(kind)
    writer.byteString(body.bytes)
  }

  init(from reader: inout CBORReader) throws(CBORReader.Failure) {
    try reader.array(of: 2)
    let kind = try reader.unsigned()
    var body = try reader.nested(atMost: LogLimits.entryBytesMax)
    switch kind {
    case 1: self = .record(try RecordWrite(from: &body))
    case 2: self = .act(try ActChange(from: &body))
    case 3: self = .charter(try Charter(from: &body))
    case 4: self = .receipt(try Receipt(from: &body))
    case 5: self = .revocation(try Revocation(from: &body))
    case 6: self = .ratification(try Ratification(from: &body))
    case 7: self = .forkProof(try ForkProof(from: &body))
    case 8: self = .introduction(try KeyIntroduction(from: &body))
    case 9: self = .sighting(try Sighting(from: &body))
    case 10: self = .dossier(try DossierPiece(from: &body))
    default:
      self = .unknown(kind: kind, body: Array(body.rest))
      return
    }
    try body.finish()
  }
}

/// Writes fields of one record: `[type, id, {field: [value, [replaced stamps]]}]`.
public struct RecordWrite: Sendable, Hashable {
  public struct Field: Sendable, Hashable {
    /// Number of the field in its record type; numbers are never reused.
    public var number: UInt64
    public var value: FieldValue
    /// Stamps of the other authors' writes that the author saw and replaces (`RegisterState.stamps(besides:)`).
    public var replaces: [WriteStamp]

    public init(number: UInt64, value: FieldValue, replaces: [WriteStamp]) {
      self.number = number
      self.value = value
      self.replaces = replaces
    }
  }

  public var type: UInt64
  public var id: RecordID
  /// By ascending number.
  public private(set) var fields: [Field]

  public init(type: UInt64, id: RecordID, fields: [Field]) {
    self.type = type
    self.id = id
    self.fields = fields.sorted { $0.number < $1.number }
  }

  func write(to writer: inout CBORWriter) {
    writer.arrayHead(3)
    writer.unsigned(type)
    writer.byteString(id.bytes)
    writeFields(to: &writer)
  }

  /// As in an entry; for whoever keeps the type and the record's id apart.
  package func writeFields(to writer: inout CBORWriter) {
    writer.mapHead(fields.count)
    for field in fields {
      writer.unsigned(field.number)
      writer.arrayHead(2)
      field.value.write(to: &writer)
      writer.arrayHead(field.replaces.count)
      for stamp in field.replaces { stamp.write(to: &writer) }
    }
  }

  init(from reader: inout CBORReader) throws(CBORReader.Failure) {
    try reader.array(of: 3)
    try self.init(type: try reader.unsigned(), id: try reader.recordID(), fieldsFrom: &reader)
  }

  package init(type: UInt64, id: RecordID, fieldsFrom reader: inout CBORReader) throws(CBORReader.Failure) {
    self.type = type
    self.id = id
    fields = []
    let count = try reader.mapHead(atMost: LogLimits.fieldsMax)
    fields.reserveCapacity(count)
    for _ in 0..<count {
      let number = try reader.unsigned()
      guard number <= LogLimits.fieldNumberMax else { throw .outOfRange }
      if let last = fields.last, last.number >= number { throw .keyOrder }
      try reader.array(of: 2)
      let value = try FieldValue(from: &reader)
      var replaces: [WriteStamp] = []
      for _ in 0..<(try reader.arrayHead(atMost: LogLimits.replacedMax)) {
        replaces.append(try WriteStamp(from: &reader))
      }
      fields.append(Field(number: number, value: value, replaces: replaces))
    }
  }
}

/// One act of a file: `[file, act, [parents], rule, {name: value}]`. What it means is the reader's law.
public struct ActChange: Sendable, Hashable {
  public struct Fact: Sendable, Hashable {
    public var name: String
    public var value: FieldValue

    public init(name: String, value: FieldValue) {
      self.name = name
      self.value = value
    }

    /// Map keys stand in bytewise order of their encodings: shorter ones first.
    static func precedes(_ lhs: String, _ rhs: String) -> Bool {
      let (left, right) = (Array(lhs.utf8), Array(rhs.utf8))
      return left.count != right.count ? left.count < right.count : left.lexicographicallyPrecedes(right)
    }
  }

  public var file: RecordID
  public var id: RecordID
  /// The acts of the same file that the author had seen last.
  public var parents: [RecordID]
  public var rule: String
  public private(set) var facts: [Fact]

  public init(file: RecordID, id: RecordID, parents: [RecordID], rule: String, facts: [Fact]) {
    self.file = file
    self.id = id
    self.parents = parents.sorted()
    self.rule = rule
    self.facts = facts.sorted { Fact.precedes($0.name, $1.name) }
  }

  func write(to writer: inout CBORWriter) {
    writer.arrayHead(5)
    writer.byteString(file.bytes)
    writer.byteString(id.bytes)
    writer.arrayHead(parents.count)
    for parent in parents { writer.byteString(parent.bytes) }
    writer.text(rule)
    writer.mapHead(facts.count)
    for fact in facts {
      writer.text(fact.name)
      fact.value.write(to: &writer)
    }
  }

  init(from reader: inout CBORReader) throws(CBORReader.Failure) {
    try reader.array(of: 5)
    file = try reader.recordID()
    id = try reader.recordID()
    parents = []
    for _ in 0..<(try reader.arrayHead(atMost: LogLimits.parentsMax)) {
      let parent = try reader.recordID()
      if let last = parents.last, last >= parent { throw .keyOrder }
      parents.append(parent)
    }
    rule = try reader.text(atMost: LogLimits.nameBytesMax)
    facts = []
    for _ in 0..<(try reader.mapHead(atMost: LogLimits.factsMax)) {
      let name = try reader.text(atMost: LogLimits.nameBytesMax)
      if let last = facts.last, !Fact.precedes(last.name, name) { throw .keyOrder }
      facts.append(Fact(name: name, value: try FieldValue(from: &reader)))
    }
  }
}

extension CBORReader {
  mutating func recordID() throws(Failure) -> RecordID {
    guard let id = RecordID(try byteString(atMost: RecordID.byteCount)) else { throw .outOfRange }
    return id
  }
}
