import Foundation
import Testing

/// Runs the built executable as a user would, in a folder that goes away with the test.
final class Office: Sendable {
  struct Result: Sendable {
    let status: Int32
    let out: String
    let err: String
  }

  let folder: String
  var home: String { folder + "/office" }

  init() throws {
    folder = NSTemporaryDirectory() + "docket-test-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  /// The executable lies beside the test bundle.
  static let executable: String = {
    let arguments = CommandLine.arguments
    let index = arguments.firstIndex(of: "--test-bundle-path").map { $0 + 1 }
    let bundle = index.flatMap { arguments.indices.contains($0) ? arguments[$0] : nil } ?? arguments[0]
    return URL(fileURLWithPath: bundle).deletingLastPathComponent().path + "/docket"
  }()

  private static func environment(_ extra: [String: String]) -> [String: String] {
    var environment = ProcessInfo.processInfo.environment
    environment["DOCKET_LANG"] = "en"
    environment["DOCKET_HOME"] = nil
    return environment.merging(extra) { _, new in new }
  }

  /// Starts a process; its output goes to files, so that no pipe can fill.
  func start(_ program: String, _ arguments: [String], _ extra: [String: String] = [:]) throws -> Running {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.environment = Self.environment(extra)
    let base = folder + "/run-" + UUID().uuidString
    for suffix in [".out", ".err"] { _ = FileManager.default.createFile(atPath: base + suffix, contents: nil) }
    process.standardInput = FileHandle.nullDevice
    // Closed here once the child has its own: a test that starts thousands would run out of descriptors.
    let handles = [".out", ".err"].compactMap { FileHandle(forWritingAtPath: base + $0) }
    defer { for handle in handles { try? handle.close() } }
    process.standardOutput = handles.first
    process.standardError = handles.last
    try process.run()
    return Running(process: process, base: base)
  }

  struct Running: @unchecked Sendable {
    // `Process` is used by one test alone.
    let process: Process
    let base: String

    var out: String { (try? String(contentsOfFile: base + ".out", encoding: .utf8)) ?? "" }
    var err: String { (try? String(contentsOfFile: base + ".err", encoding: .utf8)) ?? "" }

    /// Longer than any command of a test takes on the busiest machine, and less than a suite may.
    static let patience = Duration.seconds(240)

    /// Waits for its end; one that does not come is recorded, and made.
    func wait(_ patience: Duration = Self.patience, sourceLocation: SourceLocation = #_sourceLocation) async -> Result {
      let end = ContinuousClock.now + patience
      while process.isRunning, ContinuousClock.now < end { try? await Task.sleep(for: .milliseconds(2)) }
      if process.isRunning {
        Issue.record("has not ended: \(process.arguments ?? [])", sourceLocation: sourceLocation)
        kill(process.processIdentifier, SIGKILL)
        while process.isRunning { try? await Task.sleep(for: .milliseconds(2)) }
      }
      return Result(status: process.terminationStatus, out: out, err: err)
    }

    /// A serving node that is told to stop has five seconds; a busy machine is given some more.
    static let stopPatience = Duration.seconds(60)

    /// Tells it to stop.
    func stop(sourceLocation: SourceLocation = #_sourceLocation) async -> Result {
      process.terminate()
      return await wait(Self.stopPatience, sourceLocation: sourceLocation)
    }

    /// Waits until `text` shows in the output.
    func shows(_ text: String) async throws {
      for _ in 0..<3_000 {
        if out.contains(text) { return }
        try #require(process.isRunning, "ended: \(err)")
        try await Task.sleep(for: .milliseconds(10))
      }
      Issue.record("never showed \(text)")
    }
  }

  func docket(_ arguments: String..., home: String? = nil, extra: [String: String] = [:]) async throws -> Result {
    try await start(Self.executable, ["--home", home ?? self.home] + arguments, extra).wait()
  }

  func found(_ code: String = "130526", name: String = "任县人社局") async throws {
    let result = try await docket("init", code, "--name", name)
    try #require(result.status == 0, "\(result.err)")
  }

  /// A root office with packs, officers and one open case.
  func foundWithCase() async throws -> String {
    try await found()
    try await must("regime", "publish", "renxian")
    for person in [["wang", "window"], ["zhao", "reviewer"], ["chen", "captain"]] {
      try await must("officer", "add", person[0], "--name", person[0], "--role", person[1])
    }
    let opened = try await must(
      "case", "open", "t", "--pack", "renxian", "--regime", "case-handling", "--date", "2026-01-05", "--json")
    return try #require(opened.out.firstMatch(of: /"number":"([^"]+)"/).map { String($0.1) })
  }

  @discardableResult
  func must(_ arguments: String...) async throws -> Result {
    let result = try await start(Self.executable, ["--home", home] + arguments).wait()
    try #require(result.status == 0, "\(arguments): \(result.err)")
    return result
  }

  /// A serving node and its port.
  func serve(_ arguments: String..., port: Int = 0) async throws -> (running: Running, port: Int) {
    let running = try start(
      Self.executable, ["--home", home, "serve", "--listen", "127.0.0.1:\(port)", "--json"] + arguments)
    try await running.shows("\"port\":")
    let port = try #require(running.out.firstMatch(of: /"port":(\d+)/).flatMap { Int($0.1) })
    return (running, port)
  }
}
