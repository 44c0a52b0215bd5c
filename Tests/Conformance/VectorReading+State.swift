import Replication
import SignatureSuites
import TestKit

extension VectorReading {
  /// Charters, introductions and revocations as `[issuer, payload]`, taken in one after the other.
  func tree() throws -> OfficeTree { try tree(of: input) }

  func tree(of charters: [UInt8]) throws -> OfficeTree {
    var tree = OfficeTree(rootKey: KeyFingerprint(try givenDigest("root")))
    var reader = CBORReader(charters)
    for number in 0..<(try reader.arrayHead(atMost: 100)) {
      try reader.array(of: 2)
      let issuer = KeyFingerprint(try reader.digest())
      let payload = try reader.byteString(atMost: LogLimits.entryBytesMax)
      let suites = vector.given?["suites"]?.number == 1 ? SuiteSet([Ed25519Suite()]) : .standard
      // The stamps of their entries: in the order they stand in.
      let stamp = HybridTimestamp(rawValue: UInt64(number) + 1)
      switch try Entry.changes(ofPayload: payload).first {
      case .charter(let charter): try tree.admit(charter, from: issuer, stamp: stamp, suites: suites)
      case .introduction(let introduction): tree.introduce(introduction, by: issuer, suites: suites)
      case .revocation(let revocation): tree.revoke(revocation.key)
      default: throw MalformedVector(what: "charter")
      }
    }
    try reader.finish()
    return tree
  }

  func charters() throws -> JSONValue {
    let tree = try tree()
    return .object([
      "offices": .list(
        tree.all.map { seat in
          .object([
            "office": .text(seat.charter.office.text), "depth": Shown.number(seat.depth),
            "key": Shown.hex(seat.key.bytes), "rank": Shown.number(tree.rank(of: seat.charter.office)),
            "keys": .list(tree.keys(of: seat.charter.office).map { Shown.hex($0.bytes) }),
          ])
        })
    ])
  }

  /// Who may hold the given streams.
  func readers() throws -> JSONValue {
    let tree = try tree()
    var shown: [String: JSONValue] = [:]
    for hex in vector.given?["streams"]?.list ?? [] {
      var reader = CBORReader(hex.text.flatMap { Hexadecimal.bytes($0) } ?? [])
      let stream = try StreamID(from: &reader)
      shown[Shown.name(stream)] = .list(
        tree.all.map(\.charter.office).filter { tree.mayRead($0, stream) }.map { .text($0.text) })
    }
    return .object(shown)
  }

  /// Ranks by short author, for merging without a tree.
  private func rank() throws -> (UInt64) -> Int {
    var ranks: [UInt64: Int] = [:]
    if case .object(let members) = vector.given?["ranks"] {
      for (author, rank) in members { ranks[UInt64(author, radix: 16) ?? 0] = Int(rank.number ?? 0) }
    }
    return { ranks[$0] ?? 0 }
  }

  private func writeStamp(_ reader: inout CBORReader) throws -> WriteStamp {
    try reader.array(of: 2)
    let time = HybridTimestamp(rawValue: try reader.unsigned())
    return WriteStamp(time: time, author: try reader.unsigned())
  }

  func register() throws -> JSONValue {
    let rank = try rank()
    var state = RegisterState()
    var reader = CBORReader(input)
    for _ in 0..<(try reader.arrayHead(atMost: 1_000)) {
      try reader.array(of: 3)
      let stamp = try writeStamp(&reader)
      let value = try FieldValue(from: &reader)
      var replaced: [WriteStamp] = []
      for _ in 0..<(try reader.arrayHead(atMost: LogLimits.replacedMax)) { replaced.append(try writeStamp(&reader)) }
      state.apply(value, stamp: stamp, replacing: replaced, rank: rank)
    }
    try reader.finish()
    return .object([
      "versions": .list(
        state.versions.map { .object(["stamp": Shown.stamp($0.stamp), "value": Shown.value($0.value)]) }),
      "replaced": .list(state.replaced.map { Shown.stamp($0.stamp) }),
    ])
  }

  func row() throws -> JSONValue {
    let rank = try rank()
    var row: RecordRow?
    var reader = CBORReader(input)
    for _ in 0..<(try reader.arrayHead(atMost: 100)) {
      try reader.array(of: 2)
      let stamp = try writeStamp(&reader)
      let payload = try reader.byteString(atMost: LogLimits.entryBytesMax)
      guard case .record(let write) = try Entry.changes(ofPayload: payload).first else {
        throw MalformedVector(what: "record")
      }
      var next = row ?? RecordRow(type: write.type, id: write.id)
      next.apply(write, stamp: stamp, rank: rank)
      row = next
    }
    try reader.finish()
    guard let row else { throw MalformedVector(what: "row") }
    let fields = row.fields.keys.sorted().map { ("\($0)", Shown.value(row.value($0))) }
    let losers = row.fields.filter(\.value.isInConflict).map { number, state in
      ("\(number)", JSONValue.list(state.versions.dropFirst().map { Shown.value($0.value) }))
    }
    return .object([
      "type": Shown.number(row.type), "id": Shown.hex(row.id.bytes),
      "winners": .object(Dictionary(uniqueKeysWithValues: fields)),
      "losers": .object(Dictionary(uniqueKeysWithValues: losers)),
    ])
  }
}
