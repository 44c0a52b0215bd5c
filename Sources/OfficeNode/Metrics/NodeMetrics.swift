import Casebook
public import CoreMetrics
import PeerTransport
import Replication
import Synchronization

/// What a node reports while it works, through the metrics facade; `none` reports to nobody and costs nothing.
public final class NodeMetrics: Sendable {
  public static let none = NodeMetrics(NOOPMetricsHandler.instance)

  private let factory: any MetricsFactory
  private let entriesSent: Counter
  private let entriesReceived: Counter
  private let bytesSent: Counter
  private let bytesReceived: Counter
  private let transactions: Timer
  private let sessions: [SessionDirection: Meter]
  /// What offices were last told of, so that one that goes away does not stay for ever.
  private let offices = Mutex<Set<String>>([])
  /// Counters that somebody else keeps, by name and labels, as they stood when they were last looked up.
  private let counted = Mutex<[[String]: Double]>([:])

  public init(_ factory: any MetricsFactory) {
    self.factory = factory
    entriesSent = Counter(label: MetricName.entriesSent.rawValue, factory: factory)
    entriesReceived = Counter(label: MetricName.entriesReceived.rawValue, factory: factory)
    bytesSent = Counter(label: MetricName.bytesSent.rawValue, factory: factory)
    bytesReceived = Counter(label: MetricName.bytesReceived.rawValue, factory: factory)
    transactions = Timer(label: MetricName.transaction.rawValue, factory: factory)
    sessions = SessionDirection.allCases.reduce(into: [:]) { meters, direction in
      let meter = Meter(
        label: MetricName.sessionsOpen.rawValue, dimensions: [("direction", direction.rawValue)], factory: factory)
      meter.set(0)
      meters[direction] = meter
    }
    for direction in SessionDirection.allCases { for end in SessionEnd.allCases { _ = ended(direction, end) } }
    for reason in AdmissionRefusal.allCases { _ = refused(reason) }
  }

  private func ended(_ direction: SessionDirection, _ end: SessionEnd) -> Counter {
    Counter(
      label: MetricName.sessionsEnded.rawValue,
      dimensions: [("direction", direction.rawValue), ("reason", end.rawValue)], factory: factory)
  }

  private func refused(_ reason: AdmissionRefusal) -> Counter {
    Counter(
      label: MetricName.admissionsRefused.rawValue, dimensions: [("reason", reason.rawValue)], factory: factory)
  }

  // MARK: Sessions

  public func sessionOpened(_ direction: SessionDirection) { sessions[direction]?.increment() }

  public func sessionEnded(_ direction: SessionDirection, _ end: SessionEnd) {
    sessions[direction]?.decrement()
    ended(direction, end).increment()
  }

  /// What went over a connection between two looks at it.
  func exchanged(from old: SessionTally = SessionTally(), to new: SessionTally) {
    guard old != new else { return }
    entriesSent.increment(by: new.entriesSent - old.entriesSent)
    entriesReceived.increment(by: new.entriesReceived - old.entriesReceived)
    bytesSent.increment(by: new.bytesSent - old.bytesSent)
    bytesReceived.increment(by: new.bytesReceived - old.bytesReceived)
  }

  func admissionRefused(_ failure: Admission.Failure) { refused(AdmissionRefusal(failure)).increment() }

  // MARK: Store

  func transactionTook(_ time: Duration) {
    let (seconds, attoseconds) = time.components
    transactions.recordNanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
  }

  // MARK: What is looked up when somebody reads

  func set(_ name: MetricName, _ value: Double, labels: [(String, String)] = []) {
    Meter(label: name.rawValue, dimensions: labels, factory: factory).set(value)
  }

  /// A counter that somebody else keeps: it goes on to where that one has come.
  func setCounter(_ name: MetricName, _ value: Double, labels: [(String, String)] = []) {
    let counter = FloatingPointCounter(label: name.rawValue, dimensions: labels, factory: factory)
    counted.withLock { counted in
      let known = [name.rawValue] + labels.map(\.1)
      // Never set back to zero in between: whoever reads meanwhile would see a program that started anew.
      counter.increment(by: value - counted[known, default: 0])
      counted[known] = value
    }
  }

  /// What the transport counted.
  func setTransport(_ figures: TransportFigures) {
    set(.connectionsOpen, Double(figures.connectionsOpen))
    set(.handshakesOpen, Double(figures.handshakesOpen))
    for (direction, count) in [(SessionDirection.inbound, figures.answered), (.outbound, figures.dialled)] {
      setCounter(.connectionsAdmitted, Double(count), labels: [("direction", direction.rawValue)])
    }
    for (reason, count) in figures.refused {
      setCounter(.callsRefused, Double(count), labels: [("reason", reason.rawValue)])
    }
    for (reason, count) in figures.handshakesFailed {
      setCounter(.handshakesFailed, Double(count), labels: [("reason", reason.rawValue)])
    }
    for (reason, count) in figures.cutOff {
      setCounter(.peersCutOff, Double(count), labels: [("reason", reason.rawValue)])
    }
    setCounter(.socketBytesSent, Double(figures.bytesSent))
    setCounter(.socketBytesReceived, Double(figures.bytesReceived))
  }

  /// What is known of each office; offices that are not named any more go away.
  func setOffices(_ figures: [OfficeFigures]) {
    let gone = offices.withLock { offices in
      let gone = offices.subtracting(figures.map(\.office))
      offices = Set(figures.map(\.office))
      return gone
    }
    for office in gone {
      for name in [MetricName.contactAge, .clockOffset] {
        Meter(label: name.rawValue, dimensions: [("office", office)], factory: factory).destroy()
      }
    }
    for figure in figures {
      if let age = figure.contactAge { set(.contactAge, age, labels: [("office", figure.office)]) }
      if let offset = figure.clockOffset { set(.clockOffset, offset, labels: [("office", figure.office)]) }
    }
  }
}

/// How far a session has come.
struct SessionTally: Sendable, Hashable {
  var entriesSent = 0
  var entriesReceived = 0
  /// Of frames.
  var bytesSent = 0
  var bytesReceived = 0
}

/// An office as metrics know it: by its code, never by its name.
struct OfficeFigures: Sendable, Hashable {
  let office: String
  /// Seconds; `nil`: never.
  let contactAge: Double?
  let clockOffset: Double?
}

/// Why a run was not taken: the values of the label `reason`.
enum AdmissionRefusal: String, Sendable, Hashable, CaseIterable {
  case unknownAuthor = "unknown-author"
  case outOfScope = "out-of-scope"
  case tooManyStreams = "too-many-streams"
  case fork
  case chain
  case unreadable

  init(_ failure: Admission.Failure) {
    self =
      switch failure {
      case .unknownAuthor: .unknownAuthor
      case .outOfScope: .outOfScope
      case .tooManyStreams: .tooManyStreams
      case .branchesApart, .chain(.fork(_)): .fork
      case .chain: .chain
      case .unreadable: .unreadable
      }
  }
}

extension SessionEnd {
  /// How an error ended a session.
  public init(_ error: any Error) {
    guard let failure = StoreFailures.mapped(error) as? DeskFailure else {
      self = error is CancellationError ? .closed : .failed
      return
    }
    // Ended in order, by either side: nothing went wrong.
    if ["superseded", "stopping", "peer-stopping"].contains(failure.code) {
      self = .closed
      return
    }
    // A line that broke within a frame is not the peer's fault.
    if failure.code == TransportError.Code.truncated.rawValue {
      self = .lost
      return
    }
    self =
      switch failure.kind {
      case .unreachable: failure.code == TransportError.Code.timeout.rawValue ? .timeout : .lost
      case .notPermitted: .refused
      case .protocolViolated: .violated
      case .integrity: .integrity
      case .refused, .usage, .badInput, .io: .failed
      }
  }
}
