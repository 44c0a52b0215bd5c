import Casebook
import Replication
import SignatureSuites
import TestKit

@testable import OfficeNode

extension VectorDraft {
  private static let page = "5-session.md"

  static func frames() throws -> [VectorDraft] {
    let district = try FixedAuthor(.ed25519, 2, audience: .up), down = try FixedAuthor(.ed25519, 0, audience: .down)
    let entry = try district.entry([Fixed.record("任县")])
    let heads = [
      StreamHead(stream: down.stream, seq: 3, hash: .zero),
      StreamHead(stream: district.stream, seq: 1, hash: entry.hash(using: district.suite)),
    ]
    let hello = SyncFrame.hello(
      .init(
        version: 1, office: try Fixed.office("130526"), digest: SyncFrame.digest(of: [], using: Ed25519Suite()),
        clock: FixedAuthor.start, software: "docket/0.1"))
    let again = SyncFrame.hello(
      .init(
        version: 1, office: try Fixed.office("130526"), digest: SyncFrame.digest(of: heads, using: Ed25519Suite()),
        clock: FixedAuthor.start, software: "docket/0.1", agreed: SyncFrame.digest(of: [], using: Ed25519Suite())))
    let unmoved = SyncFrame.hello(
      .init(
        version: 1, office: try Fixed.office("130526"), digest: .zero, clock: FixedAuthor.start, software: "docket/0.1",
        agreed: .zero))
    let twice = Array(unmoved.encoded.dropLast()) + Fixed.bytes { $0.byteString(Digest.zero.bytes) }
    /// The least number that is too large.
    let beyond = UInt64(Int64.max) + 1
    func strange(version: UInt64 = 1, clock: UInt64 = FixedAuthor.start) throws -> [UInt8] {
      SyncFrame.hello(
        .init(
          version: version, office: try Fixed.office("130526"), digest: .zero, clock: clock, software: "docket/0.1")
      ).encoded
    }
    func position(_ seq: UInt64) -> [UInt8] {
      Fixed.bytes {
        $0.arrayHead(2)
        $0.unsigned(9)
        $0.arrayHead(1)
        $0.arrayHead(2)
        $0.unsigned(seq)
        $0.byteString(Digest.zero.bytes)
      }
    }
    let frontier = SyncFrame.frontier(heads: heads, isLast: true).encoded
    let closed = Fixed.bytes {
      $0.arrayHead(3)
      $0.unsigned(7)
      $0.unsigned(11)
      $0.text("")
    }
    func frontierOf(_ seq: UInt64) -> [UInt8] {
      Fixed.bytes {
        $0.arrayHead(3)
        $0.unsigned(2)
        $0.flag(true)
        $0.arrayHead(1)
        $0.arrayHead(3)
        $0.encoded(district.stream.encoded)
        $0.unsigned(seq)
        $0.byteString(Digest.zero.bytes)
      }
    }
    func want(_ seq: UInt64) -> [UInt8] {
      Fixed.bytes {
        $0.arrayHead(3)
        $0.unsigned(8)
        $0.encoded(district.stream.encoded)
        $0.unsigned(seq)
      }
    }
    let longName = Fixed.bytes {
      $0.arrayHead(6)
      $0.unsigned(1)
      $0.unsigned(1)
      $0.text("130526")
      $0.byteString(Digest.zero.bytes)
      $0.unsigned(0)
      $0.text(String(repeating: "x", count: 129))
    }
    return [
      VectorDraft("frame-hello", page, "frame", hello.encoded), VectorDraft("frame-frontier", page, "frame", frontier),
      VectorDraft(
        "frame-entries", page, "frame", SyncFrame.entries(.whole(district.stream, [entry.encoded])).encoded),
      VectorDraft("frame-credit", page, "frame", SyncFrame.credit(bytes: 65_536).encoded),
      VectorDraft("frame-done", page, "frame", SyncFrame.done.encoded),
      VectorDraft("frame-settled", page, "frame", SyncFrame.settled.encoded),
      VectorDraft("frame-ping", page, "frame", SyncFrame.ping.encoded),
      VectorDraft(
        "frame-close-superseded", page, "frame", SyncFrame.close(code: .superseded, text: "").encoded),
      VectorDraft("frame-hello-agreed", page, "frame", again.encoded),
      VectorDraft("frame-hello-unmoved", page, "frame", unmoved.encoded),
      VectorDraft("frame-hello-agreed-twice", page, "frame", twice, refused: "unsupported"),
      VectorDraft(
        "frame-positions", page, "frame",
        SyncFrame.positions([.init(seq: 3, hash: .zero), nil]).encoded),
      VectorDraft("frame-positions-seq", page, "frame", position(0), refused: "out-of-range"),
      VectorDraft("frame-want", page, "frame", SyncFrame.want(stream: district.stream, from: 65).encoded),
      VectorDraft("frame-close", page, "frame", SyncFrame.close(code: .fork, text: "fork at 3").encoded),
    ] + SyncFrame.CloseCode.allCases.filter { $0 != .fork && $0 != .superseded }.map { code in
      VectorDraft("frame-close-\(code.name)", page, "frame", SyncFrame.close(code: code, text: "").encoded)
    } + [
      VectorDraft("frontier-digest", page, "frontier-digest", frontier),
      try VectorDraft("frame-kind", page, "frame", hex: "810a", refused: "unsupported"),
      try VectorDraft("frame-count", page, "frame", hex: "820500", refused: "unsupported"),
      try VectorDraft("frame-no-array", page, "frame", hex: "05", refused: "unexpected-type"),
      VectorDraft("frame-close-code", page, "frame", closed, refused: "out-of-range"),
      VectorDraft("frame-want-seq", page, "frame", want(0), refused: "out-of-range"),
      VectorDraft("frame-frontier-seq", page, "frame", frontierOf(0), refused: "out-of-range"),
      VectorDraft("frame-hello-clock-beyond", page, "frame", try strange(clock: beyond), refused: "out-of-range"),
      VectorDraft("frame-hello-version-beyond", page, "frame", try strange(version: beyond), refused: "out-of-range"),
      VectorDraft("frame-frontier-beyond", page, "frame", frontierOf(beyond), refused: "out-of-range"),
      VectorDraft("frame-positions-beyond", page, "frame", position(beyond), refused: "out-of-range"),
      VectorDraft("frame-want-beyond", page, "frame", want(beyond), refused: "out-of-range"),
      VectorDraft("frame-software", page, "frame", longName, refused: "too-long"),
      VectorDraft("frame-cut", page, "frame", frontier.dropLast(), refused: "truncated"),
      VectorDraft("frame-trailing", page, "frame", SyncFrame.done.encoded + [0], refused: "trailing-bytes"),
    ]
  }

  private init(
    _ name: String, _ page: String, _ reads: String, _ input: ArraySlice<UInt8>, refused: String? = nil
  ) {
    self.init(name, page, reads, Array(input), refused: refused)
  }

  static func transport() throws -> [VectorDraft] {
    let page = "6-transport.md"
    let root = try FixedKeys.signer(.ed25519, 0), district = try FixedKeys.signer(.ed25519, 2)
    let rootKey = root.publicKey.fingerprint(using: Ed25519Suite())
    let id = [UInt8](repeating: 1, count: 8), transportKey = [UInt8](repeating: 2, count: 32)
    let request = EnrolmentMessage.request(
      signingKey: district.publicKey,
      signature: try district.sign(EnrolmentMessage.signedBytes(id: id, transportKey: transportKey)))
    let chain = [
      StoredCharter(
        charter: try Fixed.charter("1305", "市局", under: nil, key: root.publicKey, transport: 1), issuer: rootKey),
      StoredCharter(
        charter: try Fixed.charter("130526", "县局", under: "1305", key: district.publicKey, transport: 2),
        issuer: rootKey),
    ]
    let grant = EnrolmentMessage.grant(
      office: try Fixed.office("130526"), name: "县局", superior: try Fixed.office("1305"), chain: chain)
    let noCharter = Fixed.bytes {
      $0.arrayHead(5)
      $0.unsigned(17)
      $0.text("130526")
      $0.text("县局")
      $0.text("1305")
      $0.arrayHead(1)
      $0.arrayHead(2)
      $0.byteString(Entry.payload(of: [Fixed.record("x")]))
      $0.byteString(rootKey.bytes)
    }
    let long = Fixed.bytes {
      $0.arrayHead(2)
      $0.unsigned(18)
      $0.text(String(repeating: "x", count: 129))
    }
    let suite = Fixed.bytes {
      $0.arrayHead(4)
      $0.unsigned(16)
      $0.unsigned(7)
      $0.byteString([])
      $0.byteString([])
    }
    let code = InvitationCode(
      address: "10.1.0.5:7443", keyHash: [UInt8](repeating: 3, count: 16), id: id,
      secret: [UInt8](repeating: 4, count: 16)
    ).text(using: Ed25519Suite())
    var mistyped = Array(code.utf8)
    mistyped[20] = mistyped[20] == 0x37 ? 0x38 : 0x37
    return [
      VectorDraft("enrolment-request", page, "enrolment", request.encoded),
      VectorDraft("enrolment-grant", page, "enrolment", grant.encoded),
      VectorDraft("enrolment-refused", page, "enrolment", EnrolmentMessage.refused(code: "used").encoded),
    ] + ["malformed", "signature", "unknown", "expired", "revoked"].map { code in
      VectorDraft("enrolment-refused-\(code)", page, "enrolment", EnrolmentMessage.refused(code: code).encoded)
    } + [
      try VectorDraft("enrolment-kind", page, "enrolment", hex: "821360", refused: "unsupported"),
      VectorDraft("enrolment-no-charter", page, "enrolment", noCharter, refused: "unsupported"),
      VectorDraft("enrolment-suite", page, "enrolment", suite, refused: "out-of-range"),
      VectorDraft("enrolment-code", page, "enrolment", long, refused: "too-long"),
      VectorDraft("enrolment-cut", page, "enrolment", grant.encoded.dropLast(), refused: "truncated"),
      VectorDraft("enrolment-trailing", page, "enrolment", grant.encoded + [0], refused: "trailing-bytes"),
      VectorDraft("invitation", page, "invitation", Array(code.utf8)),
      VectorDraft("invitation-typed", page, "invitation", Array((" " + code.uppercased() + "\n").utf8)),
      VectorDraft("invitation-mistyped", page, "invitation", mistyped, refused: "mistyped"),
    ]
  }
}
