import Replication
import SignatureSuites
import TestKit

extension VectorDraft {
  private static let page = "2-entry.md"

  /// Single items of CBOR.
  static func items() throws -> [VectorDraft] {
    let limit: JSONValue = .object(["limit": .number(2)])
    return [
      try VectorDraft("item-unsigned", page, "unsigned", hex: "1a00010000"),
      try VectorDraft("item-integer-least", page, "integer", hex: "3b7fffffffffffffff"),
      try VectorDraft("item-text", page, "text", hex: "66e4bbbbe58ebf"),
      try VectorDraft("item-array", page, "array", hex: "820102", given: limit),
      try VectorDraft("item-list", page, "value", hex: "8561614200fff5f620"),
      try VectorDraft("item-truncated-argument", page, "unsigned", hex: "18", refused: "truncated"),
      try VectorDraft("item-truncated-empty", page, "flag", hex: "", refused: "truncated"),
      try VectorDraft("item-truncated-string", page, "bytes", hex: "430102", refused: "truncated"),
      try VectorDraft("item-not-shortest-8", page, "unsigned", hex: "1817", refused: "not-shortest"),
      try VectorDraft("item-not-shortest-16", page, "unsigned", hex: "1900ff", refused: "not-shortest"),
      try VectorDraft("item-not-shortest-32", page, "unsigned", hex: "1a0000ffff", refused: "not-shortest"),
      try VectorDraft("item-not-shortest-64", page, "unsigned", hex: "1b00000000ffffffff", refused: "not-shortest"),
      try VectorDraft("item-not-shortest-length", page, "text", hex: "780161", refused: "not-shortest"),
      try VectorDraft("item-reserved", page, "unsigned", hex: "1c", refused: "unsupported"),
      try VectorDraft("item-indefinite", page, "bytes", hex: "5f4101ff", refused: "unsupported"),
      try VectorDraft("item-nested-list", page, "value", hex: "8181f6", refused: "unsupported"),
      try VectorDraft("item-map", page, "value", hex: "a0", refused: "unsupported"),
      try VectorDraft("item-tag", page, "value", hex: "c001", refused: "unsupported"),
      try VectorDraft("item-float", page, "value", hex: "f97e00", refused: "unexpected-type"),
      try VectorDraft("item-undefined", page, "value", hex: "f7", refused: "unexpected-type"),
      try VectorDraft("item-negative", page, "unsigned", hex: "20", refused: "unexpected-type"),
      try VectorDraft("item-not-null", page, "null", hex: "00", refused: "unexpected-type"),
      try VectorDraft("item-array-short", page, "array", hex: "8101", given: limit, refused: "unexpected-type"),
      try VectorDraft("item-array-long", page, "array", hex: "83010203", given: limit, refused: "too-long"),
      try VectorDraft("item-text-long", page, "text", hex: "63616263", given: limit, refused: "too-long"),
      try VectorDraft("item-value-text-long", page, "value", hex: "798001", refused: "too-long"),
      try VectorDraft("item-value-bytes-long", page, "value", hex: "598001", refused: "too-long"),
      try VectorDraft("item-value-list-long", page, "value", hex: "990101", refused: "too-long"),
      try VectorDraft("item-huge", page, "bytes", hex: "5bffffffffffffffff", refused: "too-long"),
      try VectorDraft("item-integer-large", page, "integer", hex: "1b8000000000000000", refused: "out-of-range"),
      try VectorDraft("item-integer-small", page, "integer", hex: "3b8000000000000000", refused: "out-of-range"),
      try VectorDraft("item-utf8", page, "text", hex: "62c328", refused: "invalid-utf8"),
      try VectorDraft("item-utf8-surrogate", page, "text", hex: "63eda080", refused: "invalid-utf8"),
      try VectorDraft("item-utf8-overlong", page, "text", hex: "62c080", refused: "invalid-utf8"),
      try VectorDraft("item-trailing", page, "unsigned", hex: "0000", refused: "trailing-bytes"),
    ]
  }

  static func headers() throws -> [VectorDraft] {
    let district = try FixedAuthor(.ed25519, 2, audience: .up)
    let key = district.stream.author
    let audiences: [Audience] = [
      .own, .up, .down, .office(try Fixed.office("130526-01")), .subtree(try Fixed.office("130526")),
    ]
    var drafts = audiences.map {
      let stream = StreamID(author: key, incarnation: 2, audience: $0)
      let name = Shown.name(stream).split(separator: "/")[2].prefix { $0 != ":" }
      return VectorDraft("stream-\(name)", page, "stream", stream.encoded)
    }
    func stream(_ count: Int, _ kind: UInt64, _ office: String?) -> [UInt8] {
      Fixed.bytes {
        $0.arrayHead(count)
        $0.byteString(key.bytes)
        $0.unsigned(1)
        $0.unsigned(kind)
        if let office { $0.text(office) }
      }
    }
    drafts += [
      VectorDraft("stream-kind", page, "stream", stream(3, 5, nil), refused: "out-of-range"),
      VectorDraft("stream-no-office", page, "stream", stream(3, 3, nil), refused: "out-of-range"),
      VectorDraft("stream-office-code", page, "stream", stream(4, 4, "-1"), refused: "out-of-range"),
      VectorDraft("stream-too-many", page, "stream", stream(5, 4, "1"), refused: "too-long"),
    ]
    let first = try district.entry([])
    let rich = try district.entry(
      [], after: first, seen: first.hash(using: district.suite), part: .init(index: 1, count: 2))
    drafts += [
      VectorDraft("header-first", page, "header", first.headerBytes),
      VectorDraft("header-all-keys", page, "header", rich.headerBytes),
    ]
    /// A header of the first entry, with other numbers and further pairs.
    func header(
      suite: UInt64 = 1, seq: UInt64 = 1, previous: Bool = false, extra: [(UInt64, [UInt8])] = [], count: Int? = nil,
      through last: UInt64 = 8
    ) -> [UInt8] {
      Fixed.bytes {
        let pairs: [(UInt64, [UInt8])] = [
          (1, Fixed.bytes { $0.unsigned(suite) }), (2, district.stream.encoded), (3, Fixed.bytes { $0.unsigned(seq) }),
          (4, Fixed.bytes { $0.byteString(Digest.zero.bytes) }), (5, Fixed.bytes { $0.byteString(Digest.zero.bytes) }),
          (6, [0]), (7, [0]), (8, [1]),
        ].filter { ($0.0 != 4 || previous) && $0.0 <= last } + extra
        $0.mapHead(count ?? pairs.count)
        for (key, value) in pairs {
          $0.unsigned(key)
          $0.encoded(value)
        }
      }
    }
    let seen: (UInt64, [UInt8]) = (9, Fixed.bytes { $0.byteString(Digest.zero.bytes) })
    drafts += [
      VectorDraft("header-suite", page, "header", header(suite: 3), refused: "out-of-range"),
      VectorDraft("header-seq-0", page, "header", header(seq: 0), refused: "out-of-range"),
      VectorDraft("header-first-with-previous", page, "header", header(previous: true), refused: "missing-key"),
      VectorDraft("header-without-previous", page, "header", header(seq: 2), refused: "missing-key"),
      VectorDraft("header-no-schema", page, "header", header(through: 7), refused: "missing-key"),
      VectorDraft("header-key-11", page, "header", header(extra: [(11, [0])]), refused: "unknown-key"),
      VectorDraft("header-key-0", page, "header", header(extra: [(0, [0])]), refused: "unknown-key"),
      VectorDraft("header-key-0-bare", page, "header", header(extra: [(0, [])]), refused: "unknown-key"),
      VectorDraft("header-key-0-after-seen", page, "header", header(extra: [seen, (0, [])]), refused: "unknown-key"),
      VectorDraft("header-seen-twice", page, "header", header(extra: [seen, seen]), refused: "unknown-key"),
      VectorDraft(
        "header-part-before-seen", page, "header", header(extra: [(10, [0x82, 1, 2]), seen]), refused: "unknown-key"),
      VectorDraft(
        "header-part-of-one", page, "header", header(extra: [(10, [0x82, 1, 1])]), refused: "out-of-range"),
      VectorDraft(
        "header-part-beyond", page, "header", header(extra: [(10, [0x82, 3, 2])]), refused: "out-of-range"),
      VectorDraft("header-trailing", page, "header", header() + [0], refused: "trailing-bytes"),
      VectorDraft("header-cut", page, "header", Array(header().dropLast(3)), refused: "truncated"),
      VectorDraft("header-pairs", page, "header", header(count: 11), refused: "too-long"),
    ]
    return drafts
  }

  static func entries() throws -> [VectorDraft] {
    var drafts: [VectorDraft] = []
    for (suite, name) in [(SuiteID.ed25519, "ed25519"), (.sm2, "sm2")] {
      let author = try FixedAuthor(suite, 2, audience: .up)
      let other = try FixedAuthor(suite, 1, audience: .up)
      let entry = try author.entry([Fixed.record("任县")])
      drafts += [
        VectorDraft(
          "entry-\(name)", page, "entry", entry.encoded, given: .object(["key": Shown.key(author.signer.publicKey)]),
          isReproducible: suite == .ed25519),
        VectorDraft(
          "entry-\(name)-other-key", page, "entry", entry.encoded,
          given: .object(["key": Shown.key(other.signer.publicKey)]), isReproducible: suite == .ed25519),
      ]
    }
    let author = try FixedAuthor(.ed25519, 2, audience: .up)
    let entry = try author.entry([Fixed.record("任县")])
    func altered(_ header: [UInt8], _ signature: [UInt8], _ payload: [UInt8], count: Int = 3) -> [UInt8] {
      Fixed.bytes {
        $0.arrayHead(count)
        $0.byteString(header)
        $0.byteString(signature)
        $0.byteString(payload)
      }
    }
    drafts += [
      try VectorDraft(
        "sig-structure", page, "sig-structure", hex: "846a5369676e61747572653143a101274041a0",
        given: .object(["suite": .number(1)])),
      try VectorDraft(
        "sig-structure-sm2", page, "sig-structure", hex: "846a5369676e61747572653147a1013a000100014041a0",
        given: .object(["suite": .number(2)])),
      VectorDraft(
        "entry-length", page, "entry", altered(entry.headerBytes, entry.signature, entry.payload + [0]),
        refused: "out-of-range"),
      VectorDraft(
        "entry-signature-long", page, "entry",
        altered(entry.headerBytes, [UInt8](repeating: 0, count: 129), entry.payload), refused: "too-long"),
      try VectorDraft("entry-header-long", page, "entry", hex: "83590401", refused: "too-long"),
      VectorDraft(
        "entry-payload-long", page, "entry", [0x83, 0x40, 0x40, 0x5A, 0, 1, 0, 1], refused: "too-long"),
      VectorDraft(
        "entry-four-parts", page, "entry", altered(entry.headerBytes, entry.signature, entry.payload, count: 4),
        refused: "too-long"),
      VectorDraft(
        "entry-trailing", page, "entry", entry.encoded + [0xF6], refused: "trailing-bytes"),
    ]
    return drafts
  }
}
