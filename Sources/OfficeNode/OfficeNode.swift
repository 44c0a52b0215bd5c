public import Casebook
import Casework
import Dispatch
import Foundation
public import Logging
import PeerTransport
import Replication
import RegimePacks
import ReplicaStore
import SignatureSuites
import Synchronization

/// One office's node: owns the replica and the keys, and performs what the pure modules decide. All writing happens
/// here, one transaction after the other.
public actor OfficeNode {
  let home: Home
  var settings: OfficeSettings
  let store: ReplicaStore
  var keys: NodeKeys
  var signer: SoftwareSigner { keys.signer }
  var transportSigner: SoftwareSigner { keys.transport }
  let effects: SystemEffects
  nonisolated let blobs: BlobStore
  nonisolated let attachmentNews = AttachmentNews()
  let logger: Logger
  nonisolated let metrics: NodeMetrics
  var context: ReplicaContext
  /// As it stood when the node was opened.
  nonisolated let initialContext: ReplicaContext
  var isServing = false
  /// Calls the superior while the node serves.
  var link: SuperiorLink?
  nonisolated let sessions = SessionRegistry()
  /// What connections of this process did.
  nonisolated let transport = TransportCounters()
  nonisolated let catchUpGate = AdmissionGate()
  nonisolated let delivered = DeliveredHeads()
  nonisolated let coverage = RememberedCoverage()
  nonisolated let readers = DeskReaders()
  /// Where entries that are sent are read.
  nonisolated let sending = DispatchQueue(label: "docket.sending")
  var begunEntries = BegunEntries()
  /// Count of moves up to which receipts and what else is owed have been looked for.
  var witnessedMoves: UInt64?
  /// Count of moves up to which the sessions were told.
  var toldMoves: UInt64
  /// Heads moved that the sessions were not told of.
  nonisolated let hasUntold = Mutex(false)
  /// Gives memory back when `restsAt` has come; `nil`: nothing to give back.
  var release: Task<Void, Never>?
  /// When the work that was done last is long enough ago.
  var restsAt = ContinuousClock.now
  /// What the administrator set; `nil`: nobody read it, and the office's own settings stand alone.
  let configuration: NodeConfiguration?
  /// One backup at a time.
  var isBackingUp = false
  /// Told when the transport key changes while the node serves.
  var showIdentity: (@Sendable (TransportIdentity) -> Void)?
  /// Entries of its own, as they were last counted.
  var ownCount: UInt64?
  /// The high-water mark as the file has it; `nil` while nobody looked.
  var highWater: UInt64?
  /// Own entries the database lacks although this machine wrote them; no writing until they are back.
  var isBehindHighWater: Bool
  /// The home was copied, moved or restored since it was last sure of itself.
  var isMoved: Bool
  /// Since this process began the folder of attachments was held against what the database knows.
  var hasLookedAgain = false
  private let lock: HomeLock
  private let executor = ReplicaExecutor()

  /// The office this node belongs to.
  nonisolated var office: OfficeCode { initialContext.office }

  public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  init(
    home: Home, settings: OfficeSettings, store: ReplicaStore, keys: NodeKeys, effects: SystemEffects, logger: Logger,
    lock: HomeLock, isForRepair: Bool = false, configuration: NodeConfiguration? = nil, metrics: NodeMetrics = .none
  ) throws {
    guard let office = OfficeCode(settings.office), let root = Hexadecimal.bytes(settings.rootKey).flatMap(Digest.init),
      let suite = SuiteSet.standard[keys.signer.publicKey.suite]
    else { throw NodeFailure.settingsDamaged(home, CancellationError()) }
    self.home = home
    self.settings = settings
    self.store = store
    self.effects = effects
    blobs = BlobStore(home)
    self.logger = logger
    self.configuration = configuration
    self.metrics = metrics
    self.lock = lock
    let tree = OfficeTree(rootKey: KeyFingerprint(root))
    let calendar: HolidayTable
    do {
      calendar = try HolidayTable(csv: try BundledCalendar.csv)
    } catch {
      throw NodeFailure.settingsDamaged(home, error)
    }
    var keys = keys
    var opened = ReplicaContext(
      office: office, key: keys.signer.publicKey.fingerprint(using: suite), suite: keys.signer.publicKey.suite,
      incarnation: settings.incarnation, suites: .standard, tree: tree, shelf: ParsedPacks(), calendar: calendar)
    try StoreFailures.mapped {
      if !isForRepair, try store.read({ try SchemaUpgrade.isRebuildOwed(in: $0) }) {
        let unread = opened
        opened = try OwedRebuild.run(unread, in: store, logger: logger)
      }
      try store.read { storage in
        if isForRepair { opened.tree = tree } else { try opened.refresh(from: storage) }
        // A crash may have come between the database's transaction and the settings file.
        opened.incarnation = max(opened.incarnation, try BranchRecovery.incarnation(in: storage))
        if try keys.takeOver(home, in: opened, storage) { opened.sign(with: keys.signer.publicKey) }
      }
      let present = opened
      let stored = try store.read { try SchemaUpgrade.storedVersion(in: $0) }
      if !isForRepair, stored < present.schema.version {
        opened = try store.transaction { try SchemaUpgrade.run(present, in: $0) }.context
      }
    }
    self.keys = keys
    initialContext = opened
    context = opened
    let own = try StoreFailures.mapped { try store.read { [opened] in try Self.ownEntries(opened, in: $0) } }
    isBehindHighWater = own < HighWater.read(home)
    isMoved = HomeMark.isMoved(home)
    toldMoves = try StoreFailures.mapped { try store.read { try $0.moves() } }
    store.onMovement { [weak self] in self?.noteMovement() }
  }

  /// Opens the office at `home`.
  /// - Parameters:
  ///   - isForRepair: open although the projection cannot be read; for `doctor` to make it again.
  ///   - configuration: what the administrator set, where it counts.
  ///   - keyPassphrase: what opens the key files, where they are under one.
  ///   - metrics: what a serving node reports to.
  /// - Throws: `DeskFailure`: no office there, in use by another process, damaged, …
  public static func open(
    _ home: Home, effects: SystemEffects, logger: Logger, isForRepair: Bool = false,
    configuration: NodeConfiguration? = nil, keyPassphrase: Passphrase? = nil, metrics: NodeMetrics = .none
  ) throws -> OfficeNode {
    let settings = try OfficeSettings.read(home)
    guard let lock = try HomeLock.acquire(home) else { throw NodeFailure.busy(home) }
    BackupScratch.clear(home)
    BlobStore.clearUnfinished(home)
    let keys = try NodeKeys.read(home, passphrase: keyPassphrase)
    let store = try StoreFailures.mapped { try home.openStore { metrics.transactionTook($0) } }
    return try OfficeNode(
      home: home, settings: settings, store: store, keys: keys, effects: effects, logger: logger, lock: lock,
      isForRepair: isForRepair, configuration: configuration, metrics: metrics)
  }

  /// Carries out a request that needs no network.
  func performLocally(_ request: DeskRequest, progress: @Sendable (DeskProgress) -> Void = { _ in }) throws -> DeskReply {
    switch request {
    case .status: return .status(try status())
    case .peers: return .peers(try peers())
    case .outbox(let office): return .outbox(try outbox(for: office))
    case .invite(let invite): return .invitation(try self.invite(invite))
    case .adopt:
      try beginIncarnation()
      return .status(try status())
    case .attachLimits(let draft): return .attachmentLimits(try attachmentLimits(draft))
    case .keyProtect(let passphrase):
      try keys.rewrite(home, under: passphrase)
      return .done
    default: break
    }
    if mayNotWrite, request.writes { throw NodeFailure.restored }
    if case .keyRotate(let draft) = request { return try rotateKeys(draft) }
    if case .officeRenew = request, context.tree.isRevoked(context.key) { throw NodeFailure.revokedHere }
    let clerk = Clerk(
      context: context, signer: signer, now: effects.now(), makeID: effects.newID, randomBytes: effects.randomBytes)
    return try StoreFailures.mapped {
      guard request.writes else { return try store.read { try clerk.perform(request, in: $0, progress: progress) } }
      let (reply, warning, written) = try store.transaction { storage in
        // Asked before the entry is written: afterwards the clock has gone on.
        let warning = try clockWarning(in: storage)
        let reply = try clerk.perform(request, in: storage, progress: progress)
        return (reply, warning, storage.entriesGained)
      }
      defer { tellSessions() }
      switch request {
      case .calendarImport, .ratify, .keyRevoke, .officeRenew:
        // What they decide may bring another branch to stand.
        try noteHighWater()
        try store.read { try context.refresh(from: $0) }
      default: try noteHighWater(written: written)
      }
      guard let warning, case .acted(var view) = reply else { return reply }
      view.warnings.append(warning)
      return .acted(view)
    }
  }

  /// - Parameters:
  ///   - link: keeps in contact with the superior from now on.
  ///   - onIdentity: shows another certificate to whoever calls from then on.
  func setServing(
    _ serving: Bool, link: SuperiorLink?, onIdentity: (@Sendable (TransportIdentity) -> Void)? = nil
  ) {
    isServing = serving
    self.link = link
    showIdentity = onIdentity
    // Starting is work, and takes more than resting needs.
    worked()
  }
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
    case .ratify, .keyRotate, .keyRevoke, .officeRenew, .adopt: true
    // It changes files of this machine, nothing that others hold.
    case .keyList, .keyProtect: false
    // Carried out by the node before it comes to the clerk.
    case .bundleCreate, .bundleApply, .doctor, .backupCreate, .backupDrill, .attachAdd, .attachGet, .attachLimits: false
    case .status, .outbox, .explain, .verify, .officeList, .invite, .officerList, .subjectList, .regimeList,
      .indicatorList, .fileList,
      .fileShow, .board, .coverage, .tallies, .overdue, .conflicts, .quarantine, .peers, .log, .sync, .numberList,
      .numberRegister, .attachList:
      false
    }
  }
}
