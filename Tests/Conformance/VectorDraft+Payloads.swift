import Replication
import SignatureSuites
import TestKit

extension VectorDraft {
  private static let page = "2-entry.md"

  /// A payload of one change with this body.
  static func payload(_ kind: UInt64, _ body: [UInt8]) -> [UInt8] {
    Fixed.bytes {
      $0.arrayHead(1)
      $0.arrayHead(2)
      $0.unsigned(kind)
      $0.byteString(body)
    }
  }

  static func payloads() throws -> [VectorDraft] {
    let stamp = WriteStamp(time: HybridTimestamp(milliseconds: FixedAuthor.start), author: 0xA1A2_A3A4_A5A6_A7A8)
    let act = Change.act(
      ActChange(
        file: Fixed.id(3), id: Fixed.id(5), parents: [Fixed.id(4), Fixed.id(2)], rule: "close",
        facts: [
          .init(name: "reason", value: .text("已改正")), .init(name: "@date", value: .text("2026-01-06")),
          .init(name: "ok", value: .flag(true)), .init(name: "amount", value: .integer(-5)),
        ]))
    let record = Change.record(
      RecordWrite(
        type: 1, id: Fixed.id(1),
        fields: [
          .init(number: 24, value: .null, replaces: []),
          .init(number: 2, value: .text("任县"), replaces: [stamp, stamp]),
          .init(number: 3, value: .bytes([0, 255]), replaces: []),
          .init(number: 300, value: .list([.text("a"), .integer(1), .flag(false)]), replaces: []),
        ]))
    let district = try FixedAuthor(.ed25519, 2, audience: .up)
    let receipt = Change.receipt(
      Receipt(
        head: StreamHead(stream: district.stream, seq: 7, hash: .zero), clock: FixedAuthor.start, position: 12))
    let parents = { (first: UInt8, second: UInt8) in
      Fixed.bytes {
        $0.arrayHead(5)
        $0.byteString(Fixed.id(3).bytes)
        $0.byteString(Fixed.id(5).bytes)
        $0.arrayHead(2)
        $0.byteString(Fixed.id(first).bytes)
        $0.byteString(Fixed.id(second).bytes)
        $0.text("close")
        $0.mapHead(0)
      }
    }
    func fields(_ numbers: [UInt64]) -> [UInt8] {
      Fixed.bytes {
        $0.arrayHead(3)
        $0.unsigned(1)
        $0.byteString(Fixed.id(1).bytes)
        $0.mapHead(numbers.count)
        for number in numbers {
          $0.unsigned(number)
          $0.encoded([0x82, 0xF6, 0x80])
        }
      }
    }
    func facts(_ names: [String]) -> [UInt8] {
      Fixed.bytes {
        $0.arrayHead(5)
        $0.byteString(Fixed.id(3).bytes)
        $0.byteString(Fixed.id(5).bytes)
        $0.arrayHead(0)
        $0.text("close")
        $0.mapHead(names.count)
        for name in names {
          $0.text(name)
          $0.null()
        }
      }
    }
    let drafts: [VectorDraft] = [
      VectorDraft("payload-empty", page, "payload", Entry.payload(of: [])),
      VectorDraft("payload-record", page, "payload", Entry.payload(of: [record])),
      VectorDraft("payload-act", page, "payload", Entry.payload(of: [act])),
      VectorDraft("payload-receipt", page, "payload", Entry.payload(of: [receipt])),
      VectorDraft(
        "payload-unknown-kind", page, "payload", Entry.payload(of: [.unknown(kind: 99, body: [0xFF]), receipt])),
      VectorDraft("payload-field-order", page, "payload", payload(1, fields([3, 2])), refused: "key-order"),
      VectorDraft("payload-field-twice", page, "payload", payload(1, fields([2, 2])), refused: "key-order"),
      VectorDraft("payload-parent-order", page, "payload", payload(2, parents(4, 2)), refused: "key-order"),
      VectorDraft("payload-fact-order", page, "payload", payload(2, facts(["ab", "b"])), refused: "key-order"),
      VectorDraft("payload-fact-twice", page, "payload", payload(2, facts(["b", "b"])), refused: "key-order"),
      VectorDraft(
        "payload-field-count", page, "payload", payload(1, fields((0..<129).map { UInt64($0) })), refused: "too-long"),
      VectorDraft(
        "payload-body-trailing", page, "payload", payload(1, fields([2]) + [0xF6]), refused: "trailing-bytes"),
      VectorDraft("payload-body-cut", page, "payload", payload(1, fields([2]).dropLast()), refused: "truncated"),
      VectorDraft(
        "payload-id-length", page, "payload", payload(1, [0x83, 1, 0x41, 0, 0xA0]), refused: "out-of-range"),
      VectorDraft("payload-no-array", page, "payload", [0xA0], refused: "unexpected-type"),
      VectorDraft(
        "payload-changes", page, "payload", Fixed.bytes { $0.arrayHead(257) }, refused: "too-long"),
    ]
    return drafts + limits(record: fields, act: facts)
  }

  /// The greatest that is read, and one more, which is refused whether it is all there or not.
  private static func limits(
    record: ([UInt64]) -> [UInt8], act: ([String]) -> [UInt8]
  ) -> [VectorDraft] {
    let id = Fixed.id(1).bytes
    /// A write of field 2 whose value is null, and the beginning of what it replaces.
    func replacing(_ count: Int) -> [UInt8] {
      Fixed.bytes {
        $0.arrayHead(3)
        $0.unsigned(1)
        $0.byteString(id)
        $0.mapHead(1)
        $0.unsigned(2)
        $0.arrayHead(2)
        $0.null()
        $0.arrayHead(count)
      }
    }
    /// An act's beginning, up to how many parents it has or to the end of its rule.
    func begun(parents: Int, rule: String? = nil) -> [UInt8] {
      Fixed.bytes {
        $0.arrayHead(5)
        $0.byteString(id)
        $0.byteString(id)
        $0.arrayHead(parents)
        if let rule { $0.text(rule) }
      }
    }
    let name = String(repeating: "n", count: LogLimits.nameBytesMax)
    let stamps: [UInt8] = (0..<UInt64(LogLimits.replacedMax)).flatMap { number in
      Fixed.bytes { $0.stamp(WriteStamp(time: HybridTimestamp(rawValue: number), author: 1)) }
    }
    let facts = Fixed.bytes { $0.mapHead(LogLimits.factsMax + 1) }
    let greatest = LogLimits.fieldNumberMax
    func draft(_ name: String, _ kind: UInt64, _ body: [UInt8], _ refused: String? = nil) -> VectorDraft {
      VectorDraft("payload-" + name, page, "payload", payload(kind, body), refused: refused)
    }
    return [
      draft("field-number", 1, record([greatest])),
      draft("field-number-beyond", 1, record([greatest + 1]), "out-of-range"),
      draft("replaced", 1, replacing(LogLimits.replacedMax) + stamps),
      draft("replaced-beyond", 1, replacing(LogLimits.replacedMax + 1), "too-long"),
      draft("parents-beyond", 2, begun(parents: LogLimits.parentsMax + 1), "too-long"),
      draft("rule-beyond", 2, begun(parents: 0, rule: name + "n"), "too-long"),
      draft("facts-beyond", 2, begun(parents: 0, rule: name) + facts, "too-long"),
      draft("fact-name", 2, act([name])),
      draft("fact-name-beyond", 2, act([name + "n"]), "too-long"),
    ]
  }

  private static func payload(_ kind: UInt64, _ body: ArraySlice<UInt8>) -> [UInt8] { payload(kind, Array(body)) }

  static func chains() throws -> [VectorDraft] {
    var drafts: [VectorDraft] = []
    for (suite, name) in [(SuiteID.ed25519, "ed25519"), (.sm2, "sm2")] {
      let author = try FixedAuthor(suite, 2, audience: .up)
      let run = try author.chain(3)
      let branch = try author.chain(1, after: run[1], text: "branch")
      func draft(
        _ kind: String, _ entries: [Entry], head: Entry? = nil, depth: String = "head", stream: StreamID? = nil,
        refused: String? = nil
      ) -> VectorDraft {
        var given: [String: JSONValue] = [
          "key": Shown.key(author.signer.publicKey), "depth": .text(depth),
          "stream": Shown.hex((stream ?? author.stream).encoded),
        ]
        if let head {
          given["head"] = .object([
            "seq": Shown.number(head.header.seq), "hash": Shown.hex(head.hash(using: author.suite).bytes),
          ])
        }
        let input = Fixed.bytes {
          $0.arrayHead(entries.count)
          for entry in entries { $0.byteString(entry.encoded) }
        }
        return VectorDraft(
          "chain-\(name)\(kind)", page, "chain", input, given: .object(given), refused: refused,
          isReproducible: suite == .ed25519)
      }
      /// The same entry with a bit of one of its three parts turned.
      func altered(_ entry: Entry, _ part: Int) throws -> Entry {
        var parts = [entry.headerBytes, entry.signature, entry.payload]
        parts[part][parts[part].count - 1] ^= 1
        return try Entry(
          decoding: Fixed.bytes {
            $0.arrayHead(3)
            for part in parts { $0.byteString(part) }
          })
      }
      drafts += [
        draft("", run, depth: "every-link"),
        draft("-continued", Array(run.dropFirst()), head: run[0]),
        draft("-gap", [run[0], run[2]], refused: "gap"),
        draft("-fork", try author.chain(1, after: branch[0]), head: run[2], refused: "fork"),
        draft("-payload", [run[0], try altered(run[1], 2), run[2]], refused: "payload-altered"),
        draft("-signature", [run[0], run[1], try altered(run[2], 1)], refused: "bad-signature"),
        draft("-link-head", [run[0], try altered(run[1], 1), run[2]], refused: "fork"),
        draft(
          "-link", [run[0], try altered(run[1], 1), run[2]], depth: "every-link", refused: "bad-signature"),
      ]
      if suite == .ed25519 {
        let other = try FixedAuthor(suite, 2, audience: .down)
        drafts += [
          draft("-stream", run, stream: other.stream, refused: "wrong-stream"), draft("-empty", [], refused: "empty"),
        ]
      } else {
        var unknown = draft("-unknown", run, refused: "unknown-suite")
        if case .object(var given) = unknown.given {
          given["suites"] = .number(1)
          unknown.given = .object(given)
        }
        drafts.append(unknown)
        // A key of the other suite does not sign for this one.
        let ed25519 = try FixedAuthor(.ed25519, 2, audience: .up)
        var mixed = draft("-suite", run, refused: "bad-signature")
        if case .object(var given) = mixed.given {
          given["key"] = Shown.key(ed25519.signer.publicKey)
          mixed.given = .object(given)
        }
        drafts.append(mixed)
      }
    }
    return drafts
  }
}
