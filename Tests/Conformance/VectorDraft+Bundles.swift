import Replication
import SignatureSuites
import TestKit

extension VectorDraft {
  private static let page = "7-bundle.md"

  static func bundles() throws -> [VectorDraft] { try logs() + brokenBundles() }

  private static func draft(
    _ name: String, _ scenario: Scenario, _ bytes: [UInt8]? = nil, refused: String? = nil
  ) throws -> VectorDraft {
    VectorDraft(
      "bundle-\(name)", page, "bundle", try bytes ?? scenario.bundle().encoded, given: try scenario.given(),
      refused: refused, isReproducible: scenario.suite == .ed25519)
  }

  /// What a log says: values, classes, clamps.
  private static func logs() throws -> [VectorDraft] {
    var drafts: [VectorDraft] = []
    let up = Audience.up
    for (suite, name) in [(SuiteID.ed25519, "ed25519"), (.sm2, "sm2")] {
      var plain = try Scenario(suite)
      try plain.write(1, up, [Fixed.record("district")], seconds: 20)
      // The root wrote the same field unseen, and earlier: its value stands, the other is kept.
      try plain.write(0, .down, [Fixed.record("city")], seconds: 10)
      drafts.append(try draft(name, plain))

      for (reason, word) in [(Revocation.Reason.retired, "retired"), (.compromised, "compromised")] {
        var revoked = try Scenario(suite)
        let entries = try (1...4 as ClosedRange<UInt8>).map {
          try revoked.write(1, up, [Fixed.record("entry \($0)", id: $0)], seconds: 10 + UInt64($0))
        }
        try revoked.receipt(entries[1], clock: 30, position: 5)
        try revoked.revoke(reason, cut: entries[0], position: 6, seconds: 40)
        if suite == .ed25519 { drafts.append(try draft(word, revoked)) }
        // One that covers two entries is not heard after a compromise.
        let ratification = Ratification(
          stream: entries[3].header.stream, first: reason == .retired ? 3 : 4, last: 4,
          hash: revoked.head(entries[3]).hash)
        try revoked.write(
          0, .office(try Fixed.office(Scenario.district)), [.ratification(ratification)], seconds: 50)
        if reason == .compromised {
          let wide = Ratification(
            stream: entries[3].header.stream, first: 2, last: 3, hash: revoked.head(entries[2]).hash)
          try revoked.write(0, .office(try Fixed.office(Scenario.district)), [.ratification(wide)], seconds: 51)
        }
        drafts.append(try draft("\(word)-ratified\(suite == .sm2 ? "-sm2" : "")", revoked))
      }
    }
    return drafts + [
      try lateReceipt(), try otherThanCut(), try fork(witnessed: true, held: true),
      try fork(witnessed: true, held: false), try fork(witnessed: false, held: true), try rootFork(), try clamp(),
      try forkTwice(held: true), try forkTwice(held: false), try forkElsewhere(),
      try acts(), try rotation(), try parts(), try refusedFacts(), try outOfReach(), try unstorable(),
    ]
  }

  /// A receipt that the revocation's issuer wrote after it saves nothing.
  private static func lateReceipt() throws -> VectorDraft {
    var scenario = try Scenario(.ed25519)
    let good = try scenario.write(1, .up, [Fixed.record("good", id: 1)], seconds: 10)
    let late = try scenario.write(1, .up, [Fixed.record("late", id: 2)], seconds: 11)
    try scenario.revoke(.retired, cut: good, position: 6, seconds: 40)
    try scenario.receipt(late, clock: 30, position: 6)
    return try draft("late-receipt", scenario)
  }

  private static func otherThanCut() throws -> VectorDraft {
    var scenario = try Scenario(.ed25519)
    try scenario.write(1, .up, [Fixed.record("shown")], seconds: 10)
    let other = try scenario.author(1, .up).entry([Fixed.record("other")], seconds: 11)
    try scenario.revoke(.retired, cut: other, position: 6, seconds: 40)
    return try draft("other-than-cut", scenario)
  }

  /// A fork at the second entry. - Parameter held: whether the branch in the file is the one receipted, or first.
  private static func fork(witnessed: Bool, held: Bool) throws -> VectorDraft {
    var scenario = try Scenario(.ed25519)
    let first = try scenario.write(1, .up, [Fixed.record("before", id: 1)], seconds: 10)
    let shown = try scenario.write(1, .up, [Fixed.record("shown", id: 2)], seconds: 11)
    try scenario.write(1, .up, [Fixed.record("after", id: 3)], seconds: 12)
    let other = try scenario.author(1, .up).entry([Fixed.record("other", id: 2)], after: first, seconds: 13)
    guard let proof = ForkProof(ForkProof.Face(shown), ForkProof.Face(other)) else {
      throw MalformedVector(what: "fork")
    }
    if witnessed { try scenario.receipt(held ? shown : other, clock: 30, position: 5) }
    try scenario.write(
      0, .office(try Fixed.office(Scenario.district)), [.forkProof(proof)], seconds: 40)
    let name = witnessed ? (held ? "fork-witnessed" : "fork-other-witnessed") : "fork-unwitnessed"
    return try draft(name, scenario)
  }

  /// The stream forks at its second entry and again at its third, with a receipt between and one after; the branch in
  /// the file is the one that each receipt names, or goes on as the first alone does.
  private static func forkTwice(held: Bool) throws -> VectorDraft {
    var scenario = try Scenario(.ed25519)
    let author = try scenario.author(1, .up)
    let first = try scenario.write(1, .up, [Fixed.record("before", id: 1)], seconds: 10)
    let shown = try scenario.write(1, .up, [Fixed.record("shown", id: 2)], seconds: 11)
    let again = try scenario.write(1, .up, [Fixed.record("again", id: 3)], seconds: 12)
    let other = try author.entry([Fixed.record("other", id: 2)], after: first, seconds: 13)
    let late = try author.entry([Fixed.record("late", id: 3)], after: shown, seconds: 14)
    let proofs = [(shown, other), (again, late)].compactMap { ForkProof(ForkProof.Face($0), ForkProof.Face($1)) }
    try scenario.receipt(shown, clock: 30, position: 5)
    try scenario.receipt(held ? again : late, clock: 31, position: 6)
    try scenario.write(
      0, .office(try Fixed.office(Scenario.district)), proofs.map(Change.forkProof), seconds: 40)
    return try draft(held ? "fork-twice-witnessed" : "fork-twice-other-witnessed", scenario)
  }

  /// What forks on a branch that is not held is no matter of the one that is, though nobody witnessed either face.
  private static func forkElsewhere() throws -> VectorDraft {
    var scenario = try Scenario(.ed25519)
    let author = try scenario.author(1, .up)
    let first = try scenario.write(1, .up, [Fixed.record("before", id: 1)], seconds: 10)
    let shown = try scenario.write(1, .up, [Fixed.record("shown", id: 2)], seconds: 11)
    try scenario.write(1, .up, [Fixed.record("after", id: 3)], seconds: 12)
    let other = try author.entry([Fixed.record("other", id: 2)], after: first, seconds: 13)
    let faces = try [14, 15].map { try author.entry([Fixed.record("late", id: 3)], after: other, seconds: $0) }
    let proofs = [(shown, other), (faces[0], faces[1])].compactMap {
      ForkProof(ForkProof.Face($0), ForkProof.Face($1))
    }
    try scenario.receipt(shown, clock: 30, position: 5)
    try scenario.write(
      0, .office(try Fixed.office(Scenario.district)), proofs.map(Change.forkProof), seconds: 40)
    return try draft("fork-elsewhere", scenario)
  }

  /// Nobody is above the root: the branch with the lesser header stands.
  private static func rootFork() throws -> VectorDraft {
    var scenario = try Scenario(.ed25519)
    let own = try scenario.write(0, .down, [Fixed.record("shown")], seconds: 10)
    let first = scenario.runs[0].entries[0]
    let other = try scenario.author(0, .down).entry([Fixed.record("other")], after: first, seconds: 11)
    guard let proof = ForkProof(ForkProof.Face(own), ForkProof.Face(other)) else {
      throw MalformedVector(what: "fork")
    }
    try scenario.write(1, .up, [.forkProof(proof)], seconds: 40)
    return try draft("fork-root", scenario)
  }

  /// The district's clock is an hour ahead; its receipt holds it, so another's later write stands.
  private static func clamp() throws -> VectorDraft {
    var scenario = try Scenario(.ed25519)
    let other = "130527"
    try scenario.write(
      0, .subtree(try Fixed.office(other)),
      [.charter(try Fixed.charter(other, "邻县局", under: Scenario.root, key: scenario.key(2), transport: 3))], seconds: 3)
    let ahead = try scenario.write(1, .up, [Fixed.record("ahead")], seconds: 3_600)
    try scenario.write(2, .up, [Fixed.record("later")], seconds: 120)
    try scenario.write(1, .down, [Fixed.record("within", id: 2)], seconds: 650)
    try scenario.receipt(ahead, clock: 60, position: 5)
    return try draft("clamp", scenario)
  }

  private static func act(_ byte: UInt8, after parents: [UInt8] = []) -> Change {
    .act(
      ActChange(
        file: Fixed.id(9), id: Fixed.id(byte), parents: parents.map { Fixed.id($0) }, rule: "step",
        facts: [.init(name: "@date", value: .text("2026-01-06"))]))
  }

  private static func acts() throws -> VectorDraft {
    var scenario = try Scenario(.ed25519)
    try scenario.write(1, .up, [act(1)], seconds: 10)
    try scenario.write(1, .up, [act(2, after: [1])], seconds: 11)
    try scenario.write(0, .office(try Fixed.office(Scenario.district)), [act(3, after: [1])], seconds: 12)
    try scenario.write(1, .up, [act(4, after: [2, 3]), act(5, after: [77])], seconds: 13)
    return try draft("acts", scenario)
  }

  /// The district goes over to another key; both keys' work is its own.
  private static func rotation() throws -> VectorDraft {
    var scenario = try Scenario(.ed25519)
    let district = try Fixed.office(Scenario.district)
    let first = try scenario.write(1, .up, [Fixed.record("old key")], seconds: 10)
    let next = KeyIntroduction(
      office: district, signingKey: try scenario.key(2), transportKey: [UInt8](repeating: 4, count: 32))
    try scenario.write(1, .down, [.introduction(next)], seconds: 11)
    let charter = try Fixed.charter(
      Scenario.district, "县局", under: Scenario.root, key: try scenario.key(2), transport: 4)
    try scenario.write(0, .subtree(district), [.charter(charter)], seconds: 12)
    try scenario.write(
      2, .up,
      [
        Fixed.record(
          "new key", replaces: [WriteStamp(time: first.header.stamp, author: first.header.stream.author)])
      ], seconds: 13)
    return try draft("rotation", scenario)
  }

  /// A transaction whose last part has not come is not visible.
  private static func parts() throws -> VectorDraft {
    let scenario = try Scenario(.ed25519)
    let author = try scenario.author(1, .up)
    let whole = try author.entry([Fixed.record("one", id: 1)], part: .init(index: 1, count: 2))
    let second = try author.entry([Fixed.record("two", id: 2)], after: whole, part: .init(index: 2, count: 2))
    let cut = try author.entry([Fixed.record("three", id: 3)], after: second, part: .init(index: 1, count: 2))
    let bundle = try scenario.bundle { $0.append((author.stream, [whole, second, cut].map(\.encoded))) }
    return try draft("parts", scenario, bundle.encoded)
  }

  /// Facts by who may not decide: they change nothing.
  private static func refusedFacts() throws -> VectorDraft {
    var scenario = try Scenario(.ed25519)
    let entry = try scenario.write(1, .up, [Fixed.record("stands")], seconds: 10)
    let root = scenario.runs[0].entries[0]
    let revocation = Revocation(
      office: try Fixed.office(Scenario.root), key: try scenario.fingerprint(0), reason: .compromised, position: 1,
      cuts: [], text: "")
    let forged = try Fixed.charter("9", "伪", under: Scenario.root, key: try scenario.key(2), transport: 9)
    try scenario.write(
      1, .up,
      [
        .revocation(revocation), .charter(forged),
        .receipt(Receipt(head: scenario.head(root), clock: 1, position: 1)),
        .ratification(
          Ratification(stream: entry.header.stream, first: 1, last: 1, hash: scenario.head(entry).hash)),
        .unknown(kind: 99, body: [1]),
      ], seconds: 11)
    return try draft("refused-facts", scenario)
  }

  /// Numbers that no database counts: the record and the receipts are kept and count for nothing, the other record of
  /// the entry stands, unclamped.
  private static func unstorable() throws -> VectorDraft {
    var scenario = try Scenario(.ed25519)
    let district = try Fixed.office(Scenario.district)
    let beyond = UInt64(Int64.max) + 1
    func record(_ type: UInt64, _ number: UInt8) -> Change {
      .record(
        RecordWrite(type: type, id: Fixed.id(number), fields: [.init(number: 2, value: .text("x"), replaces: [])]))
    }
    // A later write of the same field, which the district's clock an hour ahead hides as long as no receipt counts.
    let ahead = try scenario.write(
      1, .up, [record(beyond, 2), record(beyond - 1, 3), Fixed.record("ahead")], seconds: 3_600)
    let other = "130527"
    try scenario.write(
      0, .subtree(try Fixed.office(other)),
      [.charter(try Fixed.charter(other, "邻县局", under: Scenario.root, key: scenario.key(2), transport: 3))], seconds: 3)
    try scenario.write(2, .up, [Fixed.record("later")], seconds: 120)
    let far = StreamHead(stream: ahead.header.stream, seq: beyond, hash: scenario.head(ahead).hash)
    let clock = FixedAuthor.start + 60_000
    let receipts = [
      Receipt(head: scenario.head(ahead), clock: clock, position: beyond),
      Receipt(head: far, clock: clock, position: 5),
      Receipt(head: scenario.head(ahead), clock: beyond, position: 6),
    ]
    try scenario.write(0, .office(district), receipts.map(Change.receipt), seconds: 130)
    return try draft("unstorable", scenario)
  }

  /// What the root says of the district's streams where not all who may hold them can hear it.
  private static func outOfReach() throws -> VectorDraft {
    var scenario = try Scenario(.ed25519)
    let entry = try scenario.write(1, .up, [Fixed.record("stands")], seconds: 3_600)
    let below = try scenario.write(1, .down, [Fixed.record("below", id: 2)], seconds: 3_601)
    let district = try Fixed.office(Scenario.district)
    let receipt = Receipt(head: scenario.head(below), clock: FixedAuthor.start + 60_000, position: 5)
    let revocation = Revocation(
      office: district, key: try scenario.fingerprint(1), reason: .compromised, position: 6, cuts: [], text: "")
    let ratification = Ratification(
      stream: below.header.stream, first: 1, last: 1, hash: scenario.head(below).hash)
    try scenario.write(
      0, .office(district), [.receipt(receipt), .revocation(revocation), .ratification(ratification)], seconds: 20)
    // A revocation that all hear, and again the ratification that those below do not.
    let retired = Revocation(
      office: district, key: try scenario.fingerprint(1), reason: .retired, position: 7, cuts: [scenario.head(entry)],
      text: "")
    try scenario.write(0, .subtree(district), [.revocation(retired)], seconds: 21)
    return try draft("out-of-reach", scenario)
  }

  private static func brokenBundles() throws -> [VectorDraft] {
    var scenario = try Scenario(.ed25519)
    let entries = try (1...3 as ClosedRange<UInt8>).map {
      try scenario.write(1, .up, [Fixed.record("entry \($0)", id: $0)], seconds: 10 + UInt64($0))
    }
    let whole = try scenario.bundle().encoded
    let other = try scenario.author(1, .up).entry([Fixed.record("other")], seconds: 30)
    func with(_ run: [[UInt8]]) throws -> [UInt8] { try scenario.bundle { $0[$0.count - 1].entries = run }.encoded }
    func altered(_ entry: Entry, back: Int) -> [UInt8] {
      var bytes = entry.encoded
      bytes[bytes.count - back] ^= 1
      return bytes
    }
    var version = whole
    // After the array's head, the text's head and its 13 letters.
    version[15] = 2
    var flipped = whole
    flipped[flipped.count - 60] ^= 1
    let run = entries.map(\.encoded)
    let subtree = Audience.subtree(try Fixed.office(Scenario.district))
    let empty = try scenario.bundle { $0 = [] }
    return [
      try draft("empty", scenario, empty.encoded),
      try draft("version", scenario, version, refused: "not-a-bundle"),
      try draft("no-end", scenario, Array(whole.dropLast(39)), refused: "truncated"),
      try draft("cut", scenario, Array(whole.dropLast(1)), refused: "truncated"),
      try draft("trailing", scenario, whole + [0], refused: "trailing-bytes"),
      try draft("altered", scenario, flipped, refused: "altered"),
      try draft(
        "no-charter", scenario, try scenario.bundle { $0.removeAll { $0.stream.audience == subtree } }.encoded,
        refused: "no-charter"),
      try draft("gap", scenario, try with([run[0], run[2]]), refused: "gap"),
      try draft("swapped", scenario, try with([run[1], run[0], run[2]]), refused: "gap"),
      // An entry of the root's in the district's stream.
      try draft("stream", scenario, try with([run[0], scenario.runs[0].entries[0].encoded, run[2]]), refused: "wrong-stream"),
      try draft("fork", scenario, try with([other.encoded, run[1], run[2]]), refused: "fork"),
      try draft(
        "payload", scenario, try with([run[0], altered(entries[1], back: 1), run[2]]), refused: "payload-altered"),
      try draft(
        "signature", scenario, try with([run[0], run[1], altered(entries[2], back: entries[2].payload.count + 5)]),
        refused: "bad-signature"),
      try draft("entry-cut", scenario, try with([run[0], Array(run[1].dropLast()), run[2]]), refused: "truncated"),
      try draft("run-empty", scenario, try with([]), refused: "empty"),
    ]
  }
}

extension VectorDraft {
  /// The order of acts alone, as `[rank, stamp, payload]`.
  static func actOrders() throws -> [VectorDraft] {
    func input(_ acts: [(rank: UInt64, stamp: UInt64, id: UInt8, parents: [UInt8])]) -> [UInt8] {
      Fixed.bytes {
        $0.arrayHead(acts.count)
        for act in acts {
          $0.arrayHead(3)
          $0.unsigned(act.rank)
          $0.unsigned(act.stamp)
          $0.byteString(
            Entry.payload(of: [
              .act(
                ActChange(
                  file: Fixed.id(9), id: Fixed.id(act.id), parents: act.parents.map { Fixed.id($0) }, rule: "step",
                  facts: []))
            ]))
        }
      }
    }
    let page = "4-merge.md"
    return [
      // The superior's act first among concurrent ones, whatever its stamp.
      VectorDraft(
        "acts-rank", page, "acts",
        input([(12, 1, 1, []), (12, 2, 2, [1]), (13, 9, 3, [1]), (12, 10, 4, [2, 3])])),
      VectorDraft(
        "acts-stamp", page, "acts", input([(12, 5, 3, []), (12, 4, 2, []), (12, 5, 1, [])])),
      VectorDraft(
        "acts-waiting", page, "acts",
        input([(12, 1, 1, []), (12, 2, 2, [8]), (12, 3, 3, [2]), (13, 4, 4, [5]), (13, 5, 5, [4])])),
    ]
  }
}
