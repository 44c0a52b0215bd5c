import Casebook
import Replication
import SignatureSuites
import Testing

extension Replica {
  /// Parts of a bundle as a node writes them; none when there is nothing to give.
  func bundle(for other: OfficeCode, since: BundleSince = .acknowledged, partBytes: Int = 1_000_000) throws -> [[UInt8]] {
    let plan = try BundlePlan(for: other, since: since, context: context, in: storage)
    if plan.isEmpty { return [] }
    var layout = BundleLayout(partBytes: partBytes)
    for range in plan.shown + plan.ranges { try layout.add(range, in: storage) }
    now += 1_000
    let id = BundleHead.id(root: context.tree.rootKey, random: newID().bytes)
    let parts = try layout.parts.enumerated().map { index, slices in
      var writer = BundleWriter(
        head: BundleHead(
          from: context.office, to: other, created: now, part: index + 1, parts: layout.parts.count, id: id))
      for slice in slices { writer.add(try slice.item(in: storage)) }
      return writer.finished(using: Ed25519Suite())
    }
    try plan.memory.keep(for: other, in: storage)
    return parts
  }

  struct Applied {
    var stored = 0
    var known = 0
    var waiting = 0
    var released = 0
    var full = 0
    var refused: [Admission.Failure] = []
    var missing: [Int] = []
  }

  /// Takes a part in as a node does, and writes the receipts it owes.
  @discardableResult
  func apply(_ part: [UInt8], parkedBytesMax: Int = BundleIntake.parkedBytesMax) throws -> Applied {
    var applied = Applied()
    var reader = try BundleReader(part)
    let verdict = reader.verdict(using: Ed25519Suite())
    var memory = try BundleMemory.read(of: reader.head.from, in: storage)
    while let item = reader.next() {
      var intake = BundleIntake(context: context, parkedBytesMax: parkedBytesMax)
      switch try intake.take(item, at: now, in: storage) {
      case .stored(let count, let known):
        applied.stored += count
        applied.known += known
        if let last = item.entries.last {
          memory.held[item.stream] = try Entry(decoding: last).header.seq
        }
      case .waiting(let count): applied.waiting += count
      case .full(let count): applied.full += count
      case .refused(let failure): applied.refused.append(failure)
      }
      try intake.finish(in: storage)
      context = intake.context
      applied.released += intake.released
    }
    var intake = BundleIntake(context: context)
    try intake.releaseAll(at: now, in: storage)
    try intake.finish(in: storage)
    context = intake.context
    applied.released += intake.released
    if verdict == .whole { applied.missing = memory.arrived(reader.head) }
    try memory.keep(for: reader.head.from, in: storage)
    for (audience, changes) in try Witness.owed(context: context, at: now, in: storage) {
      try record(changes, for: audience)
    }
    return applied
  }

  /// Everything that two replicas of one office must agree on; what they wrote themselves tells when they saw it.
  func state(for reader: OfficeCode) -> [String] {
    let held = storage.heads().filter { context.tree.mayRead(reader, $0.stream) && $0.stream.author != context.key }
    let heads = held.map { head in
      "\(head.seq) \(Hexadecimal.string(head.hash.bytes))"
    }
    let rows = RecordType.all.flatMap { type in
      storage.rows(type.number).map { row in
        let values = row.fields.keys.sorted().flatMap { row.value($0).encoded }
        return "\(type.name) " + Hexadecimal.string(Ed25519Suite().hash(row.id.bytes + row.stampBytes + values).bytes)
      }
    }
    return heads + rows + storage.summaries().map { "\($0.number) \($0.state) \($0.actCount)" }
  }
}
