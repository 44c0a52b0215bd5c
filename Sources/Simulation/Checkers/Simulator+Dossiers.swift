import Casebook
import Casework
import Replication

/// Transferred files: the new holder has the file as its superiors have it, and what is handed on is the file's alone.
extension Simulator {
  // MARK: What is handed on

  /// Looks at the dossiers among the entries that an honest office just signed.
  func inspectDossiers(in entries: [Entry], by office: SimulatedOffice) {
    var assemblers: [StreamID: DossierAssembler] = [:]
    for entry in entries {
      for case .dossier(let piece) in (try? entry.changes()) ?? [] {
        let stream = entry.header.stream
        switch assemblers[stream, default: DossierAssembler()].add(piece) {
        case .incomplete: continue
        case .complete(let dossier): inspect(dossier, for: stream.audience.target, by: office)
        case .broken, .unreadable: find(.dossiers, "\(office.code) signs a dossier that cannot be put together")
        }
      }
    }
  }

  private func inspect(_ dossier: Dossier, for target: OfficeCode?, by office: SimulatedOffice) {
    guard let target else { return find(.dossiers, "\(office.code) signs a dossier for nobody") }
    let subject = "\(office.code) hands \(target) \(dossier.file)"
    statistics.handedOver += dossier.items.count
    let entries = dossier.items.compactMap { try? Entry(decoding: $0.entry) }
    // Lost entries are handed back to their author: those alone that were handed to another, and are not held any more.
    let isReturned = entries.allSatisfy { author(of: $0.header.stream)?.code == target && isLost($0, at: office) }
    if !dossier.items.isEmpty, !isReturned {
      let folded = try? office.disk.read { try office.running().file(dossier.file, in: $0)?.folded }
      let hashes = entries.map { $0.hash(in: suites) }
      let isTransferred = folded?.steps.contains { $0.act.transferTarget == target.text } ?? false
      // What came to count again goes back to whom it was withdrawn from, though the transfer does not.
      if !isTransferred, !handedOver[target, default: []].isSuperset(of: hashes) {
        return find(.dossiers, "\(subject), which nobody transferred to it")
      }
      handedOver[target, default: []].formUnion(hashes)
      if folded?.scopeEnds[target.text] != nil { find(.dossiers, "\(subject), which it handed on itself") }
    }
    for item in dossier.items {
      guard let entry = try? Entry(decoding: item.entry), let changes = try? entry.changes(), isSigned(entry) else {
        find(.dossiers, "\(subject) with an entry that nobody signed")
        continue
      }
      if entry.header.stream.audience == .own || !changes.allSatisfy({ isPart($0, of: dossier.file) }) {
        find(.dossiers, "\(subject) with entry \(entry.header.seq) of \(name(entry.header.stream)), which says more")
      }
    }
  }

  private func isLost(_ entry: Entry, at office: SimulatedOffice) -> Bool {
    let (stream, hash) = (entry.header.stream, entry.hash(in: suites))
    let head = StreamHead(stream: stream, seq: entry.header.seq, hash: hash)
    return handedOver.values.contains { $0.contains(hash) } && (try? office.place(of: head)) == .nowhere
  }

  private func isSigned(_ entry: Entry) -> Bool {
    let key = entry.header.stream.author
    guard let author = author(of: entry.header.stream), let suite = suites[entry.header.suite] else { return false }
    return entry.isSigned(by: author.publicKey(key), using: suite) && entry.isPayloadIntact(using: suite)
  }

  /// Whether a change may be shown to whoever has the file: it is of the file, or of a unit, which every office may know.
  private func isPart(_ change: Change, of file: RecordID) -> Bool {
    switch change {
    case .act(let act): act.file == file
    case .record(let write):
      switch write.type {
      case RecordType.caseFile.number: write.id == file
      case RecordType.subject.number: true
      default: false
      }
    default: false
    }
  }

  // MARK: What came of it

  /// Every file that was transferred is one and the same where it is now and above.
  func checkDossiers(_ inspection: Inspection) throws {
    for (file, holder) in try transferred()
    where !ancestors(of: holder).contains(where: \.isHostile) {
      let theirs = try view(of: file, at: holder)
      for superior in ancestors(of: holder) {
        let ours = try view(of: file, at: superior)
        if ours != theirs {
          find(
            .dossiers,
            "\(file), transferred to \(holder.code): \(Self.difference(theirs, ours)) at \(superior.code)")
        }
      }
    }
  }

  /// Files with a transfer that stands, as the root sees it, and the office each is at now.
  private func transferred() throws -> [(file: RecordID, holder: SimulatedOffice)] {
    let root = offices[0]
    let context = try root.running()
    return try root.disk.read { storage in
      try storage.summaries().compactMap { summary in
        guard let folded = try context.file(summary.file, in: storage)?.folded,
          !folded.standing(ActRule.transferID).isEmpty,
          let holder = honest.first(where: { $0.code.text == folded.responsible })
        else { return nil }
        return (summary.file, holder)
      }
    }
  }

  private struct FileView: Equatable {
    let row: RecordRow?
    let folded: FoldedCase?
    let summary: CaseSummary?
  }

  private func view(of file: RecordID, at office: SimulatedOffice) throws -> FileView {
    let context = try office.running()
    return try office.disk.read { storage in
      FileView(
        row: try storage.row(RecordType.caseFile.number, file), folded: try context.file(file, in: storage)?.folded,
        summary: try storage.summary(of: file))
    }
  }

  private static func text(_ row: RecordRow?) -> String {
    guard let row else { return "none" }
    let fields = row.fields.sorted { $0.key < $1.key }
      .map { "\($0.key): \($0.value.versions.map(\.value)) replacing \($0.value.replaced.count)" }
    return fields.joined(separator: ", ")
  }

  /// The parts of a summary that are not the same as in the other.
  private static func differing(_ one: CaseSummary?, _ other: CaseSummary?) -> [String] {
    guard let one, let other else { return [one == nil ? "none" : "only here"] }
    return zip(Mirror(reflecting: one).children, Mirror(reflecting: other).children)
      .filter { "\($0.value)" != "\($1.value)" }.map { "\($0.label ?? ""): \($0.value) / \($1.value)" }
  }

  private static func difference(_ holder: FileView, _ superior: FileView) -> String {
    if holder.row != superior.row { return "its record is \(text(holder.row)) against \(text(superior.row))" }
    func steps(_ view: FileView) -> [String] {
      let steps = (view.folded?.steps ?? []).map { step -> String in
        let outcome = step.refusal.map { "void: \($0.code)" } ?? "stands"
        return "\(step.act.rule) of \(step.act.office) at \(step.act.stamp) \(outcome)"
      }
      return steps + (view.folded?.waiting ?? []).map { "waiting \($0.act.rule) of \($0.act.office)" }
    }
    let (ours, theirs) = (steps(holder), steps(superior))
    if ours != theirs {
      let (more, lacking) = (ours.filter { !theirs.contains($0) }, theirs.filter { !ours.contains($0) })
      return
        "it shows \(ours.count) acts, \(more.prefix(2)) alone and without \(lacking.prefix(2)), against \(theirs.count)"
    }
    if holder.folded != superior.folded { return "its acts lead elsewhere than" }
    return "its summary is \(differing(holder.summary, superior.summary)) against"
  }
}
