/// What a node measures: the closed list of its metrics. Names end in their unit, as Prometheus asks
/// (prometheus.io/docs/practices/naming). Labels hold office codes and words of closed lists: no names of people, and no
/// text that a peer chose.
enum MetricName: String, Sendable, Hashable, CaseIterable {
  case buildInfo = "docket_build_info"
  case sessionsOpen = "docket_sessions_open"
  case sessionsEnded = "docket_sessions_ended_total"
  case entriesSent = "docket_entries_sent_total"
  case entriesReceived = "docket_entries_received_total"
  case bytesSent = "docket_bytes_sent_total"
  case bytesReceived = "docket_bytes_received_total"
  case entriesWaiting = "docket_entries_waiting"
  case runsParked = "docket_runs_parked"
  case admissionsRefused = "docket_admissions_refused_total"
  case contactAge = "docket_peer_last_contact_age_seconds"
  case clockOffset = "docket_peer_clock_offset_seconds"
  case connectionsOpen = "docket_connections_open"
  case handshakesOpen = "docket_handshakes_open"
  case connectionsAdmitted = "docket_connections_admitted_total"
  case callsRefused = "docket_calls_refused_total"
  case handshakesFailed = "docket_handshakes_failed_total"
  case peersCutOff = "docket_peers_cut_off_total"
  case socketBytesSent = "docket_socket_bytes_sent_total"
  case socketBytesReceived = "docket_socket_bytes_received_total"
  case transaction = "docket_store_transaction_seconds"
  case databaseBytes = "docket_database_bytes"
  case databaseLogBytes = "docket_database_log_bytes"
  case residentBytes = "process_resident_memory_bytes"
  case processorSeconds = "process_cpu_seconds_total"
  case startTime = "process_start_time_seconds"
  case openFiles = "process_open_fds"
  case wakeUps = "docket_process_wakeups_total"

  enum Kind: String, Sendable {
    case counter, gauge, histogram
  }

  var kind: Kind {
    switch self {
    case .sessionsEnded, .entriesSent, .entriesReceived, .bytesSent, .bytesReceived, .admissionsRefused,
      .connectionsAdmitted,
      .callsRefused, .handshakesFailed, .peersCutOff, .socketBytesSent, .socketBytesReceived, .processorSeconds,
      .wakeUps:
      .counter
    case .buildInfo, .sessionsOpen, .entriesWaiting, .runsParked, .contactAge, .clockOffset, .connectionsOpen,
      .handshakesOpen,
      .databaseBytes,
      .databaseLogBytes, .residentBytes, .startTime, .openFiles:
      .gauge
    case .transaction: .histogram
    }
  }

  var help: String {
    switch self {
    case .buildInfo: "1, with the version of this build and of the protocol."
    case .sessionsOpen: "Sessions open now, by who called."
    case .sessionsEnded: "Sessions ended, by who called and how."
    case .entriesSent: "Entries sent to peers."
    case .entriesReceived: "Entries received from peers."
    case .bytesSent: "Bytes of frames sent, without those of TLS."
    case .bytesReceived: "Bytes of frames received, without those of TLS."
    case .entriesWaiting: "Own entries that no superior has confirmed yet."
    case .runsParked: "Runs of entries that wait for something that has not arrived."
    case .admissionsRefused: "Runs of entries not taken, by reason."
    case .contactAge: "Seconds since the last word of a complete session with an office, 0 while one is open."
    case .clockOffset: "Seconds an office's clock was ahead of this one's at the last contact."
    case .connectionsOpen: "Sockets to and from peers open now, handshakes among them."
    case .handshakesOpen: "Of the open sockets those whose peer is not admitted yet."
    case .connectionsAdmitted: "Connections whose peer was admitted, by who called."
    case .callsRefused: "Calls refused before a byte was read, by reason."
    case .handshakesFailed: "Handshakes that came to nothing, by reason."
    case .peersCutOff: "Admitted peers that were cut off, by reason."
    case .socketBytesSent: "Bytes written to sockets, with those of TLS."
    case .socketBytesReceived: "Bytes read from sockets, with those of TLS."
    case .transaction: "Time of the database's transactions that write."
    case .databaseBytes: "Size of the database file."
    case .databaseLogBytes: "Size of the database's write-ahead log."
    case .residentBytes: "Resident memory."
    case .processorSeconds: "Processor time, user and system."
    case .startTime: "Unix time the process started."
    case .openFiles: "Open file descriptors."
    case .wakeUps: "Times a thread of the process gave up the processor by itself: each is a wake-up later."
    }
  }

  /// Upper bounds of a histogram's buckets, seconds: a commit on a fast disk, on a slow one, a batch, a rebuild.
  static let transactionBounds: [Double] = [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 60]
}

/// Who called.
public enum SessionDirection: String, Sendable, Hashable, CaseIterable {
  case inbound, outbound
}

/// How a session ended: the values of the label `reason`.
public enum SessionEnd: String, Sendable, Hashable, CaseIterable {
  case complete
  /// Ended in order for another reason: one side stops, or another session took its place.
  case closed
  case lost
  case timeout
  case refused
  case violated
  case integrity
  case failed
}
