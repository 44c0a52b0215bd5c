import Casebook
import Casework
import RegimePacks
import ReplicaStore
import Replication
import SignatureSuites
import Synchronization
import Testing

/// One office over a database file, with the registry of whichever release.
final class DiskReplica {
  let folder = try? StoreFolder()
  let signer: SoftwareSigner
  private(set) var store: ReplicaStore
  var context: ReplicaContext
  var now: UInt64 = 1_767_668_400_000
  private var counter: UInt16 = 0

  private struct Shelf: PackShelf {
    private static let parsed = Mutex<[String: RegimePack]>([:])

    func pack(fromYAML yaml: String) -> RegimePack? {
      if let known = Self.parsed.withLock({ $0[yaml] }) { return known }
      let pack = try? PackLoader.load(yaml: yaml, file: "pack")
      if let pack { Self.parsed.withLock { $0[yaml] = pack } }
      return pack
    }

    func selfContained(_ yaml: String) -> String { WorkflowLibrary.selfContained(yaml) }
  }

  private init(office: OfficeCode, signer: SoftwareSigner, root: KeyFingerprint, schema: RecordSchema) throws {
    self.signer = signer
    store = try ReplicaStore.create(path: try #require(folder).database, schema: schema, suites: .standard)
    context = ReplicaContext(
      office: office, key: signer.publicKey.fingerprint(using: Ed25519Suite()), suite: .ed25519, incarnation: 1,
      suites: .standard, tree: OfficeTree(rootKey: root), shelf: Shelf(), calendar: try HolidayTable(csv: BundledCalendar.csv),
      schema: schema)
  }

  static func root(_ code: String, schema: RecordSchema = .standard) throws -> DiskReplica {
    let signer = try SoftwareSigner.generate(suite: .ed25519)
    let replica = try DiskReplica(
      office: try #require(OfficeCode(code)), signer: signer,
      root: signer.publicKey.fingerprint(using: Ed25519Suite()), schema: schema)
    try replica.record([.charter(charter(replica.context.office, parent: nil, signer, 0))], for: .down)
    return replica
  }

  func subordinate(_ code: String, salt: UInt8, schema: RecordSchema = .standard) throws -> DiskReplica {
    let signer = try SoftwareSigner.generate(suite: .ed25519)
    let office = try #require(OfficeCode(code))
    let charter = Self.charter(office, parent: context.office, signer, salt)
    try record([.charter(charter)], for: .subtree(office))
    let replica = try DiskReplica(office: office, signer: signer, root: context.tree.rootKey, schema: schema)
    // As after joining: the charters above and its own are known before the log.
    let pinned = try store.read { try $0.charters() }
    try replica.store.transaction { storage in
      for known in pinned { try storage.put(StoredCharter(charter: known.charter, issuer: known.issuer)) }
    }
    try replica.store.read { try replica.context.refresh(from: $0) }
    return replica
  }

  private static func charter(
    _ office: OfficeCode, parent: OfficeCode?, _ signer: SoftwareSigner, _ salt: UInt8
  ) -> Charter {
    Charter(
      office: office, name: office.text, parent: parent, signingKey: signer.publicKey,
      transportKey: [UInt8](repeating: salt, count: 32), powers: [], from: 0, until: nil)
  }

  func newID() -> RecordID {
    counter += 1
    let bytes = [UInt8(counter >> 8), UInt8(counter & 0xFF)]
    return RecordID(milliseconds: now, random: bytes + [UInt8](context.key.bytes.prefix(8))) ?? .zero
  }

  @discardableResult
  func record(_ changes: [Change], for audience: Audience) throws -> [Entry] {
    now += 1_000
    var journal = Journal(context: context, signer: signer)
    let entries = try store.transaction { storage in
      let entries = try journal.record(changes, for: audience, at: now, in: storage)
      try journal.finish(in: storage)
      return entries
    }
    context = journal.context
    return entries
  }

  @discardableResult
  func perform(_ request: DeskRequest) throws -> DeskReply {
    now += 1_000
    return try store.transaction { storage in
      try Clerk(context: context, signer: signer, now: now, makeID: newID).perform(request, in: storage)
    }
  }

  /// Everything the other may hold and lacks, in a session's order.
  func send(to other: DiskReplica) throws {
    let heads = try store.read { try context.sharedHeads(with: other.context.office, in: $0) }
    for head in heads {
      let from = (try other.store.read { try $0.head(of: head.stream)?.seq } ?? 0) + 1
      let entries = try store.read { try $0.entries(of: head.stream, from: from, bytesMax: .max) }
      if entries.isEmpty { continue }
      var admission = Admission(context: other.context)
      try other.store.transaction { storage in
        _ = try admission.admit(entries.map(\.encoded), of: head.stream, at: other.now, in: storage)
        try admission.finish(in: storage)
      }
      other.context = admission.context
    }
  }

  func witness() throws {
    let owed = try store.read { try Witness.owed(context: context, at: now, in: $0) }
    for (audience, changes) in owed { try record(changes, for: audience) }
  }

  /// The program is replaced by another release's.
  /// - Returns: how many held changes it could place.
  @discardableResult
  func upgrade(to schema: RecordSchema) throws -> Int {
    store = try ReplicaStore.open(path: try #require(folder).database, schema: schema, suites: .standard)
    context.schema = schema
    let (after, count) = try store.transaction { try SchemaUpgrade.run(context, in: $0) }
    context = after
    return count
  }

  /// Tables that differed before the projection was made again.
  @discardableResult
  func rebuild() throws -> [String] {
    var projector = Projector(context: context)
    let differing = try store.transaction { storage in
      let old = try storage.projectedTables(using: Ed25519Suite())
      try projector.rebuild(in: storage)
      let new = try storage.projectedTables(using: Ed25519Suite())
      return zip(old, new).filter { $0 != $1 }.map { $1.name }
    }
    context = projector.context
    return differing
  }

  /// What `docket verify` finds.
  func verify() throws -> [VerifyProblem] {
    guard case .verified(let view) = try perform(.verify) else { throw CancellationError() }
    return view.problems
  }

  func held() throws -> [HeldChange.Reason] { try store.read { try $0.heldChanges() }.map(\.reason) }
}
