import Casebook
import Casework
import Replication
import SignatureSuites

/// One office's machine: the real engine over a simulated disk, driven as `OfficeNode` drives it.
final class SimulatedOffice {
  let index: Int
  let code: OfficeCode
  /// Index of the superior; `nil` for the root.
  let superior: Int?
  /// The key file; a rotation puts the next key in its place.
  private(set) var signer: SeededSigner
  /// Every key it ever had, the present one last.
  private(set) var keys: [KeyFingerprint]
  private var publicKeys: [KeyFingerprint: PublicKey]
  /// The key that is to follow, once the superior's charter for it has taken effect here.
  private(set) var nextSigner: SeededSigner?
  let disk: any SimulatedDisk
  let crashPoint = CrashPoint()
  let isHostile: Bool
  let hasWrongClock: Bool
  var clock: SimulatedClock
  var random: SeededRandom
  /// Charters it was given at enrolment.
  var pinned: [StoredCharter] = []
  /// Whether the superior has chartered it.
  var isEnrolled = false
  /// `nil` while the machine is down.
  private(set) var context: ReplicaContext?
  /// The file beside the database.
  private(set) var highWater: UInt64 = 0
  /// The mark beside the database says that this is another place than the one it was written in.
  private(set) var isMoved = false
  /// The file beside the database that says which incarnation this machine writes in.
  private(set) var incarnation: UInt64 = 1
  /// Streams in which this office saw two branches.
  private(set) var alarms: Set<StreamID> = []
  /// Bug put in on purpose; `nil`: none.
  let canary: Canary?
  /// Heads that it tells without a digest tree.
  let wholeHeadsMax: Int
  /// Whether the steps between a commit and the files beside the database are effects too.
  private let isWide: Bool
  /// Entries that connections cut off, by peer; gone with the process.
  var begun: [OfficeCode: BegunEntry] = [:]

  init(
    index: Int, superior: Int?, disk: any SimulatedDisk, isHostile: Bool, hasWrongClock: Bool, canary: Canary?,
    start: UInt64, wholeHeadsMax: Int, suite: SuiteID, isWide: Bool, random: inout SeededRandom
  ) throws {
    guard let code = OfficeCode("office-\(index)") else { throw SimulationFailure("office code") }
    self.index = index
    self.code = code
    self.superior = superior
    self.disk = disk
    self.isHostile = isHostile
    self.hasWrongClock = hasWrongClock
    self.canary = canary
    self.wholeHeadsMax = wholeHeadsMax
    self.isWide = isWide
    signer = try SeededSigner(suite, random: &random)
    keys = [signer.fingerprint]
    publicKeys = [signer.fingerprint: signer.publicKey]
    clock = SimulatedClock(start: start)
    self.random = random.branch()
  }

  var key: KeyFingerprint { signer.fingerprint }
  var isUp: Bool { context != nil }

  // MARK: Keys

  /// Makes the key that is to follow, of the suite in use or another.
  func prepareKey(_ suite: SuiteID) throws -> SeededSigner {
    let next = try SeededSigner(suite, random: &random)
    nextSigner = next
    return next
  }

  /// Takes the next key into use when the tree here says so. A crash before its file is in place leaves it to the next
  /// start.
  func adoptKey() throws {
    guard let next = nextSigner, var now = context, now.tree.seat(code)?.key == next.fingerprint else { return }
    if isWide { try crashPoint.effect() }
    signer = next
    nextSigner = nil
    keys.append(next.fingerprint)
    publicKeys[next.fingerprint] = next.publicKey
    incarnation = 1
    now.sign(with: next.publicKey)
    now.incarnation = 1
    context = now
  }

  /// A key it has or had.
  func publicKey(_ key: KeyFingerprint) -> PublicKey { publicKeys[key] ?? signer.publicKey }

  // MARK: Power

  /// Starts the machine, as `OfficeNode.init` does; any of its effects may be the last.
  func start(rootKey: KeyFingerprint, suites: SuiteSet) throws {
    var opened = ReplicaContext(
      office: code, key: key, suite: signer.publicKey.suite, incarnation: incarnation, suites: suites,
      tree: OfficeTree(rootKey: rootKey), shelf: SimulatedShelf(), calendar: .empty)
    try crashPoint.effect()
    if try disk.read({ try SchemaUpgrade.isRebuildOwed(in: $0) }) {
      let unread = opened
      opened = try disk.transaction { storage in
        let upgraded = try SchemaUpgrade.run(unread, in: watched(storage)).context
        try crashPoint.effect()
        return upgraded
      }
    }
    try disk.read { storage in
      try opened.refresh(from: storage)
      // A crash may have come between the database's transaction and the file.
      opened.incarnation = max(incarnation, try BranchRecovery.incarnation(in: storage))
    }
    try crashPoint.effect()
    context = opened
    if isWide { try adoptKey() }
  }

  /// A newer program was installed that keeps rows in another form: the next start makes the projection again.
  func oweRebuild() throws { try disk.transaction { try $0.setValue(SchemaUpgrade.rebuildKey, [1]) } }

  func stop() {
    context = nil
    begun = [:]
    crashPoint.disarm()
    disk.cutPower()
  }

  /// The files beside the database.
  struct Files {
    let highWater: UInt64
    let incarnation: UInt64
    /// How many keys the office has had.
    let keys: Int
  }

  var files: Files { Files(highWater: highWater, incarnation: incarnation, keys: keys.count) }

  /// Puts an older database in place of the present one.
  /// - Parameters:
  ///   - files: the older files beside it; `nil`: those stay as they are.
  ///   - isNoticed: whether the mark beside the database tells.
  func restore(_ image: DiskImage, files: Files? = nil, isNoticed: Bool = false) throws {
    stop()
    try disk.restore(image)
    guard let files else { return }
    (highWater, incarnation) = (files.highWater, files.incarnation)
    isMoved = isNoticed
  }

  // MARK: Transactions

  /// The context, while the machine runs.
  func running() throws -> ReplicaContext {
    guard let context else { throw SimulatedCrash() }
    return context
  }

  /// Runs `body` in one transaction; the context it returns is kept when it commits.
  func transaction<Value>(
    _ body: (ReplicaContext, any ReplicaStorage) throws -> (ReplicaContext, Value)
  ) throws -> Value {
    let before = try running()
    try crashPoint.effect()
    let (after, value) = try disk.transaction { storage -> (ReplicaContext, Value) in
      let result = try body(before, watched(storage))
      try crashPoint.effect()
      return result
    }
    context = after
    try adoptKey()
    try crashPoint.effect()
    return value
  }

  private func watched(_ storage: any ReplicaStorage) -> WatchedStorage {
    var alter: ((RecordRow) -> RecordRow)?
    if canary == .arrivalOrder { alter = { row in Self.withoutLosers(row) } }
    return WatchedStorage(storage, crashPoint: crashPoint, canary: canary, alter: alter)
  }

  /// The canary's way with rows: whatever lost against the value that came last is forgotten.
  private static func withoutLosers(_ row: RecordRow) -> RecordRow {
    RecordRow(
      type: row.type, id: row.id,
      fields: row.fields.mapValues { state in
        guard let newest = state.versions.last else { return state }
        return RegisterState(versions: [newest], replaced: state.replaced)
      })
  }

  /// Own entries, over all streams of all its keys.
  func ownEntryCount(in storage: any ReplicaStorage) throws -> UInt64 {
    let held = try storage.heads().filter { keys.contains($0.stream.author) }.reduce(UInt64(0)) { $0 + $1.seq }
    let aside = try storage.streamsAside().filter { keys.contains($0.author) }
    return try aside.reduce(held) { $0 + UInt64(try storage.entriesAside(of: $1).count) }
  }

  /// The database lacks entries that this machine wrote: nothing is written until they are back.
  func isBehind() throws -> Bool { try isMoved || disk.read { try isBehind(in: $0) } }

  func isBehind(in storage: any ReplicaStorage) throws -> Bool {
    try isMoved || ownEntryCount(in: storage) < highWater
  }

  func noteHighWater() throws {
    let own = try disk.read { try ownEntryCount(in: $0) }
    guard own > highWater else { return }
    try crashPoint.effect()
    highWater = own
  }

  /// Keeps beside the database which incarnation is written in.
  func writeIncarnation() throws {
    let now = try running().incarnation
    guard now != incarnation else { return }
    try crashPoint.effect()
    incarnation = now
  }

  /// The superior has given back all that it holds of ours: the rest is lost, and a new incarnation begins.
  func goOnAfterLoss() throws {
    _ = try transaction { context, storage in
      var context = context
      try BranchRecovery.begin(&context, in: storage)
      return (context, ())
    }
    try writeIncarnation()
    try crashPoint.effect()
    highWater = try disk.read { try ownEntryCount(in: $0) }
    isMoved = false
  }

  // MARK: Work

  /// How far the streams of its present key go.
  func ownHeads(in storage: any ReplicaStorage) throws -> [StreamID: UInt64] {
    Dictionary(
      uniqueKeysWithValues: try storage.heads().filter { $0.stream.author == key }.map { ($0.stream, $0.seq) })
  }

  func ownEntries(after before: [StreamID: UInt64], in storage: any ReplicaStorage) throws -> [Entry] {
    var written: [Entry] = []
    for head in try storage.heads() where head.stream.author == key && head.seq > before[head.stream] ?? 0 {
      written += try storage.entries(of: head.stream, from: (before[head.stream] ?? 0) + 1, bytesMax: .max)
    }
    return written
  }

  /// Carries out local work in one transaction.
  /// - Returns: the entries it signed, oldest first.
  func work(
    at wall: UInt64, _ body: (inout ReplicaContext, any ReplicaStorage) throws -> Void
  ) throws -> [Entry] {
    let entries = try transaction { context, storage in
      var context = context
      let before = try ownHeads(in: storage)
      try body(&context, storage)
      return (context, try ownEntries(after: before, in: storage))
    }
    if !entries.isEmpty { try noteHighWater() }
    return entries.sorted { $0.header.stamp < $1.header.stamp }
  }

  /// Records changes for one audience.
  func record(_ changes: [Change], for audience: Audience, at wall: UInt64) throws -> [Entry] {
    try work(at: wall) { context, storage in
      try write(changes, for: audience, at: wall, &context, storage)
    }
  }

  func write(
    _ changes: [Change], for audience: Audience, at wall: UInt64, _ context: inout ReplicaContext,
    _ storage: any ReplicaStorage
  ) throws {
    var journal = Journal(context: context, signer: signer)
    _ = try journal.record(changes, for: audience, at: wall, in: storage)
    try journal.finish(in: storage)
    context = journal.context
  }

  /// Carries out what a person asks.
  func perform(_ request: DeskRequest, at wall: UInt64) throws -> [Entry] {
    try work(at: wall) { context, storage in
      let clerk = Clerk(context: context, signer: signer, now: wall, makeID: { self.newID(at: wall) })
      _ = try clerk.perform(request, in: storage)
    }
  }

  func newID(at wall: UInt64) -> RecordID { RecordID(milliseconds: wall, random: random.bytes(10)) ?? .zero }

  func raiseAlarm(_ stream: StreamID) {
    if canary != .swallowedFork { alarms.insert(stream) }
  }
}

/// The harness itself cannot go on; never the engine's fault.
struct SimulationFailure: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
