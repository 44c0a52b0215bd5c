import Casebook
import Casework
import Foundation
import RegimePacks
import Replication
import SignatureSuites
import Synchronization
import Testing

/// One office in memory: the real engine over the model store.
final class Replica {
  let storage = MemoryStorage()
  var signer: SoftwareSigner
  var context: ReplicaContext
  var now: UInt64 = 1_767_668_400_000  // 2026-01-06
  private var counter: UInt8 = 0
  private let salt: UInt8

  private struct Shelf: PackShelf {
    /// Parsed once for all tests, as a node remembers a pack by its hash.
    private static let parsed = Mutex<[String: RegimePack]>([:])

    func pack(fromYAML yaml: String) -> RegimePack? {
      if let known = Self.parsed.withLock({ $0[yaml] }) { return known }
      let pack = try? PackLoader.load(yaml: yaml, file: "pack")
      if let pack { Self.parsed.withLock { $0[yaml] = pack } }
      return pack
    }

    func selfContained(_ yaml: String) -> String { WorkflowLibrary.selfContained(yaml) }
  }

  private init(office: OfficeCode, signer: SoftwareSigner, root: KeyFingerprint, salt: UInt8) throws {
    self.signer = signer
    self.salt = salt
    context = ReplicaContext(
      office: office, key: signer.publicKey.fingerprint(using: Ed25519Suite()), suite: .ed25519, incarnation: 1,
      suites: .standard, tree: OfficeTree(rootKey: root), shelf: Shelf(),
      calendar: try HolidayTable(csv: BundledCalendar.csv))
  }

  /// The root office.
  static func root(_ code: String, signer: SoftwareSigner? = nil) throws -> Replica {
    let signer = try signer ?? SoftwareSigner.generate(suite: .ed25519)
    let root = signer.publicKey.fingerprint(using: Ed25519Suite())
    let replica = try Replica(office: try #require(OfficeCode(code)), signer: signer, root: root, salt: 0)
    let charter = Charter(
      office: replica.context.office, name: code, parent: nil, signingKey: signer.publicKey,
      transportKey: [UInt8](repeating: 0, count: 32), powers: [], from: 0, until: nil)
    try replica.context.tree.admit(charter, from: root, suites: .standard)
    try replica.record([.charter(charter)], for: .down)
    return replica
  }

  /// A subordinate, chartered here.
  func subordinate(_ code: String, salt: UInt8, signer: SoftwareSigner? = nil) throws -> Replica {
    let signer = try signer ?? SoftwareSigner.generate(suite: .ed25519)
    let office = try #require(OfficeCode(code))
    let charter = Charter(
      office: office, name: code, parent: context.office, signingKey: signer.publicKey,
      transportKey: [UInt8](repeating: salt, count: 32), powers: [], from: 0, until: nil)
    try context.tree.admit(charter, from: context.key, suites: .standard)
    try record([.charter(charter)], for: .subtree(office))
    let replica = try Replica(office: office, signer: signer, root: context.tree.rootKey, salt: salt)
    replica.context.tree = context.tree
    return replica
  }

  /// This office with its keys over an empty database: what is sent to it is what its backup holds.
  func restored() throws -> Replica {
    let replica = try Replica(office: context.office, signer: signer, root: context.tree.rootKey, salt: salt)
    replica.context = context
    replica.now = now
    replica.counter = counter
    return replica
  }

  func record(_ changes: [Change], for audience: Audience) throws {
    var journal = Journal(context: context, signer: signer)
    _ = try journal.record(changes, for: audience, at: now, in: storage)
    try journal.finish(in: storage)
    context = journal.context
  }

  func newID() -> RecordID {
    // Ids differ by their time too, which goes on with each request.
    counter &+= 1
    return RecordID(milliseconds: now, random: [salt] + [UInt8](repeating: counter, count: 9)) ?? .zero
  }

  @discardableResult
  func perform(_ request: DeskRequest) throws -> DeskReply {
    now += 1_000
    // An act is recorded on its day or later.
    if case .fileAct(let draft) = request, let day = draft.date.flatMap({ CivilDate($0) }), day.dayNumber > 0 {
      now = max(now, UInt64(day.dayNumber) * 86_400_000)
    }
    return try Clerk(context: context, signer: signer, now: now, makeID: newID).perform(request, in: storage)
  }

  /// As a node does after it published a holiday notice.
  func refresh() throws { try context.refreshCalendars(in: storage) }

  /// Gives the other side every entry it may hold and lacks, in the order a session would.
  func send(to other: Replica) throws {
    let heads = context.tree.inSendingOrder(
      storage.heads().filter { context.tree.mayRead(other.context.office, $0.stream) })
    for head in heads {
      let from = (other.storage.head(of: head.stream)?.seq ?? 0) + 1
      let entries = storage.entries(of: head.stream, from: from, bytesMax: .max)
      if entries.isEmpty { continue }
      var admission = Admission(context: other.context)
      _ = try admission.admit(entries.map(\.encoded), of: head.stream, at: other.now, in: other.storage)
      try admission.finish(in: other.storage)
      other.context = admission.context
    }
  }

  func meet(_ other: Replica) throws {
    try send(to: other)
    try other.send(to: self)
  }

  func publish(_ code: String) throws {
    let pack = try #require(try BundledPacks.all().first { $0.code == code })
    try perform(.regimePublish(yaml: pack.yaml))
  }

  func staff() throws {
    func add(_ login: String, _ roles: [String], _ certificate: String? = nil, kind: String? = "enforcement") throws {
      try perform(
        .officerAdd(
          OfficerDraft(
            login: login, name: login, roles: roles, certificateNumber: certificate,
            certificateKind: certificate == nil ? nil : kind, validFrom: certificate.map { _ in "2020-01-01" },
            validTo: certificate.map { _ in "2030-12-31" })))
    }
    try add("zhang", ["handler"], "E1")
    try add("li", ["handler"], "E2")
    try add("wang", ["window"])
    try add("zhao", ["reviewer"])
    try add("chen", ["captain"])
    try add("liu", ["leader", "head"])
    try add("sun", ["leader"], "S1", kind: "supervision")
  }

  /// Opens a file; its number.
  func open(_ kind: String, pack: String = "renxian", regime: String = "case-handling", to: String? = nil) throws -> String {
    let draft = FileDraft(
      kind: kind, pack: pack, regime: regime, workflow: nil, title: "t", subject: nil, openedOn: "2026-01-05",
      addressee: to, relatesTo: nil, checkKind: kind == "inspection" ? "full" : nil,
      complainantName: kind == "complaint" ? "投诉人" : nil, complainantPhone: nil)
    guard case .acted(let view) = try perform(.fileOpen(draft)) else { throw CancellationError() }
    return view.file.number
  }

  func act(
    _ file: String, _ act: String, _ officers: [String], _ facts: [String: String] = [:], on date: String = "2026-01-06"
  ) throws {
    let reply = try perform(.fileAct(ActDraft(file: file, act: act, officers: officers, date: date, facts: facts)))
    // The answer is made of what was folded for the act, the page of what is stored.
    let page = try Clerk(context: context, signer: signer, now: now, makeID: newID)
      .perform(.fileShow(file: file), in: storage)
    guard case .acted(let acted) = reply, case .file(let shown) = page else { throw CancellationError() }
    #expect(acted.file == shown.row)
  }

  func file(_ number: String) throws -> FileView {
    guard case .file(let view) = try perform(.fileShow(file: number)) else { throw CancellationError() }
    return view
  }
}
