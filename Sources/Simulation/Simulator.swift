import Casebook
import Replication
import SignatureSuites

/// Runs one seed: a tree of offices over virtual time, network, disks and clocks. First anything may go wrong (safety
/// phase); then everything is healed, and the offices must come to agree (liveness phase); then all is checked.
public final class Simulator {
  enum Event {
    case enrol(office: Int)
    case work(office: Int)
    case dial(office: Int)
    case deliver(connection: Int, to: SimulatedConnection.Side, frame: [UInt8])
    case hangUp(connection: Int, side: SimulatedConnection.Side)
    case look(connection: Int, side: SimulatedConnection.Side)
    case part(connection: Int)
    case start(office: Int)
    case crash(office: Int)
    case backup(office: Int)
    case restore(office: Int)
    case partition(office: Int)
    case heal(office: Int)
    case moveClock(office: Int)
    case pack(from: Int, to: Int)
    case unpack(Bundle)
    case tear(connection: Int, to: SimulatedConnection.Side, beginning: [UInt8])
    case revoke(office: Int)
    case rotate(office: Int)
    case charterNext(office: Int)
    case attack
  }

  /// A raw Ed25519 key; nobody speaks TLS here.
  static let transportKeyBytes = 32
  /// Some moment: 2026-01-06 UTC, Unix milliseconds.
  static let epoch: UInt64 = 1_767_668_400_000

  public let options: SimulationOptions
  let suites: SuiteSet
  var random: SeededRandom
  /// Draws for sessions that stay open: apart, so that without them a seed goes the way it always went.
  var liveRandom: SeededRandom
  /// Draws for what came last, for the same reason.
  var wideRandom: SeededRandom
  var stepSizes = StepSizes()
  /// How often in a row an office stopped while it started.
  var failedStarts: [Int: Int] = [:]
  var trace: Trace
  var ledger = Ledger()
  var queue = EventQueue<Event>()
  /// True time.
  var now = Simulator.epoch
  var offices: [SimulatedOffice] = []
  var connections: [Int: SimulatedConnection] = [:]
  var connectionCount = 0
  /// Offices whose line to the superior is down.
  var partitioned: Set<Int> = []
  var backups: [Int: [(disk: DiskImage, files: SimulatedOffice.Files, pinned: [StoredCharter])]] = [:]
  /// For a canary: disks as they were before the receipts that were sent.
  var beforeReceipts: [Int: (disk: DiskImage, files: SimulatedOffice.Files)] = [:]
  var isHealed = false
  var findings: [Finding] = []
  var statistics = SimulationStatistics()
  /// Offices whose last session with the superior found nothing to exchange.
  var idle: Set<Int> = []
  /// Whether anything was written in this round because it was owed: also a session without news may end with that.
  var hasWritten = false
  /// What the root let stand in the liveness phase.
  var ratified: Set<HeldChange> = []
  /// Offices whose disks were set back.
  var restored: Set<Int> = []
  /// Entries that stood in dossiers, by whom they were for.
  var handedOver: [OfficeCode: Set<Digest>] = [:]
  /// Last reason why a session with the superior broke off, for the report.
  var lastTrouble: [Int: String] = [:]
  /// Where SQLite databases go.
  private let folder: String

  /// - Parameters:
  ///   - folder: for databases of the real store; made and emptied as needed.
  ///   - show: called with each line of the trace.
  public init(
    options: SimulationOptions, folder: String, show: (@Sendable (String) -> Void)? = nil
  ) throws {
    self.options = options
    self.folder = folder
    // The options have drawn their share; what follows draws from its own.
    random = SeededRandom(seed: ~options.seed)
    liveRandom = SeededRandom(seed: ~options.seed ^ 0x6C69_7665)
    wideRandom = SeededRandom(seed: ~options.seed ^ SimulationOptions.wideSeed)
    suites = SuiteSet([RememberingSuite(Ed25519Suite()), RememberingSuite(SM2Suite())])
    trace = Trace(show: show)
    try raiseTree()
  }

  // MARK: The tree

  /// Makes the machines; only the root is an office yet.
  private func raiseTree() throws {
    let hostile = options.isHostile ? 1 + random.below(options.offices - 1) : nil
    let liar = 1 + random.below(options.offices - 1)
    var children = [Int](repeating: 0, count: options.offices)
    var depths = [0]
    var trees = SeededRandom(seed: ~options.seed ^ SimulationOptions.treeSeed)
    for index in 0..<options.offices {
      var superior: Int?
      if index > 0 {
        let open = (0..<index).filter { children[$0] < options.breadth && depths[$0] < OfficeTree.depthMax - 1 }
        superior = random.pick(open) ?? 0
        if let superior {
          children[superior] += 1
          depths.append(depths[superior] + 1)
        }
      }
      let isWrong = random.chance(options.wrongClockPerMille)
      offices.append(
        try SimulatedOffice(
          index: index, superior: superior, disk: try makeDisk(index), isHostile: index == hostile,
          hasWrongClock: isWrong, canary: options.canary.flatMap { $0.strikes(index, liar: liar) ? $0 : nil },
          start: now, wholeHeadsMax: trees.chance(options.treesPerMille) ? 1 : SessionLimits.wholeHeadsMax,
          suite: drawSuite(), isWide: options.isWide, random: &random))
    }
    try found()
    for office in offices.dropFirst() {
      let isFounder = random.chance(options.foundedPerMille)
      queue.schedule(
        .enrol(office: office.index),
        at: now + (isFounder ? UInt64(office.index) : time(within: options.safetyMilliseconds / 2)))
    }
    scheduleFaults()
    scheduleKeyEvents()
  }

  func drawSuite() -> SuiteID { options.isWide && wideRandom.chance(options.sm2PerMille) ? .sm2 : .ed25519 }

  private func makeDisk(_ index: Int) throws -> any SimulatedDisk {
    switch options.store {
    case .memory: MemoryDisk()
    case .sqlite: try StoreDisk(folder: "\(folder)/\(index)")
    }
  }

  private func found() throws {
    let root = offices[0]
    let charter = Charter(
      office: root.code, name: root.code.text, parent: nil, signingKey: root.signer.publicKey,
      transportKey: [UInt8](repeating: 0, count: Simulator.transportKeyBytes), powers: [], from: now, until: nil)
    root.pinned = [StoredCharter(charter: charter, issuer: root.key)]
    try root.disk.transaction { try $0.put(root.pinned[0]) }
    try root.start(rootKey: root.key, suites: suites)
    root.isEnrolled = true
    let wall = root.clock.reading(at: now)
    note(root, try root.record([.charter(charter)], for: .down, at: wall))
    let ids = [root.newID(at: wall), root.newID(at: wall)]
    let pack = PackRecords.changes(
      code: SimulatedShelf.code, version: 1, issuer: root.code.text, sections: [SimulatedShelf.text], ids: ids,
      using: Ed25519Suite())
    note(root, try root.record(pack, for: .down, at: wall))
    queue.schedule(.work(office: 0), at: now + pause())
  }

  // MARK: Running

  /// Runs the seed to its end.
  /// - Throws: `SimulationFailure`, or what a disk throws: the harness itself cannot go on.
  public func run() throws -> SimulationResult {
    let end = now + options.safetyMilliseconds
    while let next = queue.nextTime, next < end { try step() }
    now = end
    try heal()
    try live()
    try check()
    statistics.milliseconds = now - Self.epoch
    return SimulationResult(
      options: options, findings: findings, traceHash: trace.hash, events: trace.events, statistics: statistics)
  }

  func step() throws {
    guard let (time, event) = queue.popFirst() else { return }
    now = max(now, time)
    switch event {
    case .enrol(let office): try guarded(offices[office].superior, .enrol) { try enrol(offices[office]) }
    case .work(let office): try guarded(office, .work) { try work(offices[office]) }
    case .dial(let office): try guarded(office, .dial) { try dial(offices[office]) }
    case .deliver(let connection, let side, let frame): try deliver(frame, on: connection, to: side)
    case .hangUp(let connection, let side): hangUp(connection, side)
    case .look(let connection, let side): try look(connection, side)
    case .part(let connection): close(connection, .caller)
    case .start(let office): try start(offices[office])
    case .crash(let office): if !isHealed { crash(offices[office], "power cut") }
    case .backup(let office): try backup(offices[office])
    case .restore(let office): try restore(offices[office])
    case .partition(let office): partition(office)
    case .heal(let office): partitioned.remove(office)
    case .moveClock(let office): moveClock(offices[office])
    case .pack(let from, let to): try packBundle(from: offices[from], to: offices[to])
    case .unpack(let bundle): try guarded(bundle.to, .unpack) { try unpack(bundle) }
    case .tear(let connection, let side, let beginning): try tear(connection, side, beginning)
    case .revoke(let office): if !isHealed { try revoke(offices[office]) }
    case .rotate(let office): if !isHealed { try rotate(offices[office]) }
    case .charterNext(let office): try charterNext(offices[office])
    case .attack: try attack()
    }
  }

  /// Lets an office do something; a crash that falls into it stops the machine, anything unexpected is a finding.
  func guarded(_ index: Int?, _ step: Step, _ body: () throws -> Void) throws {
    guard let index else { return }
    let office = offices[index]
    if !isHealed, office.isUp, random.chance(options.crashPerMille) {
      if !options.isWide {
        office.crashPoint.arm(afterEffects: random.below(60))
      } else if office.crashPoint.effectsLeft == nil {
        // One that is due stays due, into later steps: else only small ones would ever be cut short.
        office.crashPoint.arm(afterEffects: stepSizes.draw(step, &wideRandom))
      }
    }
    let before = office.crashPoint.count
    do {
      try body()
      // Of a step that was cut short nobody knows how long it is.
      if office.isUp { noteSize(step, office.crashPoint.count - before) }
    } catch is SimulatedCrash {
      statistics.deepestCrash = max(statistics.deepestCrash, office.crashPoint.count - before)
      crash(office, "crash")
    } catch let failure as SimulationFailure {
      throw failure
    } catch {
      find(.engine, "\(office.code): \(error)")
      crash(office, "failure")
    }
  }

  func noteSize(_ step: Step, _ effects: Int) {
    stepSizes.note(step, effects)
    statistics.largestStep = max(statistics.largestStep, effects)
  }

  func find(_ checker: Checker, _ text: String) {
    // One seed's first few say enough; a broken run would fill the screen.
    if findings.count < 50 { findings.append(Finding(checker: checker, text: text)) }
  }

  func log(_ text: @autoclosure () -> String) { trace.note(now - Self.epoch, text()) }

  // MARK: Drawing times

  func time(within milliseconds: UInt64) -> UInt64 { UInt64(random.below(Int(milliseconds))) }

  /// Time between two pieces of work of one office.
  func pause() -> UInt64 {
    let mean = options.safetyMilliseconds * UInt64(options.offices) / UInt64(max(1, options.works))
    return 1 + time(within: 2 * mean)
  }

  /// Entries that an office signed and was told about.
  func note(_ office: SimulatedOffice, _ entries: [Entry]) {
    sign(entries, by: office)
    ledger.acknowledge(entries, to: office.index, in: suites)
  }

  /// Entries that an office signed.
  func sign(_ entries: [Entry], by office: SimulatedOffice) {
    ledger.sign(entries, at: now, in: suites)
    statistics.entries += entries.count
    statistics.sm2 += entries.count { $0.header.suite == .sm2 }
    if !office.isHostile { inspectDossiers(in: entries, by: office) }
  }
}

/// How much went on.
public struct SimulationStatistics: Sendable, Hashable {
  public var entries = 0
  public var sessions = 0
  /// Sessions that stayed open when everything was exchanged.
  public var stayed = 0
  /// Frames with a level of a digest tree.
  public var trees = 0
  public var broken = 0
  public var crashes = 0
  /// Crashes of a machine that was starting.
  public var failedStarts = 0
  /// Starts that made the projection again.
  public var rebuilds = 0
  /// Most effects that were carried out in one step before the power went.
  public var deepestCrash = 0
  /// Most effects of a step.
  public var largestStep = 0
  /// Connections that broke within a frame, and entries that went on from there.
  public var torn = 0
  public var continued = 0
  /// Files handed to an office beside, and entries that superiors handed on with them.
  public var transfers = 0
  public var handedOver = 0
  /// Entries of suite 2.
  public var sm2 = 0
  public var restores = 0
  /// Entries recorded again in a new incarnation.
  public var recovered = 0
  public var bundles = 0
  public var attacks = 0
  public var revocations = 0
  public var rotations = 0
  public var rounds = 0
  /// Virtual time.
  public var milliseconds: UInt64 = 0
}

/// What became of a run.
public struct SimulationResult: Sendable {
  public let options: SimulationOptions
  /// Empty when everything held.
  public let findings: [Finding]
  /// Equal for equal seeds.
  public let traceHash: UInt64
  public let events: Int
  public let statistics: SimulationStatistics

  public var isSound: Bool { findings.isEmpty }
}

extension Canary {
  /// Whether the bug is in this office: in one, or everywhere where it needs several to show.
  func strikes(_ index: Int, liar: Int) -> Bool {
    switch self {
    case .backdatedReceipt, .receiptBeforePersist, .swallowedFork, .leakToSibling: true
    case .withheldDossier: true
    case .lostWork, .arrivalOrder, .silentOffice, .skippedProjection, .forgottenClass, .narrowStore: index == liar
    }
  }
}
