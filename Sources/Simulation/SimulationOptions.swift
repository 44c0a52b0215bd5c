/// What a run is made of: everything is drawn from the seed, so that the seed alone brings it back.
public struct SimulationOptions: Sendable, Hashable {
  public enum Store: String, Sendable, Hashable, CaseIterable {
    /// The model in memory.
    case memory
    /// The real SQLite store.
    case sqlite
  }

  public let seed: UInt64
  public var store: Store
  /// The bug put in on purpose; `nil`: none.
  public var canary: Canary?

  /// Offices in the end; some are chartered while the others work.
  public var offices: Int
  /// Most subordinates of one office.
  public var breadth: Int
  /// Of a thousand offices so many are there from the beginning.
  public var foundedPerMille: Int
  /// Length of the safety phase.
  public var safetyMilliseconds: UInt64
  /// Pieces of local work in the safety phase, over all offices.
  public var works: Int
  /// Mean time between two calls of an office to its superior.
  public var dialMilliseconds: Int
  /// Longest time a frame is on its way.
  public var delayMilliseconds: Int
  /// Of a thousand frames so many are the last of their connection.
  public var cutPerMille: Int
  /// Of a thousand hours of a link so many begin with a partition of it.
  public var partitionsPerHour: Int
  /// Bundles carried by hand, over all offices.
  public var bundles: Int
  /// Of a thousand events at an office so many have a crash before one of their next effects.
  public var crashPerMille: Int
  /// Offices set back to a backup.
  public var restores: Int
  /// Keys revoked.
  public var revocations: Int
  /// Keys that introduce their successors.
  public var rotations: Int
  /// Of a thousand offices so many have a wrong clock.
  public var wrongClockPerMille: Int
  /// Whether one office is hostile.
  public var isHostile: Bool
  /// Of a thousand sessions so many stay open when everything is exchanged.
  public var staysPerMille: Int
  /// Of a thousand offices so many tell their heads by a digest tree, however few they are.
  public var treesPerMille: Int

  /// Whether the run has what came last: the four below, crashes at any effect, and connections that break within a
  /// frame. Seeds from before are run without.
  public var isWide: Bool
  /// Of a thousand pieces of work so many hand a file to an office beside.
  public var transfersPerMille: Int
  /// Of a thousand keys so many are of suite 2.
  public var sm2PerMille: Int
  /// Of a thousand starts so many are of a newer program, which makes the projection again.
  public var upgradesPerMille: Int
  /// Of a thousand lines that break so many break within a frame.
  public var tornPerMille: Int

  /// The largest tree drawn: a city with its districts and townships.
  public static let officesMax = 100
  /// Keeps what is drawn for digest trees apart from all else.
  static let treeSeed: UInt64 = 0x7472_6565
  /// Likewise what came last.
  static let wideSeed: UInt64 = 0x7769_6465

  /// Draws everything from the seed.
  /// - Parameters:
  ///   - officesMax: larger trees are cut to this; from 3 on.
  ///   - isLive: whether sessions may stay open; seeds from before they could are run without.
  ///   - hasTrees: whether offices may tell their heads by a digest tree; likewise.
  ///   - isWide: whether files are transferred, keys are of both suites, and machines stop anywhere; likewise.
  public init(
    seed: UInt64, store: Store = .memory, canary: Canary? = nil, officesMax: Int = Self.officesMax, isLive: Bool = true,
    hasTrees: Bool = true, isWide: Bool = true
  ) {
    self.seed = seed
    self.store = store
    self.canary = canary
    var random = SeededRandom(seed: seed)
    // Most bugs show among few offices; large trees find the rest, and cost more.
    let size = random.below(1_000)
    offices =
      max(
        3,
        min(
          officesMax,
          size < 800 ? random.within(3...7) : size < 985 ? random.within(8...18) : random.within(19...Self.officesMax)))
    breadth = random.within(1...4) + offices / 20
    foundedPerMille = random.within(300...1_000)
    safetyMilliseconds = UInt64(random.within(1...8)) * 3_600_000
    works = min(offices * random.within(3...16), 240)
    dialMilliseconds = random.within(5...60) * 60_000
    delayMilliseconds = random.pick([5, 50, 500, 20_000]) ?? 50
    // Each kind of fault is off in some runs, so that none hides what another would show (swarm testing).
    func fault(_ range: ClosedRange<Int>) -> Int { random.chance(350) ? 0 : random.within(range) }
    cutPerMille = fault(2...120)
    partitionsPerHour = fault(50...600)
    bundles = fault(1...12)
    crashPerMille = fault(5...150)
    restores = fault(1...3)
    revocations = fault(1...2)
    rotations = fault(1...2)
    wrongClockPerMille = fault(100...700)
    isHostile = random.chance(350)
    // Drawn last, so that seeds from before there were such sessions still draw the same as far as they went.
    staysPerMille = isLive ? fault(100...900) : 0
    // From a generator of its own, for the same reason.
    var trees = SeededRandom(seed: seed ^ Self.treeSeed)
    treesPerMille = hasTrees && !trees.chance(350) ? trees.within(300...1_000) : 0
    self.isWide = isWide
    var wide = SeededRandom(seed: seed ^ Self.wideSeed)
    func drawn(_ range: ClosedRange<Int>) -> Int { !isWide || wide.chance(350) ? 0 : wide.within(range) }
    transfersPerMille = drawn(30...300)
    sm2PerMille = drawn(100...1_000)
    upgradesPerMille = drawn(50...400)
    tornPerMille = drawn(100...1_000)
  }
}

extension SimulationOptions: CustomStringConvertible {
  /// Every drawn parameter in one line.
  public var description: String {
    "seed \(seed) store \(store.rawValue) canary \(canary?.rawValue ?? "none") offices \(offices) breadth \(breadth)"
      + " founded \(foundedPerMille)/1000 hours \(safetyMilliseconds / 3_600_000) works \(works)"
      + " dial \(dialMilliseconds / 60_000)min delay \(delayMilliseconds)ms cut \(cutPerMille)/1000"
      + " partitions \(partitionsPerHour)/1000h bundles \(bundles) crash \(crashPerMille)/1000 restores \(restores)"
      + " revocations \(revocations) rotations \(rotations)"
      + " wrong-clocks \(wrongClockPerMille)/1000 hostile \(isHostile) stays \(staysPerMille)/1000"
      + " trees \(treesPerMille)/1000"
      + (isWide
        ? " transfers \(transfersPerMille)/1000 sm2 \(sm2PerMille)/1000 upgrades \(upgradesPerMille)/1000"
          + " torn \(tornPerMille)/1000"
        : " not wide")
  }
}
