import Casebook
import Replication

extension SyncFrame.CloseCode {
  /// Whether entries were not what they claimed to be, rather than frames not in order.
  var isAboutEntries: Bool { self == .invalidEntry || self == .fork || self == .outOfScope }
}

extension Admission.Failure {
  /// Whether the peer sent what it must not send; else the run alone is left.
  var endsSession: Bool {
    switch self {
    // The trees differ while charters and revocations are on their way.
    case .branchesApart, .unknownAuthor, .outOfScope, .tooManyStreams: false
    // Of a stream of which nothing is held: what comes before was left here, or was not to be held when both agreed.
    case .chain(.gap(expected: 1, _)): false
    case .chain, .unreadable: true
    }
  }

  /// Whether no honest office sends it, however old its replica, its charters or its backup are: a restored backup
  /// forks, a tree that is behind sends what is out of scope.
  var isMisbehaviour: Bool {
    switch self {
    // The peer may pass on what an office below it made, and takes more if its tree has more.
    case .branchesApart, .unknownAuthor, .outOfScope, .tooManyStreams, .chain(.fork): false
    case .chain, .unreadable: endsSession
    }
  }
}
