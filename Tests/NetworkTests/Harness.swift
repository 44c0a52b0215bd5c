import Foundation
import TestKit

/// The harness (`harness/`), run as a program: it makes the namespaces, the links and the nodes.
enum Harness {
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// Figures of the traffic in one direction of one link, bytes.
  struct Traffic: Decodable {
    /// Taken by the relay from the sender, but for the greetings.
    let wire: Int
    /// Acknowledged by the receiver, but for the greetings.
    let arrived: Int
    /// Handshakes, hellos and frontiers.
    let greetings: Int
    /// Entries that had to go this way.
    let payload: Int
  }

  struct Link: Decodable {
    let connections: Int
    let up: Traffic
    let down: Traffic
    /// What arrived, of the payload; both directions.
    let ratio: Double
    let wireRatio: Double
  }

  struct Figures: Decodable {
    let line: String
    let cuts: Int
    let seconds: Double
    /// By the lower office.
    let links: [String: Link]
  }

  /// Live acts beside an attachment, seconds.
  struct Upload: Decodable {
    struct Latency: Decodable {
      let median: Double
      let p99: Double
      let max: Double
    }

    /// One way.
    let delay: Double
    /// On good lines, on the slow line, and on it while the attachment goes up.
    let quiet: Latency
    let slow: Latency
    let busy: Latency
    /// Bytes sent of the attachment's.
    let ratio: Double
  }

  private static let folder = RepositoryRoot.path + "/Tests/NetworkTests"

  /// Python's own library is enough.
  private static var python: String? {
    let own = RepositoryRoot.path + "/.build/python/bin/python3"
    let paths = (ProcessEnvironment.value("PATH") ?? "").split(separator: ":").map { String($0) + "/python3" }
    return ([ProcessEnvironment.value("DOCKET_PYTHON"), own].compactMap { $0 } + paths)
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  /// The executable lies beside the test bundle, unless another is to be measured.
  private static let executable: String = {
    if let named = ProcessEnvironment.value("DOCKET_EXECUTABLE") { return named }
    let arguments = CommandLine.arguments
    let index = arguments.firstIndex(of: "--test-bundle-path").map { $0 + 1 }
    let bundle = index.flatMap { arguments.indices.contains($0) ? arguments[$0] : nil } ?? arguments[0]
    return URL(fileURLWithPath: bundle).deletingLastPathComponent().path + "/docket"
  }()

  /// Why this machine cannot do it; `nil` if it can.
  static let unfit = reason()
  static let unfitForLoss = unfit ?? reason("--filter")
  /// Why the long ones are not run.
  static let unfitForLong =
    ProcessEnvironment.value("DOCKET_NETWORK") == nil ? "takes half an hour; set DOCKET_NETWORK=1" : unfitForLoss
  static let unfitForUpload =
    ProcessEnvironment.value("DOCKET_NETWORK") != "upload" ? "set DOCKET_NETWORK=upload" : unfit

  private static func reason(_ arguments: String...) -> String? {
    guard let python else { return "needs python3" }
    do {
      let process = try started(python, ["fit"] + arguments)
      defer { process.remove() }
      process.process.waitUntilExit()
      return try JSONDecoder().decode([String: String?].self, from: process.output())["unfit"] ?? nil
    } catch {
      return "\(error)"
    }
  }

  /// - Throws: `Failure` with the harness's own words.
  static func line(_ kind: String, cases: Int, live: Int, patience: Int) async throws -> Figures {
    try await run(
      ["line", "--docket", executable, "--cases", "\(cases)", "--live", "\(live)", "--patience", "\(patience)", kind])
  }

  static func upload(megabytes: Int, acts: Int) async throws -> Upload {
    try await run(["upload", "--docket", executable, "--megabytes", "\(megabytes)", "--acts", "\(acts)"])
  }

  static func gone(_ kind: String, patience: Int) async throws -> String {
    try await text(["gone", "--docket", executable, "--patience", "\(patience)", kind])
  }

  private static func run<Value: Decodable>(_ arguments: [String]) async throws -> Value {
    let text = try await text(arguments)
    return try JSONDecoder().decode(Value.self, from: Data(text.utf8))
  }

  private static func text(_ arguments: [String]) async throws -> String {
    guard let python else { throw Failure(description: "needs python3") }
    let run = try started(python, arguments)
    defer { run.remove() }
    while run.process.isRunning { try await Task.sleep(for: .milliseconds(20)) }
    let output = String(decoding: try run.output(), as: UTF8.self)
    guard run.process.terminationStatus == 0 else {
      throw Failure(description: output + String(decoding: try run.errors(), as: UTF8.self))
    }
    return output
  }

  private struct Run {
    let process: Process
    let path: String

    func output() throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path + ".out")) }
    func errors() throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path + ".err")) }

    func remove() { for suffix in [".out", ".err"] { try? FileManager.default.removeItem(atPath: path + suffix) } }
  }

  private static func started(_ python: String, _ arguments: [String]) throws -> Run {
    let path = NSTemporaryDirectory() + "docket-harness-" + UUID().uuidString
    let process = Process()
    process.executableURL = URL(fileURLWithPath: python)
    process.arguments = ["-m", "harness"] + arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.environment = ProcessInfo.processInfo.environment
      .merging(["PYTHONDONTWRITEBYTECODE": "1"]) { _, new in new }
    for suffix in [".out", ".err"] { _ = FileManager.default.createFile(atPath: path + suffix, contents: nil) }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle(forWritingAtPath: path + ".out")
    process.standardError = FileHandle(forWritingAtPath: path + ".err")
    try process.run()
    return Run(process: process, path: path)
  }
}
