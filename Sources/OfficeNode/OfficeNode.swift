import Casebook
import Casework
import Foundation
public import Logging
import Replication
import RegimePacks
import ReplicaStore
import SignatureSuites

/// One office's node: owns the replica and the keys, and performs what the pure modules decide. All writing happens
/// here, one transaction after the other.
public actor OfficeNode {
  let home: Home
  var settings: OfficeSettings
  let store: ReplicaStore
  let signer: SoftwareSigner
  let transportSigner: SoftwareSigner
  let effects: SystemEffects
  let logger: Logger
  var context: ReplicaContext
  /// As it stood when the node was opened.
  nonisolated let initialContext: ReplicaContext
  var isServing = false
  /// Own entries the database lacks although this machine wrote them; no writing until they are back.
  var isBehindHighWater: Bool
  private let lock: HomeLock
  private let executor = ReplicaExecutor()

  public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  init(
    home: Home, settings: OfficeSettings, store: ReplicaStore, signer: SoftwareSigner,
    transportSigner: SoftwareSigner, effects: SystemEffects, logger: Logger, lock: HomeLock
  ) throws {
    guard let office = OfficeCode(settings.office), let root = Hexadecimal.bytes(settings.rootKey).flatMap(Digest.init),
      let suite = SuiteSet.standard[signer.publicKey.suite]
    else { throw NodeFailure.settingsDamaged(home, CancellationError()) }
    self.home = home
    self.settings = settings
    self.store = store
    self.signer = signer
    self.transportSigner = transportSigner
    self.effects = effects
    self.logger = logger
    self.lock = lock
    let tree = OfficeTree(rootKey: KeyFingerprint(root))
    let calendar: HolidayTable
    do {
      calendar = try HolidayTable(csv: try BundledCalendar.csv)
    } catch {
      throw NodeFailure.settingsDamaged(home, error)
    }
    let key = signer.publicKey.fingerprint(using: suite)
    let own = try StoreFailures.mapped {
      try store.read { try $0.heads().filter { $0.stream.author == key }.reduce(UInt64(0)) { $0 + $1.seq } }
    }
    var opened = ReplicaContext(
      office: office, key: key, suite: signer.publicKey.suite, incarnation: settings.incarnation, suites: .standard,
      tree: tree, shelf: ParsedPacks(), calendar: calendar)
    try StoreFailures.mapped {
      try store.read { storage in
        try opened.refresh(from: storage)
        // A crash may have come between the database's transaction and the settings file.
        opened.incarnation = max(opened.incarnation, try BranchRecovery.incarnation(in: storage))
      }
    }
    initialContext = opened
    context = opened
    isBehindHighWater = own < HighWater.read(home)
  }

  /// Opens the office at `home`.
  /// - Throws: `DeskFailure`: no office there, in use by another process, damaged, …
  public static func open(_ home: Home, effects: SystemEffects, logger: Logger) throws -> OfficeNode {
    let settings = try OfficeSettings.read(home)
    guard let lock = try HomeLock.acquire(home) else { throw NodeFailure.busy(home) }
    let (signer, transport) = try StoreFailures.mapped {
      (
        try KeyFile.read(path: home.signingKey, passphrase: nil),
        try KeyFile.read(path: home.transportKey, passphrase: nil)
      )
    }
    let store = try StoreFailures.mapped { try ReplicaStore.open(path: home.database) }
    return try OfficeNode(
      home: home, settings: settings, store: store, signer: signer, transportSigner: transport, effects: effects,
      logger: logger, lock: lock)
  }

  /// Carries out a request that needs no network.
  func performLocally(_ request: DeskRequest) throws -> DeskReply {
    switch request {
    case .status: return .status(try status())
    case .peers: return .peers(try peers())
    case .invite(let invite): return .invitation(try self.invite(invite))
    default: break
    }
    if isBehindHighWater, request.writes { throw NodeFailure.restored }
    let clerk = Clerk(
      context: context, signer: signer, now: effects.now(), makeID: effects.newID, randomBytes: effects.randomBytes)
    return try StoreFailures.mapped {
      guard request.writes else { return try store.read { try clerk.perform(request, in: $0) } }
      let (reply, warning) = try store.transaction { storage in
        // Asked before the entry is written: afterwards the clock has gone on.
        let warning = try clockWarning(in: storage)
        return (try clerk.perform(request, in: storage), warning)
      }
      try noteHighWater()
      if case .calendarImport = request { try store.read { try context.refreshCalendars(in: $0) } }
      guard let warning, case .acted(var view) = reply else { return reply }
      view.warnings.append(warning)
      return .acted(view)
    }
  }

  /// Keeps the high-water mark beside the database. A crash before it is written leaves it lower, which is harmless.
  func noteHighWater() throws {
    let key = context.key
    let own = try store.read { storage in
      try storage.heads().filter { $0.stream.author == key }.reduce(UInt64(0)) { $0 + $1.seq }
    }
    if own > HighWater.read(home) {
      do {
        try HighWater.write(own, home)
      } catch {
        logger.warning("high-water mark not written", metadata: ["error": "\(error)"])
      }
    }
    if isBehindHighWater, own >= HighWater.read(home) { isBehindHighWater = false }
  }

  /// Keeps the incarnation that this node writes in beside the database.
  func writeIncarnation() throws {
    guard settings.incarnation != context.incarnation else { return }
    settings.incarnation = context.incarnation
    try settings.write(home)
  }

  func setServing(_ serving: Bool) { isServing = serving }
}

extension DeskRequest {
  /// Whether it signs something.
  var writes: Bool {
    switch self {
    case .drawCommit, .drawReveal, .drawRedraw: true
    case .drawShow, .drawList: false
    case .calendarImport(let draft): draft.isApplied
    case .regimeShow, .regimeDiff, .referSuggest, .calendarYear, .calendarDue: false
    case .subjectMerge, .subjectUnmerge, .subjectReveal: true
    case .subjectShow, .subjectDuplicates: false
    case .officerAdd, .subjectAdd, .subjectImport, .regimePublish, .indicatorSet, .fileOpen, .fileAct, .orderIssue,
      .fileReveal, .conflictResolve, .numberLease, .numberVoid:
      true
    case .status, .verify, .officeList, .invite, .officerList, .subjectList, .regimeList, .indicatorList, .fileList,
      .fileShow, .board, .coverage, .tallies, .overdue, .conflicts, .quarantine, .peers, .log, .sync, .numberList,
      .numberRegister:
      false
    }
  }
}
