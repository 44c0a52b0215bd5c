import Replication
import SignatureSuites
import TestKit

extension VectorDraft {
  /// Changes that decide over entries: kinds 5 to 9.
  static func facts() throws -> [VectorDraft] { try bodies() + forkProofs() }

  private static let page = "1-identity.md"

  private static func bodies() throws -> [VectorDraft] {
    let district = try FixedAuthor(.ed25519, 2, audience: .up), down = try FixedAuthor(.ed25519, 2, audience: .down)
    let root = try FixedAuthor(.ed25519, 0, audience: .down)
    let hash = try district.entry([]).hash(using: district.suite)
    let cuts = [
      StreamHead(stream: district.stream, seq: 7, hash: hash), StreamHead(stream: down.stream, seq: 1, hash: hash),
    ]
    let revocation = Revocation(
      office: try Fixed.office("130526"), key: district.stream.author, reason: .compromised, position: 40, cuts: cuts,
      text: "私钥外泄")
    let ratification = Ratification(stream: district.stream, first: 8, last: 9, hash: hash)
    let introduction = KeyIntroduction(
      office: try Fixed.office("130526"), signingKey: try FixedKeys.signer(.sm2, 2).publicKey,
      transportKey: [UInt8](repeating: 4, count: 32))
    func revoked(reason: UInt64 = 1, cuts: [StreamHead], count: Int? = nil, text: Int = 0) -> [UInt8] {
      Fixed.bytes {
        $0.arrayHead(6)
        $0.text("130526")
        $0.byteString(district.stream.author.bytes)
        $0.unsigned(reason)
        $0.unsigned(40)
        $0.arrayHead(count ?? cuts.count)
        for cut in cuts {
          $0.arrayHead(3)
          $0.encoded(cut.stream.encoded)
          $0.unsigned(cut.seq)
          $0.byteString(cut.hash.bytes)
        }
        $0.text(String(repeating: "t", count: text))
      }
    }
    func ratified(_ first: UInt64, _ last: UInt64) -> [UInt8] {
      Fixed.bytes {
        $0.arrayHead(4)
        $0.encoded(district.stream.encoded)
        $0.unsigned(first)
        $0.unsigned(last)
        $0.byteString(hash.bytes)
      }
    }
    let inOrder = cuts.sorted { $0.stream < $1.stream }
    let zero = StreamHead(stream: district.stream, seq: 0, hash: hash)
    let beyond = StreamHead(stream: district.stream, seq: LogLimits.seqMax + 1, hash: hash)
    return [
      VectorDraft("revocation", page, "payload", Entry.payload(of: [.revocation(revocation)])),
      VectorDraft("ratification", page, "payload", Entry.payload(of: [.ratification(ratification)])),
      VectorDraft("introduction", page, "payload", Entry.payload(of: [.introduction(introduction)])),
      VectorDraft("sighting", page, "payload", Entry.payload(of: [.sighting(Sighting(try root.entry([])))])),
      VectorDraft(
        "revocation-reason", page, "payload", payload(5, revoked(reason: 3, cuts: [])), refused: "out-of-range"),
      VectorDraft("revocation-cut-0", page, "payload", payload(5, revoked(cuts: [zero])), refused: "out-of-range"),
      VectorDraft("revocation-cut-beyond", page, "payload", payload(5, revoked(cuts: [beyond])), refused: "out-of-range"),
      VectorDraft(
        "revocation-cut-order", page, "payload", payload(5, revoked(cuts: inOrder.reversed())), refused: "key-order"),
      VectorDraft(
        "revocation-cut-twice", page, "payload", payload(5, revoked(cuts: [cuts[0], cuts[0]])), refused: "key-order"),
      VectorDraft(
        "revocation-cuts", page, "payload", payload(5, revoked(cuts: [], count: 1_001)), refused: "too-long"),
      VectorDraft(
        "revocation-text-long", page, "payload", payload(5, revoked(cuts: [], text: 2_001)), refused: "too-long"),
      VectorDraft("ratification-0", page, "payload", payload(6, ratified(0, 1)), refused: "out-of-range"),
      VectorDraft(
        "ratification-beyond", page, "payload", payload(6, ratified(1, LogLimits.seqMax + 1)), refused: "out-of-range"),
      VectorDraft("ratification-backwards", page, "payload", payload(6, ratified(9, 8)), refused: "out-of-range"),
      VectorDraft(
        "introduction-transport-key", page, "payload",
        payload(8, [0x84, 0x61, 0x31, 1, 0x40, 0x41, 0]), refused: "out-of-range"),
      VectorDraft(
        "sighting-header", page, "payload", payload(9, [0x82, 0x41, 0xA0, 0x40]), refused: "missing-key"),
    ]
  }

  private static func forkProofs() throws -> [VectorDraft] {
    var drafts: [VectorDraft] = []
    for (suite, name) in [(SuiteID.ed25519, "ed25519"), (.sm2, "sm2")] {
      let author = try FixedAuthor(suite, 2, audience: .up)
      let one = try author.entry([Fixed.record("one")]), other = try author.entry([Fixed.record("other")])
      let next = try author.entry([Fixed.record("next")], after: one)
      guard let proof = ForkProof(ForkProof.Face(one), ForkProof.Face(other)) else {
        throw MalformedVector(what: "fork proof")
      }
      let given: JSONValue = .object(["key": Shown.key(author.signer.publicKey)])
      let stranger: JSONValue = .object(["key": Shown.key(try FixedKeys.signer(suite, 1).publicKey)])
      func faces(_ faces: [ForkProof.Face], signature: [UInt8]? = nil) -> [UInt8] {
        payload(
          7,
          Fixed.bytes {
            $0.arrayHead(2 * faces.count)
            for face in faces {
              $0.byteString(face.headerBytes)
              $0.byteString(signature ?? face.signature)
            }
          })
      }
      func draft(
        _ kind: String, _ input: [UInt8], given: JSONValue, refused: String? = nil
      ) -> VectorDraft {
        VectorDraft(
          "fork-proof-\(name)\(kind)", page, "fork-proof", input, given: given, refused: refused,
          isReproducible: suite == .ed25519)
      }
      drafts += [
        draft("", Entry.payload(of: [.forkProof(proof)]), given: given),
        draft("-stranger", Entry.payload(of: [.forkProof(proof)]), given: stranger, refused: "bad-signature"),
        draft(
          "-signature", faces([proof.lesser, proof.greater], signature: proof.lesser.signature), given: given,
          refused: "bad-signature"),
        draft("-order", faces([proof.greater, proof.lesser]), given: given, refused: "key-order"),
        draft("-same", faces([proof.lesser, proof.lesser]), given: given, refused: "out-of-range"),
        draft("-seq", faces([proof.lesser, ForkProof.Face(next)]), given: given, refused: "out-of-range"),
      ]
    }
    return drafts
  }
}
