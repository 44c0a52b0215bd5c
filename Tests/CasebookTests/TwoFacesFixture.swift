import Casebook
import Replication
import SignatureSuites
import Testing

/// A province, a city that shows two faces of its log, and a district below it that is shown the one the province is not.
struct TwoFaces {
  let province: Replica
  /// The city as the province knows it, and its second machine, which talks to the district.
  let city: Replica
  let other: Replica
  let district: Replica
  /// What both machines wrote before they parted.
  let common: Entry
  /// The faces, from the place at which they part.
  let shown: [Entry]
  let hidden: [Entry]
  /// The province's receipt over the first of the shown ones.
  let receipts: [Entry]

  var parting: UInt64 { common.header.seq + 1 }
  var stream: StreamID { common.header.stream }
  var contradiction: Contradiction {
    Contradiction(head: TwoFaces.head(shown[0]), witness: province.context.key)
  }

  /// - Parameter audience: of the city's stream; `nil`: the one for the district alone.
  init(in audience: Audience? = .down, faces: Int = 3) throws {
    province = try Replica.root("13")
    city = try province.subordinate("1305", salt: 1)
    try province.meet(city)
    district = try city.subordinate("130526", salt: 2)
    let audience = audience ?? .office(district.context.office)
    // What the province holds of the district's charter.
    try city.send(to: province)
    try province.witness()
    try province.send(to: city)
    try city.send(to: district)
    // Both machines' clock runs ahead: receipts order what was written.
    city.now += 3 * 366 * 86_400_000
    common = try city.name(city.newID(), "分叉之前", for: audience)
    other = try city.copy()
    other.now = city.now + 5_000
    let city = city, other = other
    shown = try (0..<faces).map { try city.name(city.newID(), "甲面\($0)", for: audience) }
    hidden = try (0..<faces).map { try other.name(other.newID(), "乙面\($0)", for: audience) }
    try province.take([common, shown[0]])
    let about = province.context.stream(
      try #require(province.context.tree.audience(ofFactsAbout: common.header.stream)))
    let before = province.storage.head(of: about)?.seq ?? 0
    try province.witness()
    receipts = province.storage.entries(of: about, from: before + 1, bytesMax: .max)
  }

  static func head(_ entry: Entry) -> StreamHead {
    StreamHead(stream: entry.header.stream, seq: entry.header.seq, hash: entry.hash(using: Ed25519Suite()))
  }

  /// The district as it stands, with the pieces taken in an order.
  func district(taking pieces: [[Entry]]) throws -> Replica {
    let replica = try district.copy()
    try replica.takeAll(pieces)
    return replica
  }
}

extension Replica {
  /// The same office on another machine, with everything this one holds.
  func copy() throws -> Replica {
    let copy = try restored()
    copy.context.standing = Standing()
    for head in context.tree.inSendingOrder(storage.heads()) { try copy.takeAll(pieces(of: head.stream)) }
    return copy
  }

  func contradictions() throws -> [Contradiction] { try ContradictionLedger.all(in: storage) }

  /// What was made from the log, row by row, is what a rebuild makes of it.
  func matchesRebuild() throws -> Bool {
    let context = context
    let log = storage
    return try storage.differences { model in
      for head in log.heads() {
        try model.append(log.entries(of: head.stream, from: 1, bytesMax: .max), head: head, receivedAt: 0)
      }
      for proof in log.forkProofs() { try model.put(proof) }
      for stream in log.streamsAside() { try model.putAside(log.entriesAside(of: stream)) }
      for charter in log.charters() where charter.isPinned {
        try model.put(StoredCharter(charter: charter.charter, issuer: charter.issuer))
      }
      var projector = Projector(context: context)
      try projector.rebuild(in: model)
    }.isEmpty
  }

  /// What this office's entries in a stream say, sightings alone.
  func sightings(in audience: Audience) throws -> [ForkProof.Face] {
    try storage.entries(of: context.stream(audience), from: 1, bytesMax: .max).flatMap { try $0.changes() }
      .compactMap { if case .sighting(let sighting) = $0 { sighting.face } else { nil } }
  }
}
