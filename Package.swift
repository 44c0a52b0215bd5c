// swift-tools-version: 6.2
// Docket (案联): the package in three groups: pure modules decide, edges touch the outside world,
// executables wire them. The import table in Tests/TidyTests holds the directions; README.md draws them.

import PackageDescription

// One value for every target of ours, so that no file is checked less strictly than another.
let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),  // SE-0335
  .enableUpcomingFeature("InternalImportsByDefault"),  // SE-0409
  .enableUpcomingFeature("MemberImportVisibility"),  // SE-0444
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),  // SE-0461
  .treatAllWarnings(as: .error),
]

let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")

// MARK: - Pure: the standard library only; no clock, no randomness, no I/O, no async, no Foundation

let pure: [Target] = [
  // The law's shape: calendars, deadlines, workflows, regimes, guards, indicators. No bureau's numbers.
  .target(name: "Casework", swiftSettings: strict),
  // Signed logs, merge, office tree, sync session. Knows no law.
  .target(name: "Replication", swiftSettings: strict),
  // Joins the two: commands to changes, merged records to cases, admission; the `Desk` protocol.
  .target(name: "Casebook", dependencies: ["Casework", "Replication"], swiftSettings: strict),
]

// MARK: - Edges: each the only module that touches its part of the outside world

let edges: [Target] = [
  // OpenSSL 3 of the system: SM2, SM3 and PKCS#8 key files.
  .systemLibrary(name: "CLibcrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
  // Ed25519 + SHA-256 and SM2 + SM3 behind Replication's protocol; key files.
  .target(
    name: "SignatureSuites", dependencies: ["Replication", "CLibcrypto", crypto], swiftSettings: strict),
  // Packs: YAML to Casework's values, every mistake with its line; the five bundled bureaus. Of Yams only its libyaml
  // (module CYaml) is used.
  .target(
    name: "RegimePacks", dependencies: ["Casework", .product(name: "Yams", package: "Yams")],
    exclude: ["Packs/README.md"], resources: [.copy("Packs"), .copy("Workflows"), .copy("Calendar")], swiftSettings: strict),
  // The only module with SQL.
  .target(
    name: "ReplicaStore",
    dependencies: [
      "Casebook", "Replication", "Casework", .product(name: "GRDB", package: "GRDB.swift"),
      // SQLite itself, for the statements that catching up runs millions of.
      .product(name: "GRDBSQLite", package: "GRDB.swift"),
    ], swiftSettings: strict),
  // The only module with sockets.
  .target(
    name: "PeerTransport",
    dependencies: [
      "Replication", crypto, logging,
      .product(name: "NIOCore", package: "swift-nio"),
      .product(name: "NIOPosix", package: "swift-nio"),
      .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
      .product(name: "NIOHTTP1", package: "swift-nio"),
      .product(name: "NIOSSL", package: "swift-nio-ssl"),
      .product(name: "NIOTLS", package: "swift-nio"),
      .product(name: "X509", package: "swift-certificates"),
      .product(name: "SwiftASN1", package: "swift-asn1"),
    ], swiftSettings: strict),
  // The only place where things are wired, awaited and supervised.
  .target(
    name: "OfficeNode",
    dependencies: [
      "Casebook", "Casework", "Replication", "ReplicaStore", "PeerTransport", "SignatureSuites",
      "RegimePacks", logging,
      .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      .product(name: "Configuration", package: "swift-configuration"),
      .product(name: "CoreMetrics", package: "swift-metrics"),
    ], swiftSettings: strict),
]

// MARK: - Simulator: many offices over virtual time; nothing but `simulate` and tests may depend on it

let simulation: [Target] = [
  .target(
    name: "Simulation",
    dependencies: ["Casebook", "Casework", "Replication", "ReplicaStore", "SignatureSuites", "CLibcrypto", crypto],
    swiftSettings: strict)
]

// MARK: - Executables

let executables: [Target] = [
  .executableTarget(
    name: "docket",
    dependencies: [
      "OfficeNode", "Casebook", "Casework", "RegimePacks", logging,
      .product(name: "ArgumentParser", package: "swift-argument-parser"),
      .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      .product(name: "UnixSignals", package: "swift-service-lifecycle"),
    ], swiftSettings: strict),
  // What no engine over SQLite can pass: the benchmark's rows and log written raw in C. Nothing else may use it.
  .target(name: "CFloor", linkerSettings: [.linkedLibrary("sqlite3"), .linkedLibrary("crypto")]),
  .executableTarget(
    name: "benchmark",
    dependencies: [
      "CFloor", "Casebook", "Casework", "Replication", "ReplicaStore", "SignatureSuites", "RegimePacks", "OfficeNode",
      "PeerTransport", logging, .product(name: "NIOPosix", package: "swift-nio"),
      .product(name: "ArgumentParser", package: "swift-argument-parser"),
    ], swiftSettings: strict),
  // Replays seeds of the simulator.
  .executableTarget(
    name: "simulate",
    dependencies: ["Simulation", .product(name: "ArgumentParser", package: "swift-argument-parser")],
    swiftSettings: strict),
]

// MARK: - Tests mirror Sources

let tests: [Target] = [
  .target(name: "TestKit", dependencies: ["Replication", "Casework"], path: "Tests/TestKit", swiftSettings: strict),
  .testTarget(
    name: "CaseworkTests", dependencies: ["Casework", "TestKit"], exclude: ["Vectors", "Independent"], swiftSettings: strict),
  .testTarget(
    name: "ReplicationTests", dependencies: ["Replication", "SignatureSuites", "TestKit"],
    swiftSettings: strict),
  .testTarget(
    name: "CasebookTests",
    dependencies: ["Casebook", "Replication", "Casework", "RegimePacks", "SignatureSuites", "TestKit"],
    swiftSettings: strict),
  .testTarget(
    name: "SignatureSuitesTests", dependencies: ["CLibcrypto", "SignatureSuites", "Replication", "TestKit"],
    exclude: ["Vectors"], swiftSettings: strict),
  .testTarget(
    name: "RegimePacksTests", dependencies: ["RegimePacks", "Casework", "TestKit"], exclude: ["Packs"],
    swiftSettings: strict),
  .testTarget(
    name: "ReplicaStoreTests",
    dependencies: [
      "ReplicaStore", "Casebook", "Replication", "Casework", "SignatureSuites", "RegimePacks", "TestKit",
      .product(name: "GRDB", package: "GRDB.swift"),
    ],
    exclude: ["Fixtures"], swiftSettings: strict),
  .testTarget(
    name: "PeerTransportTests",
    dependencies: [
      "PeerTransport", "Replication", "SignatureSuites", "TestKit", crypto, logging,
      .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
      .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
      .product(name: "NIOSSL", package: "swift-nio-ssl"), .product(name: "X509", package: "swift-certificates"),
      .product(name: "SwiftASN1", package: "swift-asn1"),
    ], swiftSettings: strict),
  .testTarget(
    name: "OfficeNodeTests",
    dependencies: [
      "OfficeNode", "Casebook", "Casework", "Replication", "ReplicaStore", "PeerTransport",
      "SignatureSuites", "RegimePacks", "TestKit", logging, .product(name: "CoreMetrics", package: "swift-metrics"),
      .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
    ], swiftSettings: strict),
  .testTarget(
    name: "SimulationTests", dependencies: ["Simulation", "TestKit"], exclude: ["seeds.txt"], swiftSettings: strict),
  // Runs the built executable as a user would.
  .testTarget(
    name: "CommandLineTests", dependencies: ["docket", "Casework", "RegimePacks", "TestKit"], swiftSettings: strict),
  // The built executable on three machines made of network namespaces, over bad lines.
  .testTarget(
    name: "NetworkTests", dependencies: ["docket", "TestKit"], exclude: ["harness", "README.md"], swiftSettings: strict),
  // Runs the built benchmark at a size of no time, and reads its figures' shape.
  .testTarget(name: "BenchmarkTests", dependencies: ["benchmark", "docket", "TestKit"], swiftSettings: strict),
  // The vectors of Protocol/, and a second reader in Python, written from the pages alone, against this one.
  .testTarget(
    name: "ConformanceTests",
    dependencies: ["OfficeNode", "Casebook", "Casework", "Replication", "SignatureSuites", "TestKit"],
    path: "Tests/Conformance", exclude: ["reader", "requirements.txt"], swiftSettings: strict),
  // Every requirement of the five documents, what realises it, and the test that shows it.
  .testTarget(
    name: "TraceTests", dependencies: ["RegimePacks", "Casework", "TestKit"], path: "Tests/Trace",
    exclude: ["Documents", "requirements.tsv", "trace.tsv"], swiftSettings: strict),
  // Runs the programs of deploy/ and the commands of its page; by hand the package too (deploy/README.md).
  .testTarget(
    name: "DeployTests", dependencies: ["docket", "TestKit"], exclude: ["Machine"], swiftSettings: strict),
  // Reads the tree itself: imports, banned calls, sizes.
  .testTarget(name: "TidyTests", dependencies: ["TestKit"], swiftSettings: strict),
]

let package = Package(
  name: "Docket",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "docket", targets: ["docket"]), .executable(name: "benchmark", targets: ["benchmark"]),
  ],
  dependencies: [
    .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
    .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
    .package(url: "https://github.com/apple/swift-certificates", exact: "1.21.1"),
    .package(url: "https://github.com/apple/swift-asn1", exact: "1.7.4"),
    .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
    // Without its JSON reader: the file is read by our own, which knows every key and its type.
    .package(url: "https://github.com/apple/swift-configuration", exact: "1.4.0", traits: []),
    .package(url: "https://github.com/apple/swift-metrics", exact: "2.13.0"),
    .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
  ],
  targets: pure + edges + simulation + executables + tests
)
