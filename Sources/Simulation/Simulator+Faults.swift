import Casebook
import Replication

/// Power cuts, restored backups, broken lines and wrong clocks.
extension Simulator {
  private static let hour: UInt64 = 3_600_000

  func scheduleFaults() {
    let length = options.safetyMilliseconds
    for office in offices {
      if office.hasWrongClock { queue.schedule(.moveClock(office: office.index), at: now + time(within: length / 4)) }
      guard office.superior != nil else { continue }
      for hour in 0..<(length / Self.hour) where random.chance(options.partitionsPerHour) {
        queue.schedule(.partition(office: office.index), at: now + hour * Self.hour + time(within: Self.hour))
      }
    }
    for _ in 0..<options.restores {
      let office = random.below(offices.count)
      let backup = time(within: length * 3 / 4)
      queue.schedule(.backup(office: office), at: now + backup)
      queue.schedule(.restore(office: office), at: now + backup + 1 + time(within: length - backup))
    }
    for _ in 0..<options.bundles {
      let child = offices[1 + random.below(offices.count - 1)]
      guard let superior = child.superior else { continue }
      let isUpward = random.chance(500)
      queue.schedule(
        .pack(from: isUpward ? child.index : superior, to: isUpward ? superior : child.index),
        at: now + time(within: length))
    }
    if options.isHostile {
      for _ in 0..<random.within(1...6) { queue.schedule(.attack, at: now + time(within: length)) }
    }
    if options.crashPerMille > 0 {
      for _ in 0..<random.below(3) {
        queue.schedule(.crash(office: random.below(offices.count)), at: now + time(within: length))
      }
    }
  }

  // MARK: Power

  func crash(_ office: SimulatedOffice, _ reason: String) {
    guard office.isUp else { return }
    statistics.crashes += 1
    log("\(office.code) stops: \(reason)")
    office.stop()
    for (id, connection) in connections.sorted(by: { $0.key < $1.key })
    where connection.ends.contains(where: { $0.office == office.index }) {
      for side in SimulatedConnection.Side.allCases where connection[side].office == office.index {
        connections[id]?[side].isOpen = false
      }
      cut(id, "\(office.code) is down")
    }
    queue.schedule(.start(office: office.index), at: now + 1 + time(within: isHealed ? 1_000 : 45 * 60_000))
  }

  /// Of a thousand starts that may be cut short so many are, and so often in a row at most: then it comes up.
  private static let failedStartsPerMille = 300
  private static let failedRebuildsPerMille = 700
  private static let failedStartsMax = 4

  /// Starts a machine, which may stop again while it does.
  func start(_ office: SimulatedOffice) throws {
    guard office.isEnrolled, !office.isUp else { return }
    if options.isWide, !isHealed, wideRandom.chance(options.upgradesPerMille) { try office.oweRebuild() }
    let owed = try office.disk.read { try SchemaUpgrade.isRebuildOwed(in: $0) }
    let step: Step = owed ? .rebuild : .start
    let failed = failedStarts[office.index] ?? 0
    if options.isWide, !isHealed, options.crashPerMille > 0, failed < Self.failedStartsMax,
      wideRandom.chance(owed ? Self.failedRebuildsPerMille : Self.failedStartsPerMille)
    {
      office.crashPoint.arm(afterEffects: stepSizes.draw(step, &wideRandom))
    }
    let before = office.crashPoint.count
    do {
      try office.start(rootKey: offices[0].key, suites: suites)
    } catch is SimulatedCrash {
      office.stop()
      failedStarts[office.index] = failed + 1
      statistics.crashes += 1
      statistics.failedStarts += 1
      statistics.deepestCrash = max(statistics.deepestCrash, office.crashPoint.count - before)
      log("\(office.code) stops while it starts, after \(office.crashPoint.count - before) effects")
      queue.schedule(.start(office: office.index), at: now + 1 + time(within: 60_000))
      return
    }
    office.crashPoint.disarm()
    noteSize(step, office.crashPoint.count - before)
    failedStarts[office.index] = nil
    if owed { statistics.rebuilds += 1 }
    log("\(office.code) starts")
  }

  // MARK: Backups

  func backup(_ office: SimulatedOffice) throws {
    guard office.isEnrolled else { return }
    backups[office.index, default: []].append((try office.disk.backup(), office.files, office.pinned))
    log("\(office.code) is backed up")
  }

  func restore(_ office: SimulatedOffice) throws {
    // A key made after the backup would be gone with it: that is a new enrolment, not a restore.
    guard let image = random.pick(backups[office.index] ?? []), office.nextSigner == nil,
      image.files.keys == office.keys.count
    else { return }
    statistics.restores += 1
    restored.insert(office.index)
    crash(office, "its backup is put back")
    // Half of them bring the whole folder back, so that nothing beside the database tells.
    let isWhole = random.chance(500)
    try office.restore(image.disk, files: isWhole ? image.files : nil, isNoticed: random.chance(500))
    // What a later enrolment gave is in no database any more.
    office.pinned = image.pinned
    log("\(office.code) restored, \(isWhole ? "with" : "without") the files beside it")
    try excuseLost()
  }

  /// What no machine holds any more, nobody can bring back; only what was not yet handed on can be lost so.
  private func excuseLost() throws {
    var held: Set<Digest> = []
    for office in offices {
      try office.disk.read { storage in
        for head in try storage.heads() {
          for entry in try storage.entries(of: head.stream, from: 1, bytesMax: .max) {
            held.insert(entry.hash(in: suites))
          }
        }
        for stream in try storage.streamsAside() {
          for entry in try storage.entriesAside(of: stream) { held.insert(entry.hash(in: suites)) }
        }
      }
    }
    for work in ledger.acknowledged where !held.contains(work.hash) { ledger.excuse(work.hash) }
  }

  // MARK: Lines and clocks

  func partition(_ index: Int) {
    guard partitioned.insert(index).inserted else { return }
    log("\(offices[index].code) is cut off")
    for (id, connection) in connections.sorted(by: { $0.key < $1.key }) where connection[.caller].office == index {
      cut(id, "partition")
    }
    queue.schedule(.heal(office: index), at: now + 1 + time(within: 2 * Self.hour))
  }

  func moveClock(_ office: SimulatedOffice) {
    let magnitudes: [Int64] = [90_000, 20 * 60_000, 30 * Int64(Self.hour), 400 * 24 * Int64(Self.hour)]
    let step = (random.pick(magnitudes) ?? 0) * (random.chance(500) ? 1 : -1)
    office.clock.step(by: step)
    office.clock.driftPerMillion = Int64(random.within(-2_000...2_000))
    log("\(office.code)'s clock moves by \(step) ms")
    let next = now + time(within: options.safetyMilliseconds)
    if random.chance(600) { queue.schedule(.moveClock(office: office.index), at: next) }
  }
}
