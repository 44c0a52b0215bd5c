import Casebook
import Replication

extension Simulator {
  /// Offices whose projection is made anew in one run; each costs as much as all it received.
  private static let rebuiltMax = 5

  /// A fresh replica given the same log in another order comes to the same; so does a rebuild.
  func checkProjections(_ inspection: Inspection) throws {
    var chosen = Array(honest.dropFirst())
    // A canary's office is always among those looked at: the checker is tried, not the draw.
    random.shuffle(&chosen)
    let marked = chosen.filter { $0.canary != nil }
    chosen = ([offices[0]] + marked + chosen.filter { $0.canary == nil }).prefix(Self.rebuiltMax).map { $0 }
    var images: [(office: SimulatedOffice, image: ProjectionImage)] = []
    for office in chosen where !office.isHostile {
      let live = try office.disk.read { try ProjectionImage(of: $0, inspection.holdings[office.index]) }
      let fresh = try replayed(inspection.holdings[office.index], for: office)
      compare(live, try ProjectionImage(of: fresh, inspection.holdings[office.index]), "\(office.code): another order")
      let rebuilt = fresh.copy()
      var projector = Projector(context: try office.running())
      try projector.rebuild(in: rebuilt)
      compare(live, try ProjectionImage(of: rebuilt, inspection.holdings[office.index]), "\(office.code): a rebuild")
      images.append((office, live))
    }
    for (index, one) in images.enumerated() {
      for other in images[(index + 1)...] {
        for line in one.image.differences(fromSharedOf: other.image).prefix(2) {
          find(
            .projection, "\(one.office.code) and \(other.office.code) hold the same of \(line) and show it differently")
        }
      }
    }
  }

  private func compare(_ live: ProjectionImage, _ other: ProjectionImage, _ title: String) {
    for line in live.differences(from: other).prefix(2) { find(.projection, "\(title) gives another \(line)") }
  }

  /// A replica that receives the log in runs of drawn lengths from streams in a drawn order.
  private func replayed(_ holdings: [Inspection.Holding], for office: SimulatedOffice) throws -> MemoryStorage {
    let storage = MemoryStorage()
    for charter in office.pinned { storage.put(charter) }
    try office.disk.read { live in
      // Proofs prove themselves, and what lies aside is evidence: neither is part of the log that is held.
      for proof in try live.forkProofs() { storage.put(proof) }
      for stream in try live.streamsAside() { storage.putAside(try live.entriesAside(of: stream)) }
    }
    var context = try office.running()
    try context.refresh(from: storage)
    var rest = holdings.map { $0.entries[...] }
    var open = Array(holdings.indices)
    var isMoving = true
    while !open.isEmpty, isMoving {
      isMoving = false
      random.shuffle(&open)
      for index in open {
        let run = rest[index].prefix(random.within(1...12))
        var admission = Admission(context: context)
        do {
          _ = try admission.admit(run.map(\.encoded), of: holdings[index].stream, at: now, in: storage)
        } catch Admission.Failure.unknownAuthor {
          continue
        } catch Admission.Failure.outOfScope {
          continue
        }
        try admission.finish(in: storage)
        context = admission.context
        rest[index] = rest[index].dropFirst(run.count)
        isMoving = true
      }
      open.removeAll { rest[$0].isEmpty }
    }
    if !open.isEmpty { find(.projection, "\(office.code): \(open.count) streams cannot be received anew") }
    return storage
  }
}
