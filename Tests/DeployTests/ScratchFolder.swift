import Foundation

/// A folder that goes away with the test, and processes run in it.
final class ScratchFolder: Sendable {
  struct Result: Sendable {
    let status: Int32
    let out: String
    let err: String
  }

  let path: String

  init() throws {
    // Short: a control socket's path below it has some 100 bytes.
    path = NSTemporaryDirectory() + "docket-" + UUID().uuidString.prefix(8)
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Starts a process; its output goes to files, so that no pipe can fill.
  /// - Parameter environment: all of it; nothing of the test's own is passed on.
  func start(_ program: String, _ arguments: [String], environment: [String: String]) throws -> Running {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.environment = environment
    process.currentDirectoryURL = URL(fileURLWithPath: path)
    process.standardInput = FileHandle.nullDevice
    let base = path + "/run-" + UUID().uuidString
    for suffix in [".out", ".err"] { _ = FileManager.default.createFile(atPath: base + suffix, contents: nil) }
    let handles = [".out", ".err"].compactMap { FileHandle(forWritingAtPath: base + $0) }
    defer { for handle in handles { try? handle.close() } }
    process.standardOutput = handles.first
    process.standardError = handles.last
    try Self.unblocked { try process.run() }
    return Running(process: process, base: base)
  }

  /// Threads of a pool take no signals, and a child inherits that: it could not be told to end.
  private static func unblocked(_ body: () throws -> Void) rethrows {
    var none = sigset_t()
    var former = sigset_t()
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, &former)
    defer { pthread_sigmask(SIG_SETMASK, &former, nil) }
    try body()
  }

  func run(_ program: String, _ arguments: String..., environment: [String: String]) async throws -> Result {
    try await run(program, arguments, environment: environment)
  }

  func run(_ program: String, _ arguments: [String], environment: [String: String]) async throws -> Result {
    let running = try start(program, arguments, environment: environment)
    while running.process.isRunning { try await Task.sleep(for: .milliseconds(5)) }
    return Result(status: running.process.terminationStatus, out: running.out, err: running.err)
  }

  struct Running: @unchecked Sendable {
    // `Process` is used by one test alone.
    let process: Process
    let base: String

    var out: String { (try? String(contentsOfFile: base + ".out", encoding: .utf8)) ?? "" }
    var err: String { (try? String(contentsOfFile: base + ".err", encoding: .utf8)) ?? "" }
  }
}
