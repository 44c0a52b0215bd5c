import Replication
import TestKit

/// How decoded things are written in vectors.
enum Shown {
  static func hex(_ bytes: [UInt8]) -> JSONValue { .text(Hexadecimal.string(bytes)) }
  static func number(_ value: UInt64) -> JSONValue { .number(Int64(clamping: value)) }
  static func number(_ value: Int) -> JSONValue { .number(Int64(value)) }

  /// 16 hexadecimal digits: too large for the numbers of some readers of JSON.
  static func wide(_ value: UInt64) -> JSONValue {
    hex((0..<8).map { UInt8(truncatingIfNeeded: value >> UInt64(56 - 8 * $0)) })
  }

  static func stamp(_ stamp: WriteStamp) -> JSONValue { .list([wide(stamp.time.rawValue), wide(stamp.author)]) }

  static func value(_ value: FieldValue) -> JSONValue {
    switch value {
    case .null: .null
    case .integer(let number): .number(number)
    case .text(let text): .text(text)
    case .bytes(let bytes): .object(["bytes": hex(bytes)])
    case .flag(let flag): .flag(flag)
    case .list(let values): .list(values.map(self.value))
    }
  }

  static func stream(_ stream: StreamID) -> JSONValue { .text(name(stream)) }

  static func name(_ stream: StreamID) -> String {
    let audience =
      switch stream.audience {
      case .own: "own"
      case .up: "up"
      case .down: "down"
      case .office(let code): "office:\(code)"
      case .subtree(let code): "subtree:\(code)"
      }
    return "\(Hexadecimal.string(stream.author.bytes))/\(stream.incarnation)/\(audience)"
  }

  static func header(_ header: EntryHeader) -> [String: JSONValue] {
    var members: [String: JSONValue] = [
      "suite": .number(Int64(header.suite.rawValue)), "stream": stream(header.stream), "seq": number(header.seq),
      "payloadHash": hex(header.payloadHash.bytes), "payloadLength": number(header.payloadLength),
      "stamp": wide(header.stamp.rawValue), "schema": number(header.schema),
    ]
    if header.seq > 1 { members["previous"] = hex(header.previous.bytes) }
    if let seen = header.seen { members["seen"] = hex(seen.bytes) }
    if let part = header.part { members["part"] = .list([number(part.index), number(part.count)]) }
    return members
  }

  static func head(_ head: StreamHead) -> JSONValue {
    .object(["stream": stream(head.stream), "seq": number(head.seq), "hash": hex(head.hash.bytes)])
  }

  static func key(_ key: PublicKey) -> JSONValue {
    .object(["suite": .number(Int64(key.suite.rawValue)), "key": hex(key.bytes)])
  }

  static func charter(_ charter: Charter) -> JSONValue {
    .object([
      "office": .text(charter.office.text), "name": .text(charter.name),
      "parent": charter.parent.map { .text($0.text) } ?? .null, "signingKey": key(charter.signingKey),
      "transportKey": hex(charter.transportKey), "powers": .list(charter.powers.map { .text($0) }),
      "from": number(charter.from), "until": charter.until.map(number) ?? .null,
    ])
  }

  static func fields(_ write: RecordWrite) -> JSONValue {
    .object(
      Dictionary(
        uniqueKeysWithValues: write.fields.map {
          ("\($0.number)", .object(["value": value($0.value), "replaces": .list($0.replaces.map(stamp))]))
        }))
  }

  static func change(_ change: Change) -> JSONValue {
    switch change {
    case .record(let write):
      .object([
        "kind": .number(1), "type": number(write.type), "id": hex(write.id.bytes), "fields": fields(write),
      ])
    case .act(let act):
      .object([
        "kind": .number(2), "file": hex(act.file.bytes), "act": hex(act.id.bytes),
        "parents": .list(act.parents.map { hex($0.bytes) }), "rule": .text(act.rule),
        "facts": .object(Dictionary(uniqueKeysWithValues: act.facts.map { ($0.name, value($0.value)) })),
      ])
    case .charter(let charter): .object(["kind": .number(3), "charter": self.charter(charter)])
    case .receipt(let receipt):
      .object([
        "kind": .number(4), "head": head(receipt.head), "clock": number(receipt.clock),
        "position": number(receipt.position),
      ])
    case .revocation(let revocation):
      .object([
        "kind": .number(5), "office": .text(revocation.office.text), "key": hex(revocation.key.bytes),
        "reason": number(revocation.reason.rawValue), "position": number(revocation.position),
        "cuts": .list(revocation.cuts.map(head)), "text": .text(revocation.text),
      ])
    case .ratification(let ratification):
      .object([
        "kind": .number(6), "stream": stream(ratification.stream), "first": number(ratification.first),
        "last": number(ratification.last), "hash": hex(ratification.hash.bytes),
      ])
    case .forkProof(let proof):
      .object(["kind": .number(7), "lesser": face(proof.lesser), "greater": face(proof.greater)])
    case .introduction(let introduction):
      .object([
        "kind": .number(8), "office": .text(introduction.office.text), "signingKey": key(introduction.signingKey),
        "transportKey": hex(introduction.transportKey),
      ])
    case .sighting(let sighting): .object(["kind": .number(9), "face": face(sighting.face)])
    case .dossier(let piece):
      .object([
        "kind": .number(10), "file": hex(piece.file.bytes), "part": number(piece.part), "parts": number(piece.parts),
        "bytes": hex(piece.bytes),
      ])
    case .unknown(let kind, let body): .object(["kind": number(kind), "body": hex(body)])
    }
  }

  static func face(_ face: ForkProof.Face) -> JSONValue {
    .object(["header": .object(header(face.header)), "signature": hex(face.signature)])
  }

  private static func item(_ item: EntryRun.Item) -> JSONValue {
    .object([
      "suite": number(UInt64(item.suite.rawValue)), "stamp": wide(item.stamp.rawValue), "schema": number(item.schema),
      "seen": item.seen.map { hex($0.bytes) } ?? .null,
      "part": item.part.map { .list([number($0.index), number($0.count)]) } ?? .null,
      "signature": hex(item.signature), "payload": hex(item.payload),
    ])
  }

  static func nodes(_ nodes: [FrontierTree.Node?]) -> JSONValue {
    .list(
      nodes.map { node in
        node.map { .object(["digest": hex($0.digest), "count": number($0.count)]) } ?? .null
      })
  }

  static func frame(_ frame: SyncFrame) -> JSONValue {
    switch frame {
    case .hello(let hello):
      .object([
        "frame": .text("hello"), "version": number(hello.version), "office": .text(hello.office.text),
        "digest": hex(hello.digest.bytes), "clock": number(hello.clock), "software": .text(hello.software),
        "agreed": hello.agreed.map { hex($0.bytes) } ?? .null,
      ])
    case .frontier(let heads, let isLast):
      .object(["frame": .text("frontier"), "isLast": .flag(isLast), "heads": .list(heads.map(head))])
    case .entries(.whole(let stream, let entries)):
      .object(["frame": .text("entries"), "stream": self.stream(stream), "entries": .list(entries.map(hex))])
    case .entries(.spare(let run)):
      .object([
        "frame": .text("run"), "stream": self.stream(run.stream), "first": number(run.first),
        "previous": hex(run.previous.bytes), "items": .list(run.items.map(item)),
      ])
    case .credit(let bytes): .object(["frame": .text("credit"), "bytes": number(bytes)])
    case .attachment(let frame): attachment(frame)
    case .done: .object(["frame": .text("done")])
    case .settled: .object(["frame": .text("settled")])
    case .ping: .object(["frame": .text("ping")])
    case .begun(let name):
      .object([
        "frame": .text("begun"), "stream": stream(name.stream), "seq": number(name.seq), "signature": hex(name.signature),
        "count": number(UInt64(name.count)),
      ])
    case .continuation(let continuation):
      .object([
        "frame": .text("continuation"), "stream": stream(continuation.run.stream),
        "first": number(continuation.run.first), "previous": hex(continuation.run.previous.bytes),
        "skipped": number(UInt64(continuation.skipped)), "items": .list(continuation.run.items.map(item)),
      ])
    case .positions(let positions):
      .object([
        "frame": .text("positions"),
        "positions": .list(
          positions.map { position in
            position.map { .object(["seq": number($0.seq), "hash": hex($0.hash.bytes)]) } ?? .null
          }),
      ])
    case .tree(let nodes): .object(["frame": .text("tree"), "nodes": self.nodes(nodes)])
    case .want(let stream, let seq):
      .object(["frame": .text("want"), "stream": self.stream(stream), "from": number(seq)])
    case .close(let code, let text):
      .object(["frame": .text("close"), "code": number(code.rawValue), "text": .text(text)])
    }
  }
}
