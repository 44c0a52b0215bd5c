import Casework
import Replication

/// Which dossiers this office owes: where a file was transferred to an office that may not hold the streams its entries
/// stand in, the nearest superior of all concerned hands it those entries, and later ones as they come in.
struct DossierBook {
  let context: ReplicaContext
  let storage: any ReplicaStorage

  /// A dossier for the office that has the file now.
  struct Owed {
    let target: OfficeCode
    let dossier: Dossier
  }

  /// Dossiers of one file and target written at a time; the rest follows with the next session.
  static let dossiersMax = 16

  /// Then the file's id: something is owed for it.
  private static let duePrefix = "dossier-due/"

  // MARK: Marks

  /// Keeps a note where something is owed, so that the end of a session costs nothing else.
  /// - Parameter file: `nil` where nothing of it counts any more.
  func mark(_ id: RecordID, _ file: OpenedFile?) throws {
    let isTransferred = file?.folded?.steps.contains { $0.act.transferTarget != nil } ?? false
    guard isTransferred || context.hasDossiers else { return }
    let isOwed = try !debts(of: id, file).isEmpty
    let key = Self.duePrefix + id.description
    if try isOwed != (storage.value(key) != nil) { try storage.setValue(key, isOwed ? [1] : nil) }
  }

  static func clearMarks(in storage: any ReplicaStorage) throws {
    for (key, _) in try storage.values(prefix: duePrefix) { try storage.setValue(key, nil) }
  }

  /// Marks what was handed over and came not to count, also where nothing of its file counts any more; to be called when
  /// everything was projected anew.
  func markTold() throws {
    for file in try DossierLedger.toldFiles(in: storage).sorted() { try mark(file, context.file(file, in: storage)) }
  }

  static func notePublished(
    _ dossier: Dossier, at stamp: HybridTimestamp, to target: OfficeCode, _ context: ReplicaContext,
    in storage: any ReplicaStorage
  ) throws {
    var told = try DossierLedger.told(of: dossier.file, to: target, in: storage)
    for item in dossier.items {
      guard let entry = try? Entry(decoding: item.entry), let suite = context.suites[entry.header.suite] else {
        continue
      }
      let hash = entry.hash(using: suite)
      let stated = DossierLedger.Proven(claimed: entry.header.stamp.milliseconds, from: item.from, until: item.until)
      let known = told[hash]
      told[hash] = DossierLedger.Told(
        hash: hash, stream: entry.header.stream, seq: entry.header.seq,
        proven: known?.proven.restated(stated, at: stamp, after: known?.given ?? stamp) ?? stated,
        given: max(stamp, known?.given ?? stamp), withdrawn: known?.withdrawn ?? HybridTimestamp(rawValue: 0))
    }
    for hash in dossier.withdrawn {
      guard let known = told[hash]?.withdrawn else { continue }
      told[hash]?.withdrawn = max(stamp, known)
    }
    try DossierLedger.keep(told, of: dossier.file, to: target, in: storage)
  }

  // MARK: Owed

  /// - Parameter wallMilliseconds: clock of the receipts that are written with them.
  func owed(at wallMilliseconds: UInt64) throws -> [Owed] {
    var owed: [Owed] = []
    for (key, _) in try storage.values(prefix: Self.duePrefix) {
      guard let id = RecordID(hex: key.dropFirst(Self.duePrefix.count)) else { continue }
      for debt in try debts(of: id, try context.file(id, in: storage)) {
        owed += try dossiers(of: id, debt, at: wallMilliseconds).prefix(Self.dossiersMax)
      }
    }
    return owed
  }

  /// What one office is to be told of a file.
  struct Debt {
    let target: OfficeCode
    /// Offices the file was ever given, also by entries that the target reads itself: a takeover from one counts by where
    /// it stands.
    var receivers: [OfficeCode] = []
    var items: [Handed] = []
    var withdrawn: [Digest] = []
  }

  /// An entry that goes with a dossier.
  struct Handed {
    let entry: Entry
    /// Whether it was handed over before.
    let isAgain: Bool
  }

  private func debts(of id: RecordID, _ file: OpenedFile?) throws -> [Debt] {
    let told = try DossierLedger.targets(of: id, in: storage)
    var debts: [OfficeCode: Debt] = [:]
    if let file, let folded = file.folded {
      let recipients = recipients(of: folded, told: told)
      // Whoever stated an entry's time states it anew where it is proven otherwise since, though another hands over now.
      for target in Set(recipients + told) where folded.scopeEnds[target.text] == nil {
        debts[target] = Debt(
          target: target, receivers: folded.steps.compactMap(\.act.transferTarget).compactMap { OfficeCode($0) },
          items: try missing(of: file, for: target, isPublisher: recipients.contains(target)))
      }
    }
    // Whoever was given an entry is told that it does not count, also an office that transferred the file on.
    for target in told {
      debts[target, default: Debt(target: target)].withdrawn = try withdrawn(
        from: DossierLedger.told(of: id, to: target, in: storage))
    }
    return debts.values.filter { !$0.items.isEmpty || !$0.withdrawn.isEmpty }.sorted { $0.target < $1.target }
  }

  /// Offices that the file was transferred to and that did not transfer it on, as far as it is for this office to tell
  /// them. One whose transfer turned out void, or does not count at all any more, keeps being told, once it was.
  private func recipients(of folded: FoldedCase, told: [OfficeCode]) -> [OfficeCode] {
    let transfers = folded.standing(ActRule.transferID)
    let targets = Set(transfers.compactMap(\.transferTarget).compactMap { OfficeCode($0) } + told)
    let actors = transfers.map(\.office).compactMap { OfficeCode($0) }
    return targets.filter { target in
      folded.scopeEnds[target.text] == nil && context.tree.isSuperior(context.office, of: target)
        && publisher(for: target, of: actors, openedBy: OfficeCode(folded.opening.office)) == context.office
    }.sorted()
  }

  /// Entries handed over that a revocation or a fork decides over since, or that were lost with a disk: they are recorded
  /// again and handed over as that.
  private func withdrawn(from told: [Digest: DossierLedger.Told]) throws -> [Digest] {
    let gone = try told.values.filter { one in
      if one.isWithdrawn { return false }
      if try isLostAndSaidAgain(one) { return true }
      guard context.standing.concerns(one.stream) || context.isForNobodyElse(one.stream) else { return false }
      let isHeld = try context.hash(of: one.stream, at: one.seq, in: storage) == one.hash
      return try !isHeld || context.judge(one.stream, in: storage).judgement(at: one.seq).entryClass != .valid
    }
    return gone.map(\.hash).sorted().prefix(Dossier.itemsMax).map(\.self)
  }

  /// The nearest superior of the target that stands above everyone else who had the file, or is the one: it alone holds
  /// everything, and exactly one office does it. A superior that took the file over spoke of it to those who had it; one
  /// that opened it itself spoke to those above alone, and the offices between know nothing of the file.
  private func publisher(for target: OfficeCode, of actors: [OfficeCode], openedBy opener: OfficeCode?) -> OfficeCode? {
    var others = actors.filter { $0 != target && !context.tree.isSuperior($0, of: target) }
    if let opener, opener != target { others.append(opener) }
    var next = context.tree.seat(target)?.charter.parent
    while let office = next {
      if others.allSatisfy({ $0 == office || context.tree.isSuperior(office, of: $0) }) { return office }
      next = context.tree.seat(office)?.charter.parent
    }
    return nil
  }

  /// Entries that touch the file, are not to be read by the target in their own streams, and were not handed to it. Where
  /// no transfer to it counts any more, void or not, only what it was handed before.
  /// - Parameter isPublisher: whether this office hands the file over; else only what it did is put right.
  private func missing(of file: OpenedFile, for target: OfficeCode, isPublisher: Bool) throws -> [Handed] {
    var positions = Set(file.stored.map { Position(stream: $0.stream, seq: $0.seq) })
    let attachments = try storage.rows(RecordType.attachment.number, where: 1, is: .text(file.row.id.description))
    var rows = [file.row] + attachments
    if let subject = RecordID(hex: file.row.text(8) ?? ""),
      let row = try storage.row(RecordType.subject.number, subject)
    {
      rows.append(row)
    }
    let finder = EntryFinder(heads: try storage.heads(), storage: storage)
    for stamp in Set(rows.flatMap { $0.fields.values.flatMap(\.stamps) }) {
      if let found = try finder.position(of: stamp) { positions.insert(found) }
    }
    let told = try DossierLedger.told(of: file.row.id, to: target, in: storage)
    let isTransferred = file.folded?.steps.contains { $0.act.transferTarget == target.text } ?? false
    var items: [Handed] = []
    for position in positions where !context.tree.mayRead(target, position.stream) {
      guard let entry = try storage.entries(of: position.stream, from: position.seq, bytesMax: 1).first,
        entry.header.seq == position.seq, let suite = context.suites[entry.header.suite],
        let changes = try? entry.changes(), DossierEntry.concerns(changes, only: file.row.id)
      else { continue }
      let known = told[entry.hash(using: suite)]
      if known == nil, !isTransferred || !isPublisher { continue }
      if let known, try known.isWithdrawn ? !isPublisher : !isProvenOtherwise(entry, than: known.proven) { continue }
      items.append(Handed(entry: entry, isAgain: known != nil))
    }
    return items.sorted {
      let (one, other) = ($0.entry.header, $1.entry.header)
      return (one.stamp, one.stream, one.seq) < (other.stamp, other.stream, other.seq)
    }
  }

  // MARK: Dossiers

  /// - Parameter wallMilliseconds: `nil` where nothing is receipted with them.
  func dossiers(of file: RecordID, _ debt: Debt, at wallMilliseconds: UInt64?) throws -> [Owed] {
    var owed: [Owed] = []
    var dossier = Dossier(file: file, guests: [], items: [], withdrawn: debt.withdrawn)
    var bytes = debt.withdrawn.count * (Digest.byteCount + 2)
    if !debt.items.isEmpty {
      // Half of the room: the authors of the entries come first, or nothing could be told.
      for office in debt.receivers where dossier.guests.count < Dossier.guestsMax / 2 {
        addGuests(office, keys: [], for: debt.target, to: &dossier)
      }
    }
    for handed in debt.items {
      let (entry, item) = (handed.entry, try item(for: handed, at: wallMilliseconds))
      var next = dossier
      addGuests(of: entry, for: debt.target, to: &next)
      // An item's heads and clocks, and all guests with all their keys: generous.
      let size = item.entry.count + 32
      let isFull =
        bytes + size + Dossier.guestsMax * 512 > Dossier.bytesMax || next.items.count == Dossier.itemsMax
        || next.guests.count > Dossier.guestsMax
      if isFull {
        owed.append(Owed(target: debt.target, dossier: dossier))
        next = Dossier(file: file, guests: [], items: [])
        addGuests(of: entry, for: debt.target, to: &next)
        bytes = 0
      }
      next.items.append(item)
      bytes += size
      dossier = next
    }
    if !dossier.items.isEmpty || !dossier.withdrawn.isEmpty { owed.append(Owed(target: debt.target, dossier: dossier)) }
    return owed
  }

  /// Whether receipts decide otherwise over the entry's time than was stated, since one came to light or came not to
  /// count: it is handed over again.
  private func isProvenOtherwise(_ entry: Entry, than known: DossierLedger.Proven) throws -> Bool {
    let now = try proven(entry)
    return now.clamp != known.clamp || now.doubt != known.doubt
  }

  private func proven(_ entry: Entry) throws -> DossierLedger.Proven {
    let interval = try Witness.interval(of: entry.header.stream, seq: entry.header.seq, in: storage)
    return DossierLedger.Proven(claimed: entry.header.stamp.milliseconds, from: interval.from, until: interval.until)
  }

  /// The entry with the facts that decide over its time; where it is only being receipted, by that receipt. What is
  /// handed over again may have lost the receipt that it had, and gets no other: a clock of each session would never end.
  private func item(for handed: Handed, at wallMilliseconds: UInt64?) throws -> Dossier.Item {
    let (entry, known) = (handed.entry, try proven(handed.entry))
    let isReceipted = context.isAbove(context.office, context.tree.office(of: entry.header.stream.author))
    let until = known.until ?? (isReceipted && !handed.isAgain ? wallMilliseconds : nil)
    return Dossier.Item(from: known.from, until: until, entry: entry.encoded)
  }

  /// States the author's key and whom the entry gives the file to, and the offices between those and the ones the target
  /// knows. Whoever was given a file and did nothing with it has its place too: a takeover from it counts by that.
  private func addGuests(of entry: Entry, for target: OfficeCode, to dossier: inout Dossier) {
    let author = entry.header.stream.author
    guard let office = context.tree.office(of: author), let key = context.tree.publicKey(author) else { return }
    addGuests(office, keys: [key], for: target, to: &dossier)
    for case .act(let act) in (try? entry.changes()) ?? [] where act.rule == ActRule.transferID {
      guard case .text(let code)? = act.facts.first(where: { $0.name == ActRule.transferTo })?.value,
        let receiver = OfficeCode(code)
      else { continue }
      addGuests(receiver, keys: [], for: target, to: &dossier)
    }
  }

  private func addGuests(
    _ office: OfficeCode, keys: [PublicKey], for target: OfficeCode, to dossier: inout Dossier
  ) {
    // It is told itself where those below it stand.
    if context.tree.isSuperior(target, of: office) { return }
    var chain: [Guest] = []
    var next: OfficeCode? = office
    while let code = next, code != target, !context.tree.isSuperior(code, of: target),
      let charter = context.tree.seat(code)?.charter, let parent = charter.parent
    {
      chain.append(Guest(office: code, name: charter.name, parent: parent, keys: code == office ? keys : []))
      next = parent
    }
    for guest in chain.reversed() {
      if let index = dossier.guests.firstIndex(where: { $0.office == guest.office }) {
        let keys = Array(Set(dossier.guests[index].keys + guest.keys))
        dossier.guests[index] = Guest(office: guest.office, name: guest.name, parent: guest.parent, keys: keys)
      } else {
        dossier.guests.append(guest)
      }
    }
  }
}

private struct Position: Hashable {
  let stream: StreamID
  let seq: UInt64
}

/// Finds the entry of a write stamp: stamps ascend in every stream.
private struct EntryFinder {
  let heads: [StreamHead]
  let storage: any ReplicaStorage

  /// - Complexity: O(streams of the author × log entries).
  func position(of stamp: WriteStamp) throws -> Position? {
    for head in heads where WriteStamp.short(head.stream.author) == stamp.author {
      var (low, high) = (UInt64(1), head.seq)
      while low <= high {
        let middle = low + (high - low) / 2
        guard let entry = try storage.entries(of: head.stream, from: middle, bytesMax: 1).first else { break }
        if entry.header.stamp == stamp.time { return Position(stream: head.stream, seq: middle) }
        if entry.header.stamp < stamp.time { low = middle + 1 } else { high = middle - 1 }
      }
    }
    return nil
  }
}
