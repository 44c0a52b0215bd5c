import Casebook
import Foundation
import PeerTransport
import ReplicaStore
import Replication

extension OfficeNode {
  /// Looks up what is not counted as it happens: backlog, offices, sizes.
  func reportFigures() throws {
    let now = effects.now()
    let context = context
    let (unconfirmed, parked, offices) = try StoreFailures.mapped {
      try store.read { storage in
        (
          try Self.unconfirmed(context, in: storage), try waitingRuns(in: storage),
          try officeFigures(at: now, in: storage)
        )
      }
    }
    metrics.set(
      .buildInfo, 1, labels: [("version", Self.version), ("protocol", "\(SessionLimits.protocolVersion)")])
    metrics.set(.entriesWaiting, settings.superior == nil ? 0 : Double(unconfirmed))
    metrics.set(.runsParked, Double(parked.count))
    metrics.setOffices(offices)
    metrics.setTransport(transport.snapshot())
    metrics.set(.databaseBytes, Self.size(home.database))
    metrics.set(.databaseLogBytes, Self.size(home.database + "-wal"))
    let process = ProcessFigures.read()
    if let bytes = process.residentBytes { metrics.set(.residentBytes, Double(bytes)) }
    if let seconds = process.processorSeconds { metrics.setCounter(.processorSeconds, seconds) }
    if let time = process.startTime { metrics.set(.startTime, time) }
    if let files = process.openFiles { metrics.set(.openFiles, Double(files)) }
    if let wakeUps = process.wakeUps { metrics.setCounter(.wakeUps, Double(wakeUps)) }
  }

  /// Of the offices that are expected to be heard of: the age of one whose key is revoked would be an alarm for ever.
  private func officeFigures(at now: UInt64, in storage: any ReplicaStorage) throws -> [OfficeFigures] {
    let settled = sessions.settledPeers
    return try context.tree.all.filter { $0.charter.office != context.office && !context.tree.isRevoked($0.key) }
      .map { seat in
        let office = seat.charter.office.text
        let memory = try memory(of: office, in: storage)
        let age = settled.contains(seat.charter.office) ? 0 : memory?.lastContact.map { Double(now - min(now, $0)) / 1_000 }
        return OfficeFigures(
          office: office, contactAge: age, clockOffset: memory?.clockOffset.map { Double($0) / 1_000 })
      }
  }

  /// Own entries that no superior has confirmed.
  static func unconfirmed(_ context: ReplicaContext, in storage: any ReplicaStorage) throws -> UInt64 {
    let above = context.tree.all.map(\.charter.office).filter { context.tree.isSuperior($0, of: context.office) }
      .flatMap { context.tree.keys(of: $0) }
    return try storage.heads().reduce(0) { sum, head in
      guard context.isOwn(head.stream.author), head.stream.audience != .own else { return sum }
      // The last one of each is found by the index: an office that is receipted act by act has as many as it has acts.
      let confirmed = try above.compactMap { try storage.lastReceipt(of: head.stream, by: $0)?.seq }.max() ?? 0
      return sum + head.seq - min(head.seq, confirmed)
    }
  }

  private static func size(_ path: String) -> Double {
    let values = try? FileManager.default.attributesOfItem(atPath: path)
    return (values?[.size] as? NSNumber)?.doubleValue ?? 0
  }
}
