import Casework
public import Replication

/// Carries out what the desk asks, inside one storage transaction: reads, decides by the rules, writes the journal.
/// Time, ids and the key are passed in; nothing here is random or asynchronous.
public struct Clerk {
  public let context: ReplicaContext
  let signer: any Signer
  /// Unix milliseconds by this machine.
  let now: UInt64
  let today: CivilDate
  private let makeID: () -> RecordID
  /// So many unpredictable bytes, for the nonce of a draw.
  let randomBytes: (Int) -> [UInt8]
  let coverageShelf: (any CoverageShelf)?

  /// - Parameters:
  ///   - makeID: a fresh id at each call.
  ///   - coverageShelf: what was counted for earlier boards.
  ///   - randomBytes: so many unpredictable bytes; without it no draw can be committed.
  public init(
    context: ReplicaContext, signer: any Signer, now: UInt64, makeID: @escaping () -> RecordID,
    coverageShelf: (any CoverageShelf)? = nil, randomBytes: @escaping (Int) -> [UInt8] = { _ in [] }
  ) {
    self.context = context
    self.signer = signer
    self.now = now
    self.makeID = makeID
    self.randomBytes = randomBytes
    self.coverageShelf = coverageShelf
    today = CivilDate.fromUnixMilliseconds(now)
  }

  /// - Parameter progress: told how far long work has come.
  /// - Returns: the reply, and the context after it (a charter may have grown the tree).
  /// - Throws: `DeskFailure`, or what the storage throws; the transaction must then be rolled back.
  public func perform(
    _ request: DeskRequest, in storage: any ReplicaStorage, progress: (DeskProgress) -> Void = { _ in }
  ) throws -> DeskReply {
    switch request {
    case .officeList: .offices(officeViews())
    case .officeRenew(let draft): try renewCharter(draft, in: storage)
    case .officerAdd(let draft): try addOfficer(draft, in: storage)
    case .officerList: .officers(try officerViews(in: storage))
    case .subjectAdd(let draft): try addSubject(draft, in: storage)
    case .subjectImport(let drafts): try importSubjects(drafts, in: storage, progress: progress)
    case .subjectList(let text): .subjects(try subjectViews(containing: text, in: storage))
    case .subjectShow(let reference): .subject(try subjectDetail(reference, in: storage))
    case .subjectDuplicates: .duplicates(try duplicateViews(in: storage))
    case .subjectMerge(let draft): try mergeSubjects(draft, in: storage)
    case .subjectUnmerge(let draft): try unmergeSubject(draft, in: storage)
    case .subjectReveal(let subject, let purpose, let officer):
      try revealNumber(of: subject, purpose: purpose, officer: officer, in: storage)
    case .regimeList: .regimes(try regimeViews(in: storage))
    case .regimePublish(let yaml): try publish(yaml, in: storage)
    case .regimeShow(let pack, let regime?): .regime(try regimePage(pack, regime, in: storage))
    case .regimeShow(let pack, nil): .pack(try packPage(pack, in: storage))
    case .regimeDiff(let yaml): .packDiff(try packDiff(yaml, in: storage))
    case .referSuggest(let text, let pack): .referrals(try referrals(text, pack, in: storage))
    case .calendarImport(let draft): try importCalendar(draft, in: storage)
    case .calendarYear(let year): .calendarYear(calendarYear(year))
    case .calendarDue(let draft): .due(try dueView(draft))
    case .indicatorSet(let draft): try setIndicator(draft, in: storage)
    case .indicatorList: .indicators(try indicatorViews(in: storage))
    case .numberLease(let draft): try leaseNumbers(draft, in: storage)
    case .numberList: .leases(try leaseViews(in: storage))
    case .numberVoid(let draft): try voidNumber(draft, in: storage)
    case .numberRegister(let pack, let series, let year, let office):
      .numberRegister(try numberRows(NumberScope(pack: pack, series: series, year: year), of: office, in: storage))
    case .fileOpen(let draft): try openFile(draft, in: storage)
    case .fileAct(let draft): try act(draft, in: storage)
    case .orderIssue(let draft, let issue): try issueOrder(draft, by: issue, in: storage)
    case .fileList(let filter): .files(try fileRows(filter, in: storage))
    case .fileShow(let reference): .file(try fileView(reference, in: storage))
    case .fileReveal(let file, let purpose, let officer):
      try reveal(file, purpose: purpose, officer: officer, in: storage)
    case .drawCommit(let draft): .draw(try commitDraw(draft, in: storage))
    case .drawReveal(let reference): .draw(try revealDraw(reference, in: storage))
    case .drawRedraw(let draft): .draw(try redraw(draft, in: storage))
    case .drawShow(let reference): .draw(try drawView(reference, in: storage))
    case .drawList: .draws(try drawRows(in: storage))
    case .attachList(let file): .attachments(try attachmentViews(of: try fileID(file, in: storage), in: storage))
    case .board: .board(try board(in: storage))
    case .coverage: .coverage(try coverageRows(in: storage))
    case .tallies: .tallies(try tallyRows(in: storage))
    case .overdue: .files(try overdueRows(in: storage))
    case .conflicts: .conflicts(try conflictViews(in: storage))
    case .conflictResolve(let record, let field, let choice):
      try resolve(record, field: field, choice: choice, in: storage)
    case .quarantine: .held(try heldViews(in: storage))
    case .ratify(let draft): try ratify(draft, in: storage)
    case .keyList: .keys(try keyViews(in: storage))
    case .keyRevoke(let draft): try revokeKey(draft, in: storage)
    case .log(let limit): .log(try logRows(limit: limit, in: storage))
    case .explain(let words): try explain(words, in: storage)
    case .verify: .verified(try LogAudit(context: context).audit(storage, progress: progress))
    case .status, .peers, .outbox, .invite, .keyRotate, .keyProtect, .sync, .adopt, .bundleCreate, .bundleApply, .doctor,
      .backupCreate, .backupDrill, .attachAdd, .attachGet, .attachLimits:
      throw DeskFailure(
        kind: .usage, code: "not-for-clerk",
        message: Bilingual(zh: "此操作须由节点执行。", en: "The node itself carries this out."),
        remedy: Bilingual(zh: "请通过 docket 命令执行。", en: "Use the docket command."))
    }
  }

  func newID() -> RecordID { makeID() }

  /// Records one transaction for one audience and refolds what it touched.
  @discardableResult
  func record(
    _ changes: [Change], for audience: Audience, in storage: any ReplicaStorage
  ) throws -> [Entry] {
    try recordAndRefold(changes, for: audience, in: storage).entries
  }

  /// - Returns: with the entries the file they touched, so that it need not be read again to be shown; `nil` where it was
  ///   not one alone.
  func recordAndRefold(
    _ changes: [Change], for audience: Audience, in storage: any ReplicaStorage
  ) throws -> (entries: [Entry], refolded: RefoldedFile?) {
    var journal = Journal(context: context, signer: signer)
    let entries: [Entry]
    do {
      entries = try journal.record(changes, for: audience, at: now, in: storage)
    } catch let failure as JournalFailure {
      throw DeskFailure(
        kind: .badInput, code: failure.rawValue,
        message: Bilingual(zh: "内容过大，超过一次登记的上限。", en: "This is more than one transaction may hold."),
        remedy: Bilingual(zh: "请拆分后分次登记，大文件作为附件添加。", en: "Split it, or add large files as attachments."))
    }
    try journal.finish(in: storage)
    return (entries, journal.refolded)
  }

  /// Writes fields of a record, replacing every value known here.
  func write(
    _ type: RecordType, _ id: RecordID, _ values: [(UInt64, FieldValue)], in storage: any ReplicaStorage
  ) throws -> Change {
    let row = try storage.row(type.number, id)
    let author = WriteStamp.short(context.key)
    return .record(
      RecordWrite(
        type: type.number, id: id,
        fields: values.map { number, value in
          RecordWrite.Field(number: number, value: value, replaces: row?.fields[number]?.stamps(besides: author) ?? [])
        }))
  }

  /// Short name of an entry for people: office and position.
  func name(_ entries: [Entry]) -> String {
    guard let last = entries.last else { return "" }
    return "\(context.office)#\(last.header.seq)"
  }
}
