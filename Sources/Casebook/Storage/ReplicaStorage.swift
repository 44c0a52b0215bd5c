import Casework
public import Replication

/// What the engine needs of a replica's storage: one open transaction. Implemented over SQLite (ReplicaStore) and
/// over memory (tests, simulator). Everything written in it becomes durable together, or not at all.
public protocol ReplicaStorage: AnyObject {
  // MARK: Log

  /// - Returns: `nil` when nothing of the stream is held.
  func head(of stream: StreamID) throws -> StreamHead?
  /// Every stream held, by `StreamID` order.
  func heads() throws -> [StreamHead]
  /// Streams held of one author.
  func streamCount(of author: KeyFingerprint) throws -> Int
  /// How often a stream's head has moved here; never goes down.
  func moves() throws -> UInt64
  /// Heads that moved after the given count of moves.
  func heads(movedAfter moves: UInt64) throws -> [StreamHead]
  /// Appends a verified run; `head` is the stream's new head.
  func append(_ run: [Entry], head: StreamHead, receivedAt milliseconds: UInt64) throws
  /// Entries from `seq` on, until `EntryRun.bytes(of:)` of them reach `bytesMax` (at least one entry if there is any).
  func entries(of stream: StreamID, from seq: UInt64, bytesMax: Int) throws -> [Entry]
  /// The first entry of the stream that was stored here at this time (Unix milliseconds) or later.
  func firstEntry(of stream: StreamID, receivedSince milliseconds: UInt64) throws -> UInt64?
  /// How many entries are held in all streams, those set aside included: never goes down.
  func entryCount() throws -> UInt64

  // MARK: Being looked at

  /// What is held of a stream beyond a position; `nil` when nothing is.
  /// - Complexity: a few look-ups, however much that is.
  func tail(of stream: StreamID, after seq: UInt64) throws -> StreamTail?
  /// How far an issuer's receipts of a stream reach; `nil` for not at all.
  func lastReceipt(of stream: StreamID, by issuer: KeyFingerprint) throws -> ReceiptMark?
  /// When a run that waits was stored here, Unix milliseconds.
  func arrival(of run: ParkedRun) throws -> UInt64?
  /// Entries held in their streams whose hash begins with these bytes, in any order; may name others besides.
  /// - Complexity: reads the log.
  func places(ofHash prefix: [UInt8]) throws -> [EntryPlace]
  /// Files for which an office is responsible that are not finished, and those of them due before a day.
  func openFiles(of office: String, dueBefore day: String) throws -> (open: Int, overdue: Int)
  /// Rows of a type with a field in which several values stand, by id.
  func rowsInConflict(_ type: UInt64) throws -> [RecordRow]

  // MARK: Branches

  /// Takes the held entries from `seq` on out of the stream and keeps them aside; the head goes back.
  /// - Parameter head: of what remains; `nil` when nothing does.
  func setAside(_ stream: StreamID, from seq: UInt64, head: StreamHead?) throws
  /// Keeps entries of a branch that does not stand.
  func putAside(_ entries: [Entry]) throws
  /// Takes entries out that are to be held in their stream again.
  func removeAside(_ entries: [Entry]) throws
  /// Entries set aside, by position and then by encoding.
  func entriesAside(of stream: StreamID) throws -> [Entry]
  /// Streams that have entries aside, in stream order.
  func streamsAside() throws -> [StreamID]
  /// Every fork proof known, by stream and position. Proofs prove themselves: they are kept when a projection is made anew.
  func forkProofs() throws -> [StoredForkProof]
  /// The same proof again changes nothing but `isPublished`, which once true stays true.
  func put(_ proof: StoredForkProof) throws

  // MARK: Deciding facts

  /// By order of arrival.
  func charters() throws -> [StoredCharter]
  /// The same charter again keeps the lesser stamp, and stays pinned where it was.
  func put(_ charter: StoredCharter) throws
  /// Revocations, ratifications and introductions, by order of arrival.
  func facts() throws -> [StoredFact]
  func put(_ fact: StoredFact) throws
  /// The furthest sighting that each office published of the stream.
  func sightings(of stream: StreamID) throws -> [Sighting]
  /// Replaces the office's sighting of the same stream by one of a further place; of two of one place the greater
  /// encoding stays, whichever came first.
  func put(_ sighting: Sighting, by author: KeyFingerprint) throws
  /// How far an office has published its sightings of a stream; 0 for not at all.
  func sightingSeq(of stream: StreamID, by author: KeyFingerprint) throws -> UInt64
  func put(_ receipt: StoredReceipt) throws
  /// The receipts of a stream whose heads stand at the position or further on, by position in the stream. An office that
  /// is receipted act by act has as many as it has acts: who needs the newest does not read them all.
  func receipts(of stream: StreamID, from seq: UInt64) throws -> [StoredReceipt]
  /// The issuer's clock in the receipts of the entry with this hash.
  func receiptClock(ofEntry hash: Digest) throws -> UInt64?
  /// Hash of the entry that held the last receipt stored.
  func latestReceiptEntry() throws -> Digest?

  // MARK: Registers and acts

  func row(_ type: UInt64, _ id: RecordID) throws -> RecordRow?
  func put(_ row: RecordRow) throws
  /// Takes one write into its record's row, which it makes when there is none.
  func apply(_ write: RecordWrite, stamp: WriteStamp, ranks: AuthorRanks) throws
  /// Rows whose field has the value, by id.
  func rows(_ type: UInt64, where field: UInt64, is value: FieldValue) throws -> [RecordRow]
  /// All rows of a type, by id.
  func rows(_ type: UInt64) throws -> [RecordRow]
  /// A few fields of the rows whose field has the value, in any order: for going through many of them.
  func values(_ type: UInt64, _ fields: [UInt64], where field: UInt64, is value: FieldValue) throws -> [RecordValues]
  /// By id.
  func acts(of file: RecordID) throws -> [StoredAct]
  func act(_ id: RecordID, of file: RecordID) throws -> StoredAct?
  /// In place of an act of the same id.
  func put(_ act: StoredAct) throws
  /// Orders an act by another stamp: a clamp was found for its entry, or withdrawn.
  func reorder(act: RecordID, of file: RecordID, stamp: HybridTimestamp) throws
  /// What orders values with this stamp instead of it (`Clamp`); `nil` for nearly all.
  func clamp(of stamp: WriteStamp) throws -> HybridTimestamp?
  func setClamp(_ clamp: HybridTimestamp?, of stamp: WriteStamp) throws
  /// By act.
  func doubts() throws -> [StoredDoubt]
  /// How many acts of each author are doubted.
  func doubtCounts() throws -> [KeyFingerprint: Int]
  func put(_ doubt: StoredDoubt) throws
  func removeDoubt(of act: RecordID) throws
  /// Whether any stamp is clamped.
  func hasClamps() throws -> Bool

  // MARK: Derived and exceptional

  func put(_ summary: CaseSummary) throws
  func summary(of file: RecordID) throws -> CaseSummary?
  /// Files with a number, by id.
  /// - Parameter most: how many are told at most.
  func files(numbered number: String, most: Int) throws -> [RecordID]
  /// Files whose ids lie in a range, by id.
  func files(in ids: ClosedRange<RecordID>, most: Int) throws -> [RecordID]
  /// By opening day and id.
  func summaries() throws -> [CaseSummary]
  /// Files that an office opened under a pack and that were closed or opened on a day or later, by opening day and id.
  func summaries(
    openedBy office: String, pack: String, closedSince closed: String, openedSince opened: String
  ) throws -> [CaseSummary]
  /// Whether an office opened any file but orders under a pack.
  func hasFiles(openedBy office: String, pack: String) throws -> Bool
  /// How often what belongs to an office has changed here: its units, the files it opened; under the empty name what
  /// concerns all: packs, figures set, merges, records that say no office. Never goes down.
  func changeCounts() throws -> [String: UInt64]
  /// Every file held, counted; in any order.
  func fileTallies() throws -> [FileTally]
  /// Drops every projected row, act, fact and summary; the log stays.
  func clearProjection() throws
  /// Where the projection is another than the one in a storage that `make` fills: each table that differs, with its
  /// first row. Nothing is written here, and nothing of the other one is kept.
  func differences(fromProjectionMadeBy make: (any ReplicaStorage) throws -> Void) throws -> [ProjectionDifference]
  /// An entry or change that is kept but not projected, and why.
  func put(_ held: HeldChange) throws
  func heldChanges() throws -> [HeldChange]
  /// What was held is being projected after all.
  func remove(_ held: HeldChange) throws
  /// Stores a record again that was stored under an older registry: its type or fields have columns now.
  func restore(_ type: UInt64, _ id: RecordID) throws

  // MARK: Runs that wait for what they continue

  /// The same run again changes nothing.
  func park(_ run: ParkedRun, entries: [[UInt8]], receivedAt milliseconds: UInt64) throws
  /// By stream and position; `nil`: of every stream.
  func parkedRuns(of stream: StreamID?) throws -> [ParkedRun]
  func parkedEntries(_ run: ParkedRun) throws -> [[UInt8]]
  func unpark(_ run: ParkedRun) throws

  // MARK: Small values of the node itself

  func value(_ key: String) throws -> [UInt8]?
  func setValue(_ key: String, _ value: [UInt8]?) throws
  /// Values whose keys begin with `prefix`, by key.
  func values(prefix: String) throws -> [(key: String, value: [UInt8])]
}

extension ReplicaStorage {
  /// Every receipt of a stream, by position in the stream.
  public func receipts(of stream: StreamID) throws -> [StoredReceipt] { try receipts(of: stream, from: 0) }

  public func apply(_ write: RecordWrite, stamp: WriteStamp, ranks: AuthorRanks) throws {
    var row = try row(write.type, write.id) ?? RecordRow(type: write.type, id: write.id)
    row.apply(write, stamp: stamp) { ranks($0) }
    try put(row)
  }
}

/// A charter with the key that signed it.
public struct StoredCharter: Sendable, Hashable {
  public var charter: Charter
  public var issuer: KeyFingerprint
  /// Of the entry that holds it; `nil` while it is only known from enrolment.
  public var stamp: HybridTimestamp?
  /// Given at enrolment over a proven connection: believed without its entry, and kept when the projection is made anew.
  public var isPinned: Bool

  public init(charter: Charter, issuer: KeyFingerprint, stamp: HybridTimestamp? = nil) {
    self.charter = charter
    self.issuer = issuer
    self.stamp = stamp
    isPinned = stamp == nil
  }
}

/// A fork proof, and whether a log entry carries it already.
public struct StoredForkProof: Sendable, Hashable {
  public var proof: ForkProof
  public var isPublished: Bool

  public init(proof: ForkProof, isPublished: Bool) {
    self.proof = proof
    self.isPublished = isPublished
  }
}

/// A deciding fact as it stands in the log.
public struct StoredFact: Sendable, Hashable {
  /// A revocation, a ratification or an introduction.
  public var change: Change
  public var stream: StreamID
  public var seq: UInt64

  public init(change: Change, stream: StreamID, seq: UInt64) {
    self.change = change
    self.stream = stream
    self.seq = seq
  }
}

/// A receipt with the entry that carried it.
public struct StoredReceipt: Sendable, Hashable {
  public var receipt: Receipt
  public var issuer: KeyFingerprint
  public var entry: Digest

  public init(receipt: Receipt, issuer: KeyFingerprint, entry: Digest) {
    self.receipt = receipt
    self.issuer = issuer
    self.entry = entry
  }
}

/// An act with where it stands in the log.
public struct StoredAct: Sendable, Hashable {
  public var change: ActChange
  public var stream: StreamID
  public var seq: UInt64
  public var stamp: HybridTimestamp

  public init(change: ActChange, stream: StreamID, seq: UInt64, stamp: HybridTimestamp) {
    self.change = change
    self.stream = stream
    self.seq = seq
    self.stamp = stamp
  }
}

/// A change that is kept and relayed but not projected.
public struct HeldChange: Sendable, Hashable {
  public enum Reason: String, Sendable, Hashable, CaseIterable {
    /// A kind, record type or field of a later version.
    case unknownKind = "unknown-kind"
    case unreadable
    /// A charter the office tree does not admit.
    case charterRefused = "charter-refused"
    /// A receipt by an office that is not above the author.
    case receiptRefused = "receipt-refused"
    /// A charter with a new key that nobody has introduced yet.
    case charterWaiting = "charter-waiting"
    /// A revocation, ratification or introduction by an office that may not decide this.
    case factRefused = "fact-refused"
    /// A dossier with an entry that is not its author's, or of an office that may not hand it over.
    case dossierRefused = "dossier-refused"
    /// The whole entry is disputed (`EntryClass.disputed`).
    case disputed
    /// The whole entry is in quarantine (`EntryClass.quarantined`).
    case quarantined
  }

  public var stream: StreamID
  public var seq: UInt64
  /// Position of the change in the entry; -1 for the whole entry.
  public var index: Int
  public var reason: Reason
  /// What decided, where a rule of standing did.
  public var rule: ClassRule?

  public init(stream: StreamID, seq: UInt64, index: Int, reason: Reason, rule: ClassRule? = nil) {
    self.rule = rule
    self.stream = stream
    self.seq = seq
    self.index = index
    self.reason = reason
  }
}

extension CaseSummary {
  /// Boards and coverage count work, not what was demanded of others.
  var isOrder: Bool { kind == Workflow.Kind.order.rawValue }
}

/// What lists and boards show of a file: derived from its acts, rewritten when one arrives, never truth.
public struct CaseSummary: Sendable, Hashable {
  public var file: RecordID
  /// `case`, `inspection`, `complaint` or `order`.
  public var kind: String
  public var number: String
  public var title: String
  public var pack: String
  public var regime: String
  public var workflow: String
  public var subject: String
  /// Office now responsible.
  public var office: String
  public var openedBy: String
  public var addressee: String
  public var checkKind: String
  /// State id, or empty when the pack the file is pinned to is not held.
  public var state: String
  public var isFinal: Bool
  /// `YYYY-MM-DD`.
  public var openedOn: String
  /// Day of the act that reached a final state.
  public var closedOn: String?
  /// Earliest due day of the clocks that run.
  public var nextDue: String?
  public var nextClock: String?
  public var isProvisional: Bool
  public var isSuspended: Bool
  public var actCount: Int
  public var voidCount: Int
  public var waitingCount: Int

  public init(
    file: RecordID, kind: String, number: String, title: String, pack: String, regime: String, workflow: String,
    subject: String, office: String, openedBy: String, addressee: String, checkKind: String, state: String,
    isFinal: Bool, openedOn: String, closedOn: String?, nextDue: String?, nextClock: String?, isProvisional: Bool,
    isSuspended: Bool, actCount: Int, voidCount: Int, waitingCount: Int
  ) {
    self.file = file
    self.kind = kind
    self.number = number
    self.title = title
    self.pack = pack
    self.regime = regime
    self.workflow = workflow
    self.subject = subject
    self.office = office
    self.openedBy = openedBy
    self.addressee = addressee
    self.checkKind = checkKind
    self.state = state
    self.isFinal = isFinal
    self.openedOn = openedOn
    self.closedOn = closedOn
    self.nextDue = nextDue
    self.nextClock = nextClock
    self.isProvisional = isProvisional
    self.isSuspended = isSuspended
    self.actCount = actCount
    self.voidCount = voidCount
    self.waitingCount = waitingCount
  }
}
