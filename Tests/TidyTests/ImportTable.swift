/// Who may import what. SwiftPM lets a target import anything its dependencies reach; this table does not.
enum ImportTable {
  static let foundation = ["Foundation", "FoundationEssentials"]

  static let allowed: [String: Set<String>] = [
    "Casework": [],
    "Replication": [],
    "Casebook": ["Casework", "Replication"],
    "SignatureSuites": ["Replication", "CLibcrypto", "Crypto", "Glibc", "Foundation"],
    "RegimePacks": ["Casework", "CYaml", "Foundation", "Synchronization"],
    "ReplicaStore": ["Casebook", "Replication", "Casework", "GRDB", "GRDBSQLite", "Foundation", "Synchronization"],
    "PeerTransport": [
      "Crypto", "Logging", "NIOCore", "NIOPosix", "NIOConcurrencyHelpers", "NIOHTTP1", "NIOSSL", "NIOTLS", "X509", "SwiftASN1",
      "Foundation", "Glibc",
    ],
    "OfficeNode": [
      "Casebook", "Casework", "Replication", "ReplicaStore", "PeerTransport", "SignatureSuites", "RegimePacks",
      "Logging", "ServiceLifecycle", "NIOPosix", "CoreFoundation", "Foundation", "Dispatch", "Glibc", "Synchronization", "Configuration",
      "CoreMetrics",
    ],
    "Simulation": [
      "Casebook", "Casework", "Replication", "ReplicaStore", "SignatureSuites", "CLibcrypto", "Crypto", "Foundation",
      "Synchronization",
    ],
    "simulate": ["Simulation", "ArgumentParser", "Foundation"],
    "docket": [
      "OfficeNode", "Casebook", "Casework", "RegimePacks", "ArgumentParser", "Logging", "ServiceLifecycle",
      "UnixSignals", "Foundation", "Synchronization",
    ],
    "benchmark": [
      "CFloor", "Casebook", "Casework", "Replication", "ReplicaStore", "SignatureSuites", "RegimePacks", "OfficeNode",
      "PeerTransport", "ArgumentParser", "Logging", "NIOPosix", "Foundation", "Dispatch", "Synchronization",
    ],
  ]

  static let pure = ["Casework", "Replication", "Casebook"]

  /// Modules whose runs are a function of what is passed in.
  static let deterministic = pure + ["Simulation"]

  /// Calls that deterministic modules may not make, and what stands in their place.
  static let bannedInPure: [(call: String, instead: String)] = [
    ("Date(", "pass the time in"), ("ContinuousClock", "pass the time in"), ("SuspendingClock", "pass the time in"),
    (".random(", "pass random bytes in"), ("SystemRandomNumberGenerator", "pass random bytes in"),
    ("UUID(", "pass ids in"), (".shuffled()", "order by a key"), (".hashValue", "hash by a suite"),
    (" async ", "an edge awaits"), ("await ", "an edge awaits"), ("print(", "return a value"),
  ]

  /// Files that may name what is banned, and why.
  static let exempt: [String: String] = [
    "Casebook/Desk/Desk.swift": "declares the asynchronous seam; nothing pure calls it"
  ]

  /// Calls that no module may make.
  static let bannedAnywhere: [(call: String, instead: String)] = [
    (".socketOption(.tcp_", "tcpOption: at the socket's level it is SO_DEBUG, which only root may set"),
    ("try!", "throw or handle"), ("fatalError(", "throw"), ("preconditionFailure(", "throw, or say the invariant above it"),
  ]

  /// Files over 500 lines, each with the reason why it is one thing.
  static let longFiles: [String: String] = [:]
}
