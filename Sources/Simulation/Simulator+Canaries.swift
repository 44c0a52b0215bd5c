import Casebook
import Replication

/// Bugs put in on purpose that need more than one office's machine.
extension Simulator {
  /// A session came to its end at the superior's side.
  func spoil(_ connection: SimulatedConnection) throws {
    guard let canary = options.canary, !isHealed else { return }
    let (caller, callee) = (offices[connection[.caller].office], offices[connection[.callee].office])
    switch canary {
    case .leakToSibling: try leakSibling(from: callee, to: caller)
    case .receiptBeforePersist: try forgetReceipts(of: callee)
    default: break
    }
  }

  private func leakSibling(from superior: SimulatedOffice, to office: SimulatedOffice) throws {
    let heads = try superior.disk.read { try $0.heads() }
    let foreign = heads.first { !mayHold(office, $0.stream) && author(of: $0.stream) !== office }
    guard let head = foreign, random.chance(200) else { return }
    let entries = try superior.disk.read { try $0.entries(of: head.stream, from: 1, bytesMax: .max) }
    try office.disk.transaction { storage in
      if try storage.head(of: head.stream) == nil { try storage.append(entries, head: head, receivedAt: now) }
    }
  }

  private func forgetReceipts(of superior: SimulatedOffice) throws {
    guard let image = beforeReceipts.removeValue(forKey: superior.index), random.chance(300) else { return }
    try superior.restore(image.disk, files: image.files)
    try start(superior)
  }

  /// What the superior's disk holds before the receipts that it will have sent.
  func keepBeforeReceipts(_ superior: SimulatedOffice) throws {
    guard superior.canary == .receiptBeforePersist else { return }
    beforeReceipts[superior.index] = (try superior.disk.backup(), superior.files)
  }
}
