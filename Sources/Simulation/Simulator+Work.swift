import Casebook
import Casework
import Replication

/// What people in the offices do: some of it through the clerk, some of it as bare changes, so that forms the clerk
/// would not write (later versions', large ones) are there too.
extension Simulator {
  /// Charters an office; a superior that fails over it is asked again.
  func enrol(_ office: SimulatedOffice) throws {
    guard let index = office.superior else { return }
    let superior = offices[index]
    if office.isEnrolled, try superior.isUp && superior.running().tree.seat(office.code) != nil { return }
    let again = isHealed ? 1_000 : 60_000 + time(within: 600_000)
    // Scheduled before the attempt: a crash in it loses the answer, not the question.
    queue.schedule(.enrol(office: office.index), at: now + again)
    guard superior.isUp else { return }
    if index == 0, !offices.dropFirst().contains(where: \.isEnrolled), try superior.isBehind() {
      // No office could give the root its entries back: a person has it go on (`docket adopt`).
      try superior.goOnAfterLoss()
    }
    // A superior restored to a state before its present key was seated has to be told of that first; what a revoked key
    // charters does not count, and a node refuses to sign it.
    let tree = try superior.running().tree
    guard try !superior.isBehind(), tree.office(of: superior.key) == superior.code, !tree.isRevoked(superior.key) else {
      return
    }
    let wall = superior.clock.reading(at: now)
    let charter = Charter(
      office: office.code, name: office.code.text, parent: superior.code, signingKey: office.signer.publicKey,
      transportKey: transportKey(of: office), powers: [], from: wall, until: nil)
    let isNew = try superior.running().tree.seat(office.code) == nil
    if isNew {
      let entries = try superior.work(at: wall) { context, storage in
        try context.tree.admit(charter, from: superior.key, suites: suites)
        try superior.write([.charter(charter)], for: .subtree(office.code), at: wall, &context, storage)
      }
      note(superior, entries)
    }
    try settle(office, under: superior)
  }

  /// The new office keeps the chain of charters it was given.
  private func settle(_ office: SimulatedOffice, under superior: SimulatedOffice) throws {
    let tree = try superior.running().tree
    var chain: [StoredCharter] = []
    var next: OfficeCode? = office.code
    while let code = next, let seat = tree.seat(code) {
      let issuer = seat.charter.parent.flatMap { tree.seat($0)?.key } ?? tree.rootKey
      chain.insert(StoredCharter(charter: seat.charter, issuer: issuer), at: 0)
      next = seat.charter.parent
    }
    try office.disk.transaction { storage in for charter in chain { try storage.put(charter) } }
    office.pinned += chain.filter { !office.pinned.contains($0) }
    log("\(office.code) is enrolled by \(superior.code)")
    if office.isEnrolled { return }
    office.isEnrolled = true
    try start(office)
    queue.schedule(.dial(office: office.index), at: now + 1)
    queue.schedule(.work(office: office.index), at: now + pause())
  }

  /// One piece of local work, and the plan for the next.
  func work(_ office: SimulatedOffice) throws {
    guard !isHealed else { return }
    queue.schedule(.work(office: office.index), at: now + pause())
    guard office.isUp, try !office.isBehind() else { return }
    let wall = office.clock.reading(at: now)
    let forgotten = office.canary == .lostWork && random.chance(200) ? (try office.disk.backup(), office.files) : nil
    do {
      let entries: [Entry]
      switch random.below(100) {
      case _ where options.isWide && wideRandom.chance(options.transfersPerMille):
        entries = try transfer(office, at: wall)
      case ..<12: entries = try office.perform(.subjectAdd(subject()), at: wall)
      case ..<40: entries = try rewrite(office, at: wall)
      case ..<52: entries = try office.perform(.fileOpen(file(of: office)), at: wall)
      case ..<80: entries = try act(office, at: wall)
      case ..<84: entries = try resolve(office, at: wall)
      case ..<86: entries = try ratify(office, at: wall)
      case ..<90:
        entries = try office.record([.record(fresh(.sealedComplainant, at: wall, office))], for: .own, at: wall)
      case ..<96: entries = try later(office, at: wall)
      default: entries = try large(office, at: wall)
      }
      note(office, entries)
      log("\(office.code) records \(entries.count) \(entries.last.map { name($0.header.stream) } ?? "")")
      if let (image, files) = forgotten {
        try office.restore(image, files: files)
        try start(office)
      }
    } catch let refusal as DeskFailure {
      log("\(office.code) is refused: \(refusal.code)")
    }
  }

  private func subject() -> SubjectDraft {
    // Few names, so that the same unit is registered twice now and then.
    SubjectDraft(
      code: "", name: "unit \(random.below(40))", kind: "company", address: "\(random.below(1_000))", line: nil)
  }

  func file(of office: SimulatedOffice) throws -> FileDraft {
    let context = try office.running()
    let below = context.tree.all.map(\.charter.office).filter { context.tree.isSuperior(context.office, of: $0) }
    let addressee = random.chance(400) ? random.pick(below) : nil
    return FileDraft(
      kind: addressee == nil ? "case" : "order", pack: SimulatedShelf.code, regime: SimulatedShelf.regime,
      workflow: nil,
      title: "file \(random.below(1_000))", subject: try knownSubject(office), openedOn: nil, addressee: addressee?.text, relatesTo: nil,
      checkKind: nil, complainantName: nil, complainantPhone: nil)
  }

  /// Writes a record that is there already: the values of it that are seen are replaced.
  private func rewrite(_ office: SimulatedOffice, at wall: UInt64) throws -> [Entry] {
    let context = try office.running()
    let rows = try office.disk.read { try $0.rows(RecordType.subject.number) }
    guard let row = random.pick(rows) else {
      return try office.record([.record(fresh(.subject, at: wall, office))], for: .up, at: wall)
    }
    var fields: [RecordWrite.Field] = []
    for number in [2, 4, 6] as [UInt64] where random.chance(500) {
      // Now and then without having looked, so that the values stand beside each other.
      let seen = random.chance(700) ? row.fields[number]?.stamps ?? [] : []
      fields.append(
        .init(
          number: number, value: .text("v\(random.below(1_000))"), replaces: Array(seen.prefix(LogLimits.replacedMax))))
    }
    let write = RecordWrite(type: row.type, id: row.id, fields: fields)
    let below = context.tree.all.map(\.charter.office).filter { context.tree.isSuperior(context.office, of: $0) }
    let audience: Audience
    switch (random.below(10), random.pick(below)) {
    case (0..<3, let target?): audience = .office(target)
    case (3..<5, let target?): audience = .subtree(target)
    case (5..<7, _): audience = .down
    default: audience = .up
    }
    return try office.record([.record(write)], for: audience, at: wall)
  }

  private func fresh(_ type: RecordType, at wall: UInt64, _ office: SimulatedOffice) -> RecordWrite {
    RecordWrite(
      type: type.number, id: office.newID(at: wall),
      fields: type.fields.prefix(3).map {
        .init(number: $0.number, value: .text("v\(random.below(1_000))"), replaces: [])
      })
  }

  /// An act on some file here: the office's own, an order to it, or a subordinate's that it takes over.
  private func act(_ office: SimulatedOffice, at wall: UInt64) throws -> [Entry] {
    let files = try office.disk.read { try $0.summaries() }
    guard let file = random.pick(Array(files.suffix(12))) else {
      return try office.perform(.fileOpen(self.file(of: office)), at: wall)
    }
    let rule =
      file.office == office.code.text
      ? random.pick(SimulatedShelf.acts)
      : random.pick([SimulatedShelf.takeover, SimulatedShelf.acknowledge, "evidence"])
    let draft = ActDraft(file: file.file.description, act: rule ?? "evidence", officers: [], date: nil, facts: [:])
    return try office.perform(.fileAct(draft), at: wall)
  }

  private func resolve(_ office: SimulatedOffice, at wall: UInt64) throws -> [Entry] {
    let rows = try office.disk.read { try $0.rows(RecordType.subject.number) }
    for row in rows {
      for (number, state) in row.fields.sorted(by: { $0.key < $1.key }) where state.isInConflict {
        guard let field = RecordType.subject.field(number) else { continue }
        let choice = random.below(state.versions.count)
        return try office.perform(
          .conflictResolve(record: row.id.description, field: field.name, choice: choice), at: wall)
      }
    }
    return []
  }

  /// What a later version would write: an unknown kind, type and field.
  private func later(_ office: SimulatedOffice, at wall: UInt64) throws -> [Entry] {
    let field = RecordWrite.Field(number: 99, value: .list([.integer(Int64(random.below(9)))]), replaces: [])
    let type: UInt64 = random.chance(500) ? 900 : RecordType.officer.number
    return try office.record(
      [
        .unknown(kind: 77, body: random.bytes(random.below(20))),
        .record(RecordWrite(type: type, id: office.newID(at: wall), fields: [field])),
      ], for: random.chance(500) ? .up : .down, at: wall)
  }

  /// A transaction of several parts.
  private func large(_ office: SimulatedOffice, at wall: UInt64) throws -> [Entry] {
    let text = String(repeating: "大", count: random.within(3_000...9_000))
    let changes = (0..<random.within(2...6)).map { _ in
      Change.record(
        RecordWrite(
          type: RecordType.packSection.number, id: office.newID(at: wall),
          fields: [.init(number: 3, value: .text(text), replaces: [])]))
    }
    return try office.record(changes, for: .up, at: wall)
  }
}
