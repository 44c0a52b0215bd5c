import Replication
import SignatureSuites
import TestKit

extension VectorDraft {
  private static let page = "1-identity.md"

  static func identity() throws -> [VectorDraft] { try keys() + charterBodies() + trees() + rotations() }

  private static func keys() throws -> [VectorDraft] {
    try SuiteID.allCases.map { suite in
      let key = try FixedKeys.signer(suite, 0).publicKey
      return VectorDraft("key-\(suite)", page, "key", [suite.rawValue] + key.bytes)
    }
  }

  private static func charterBodies() throws -> [VectorDraft] {
    var full = try Fixed.charter(
      "130526", "任县人社局", under: "1305", key: try FixedKeys.signer(.sm2, 2).publicKey, transport: 3)
    full.powers = ["inspection", "licensing"]
    full.until = FixedAuthor.start + 86_400_000
    let plain = try Fixed.charter(
      "130526", "任县人社局", under: "1305", key: try FixedKeys.signer(.ed25519, 1).publicKey, transport: 2)
    let root = try Fixed.charter(
      "1305", "邢台市人社局", under: nil, key: try FixedKeys.signer(.ed25519, 0).publicKey, transport: 1)
    func body(
      _ transport: Int, office: String = "1", name: Int = 1, suite: UInt64 = 1, key: Int = 0, powers: [Int] = []
    ) -> [UInt8] {
      Fixed.bytes {
        $0.arrayHead(9)
        $0.text(office)
        $0.text(String(repeating: "n", count: name))
        $0.null()
        $0.unsigned(suite)
        $0.byteString([UInt8](repeating: 0, count: key))
        $0.byteString([UInt8](repeating: 0, count: transport))
        $0.arrayHead(powers.count)
        for count in powers { $0.text(String(repeating: "p", count: count)) }
        $0.unsigned(0)
        $0.null()
      }
    }
    return [
      VectorDraft("charter-ed25519", page, "payload", Entry.payload(of: [.charter(plain)])),
      VectorDraft("charter-sm2", page, "payload", Entry.payload(of: [.charter(full)])),
      VectorDraft("charter-root", page, "payload", Entry.payload(of: [.charter(root)])),
      VectorDraft("charter-transport-key", page, "payload", payload(3, body(31)), refused: "out-of-range"),
      VectorDraft("charter-office-code", page, "payload", payload(3, body(32, office: "_1")), refused: "out-of-range"),
      VectorDraft("charter-suite", page, "payload", payload(3, body(32, suite: 9)), refused: "out-of-range"),
      VectorDraft("charter-name-long", page, "payload", payload(3, body(32, name: 257)), refused: "too-long"),
      VectorDraft("charter-key-long", page, "payload", payload(3, body(32, key: 66)), refused: "too-long"),
      VectorDraft("charter-power-long", page, "payload", payload(3, body(32, powers: [129])), refused: "too-long"),
      VectorDraft(
        "charter-powers", page, "payload", payload(3, body(32, powers: [Int](repeating: 1, count: 65))),
        refused: "too-long"),
    ]
  }

  /// Charters with the fingerprints that issued them, as one array.
  private static func input(_ charters: [(Charter, KeyFingerprint)]) -> [UInt8] {
    input(charters.map { (.charter($0), $1) })
  }

  private static func input(_ changes: [(Change, KeyFingerprint)]) -> [UInt8] {
    Fixed.bytes {
      $0.arrayHead(changes.count)
      for (change, issuer) in changes {
        $0.arrayHead(2)
        $0.byteString(issuer.bytes)
        $0.byteString(Entry.payload(of: [change]))
      }
    }
  }

  /// A district that changes from its Ed25519 key to an SM2 key.
  private static func rotations() throws -> [VectorDraft] {
    let root = try FixedKeys.signer(.ed25519, 0).publicKey, old = try FixedKeys.signer(.ed25519, 2).publicKey
    let new = try FixedKeys.signer(.sm2, 2).publicKey
    let rootKey = root.fingerprint(using: Ed25519Suite()), oldKey = old.fingerprint(using: Ed25519Suite())
    let given: JSONValue = .object(["root": Shown.hex(rootKey.bytes)])
    let introduction = KeyIntroduction(
      office: try Fixed.office("130526"), signingKey: new, transportKey: [UInt8](repeating: 4, count: 32))
    let seated: [(Change, KeyFingerprint)] = [
      (.charter(try Fixed.charter("1305", "市局", under: nil, key: root, transport: 1)), rootKey),
      (.charter(try Fixed.charter("130526", "县局", under: "1305", key: old, transport: 2)), rootKey),
    ]
    let next: (Change, KeyFingerprint) = (
      .charter(try Fixed.charter("130526", "县局", under: "1305", key: new, transport: 4)), rootKey
    )
    let revocation = Revocation(
      office: try Fixed.office("130526"), key: oldKey, reason: .retired, position: 3, cuts: [], text: "")
    // Signed when both the revocation and the charter after it were lost; the latter is recorded again behind it.
    var last = try Fixed.charter("130526", "县局", under: "1305", key: new, transport: 4)
    last.from = FixedAuthor.start + 2_000
    var lost = try Fixed.charter(
      "130526", "县局", under: "1305", key: try FixedKeys.signer(.ed25519, 1).publicKey, transport: 5)
    lost.from = FixedAuthor.start + 1_000
    let later: (Change, KeyFingerprint) = (.charter(last), rootKey), between = (Change.charter(lost), rootKey)
    return [
      VectorDraft(
        "tree-rotation", page, "charters", input(seated + [(.introduction(introduction), oldKey), next]), given: given),
      VectorDraft(
        "tree-rotation-revoked", page, "charters", input(seated + [(.revocation(revocation), rootKey), next]),
        given: given),
      VectorDraft(
        "tree-set-back", page, "charters", input(seated + [(.revocation(revocation), rootKey), later, between]),
        given: given),
      VectorDraft(
        "tree-awaits-introduction", page, "charters", input(seated + [next]), given: given,
        refused: "awaits-introduction"),
    ]
  }

  private static func trees() throws -> [VectorDraft] {
    let root = try FixedKeys.signer(.ed25519, 0).publicKey, city = try FixedKeys.signer(.sm2, 1).publicKey
    let district = try FixedKeys.signer(.ed25519, 2).publicKey, stranger = try FixedKeys.signer(.ed25519, 1).publicKey
    func fingerprint(_ key: PublicKey) -> KeyFingerprint {
      key.fingerprint(using: SuiteSet.standard[key.suite] ?? Ed25519Suite())
    }
    let rootCharter = try Fixed.charter("13", "省厅", under: nil, key: root, transport: 1)
    let cityCharter = try Fixed.charter("1305", "市局", under: "13", key: city, transport: 2)
    let districtCharter = try Fixed.charter("130526", "县局", under: "1305", key: district, transport: 3)
    let seated = [
      (rootCharter, fingerprint(root)), (cityCharter, fingerprint(root)), (districtCharter, fingerprint(city)),
    ]
    let given: [String: JSONValue] = ["root": Shown.hex(fingerprint(root).bytes)]
    func draft(_ name: String, _ more: [(Charter, KeyFingerprint)], refused: String) -> VectorDraft {
      VectorDraft("tree-\(name)", page, "charters", input(seated + more), given: .object(given), refused: refused)
    }
    func other(_ office: String, _ parent: String?, _ key: PublicKey) throws -> Charter {
      try Fixed.charter(office, "x", under: parent, key: key, transport: 9)
    }
    var deep = [(rootCharter, fingerprint(root))]
    var parent = (code: "13", key: fingerprint(root))
    for depth in 1...13 as ClosedRange<UInt8> {
      // Keys of their own; a tree does not ask whether they are points of the curve.
      let key = PublicKey(suite: .ed25519, bytes: [UInt8](repeating: depth, count: 32))
      deep.append((try Fixed.charter("d\(depth)", "d", under: parent.code, key: key, transport: depth), parent.key))
      parent = ("d\(depth)", fingerprint(key))
    }
    let audiences: [(PublicKey, Audience)] = [
      (district, .own), (district, .up), (city, .down), (root, .office(try Fixed.office("130526"))),
      (root, .office(try Fixed.office("1305"))), (root, .subtree(try Fixed.office("1305"))),
      (district, .office(try Fixed.office("1305"))), (stranger, .down),
    ]
    var withStreams = given
    withStreams["streams"] = .list(
      audiences.map { key, audience in
        Shown.hex(StreamID(author: fingerprint(key), incarnation: 1, audience: audience).encoded)
      })
    var onlyFirstSuite = given
    onlyFirstSuite["suites"] = .number(1)
    return [
      VectorDraft("tree-three", page, "charters", input(seated + [seated[2]]), given: .object(given)),
      VectorDraft("spoken", page, "spoken", input(seated), given: .object(given)),
      VectorDraft("tree-readers", page, "readers", input(seated), given: .object(withStreams)),
      draft(
        "root-mismatch", [(try other("14", nil, stranger), fingerprint(stranger))],
        refused: "root-mismatch"),
      draft(
        "unknown-issuer", [(try other("9", "13", stranger), fingerprint(stranger))],
        refused: "unknown-issuer"),
      draft(
        "issuer-not-parent", [(try other("9", "13", stranger), fingerprint(city))],
        refused: "issuer-not-parent"),
      draft(
        "office-taken", [(try other("130526", "13", district), fingerprint(root))],
        refused: "office-taken"),
      draft(
        "key-taken", [(try other("9", "13", district), fingerprint(root))],
        refused: "key-taken"),
      VectorDraft("tree-too-deep", page, "charters", input(deep), given: .object(given), refused: "too-deep"),
      VectorDraft(
        "tree-unknown-suite", page, "charters", input(seated), given: .object(onlyFirstSuite),
        refused: "unknown-suite"),
    ]
  }
}
