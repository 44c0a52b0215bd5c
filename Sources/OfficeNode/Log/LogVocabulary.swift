/// What a serving node reports: the closed list of its events. The text of a log call is the name with blanks for
/// hyphens; a test compares every call with this list.
public enum LogEventName: String, Sendable, Hashable, CaseIterable {
  // MARK: The process
  case starting
  /// The projection is made again after an upgrade; the node is not ready before it is.
  case rebuildBegun = "projection-rebuild-begun"
  case rebuildGoesOn = "projection-rebuild-goes-on"
  case rebuilt = "projection-rebuilt"
  case ready
  case stopped
  /// A variable that nobody knows, very like one that is known.
  case configurationSlip = "configuration-slip"
  case metricsListening = "metrics-listening"
  case metricsNotListening = "metrics-not-listening"
  case notifyFailed = "service-manager-not-told"
  /// Something a library reported: its words are not ours to answer for, and stay out.
  case unlisted

  // MARK: Peers
  case dialled
  case notDialled = "not-dialled"
  case superiorNotReached = "superior-not-reached"
  case peerRefused = "peer-refused"
  case enrolmentAnswered = "enrolment-answered"
  case sessionComplete = "session-complete"
  case sessionEnded = "session-ended"
  case connectionBroke = "connection-broke"
  case streamNotTaken = "stream-not-taken"
  /// What came in while offices are in contact is durable; for trials of how long that takes.
  case liveStored = "live-stored"
  case fork
  case attachmentAltered = "attachment-altered"
  case attachmentNotKept = "attachment-not-kept"
  case attachmentMarksNotKept = "attachment-marks-not-kept"

  // MARK: This machine
  case controlConnectionEnded = "control-connection-ended"
  case highWaterNotWritten = "high-water-mark-not-written"
  case nextKeysNotTaken = "next-keys-not-taken-into-use"
  case transportKeyNotShown = "new-transport-key-not-shown"
}

/// What an event may say besides its name: the closed list of keys. None of them has room for what people register.
public enum LogKey: String, Sendable, Hashable, CaseIterable {
  /// Office codes.
  case office, peer
  /// First eight bytes of a signing key's fingerprint, hexadecimal.
  case author
  case seq
  /// Hash of an attachment's content; never its name.
  case blob
  /// Entries of a session.
  case sent, received
  /// Of a frame that a breaking connection cut off: its bytes, the entries stored of it, the bytes kept of one more.
  case cut, entries, begun
  /// Of a rebuild: entries of the log that are done, all of them, and how long it took.
  case done, total, seconds
  /// The code of a failure, as the command line's JSON has it; never its words.
  case failure
  /// What the operating system or a library said of a connection or a file.
  case cause
  case reason
  /// Microseconds since the machine started, as all its processes count them.
  case uptime
  /// Until the next call.
  case wait
  /// Number of an invitation.
  case invitation
  case address, host, port
  case version
  /// Names of environment variables.
  case variable, meant
  /// The module that reported what is not on the list, and how much of it was left out.
  case module, dropped

  /// Written as a number in JSON.
  var isNumber: Bool {
    switch self {
    case .seq, .sent, .received, .cut, .entries, .begun, .done, .total, .seconds, .uptime, .port, .dropped: true
    case .office, .peer, .author, .blob, .failure, .cause, .reason, .wait, .invitation, .address, .host, .version,
      .variable, .meant, .module:
      false
    }
  }
}
