/// Bugs that the harness puts in on purpose: each must be caught by its checker, else the checker is no good.
public enum Canary: String, Sendable, Hashable, CaseIterable {
  /// A machine says that work is recorded and has not stored it.
  case lostWork = "lost-work"
  /// The value that arrived last stands, and the others are forgotten.
  case arrivalOrder = "arrival-order"
  /// An office that stopped calling its superior.
  case silentOffice = "silent-office"
  /// A subordinate is given the streams of its sibling.
  case leakToSibling = "leak-to-sibling"
  /// Receipts are sent before they are durable, and a power cut takes them back.
  case receiptBeforePersist = "receipt-before-persist"
  /// A superior dates its receipts an hour before its clock.
  case backdatedReceipt = "backdated-receipt"
  /// An office keeps to itself that it saw a fork.
  case swallowedFork = "swallowed-fork"
  /// An office forgets that entries do not count.
  case forgottenClass = "forgotten-class"
  /// Entries are stored and not projected.
  case skippedProjection = "skipped-projection"
  /// A store has a column for each field it knows.
  case narrowStore = "narrow-store"
  /// Superiors do not hand on what belongs to a transferred file.
  case withheldDossier = "withheld-dossier"

  /// The checker that must catch it.
  public var checker: Checker {
    switch self {
    case .lostWork: .acknowledged
    case .arrivalOrder: .projection
    case .silentOffice: .convergence
    case .leakToSibling: .scope
    case .receiptBeforePersist: .chains
    case .backdatedReceipt: .intervals
    case .swallowedFork: .forks
    case .forgottenClass: .classes
    case .skippedProjection: .projection
    case .narrowStore: .engine
    case .withheldDossier: .dossiers
    }
  }

  /// What is wrong, for `--list-canaries`.
  public var explanation: String {
    switch self {
    case .lostWork: "a machine acknowledges work that it has not stored"
    case .arrivalOrder: "the value that arrived last replaces the others, whoever wrote them"
    case .silentOffice: "one office stops calling its superior"
    case .leakToSibling: "a superior gives an office a stream of its sibling's"
    case .receiptBeforePersist: "receipts leave before they are durable, and a power cut takes them back"
    case .backdatedReceipt: "a superior dates its receipts an hour back"
    case .forgottenClass: "an office forgets that entries of a revoked or forked key do not count"
    case .swallowedFork: "an office keeps to itself that it saw a fork"
    case .skippedProjection: "entries are stored and not projected"
    case .narrowStore: "a store cannot write fields of a later version"
    case .withheldDossier: "superiors do not hand on the entries of a transferred file"
    }
  }
}

/// What is checked of every run.
public enum Checker: String, Sendable, Hashable, CaseIterable {
  /// Nothing throws what nobody expects, and no honest office refuses what another one gives it.
  case engine
  /// Once everything is healed, offices that may hold a stream hold all of it.
  case convergence
  /// The projection is what the log gives, in whatever order the log came; equal logs give equal rows.
  case projection
  /// What an office was told is recorded is there, and at every ancestor that may read it.
  case acknowledged
  /// No office holds a stream that it may not read.
  case scope
  /// Every entry held is signed and chained, and no honest office signed two for one position.
  case chains
  /// Whoever holds an entry counts it alike.
  case classes
  /// Between clocks that are right, an entry's provable interval contains the moment it was signed.
  case intervals
  /// Two branches of one stream do not go unnoticed where they meet.
  case forks
  /// Whoever a file was transferred to has it as the offices above have it, and nobody is told more than is theirs.
  case dossiers
}

/// What a checker found.
public struct Finding: Sendable, Hashable, CustomStringConvertible {
  public let checker: Checker
  public let text: String

  public var description: String { "\(checker.rawValue): \(text)" }
}
