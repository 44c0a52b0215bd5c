import Replication
import SignatureSuites
import TestKit

/// A file of the district east, which goes to the district west: the city above both hands its entries over.
private struct TransferScene {
  static let east = "130526", west = "130505"
  /// Of the subject, by the last byte.
  static let subject: UInt8 = 5

  let city: FixedAuthor
  let east: FixedAuthor
  var dossier: Dossier

  /// - Parameter suite: of the east, whose entries are handed over; the others are Ed25519.
  init(_ suite: SuiteID = .ed25519) throws {
    city = try FixedAuthor(.ed25519, 0, audience: .office(try Fixed.office(Self.west)))
    east = try FixedAuthor(suite, 2, audience: .up)
    dossier = Dossier(file: Fixed.id(9), guests: [], items: [])
    dossier.guests = [try guest(Self.east, under: "1305", keys: [east.signer.publicKey])]
    let first = try east.entry([file(), act(1, "open")], seconds: 10)
    let ahead = try east.entry(
      [act(2, "step", after: [1]), Fixed.record("ahead", id: Self.subject)], after: first, seconds: 3_600)
    let last = try east.entry([act(3, "transfer", after: [2])], after: ahead, seconds: 3_601)
    for (number, entry) in [first, ahead, last].enumerated() {
      // The first one had no receipt to see; the second one's clock is an hour ahead of its receipt.
      dossier.items.append(
        Dossier.Item(
          from: number == 0 ? nil : FixedAuthor.start + 15_000, until: FixedAuthor.start + 20_000, entry: entry.encoded))
    }
  }

  func guest(_ office: String, under parent: String, keys: [PublicKey] = []) throws -> Guest {
    Guest(office: try Fixed.office(office), name: "任县人社局", parent: try Fixed.office(parent), keys: keys)
  }

  /// The record of the file (type 3).
  func file(id byte: UInt8 = 9) -> Change {
    .record(RecordWrite(type: 3, id: Fixed.id(byte), fields: [.init(number: 2, value: .text("1号"), replaces: [])]))
  }

  func act(_ byte: UInt8, _ rule: String, of file: UInt8 = 9, after parents: [UInt8] = []) -> Change {
    .act(
      ActChange(
        file: Fixed.id(file), id: Fixed.id(byte), parents: parents.map { Fixed.id($0) }, rule: rule,
        facts: [.init(name: "@date", value: .text("2026-01-06"))]))
  }

  /// The same with one item.
  func only(_ entry: [UInt8]) -> TransferScene {
    var scene = self
    scene.dossier.items = [Dossier.Item(from: nil, until: nil, entry: entry)]
    return scene
  }

  func saying(_ changes: [Change]) throws -> TransferScene { only(try east.entry(changes).encoded) }

  // MARK: As bytes

  /// Charters that the west knows: the city's and its own.
  private func charters() throws -> [UInt8] {
    let root = city.stream.author
    let charters = [
      try Fixed.charter("1305", "邢台市人社局", under: nil, key: city.signer.publicKey, transport: 1),
      try Fixed.charter(
        Self.west, "信都区人社局", under: "1305", key: try FixedKeys.signer(.ed25519, 1).publicKey, transport: 2),
    ]
    return Fixed.bytes {
      $0.arrayHead(charters.count)
      for charter in charters {
        $0.arrayHead(2)
        $0.byteString(root.bytes)
        $0.byteString(Entry.payload(of: [.charter(charter)]))
      }
    }
  }

  func draft(
    _ name: String, pieces: [DossierPiece]? = nil, stream: StreamID? = nil, refused: String? = nil
  ) throws -> VectorDraft {
    let pieces = pieces ?? dossier.pieces
    let input = Fixed.bytes {
      $0.arrayHead(pieces.count)
      for piece in pieces { $0.byteString(Entry.payload(of: [.dossier(piece)])) }
    }
    let given: JSONValue = .object([
      "root": Shown.hex(city.stream.author.bytes), "charters": Shown.hex(try charters()),
      "stream": Shown.hex((stream ?? city.stream).encoded),
    ])
    return VectorDraft(
      "dossier\(name)", "8-transfer.md", "dossier", input, given: given, refused: refused,
      isReproducible: east.suite.id == .ed25519)
  }

  /// Bytes that are no dossier's, in one piece.
  func draft(_ name: String, whole bytes: [UInt8], refused: String) throws -> VectorDraft {
    try draft(name, pieces: [DossierPiece(file: dossier.file, part: 1, parts: 1, bytes: bytes)], refused: refused)
  }
}

extension VectorDraft {
  static func dossiers() throws -> [VectorDraft] { try dossierPieces() + wholeDossiers() + dossierEntries() + handedLogs() }

  private static let page = "8-transfer.md"

  /// Kind 10 alone.
  private static func dossierPieces() throws -> [VectorDraft] {
    func piece(_ part: UInt64, of parts: UInt64, bytes: Int = 1) -> [UInt8] {
      payload(
        10,
        Fixed.bytes {
          $0.arrayHead(4)
          $0.byteString(Fixed.id(9).bytes)
          $0.unsigned(part)
          $0.unsigned(parts)
          $0.byteString([UInt8](repeating: 0, count: bytes))
        })
    }
    return [
      VectorDraft("dossier-piece", page, "payload", piece(2, of: 3)),
      VectorDraft("dossier-part-0", page, "payload", piece(0, of: 1), refused: "out-of-range"),
      VectorDraft("dossier-part-beyond", page, "payload", piece(2, of: 1), refused: "out-of-range"),
      VectorDraft(
        "dossier-parts", page, "payload", piece(1, of: UInt64(Dossier.piecesMax) + 1), refused: "out-of-range"),
      VectorDraft(
        "dossier-piece-long", page, "payload", piece(1, of: 2, bytes: Dossier.pieceBytesMax + 1), refused: "too-long"),
    ]
  }

  private static func wholeDossiers() throws -> [VectorDraft] {
    let scene = try TransferScene()
    let dossier = scene.dossier
    let bytes = dossier.encoded
    let half = bytes.count / 2
    let pieces = [
      DossierPiece(file: dossier.file, part: 1, parts: 2, bytes: Array(bytes[..<half])),
      DossierPiece(file: dossier.file, part: 2, parts: 2, bytes: Array(bytes[half...])),
    ]
    var other = pieces[1]
    other.file = Fixed.id(8)
    var withdrawn = scene
    withdrawn.dossier = Dossier(file: dossier.file, guests: [], items: [], withdrawn: [Digest.zero])
    var between = scene
    between.dossier.guests = [
      try scene.guest("1305-2", under: "1305"),
      try scene.guest(TransferScene.east, under: "1305-2", keys: [scene.east.signer.publicKey]),
    ]
    var orphan = between
    orphan.dossier.guests.reverse()
    var stolen = scene
    stolen.dossier.guests = [
      try scene.guest(TransferScene.east, under: "1305", keys: [try FixedKeys.signer(.ed25519, 1).publicKey])
    ]
    var crowd = scene
    crowd.dossier.guests = [Guest](repeating: dossier.guests[0], count: Dossier.guestsMax + 1)
    let stranger = StreamID(
      author: scene.city.stream.author, incarnation: 1, audience: .office(try Fixed.office(TransferScene.east)))
    let down = StreamID(author: scene.city.stream.author, incarnation: 1, audience: .down)
    func hashes(_ hashes: [UInt8]) -> [UInt8] {
      Fixed.bytes {
        $0.arrayHead(3)
        $0.arrayHead(0)
        $0.arrayHead(0)
        $0.arrayHead(hashes.count)
        for hash in hashes { $0.byteString([UInt8](repeating: hash, count: Digest.byteCount)) }
      }
    }
    func keys(_ keys: [PublicKey]) -> [UInt8] {
      Fixed.bytes {
        $0.arrayHead(3)
        $0.arrayHead(1)
        $0.arrayHead(4)
        for text in [TransferScene.east, "东", "1305"] { $0.text(text) }
        $0.arrayHead(keys.count)
        for key in keys {
          $0.arrayHead(2)
          $0.unsigned(UInt64(key.suite.rawValue))
          $0.byteString(key.bytes)
        }
        $0.arrayHead(0)
        $0.arrayHead(0)
      }
    }
    let both = dossier.guests[0].keys + [try FixedKeys.signer(.ed25519, 1).publicKey]
    let descending = both.sorted { $1.bytes.lexicographicallyPrecedes($0.bytes) }
    return [
      try scene.draft(""), try TransferScene(.sm2).draft("-sm2"), try scene.draft("-pieces", pieces: pieces),
      try withdrawn.draft("-withdrawn"), try between.draft("-between"),
      try scene.draft("-not-above", stream: stranger, refused: "not-above"),
      try scene.draft("-audience", stream: down, refused: "not-above"),
      try scene.draft("-piece-missing", pieces: [pieces[0]], refused: "piece-missing"),
      try scene.draft("-piece-first", pieces: [pieces[1]], refused: "piece-missing"),
      try scene.draft("-piece-other", pieces: [pieces[0], other], refused: "piece-missing"),
      try orphan.draft("-guest-order", refused: "guest-refused"),
      try stolen.draft("-guest-key-taken", refused: "guest-refused"),
      try crowd.draft("-guests", refused: "too-long"),
      try scene.draft("-guest-key-order", whole: keys(descending), refused: "key-order"),
      try scene.draft("-withdrawn-order", whole: hashes([2, 1]), refused: "key-order"),
      try scene.draft("-cut", whole: Array(bytes.dropLast()), refused: "truncated"),
      try scene.draft("-trailing", whole: bytes + [0], refused: "trailing-bytes"),
    ]
  }

  /// Each entry is looked at by itself.
  private static func dossierEntries() throws -> [VectorDraft] {
    let scene = try TransferScene()
    let first = scene.dossier.items[0].entry
    func turned(_ part: Int) throws -> [UInt8] {
      let entry = try Entry(decoding: first)
      var parts = [entry.headerBytes, entry.signature, entry.payload]
      parts[part][parts[part].count - 1] ^= 1
      return Fixed.bytes {
        $0.arrayHead(3)
        for part in parts { $0.byteString(part) }
      }
    }
    var unknown = scene
    unknown.dossier.guests = []
    var second = scene
    second.dossier.items[1].entry = try turned(2)
    let subject = { (byte: UInt8) in Fixed.record("企业 \(byte)", id: byte) }
    return [
      try scene.saying([subject(1)]).draft("-subject"),
      try scene.only(Array(first.dropLast())).draft("-unreadable", refused: "unreadable"),
      try unknown.draft("-unknown-author", refused: "unknown-author"),
      try scene.only(turned(2)).draft("-payload-altered", refused: "payload-altered"),
      try second.draft("-second-altered", refused: "payload-altered"),
      try scene.only(turned(1)).draft("-bad-signature", refused: "bad-signature"),
      try scene.saying([scene.act(1, "open", of: 8)]).draft("-other-file", refused: "other-file"),
      try scene.saying([scene.file(id: 8)]).draft("-other-record", refused: "other-file"),
      try scene.saying([scene.act(1, "@reveal")]).draft("-note", refused: "other-file"),
      try scene.saying([subject(1), subject(2)]).draft("-subjects", refused: "other-file"),
      try scene.saying([]).draft("-no-change", refused: "other-file"),
    ]
  }

  /// What the west's log says: the east's entries under their author, though no stream of it is there.
  private static func handedLogs() throws -> [VectorDraft] {
    let west = Audience.office(try Fixed.office(TransferScene.west))
    func draft(
      _ name: String, _ suite: SuiteID = .ed25519, _ dossiers: (TransferScene) throws -> [Dossier]
    ) throws -> VectorDraft {
      let scene = try TransferScene(suite)
      var log = try Scenario(.ed25519, district: TransferScene.west)
      for (number, dossier) in try dossiers(scene).enumerated() {
        try log.write(0, west, dossier.pieces.map { .dossier($0) }, seconds: 30 + UInt64(number))
      }
      // Later than the receipt of what the east wrote by a clock that was ahead.
      try log.write(
        1, .up, [scene.act(4, "step", after: [3]), Fixed.record("later", id: TransferScene.subject)], seconds: 120)
      return VectorDraft(
        "bundle-\(name)", page, "bundle", try log.bundle().encoded, given: try log.given(),
        isReproducible: suite == .ed25519)
    }
    func hash(_ item: Dossier.Item) throws -> Digest { try Entry(decoding: item.entry).hash(using: Ed25519Suite()) }
    return [
      try draft("dossier") { [$0.dossier] },
      try draft("dossier-sm2", .sm2) { [$0.dossier] },
      try draft("dossier-altered") { scene in
        var dossier = scene.dossier
        let index = dossier.items[1].entry.count - 1
        dossier.items[1].entry[index] ^= 1
        return [dossier]
      },
      try draft("dossier-unwitnessed") { scene in
        var first = scene.dossier
        first.items[1].until = nil
        return [first]
      },
      // A receipt came to light.
      try draft("dossier-again") { scene in
        var first = scene.dossier, again = scene.dossier
        again.items = [again.items[1]]
        first.items[1].until = nil
        return [first, again]
      },
      // The receipt came not to count.
      try draft("dossier-receipt-gone") { scene in
        var again = scene.dossier
        again.items = [again.items[1]]
        again.items[0].until = nil
        return [scene.dossier, again]
      },
      try draft("dossier-withdrawn") { scene in
        let last = try hash(scene.dossier.items[2])
        return [scene.dossier, Dossier(file: scene.dossier.file, guests: [], items: [], withdrawn: [last])]
      },
      try draft("dossier-given-again") { scene in
        let last = try hash(scene.dossier.items[2])
        return [scene.dossier, Dossier(file: scene.dossier.file, guests: [], items: [], withdrawn: [last]), scene.dossier]
      },
      // A stream that the reader may hold is read there alone.
      try draft("dossier-seated") { scene in
        let own = try FixedAuthor(.ed25519, 1, audience: .up).entry([scene.act(7, "forged")], seconds: 50)
        var dossier = scene.dossier
        dossier.items.append(Dossier.Item(from: nil, until: nil, entry: own.encoded))
        return [dossier]
      },
    ]
  }
}
