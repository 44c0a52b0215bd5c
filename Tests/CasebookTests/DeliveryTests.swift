import Casebook
import Foundation
import Replication
import SignatureSuites
import TestKit
import Testing

/// Offices that write at random, unseen by each other or in contact, and replicas that get the same streams in any
/// order: equal projections, byte for byte. `DOCKET_SEED` runs another seed than the three that always run.
@Suite("Random writes, random delivery")
struct DeliveryTests {
  /// Two, three and eight offices: a line, a family, and two families under a province.
  static let shapes: [[Int?]] = [[nil, 0], [nil, 0, 0], [nil, 0, 0, 1, 1, 2, 2, 3]]
  static let seeds: [UInt64] = ProcessInfo.processInfo.environment["DOCKET_SEED"].flatMap { UInt64($0) }.map { [$0] }
    ?? [1, 2, 3]

  @Test("the same streams give the same rows, acts, summaries, receipts and held changes, and so does a rebuild",
    arguments: shapes, seeds)
  func converge(shape: [Int?], seed: UInt64) throws {
    var world = try World(parents: shape, seed: seed)
    for _ in 0..<(40 + shape.count * 10) { try world.step() }
    try world.meetUntilQuiet()
    var conflicts = 0
    for office in world.offices {
      let expected = try office.projection()
      conflicts += expected.filter { $0.contains(" conflict") }.count
      for _ in 0..<2 {
        let copy = try world.deliver(everythingOf: office)
        let found = try copy.projection()
        if found != expected {
          let difference = Set(found).symmetricDifference(expected).sorted().prefix(4).map { $0.prefix(300) }
          #expect(difference.isEmpty, "seed \(seed), \(shape.count) offices, \(office.context.office)")
        }
      }
      var projector = Projector(context: office.context)
      try projector.rebuild(in: office.storage)
      office.context = projector.context
      let rebuilt = try office.projection()
      let difference = Set(rebuilt).symmetricDifference(expected).sorted().prefix(4).map { $0.prefix(300) }
      #expect(difference.isEmpty, "seed \(seed), \(shape.count) offices, rebuild at \(office.context.office)")
    }
    #expect(conflicts > 0, "seed \(seed) wrote nothing in conflict")
    // The top office and a copy of it hold the same; two offices agree on every stream both hold.
    for (left, right) in zip(world.offices, world.offices.dropFirst()) {
      let shared = Set(left.sharedHeads(with: right))
      #expect(shared == Set(right.sharedHeads(with: left)), "seed \(seed)")
    }
  }
}

/// Offices, and everything random that they do.
private struct World {
  private(set) var offices: [Replica] = []
  private let parents: [Int?]
  private var random: SeededGenerator
  private var ids: [RecordID]

  init(parents: [Int?], seed: UInt64) throws {
    random = SeededGenerator(seed: seed)
    self.parents = parents
    ids = (0..<6).map { index in
      RecordID(milliseconds: 1_000, random: [UInt8](repeating: UInt8(index), count: 10)) ?? .zero
    }
    for (index, parent) in parents.enumerated() {
      let signer = try SoftwareSigner.seeded(using: &random)
      guard let parent else {
        offices.append(try Replica.root("1", signer: signer))
        continue
      }
      let code = offices[parent].context.office.text + "\(index)"
      let above = offices[parent]
      let office = try above.subordinate(code, salt: UInt8(index), signer: signer)
      try office.enrol(with: above.storage.charters())
      offices.append(office)
    }
    try offices[0].publish("renxian")
    try meetUntilQuiet()
    for office in offices { try office.staff() }
  }

  mutating func step() throws {
    let index = Int.random(in: offices.indices, using: &random)
    let office = offices[index]
    // Clocks drift apart by minutes; now and then one is a year ahead.
    office.now += UInt64.random(in: 0...900_000, using: &random)
    switch Int.random(in: 0..<20, using: &random) {
    case 0..<9: try write(office)
    case 9..<11: try workOnFile(office)
    case 11..<18: try meet(index)
    case 18: try office.witness()
    default:
      let drift: UInt64 = 366 * 86_400_000
      office.now += drift
      try write(office)
      office.now -= drift
    }
  }

  /// Some fields of one of a few records, replacing what is known, nothing, or writes that never were.
  private mutating func write(_ office: Replica) throws {
    let id = ids.randomElement(using: &random) ?? .zero
    let row = office.storage.row(RecordType.subject.number, id)
    var fields: [RecordWrite.Field] = []
    for number in 1...9 as ClosedRange<UInt64> where Bool.random(using: &random) {
      var replaces = row?.fields[number]?.stamps(besides: WriteStamp.short(office.context.key)) ?? []
      switch Int.random(in: 0..<6, using: &random) {
      case 0: replaces = []
      case 1: replaces = replaces.shuffled(using: &random) + [madeUpStamp()]
      default: break
      }
      let value = FieldValue.text("\(Int.random(in: 0..<100, using: &random))")
      fields.append(.init(number: number, value: value, replaces: Array(replaces.prefix(LogLimits.replacedMax))))
    }
    try office.write([.record(RecordWrite(type: RecordType.subject.number, id: id, fields: fields))], for: audience(of: office))
  }

  private mutating func madeUpStamp() -> WriteStamp {
    let victim = offices.randomElement(using: &random) ?? offices[0]
    return WriteStamp(
      time: HybridTimestamp(milliseconds: victim.now + UInt64.random(in: 0...100_000, using: &random)),
      author: WriteStamp.short(victim.context.key))
  }

  private mutating func audience(of office: Replica) -> Audience {
    let code = office.context.office
    let below = office.context.tree.all.map(\.charter.office).filter { office.context.tree.isSuperior(code, of: $0) }
    guard let target = below.randomElement(using: &random) else { return Bool.random(using: &random) ? .up : .own }
    return [.up, .down, .office(target), .subtree(target), .own].randomElement(using: &random) ?? .up
  }

  /// Opens a file or takes a step in one; what the rules refuse is not recorded.
  private mutating func workOnFile(_ office: Replica) throws {
    let files = office.storage.summaries()
    guard let file = files.randomElement(using: &random), Int.random(in: 0..<3, using: &random) > 0 else {
      _ = try office.open("case")
      return
    }
    let number = office.storage.row(RecordType.caseFile.number, file.file)?.text(2) ?? ""
    let steps: [(String, [String], [String: String])] = [
      ("propose-filing", ["wang"], ["facts": "欠薪"]), ("review-filing", ["zhao"], ["opinion": "同意"]),
      ("approve-filing", ["chen"], ["handler": "zhang", "secondHandler": "li"]),
      ("conclude-investigation", ["zhang", "li"], ["summary": "已查明"]), ("withdraw", ["liu"], ["corrected": "已改正"]),
      ("takeover", ["sun"], ["takeoverReason": "重大"]), ("record-evidence", ["zhang"], ["evidence": "工资表"]),
    ]
    // In a file that is new the first open step is the one that is allowed.
    for step in steps.shuffled(using: &random) {
      do {
        try office.act(number, step.0, step.1, step.2)
        return
      } catch is DeskFailure { continue }
    }
  }

  // MARK: Contact

  /// With the office above or one below; some runs are lost, some arrive twice.
  private mutating func meet(_ index: Int) throws {
    let near = offices.indices.filter { parents[index] == $0 || parents[$0] == index }
    guard let other = near.randomElement(using: &random) else { return }
    try send(offices[index], to: offices[other])
    if Bool.random(using: &random) { try send(offices[other], to: offices[index]) }
    if Int.random(in: 0..<3, using: &random) == 0 { try offices[other].witness() }
  }

  private mutating func send(_ office: Replica, to other: Replica) throws {
    for head in office.sharedHeads(with: other).shuffled(using: &random) where Int.random(in: 0..<4, using: &random) > 0 {
      let held = other.storage.head(of: head.stream)?.seq ?? 0
      // From somewhere before what is held, to somewhere before the end: a repetition, and a session that broke off.
      let from = UInt64.random(in: 0...held, using: &random) + 1
      let run = office.storage.entries(of: head.stream, from: from, bytesMax: .max)
      let length = Bool.random(using: &random) ? run.count : Int.random(in: 0...run.count, using: &random)
      try other.take(Array(run.prefix(length)))
    }
  }

  func meetUntilQuiet() throws {
    var before = -1
    while true {
      for (index, parent) in parents.enumerated() {
        if let parent { try offices[parent].meet(offices[index]) }
      }
      let count = offices.reduce(0) { $0 + Int($1.storage.entryCount()) }
      if count == before { return }
      before = count
    }
  }

  /// A machine with the office's key and an empty database that gets all its entries: cut anywhere, in any order,
  /// some lost at first and some twice.
  mutating func deliver(everythingOf office: Replica) throws -> Replica {
    let copy = try office.empty()
    var runs: [[Entry]] = []
    for head in office.storage.heads() {
      var rest = office.storage.entries(of: head.stream, from: 1, bytesMax: .max)[...]
      while !rest.isEmpty {
        let length = Int.random(in: 1...min(rest.count, 5), using: &random)
        runs.append(Array(rest.prefix(length)))
        rest = rest.dropFirst(length)
      }
    }
    runs += runs.filter { _ in Int.random(in: 0..<5, using: &random) == 0 }
    try copy.takeAll(runs.shuffled(using: &random))
    return copy
  }
}

extension Replica {
  /// This office's keys over an empty database that knows the charters from the root to its own, as after enrolment.
  fileprivate func empty() throws -> Replica {
    let copy = try restored()
    copy.context.standing = Standing()
    copy.context.hasClamps = false
    try copy.enrol(with: storage.charters())
    return copy
  }

  fileprivate func enrol(with charters: [StoredCharter]) throws {
    for stored in charters {
      let office = stored.charter.office
      guard office == context.office || context.tree.isSuperior(office, of: context.office) else { continue }
      storage.put(StoredCharter(charter: stored.charter, issuer: stored.issuer))
    }
    try context.refresh(from: storage)
  }

  /// Everything projected, with the bytes that are stored for stamps.
  fileprivate func projection() throws -> [String] {
    var lines: [String] = []
    for type in RecordType.all {
      for row in storage.rows(type.number) {
        let values = row.fields.sorted { $0.key < $1.key }.map { number, state in
          "\(number)=\(Hexadecimal.string(state.winner?.value.encoded ?? []))\(state.isInConflict ? " conflict" : "")"
        }
        lines.append("row \(type.name) \(row.id) \(Hexadecimal.string(row.stampBytes)) \(values.joined(separator: " "))")
      }
    }
    for summary in storage.summaries() {
      lines.append("summary \(summary)")
      lines += storage.acts(of: summary.file).map { "act \($0)" }
    }
    for head in storage.heads() { lines += storage.receipts(of: head.stream).map { "receipt \($0)" } }
    lines += storage.heldChanges().map { "held \($0)" }
    lines += storage.facts().map { "fact \($0)" }
    lines += context.tree.all.map { "seat \($0.charter.office) \($0.key) \($0.depth)" }
    return lines.sorted()
  }
}

extension SoftwareSigner {
  /// A key that the seed gives again: authors' fingerprints decide the order of streams and of equal stamps.
  fileprivate static func seeded(using random: inout SeededGenerator) throws -> SoftwareSigner {
    let secret = (0..<32).map { _ in UInt8.random(in: 0...255, using: &random) }
    // PKCS#8 of an Ed25519 key (RFC 8410 section 7): a fixed head and the 32 bytes.
    let head = try #require(Hexadecimal.bytes("302e020100300506032b657004220420"))
    let path = NSTemporaryDirectory() + "docket-seeded-" + UUID().uuidString + ".pem"
    let text = "-----BEGIN PRIVATE KEY-----\n\(Data(head + secret).base64EncodedString())\n-----END PRIVATE KEY-----\n"
    defer { try? FileManager.default.removeItem(atPath: path) }
    _ = FileManager.default.createFile(
      atPath: path, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600])
    return try KeyFile.read(path: path, passphrase: nil)
  }
}
