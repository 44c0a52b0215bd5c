import Casework
import Replication
import SignatureSuites

@testable import Casebook

/// Four offices that work, meet and witness each other by the product's own code: a province (Ed25519), its city (SM2),
/// and the city's two districts (Ed25519 and SM2). Fixed keys and a fixed course.
final class SampleLog {
  final class Node {
    let storage = MemoryStorage()
    let signer: SoftwareSigner
    var context: ReplicaContext
    /// Its wall clock is ahead by so much.
    var ahead: UInt64 = 0

    init(_ office: OfficeCode, signer: SoftwareSigner, root: KeyFingerprint) {
      self.signer = signer
      let suite = signer.publicKey.suite
      context = ReplicaContext(
        office: office, key: signer.fingerprint, suite: suite, incarnation: 1, suites: .standard,
        tree: OfficeTree(rootKey: root), shelf: NoPacks(), calendar: HolidayTable(entries: [], years: []))
    }

    func record(_ changes: [Change], for audience: Audience, at now: UInt64) throws {
      var journal = Journal(context: context, signer: signer)
      _ = try journal.record(changes, for: audience, at: now + ahead, in: storage)
      try journal.finish(in: storage)
      context = journal.context
    }
  }

  struct NoPacks: PackShelf {
    func pack(fromYAML yaml: String) -> RegimePack? { nil }
    func selfContained(_ yaml: String) -> String { yaml }
  }

  /// The province first, then the city, then the districts.
  private(set) var nodes: [Node] = []
  private var now = FixedAuthor.start
  private var state: UInt64
  private var ids: UInt8 = 0

  var province: Node { nodes[0] }

  init(seed: UInt64, rounds: Int) throws {
    state = seed
    let offices: [(String, SuiteID, Int, Int?)] = [
      ("13", .ed25519, 0, nil), ("1305", .sm2, 1, 0), ("130526", .ed25519, 2, 1), ("130505", .sm2, 2, 1),
    ]
    for (number, (code, suite, key, parent)) in offices.enumerated() {
      let signer = try FixedKeys.signer(suite, key)
      let root = nodes.first?.context.key ?? signer.fingerprint
      let node = Node(try Fixed.office(code), signer: signer, root: root)
      let charter = try Fixed.charter(
        code, code, under: parent.map { offices[$0].0 }, key: signer.publicKey, transport: UInt8(number))
      let issuer = parent.map { nodes[$0] } ?? node
      if parent == nil { try node.context.tree.admit(charter, from: root, suites: .standard) }
      try issuer.record([.charter(charter)], for: parent == nil ? .down : .subtree(try Fixed.office(code)), at: tick())
      // What enrolment hands over: the charters above, and the office's own.
      for stored in issuer.storage.charters() {
        node.storage.put(StoredCharter(charter: stored.charter, issuer: stored.issuer))
      }
      try node.context.refresh(from: node.storage)
      nodes.append(node)
    }
    for _ in 0..<rounds { try step() }
    try revokeLastDistrict()
    // Twice: what the city receipts after the first time has to come up too.
    for _ in 0..<2 { try meetAll() }
  }

  private func tick() -> UInt64 {
    now += 1_000
    return now
  }

  /// Knuth's linear generator (The Art of Computer Programming 3.3.4): the same course each time.
  private func random(_ bound: UInt64) -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return (state >> 33) % bound
  }

  private func step() throws {
    let node = nodes[Int(random(4))]
    // A clock an hour ahead that is put right later.
    if random(12) == 0 { node.ahead = node.ahead == 0 ? 3_600_000 : 0 }
    switch random(6) {
    case 0: try meetAll()
    case 1: try act(by: node)
    default: try write(by: node)
    }
  }

  private func write(by node: Node) throws {
    let type: UInt64 = random(5) == 0 ? 900 : 1
    let id = Fixed.id(UInt8(random(4)))
    let row = node.storage.row(type, id)
    let fields = (1...3 as ClosedRange<UInt64>).filter { _ in random(2) == 0 }.map { number in
      // Mostly what it saw is replaced; sometimes not, as by an office that imports.
      RecordWrite.Field(
        number: number, value: random(9) == 0 ? .null : .text("\(node.context.office) \(random(1_000))"),
        replaces: random(4) == 0 ? [] : Array((row?.fields[number]?.stamps ?? []).prefix(LogLimits.replacedMax)))
    }
    var changes: [Change] = fields.isEmpty ? [] : [.record(RecordWrite(type: type, id: id, fields: fields))]
    if random(8) == 0 {
      // With these more changes than an entry may have: two parts of one transaction.
      changes += (0..<(LogLimits.entryChangesMax + 1)).map { number in
        let value = RecordWrite.Field(number: 1, value: .integer(Int64(number)), replaces: [])
        return .record(RecordWrite(type: 2, id: Fixed.id(UInt8(number % 251)), fields: [value]))
      }
    }
    guard !changes.isEmpty else { return }
    try node.record(changes, for: audience(of: node), at: tick())
  }

  private func act(by node: Node) throws {
    ids += 1
    let file = Fixed.id(UInt8(200 + random(2)))
    let known = node.storage.acts(of: file).map(\.change)
    let followed = Set(known.flatMap(\.parents))
    let heads = known.map(\.id).filter { !followed.contains($0) }
    let act = ActChange(
      file: file, id: Fixed.id(ids), parents: Array(heads.prefix(LogLimits.parentsMax)), rule: "step",
      facts: [.init(name: "@date", value: .text("2026-01-06"))])
    try node.record([.act(act)], for: audience(of: node), at: tick())
  }

  /// A stream that the province reads, whoever writes.
  private func audience(of node: Node) -> Audience {
    node === nodes[0] || node === nodes[1] ? .down : (random(2) == 0 ? .up : .down)
  }

  private func revokeLastDistrict() throws {
    try meetAll()
    let (city, district) = (nodes[1], nodes[3])
    let cuts = city.storage.heads().filter { $0.stream.author == district.context.key }
    let revocation = Revocation(
      office: district.context.office, key: district.context.key, reason: .compromised,
      position: city.storage.entryCount(), cuts: cuts, text: "设备遗失")
    // The district writes on, and hands it in before it hears of it.
    for _ in 0..<3 { try write(by: district) }
    try city.record([.revocation(revocation)], for: .subtree(district.context.office), at: tick())
  }

  private func meetAll() throws {
    for (above, below) in [(1, 2), (1, 3), (0, 1)] {
      try send(nodes[above], nodes[below])
      try send(nodes[below], nodes[above])
      let superior = nodes[above]
      for (audience, changes) in try Witness.owed(context: superior.context, at: tick(), in: superior.storage) {
        try superior.record(changes, for: audience, at: now)
      }
      try send(superior, nodes[below])
    }
  }

  private func send(_ from: Node, _ to: Node) throws {
    for head in Self.ordered(from) where from.context.tree.mayRead(to.context.office, head.stream) {
      let next = (to.storage.head(of: head.stream)?.seq ?? 0) + 1
      let entries = from.storage.entries(of: head.stream, from: next, bytesMax: .max)
      if entries.isEmpty { continue }
      var admission = Admission(context: to.context)
      _ = try admission.admit(entries.map(\.encoded), of: head.stream, at: now + to.ahead, in: to.storage)
      try admission.finish(in: to.storage)
      to.context = admission.context
    }
  }

  private static func ordered(_ node: Node) -> [StreamHead] { node.context.tree.inSendingOrder(node.storage.heads()) }

  /// Everything the province holds, as a bundle.
  func bundle() throws -> BundleFile {
    let office = province.context.office
    var runs: [(stream: StreamID, entries: [[UInt8]])] = []
    for head in Self.ordered(province) {
      var next: UInt64 = 1
      while next <= head.seq {
        let entries = province.storage.entries(of: head.stream, from: next, bytesMax: SessionLimits.entryBytesPerFrame)
        guard let last = entries.last else { break }
        runs.append((head.stream, entries.map(\.encoded)))
        next = last.header.seq + 1
      }
    }
    return BundleFile(from: office, to: office, created: now, id: [UInt8](repeating: 1, count: 16), runs: runs)
  }
}
