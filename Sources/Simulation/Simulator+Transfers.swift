import Casebook
import Casework
import Replication

/// Files handed to an office beside.
extension Simulator {
  /// Hands on a file that the office has; one that has none opens one, and one that has nobody to sign puts somebody in
  /// office.
  func transfer(_ office: SimulatedOffice, at wall: UInt64) throws -> [Entry] {
    let login = "clerk"
    let (officers, files) = try office.disk.read { storage in
      (
        try storage.rows(RecordType.officer.number).filter { $0.text(7) == office.code.text },
        try storage.summaries().filter { $0.office == office.code.text && !$0.isFinal }
      )
    }
    if officers.isEmpty {
      return try office.perform(
        .officerAdd(
          OfficerDraft(
            login: login, name: login, roles: ["head"], certificateNumber: nil, certificateKind: nil, validFrom: nil,
            validTo: nil)), at: wall)
    }
    guard let file = wideRandom.pick(files), let target = transferTarget(of: office) else {
      return try office.perform(.fileOpen(self.file(of: office)), at: wall)
    }
    let entries = try office.perform(
      .fileAct(
        ActDraft(
          file: file.file.description, act: ActRule.transferID, officers: [login], date: nil,
          facts: [ActRule.transferTo: target.code.text, ActRule.transferReason: "simulated"])), at: wall)
    statistics.transfers += 1
    log("\(office.code) transfers \(file.file) to \(target.code)")
    return entries
  }

  /// An office under the same superior more often than another; that one may be anywhere but above.
  private func transferTarget(of office: SimulatedOffice) -> SimulatedOffice? {
    let others = offices.filter { $0 !== office && $0.isEnrolled && !isAbove($0, office) }
    let siblings = others.filter { $0.superior == office.superior }
    return wideRandom.pick(wideRandom.chance(600) && !siblings.isEmpty ? siblings : others)
  }

  /// Now and then a file is about somebody, whose record goes with it.
  func knownSubject(_ office: SimulatedOffice) throws -> String? {
    guard options.isWide, wideRandom.chance(400) else { return nil }
    let rows = try office.disk.read { try $0.rows(RecordType.subject.number) }
    return wideRandom.pick(rows)?.text(2)
  }
}
