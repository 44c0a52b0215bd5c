import Foundation

/// A `docket serve` process of its own, and what the system says of it.
final class ServingNode {
  struct NotReady: Error, CustomStringConvertible {
    let log: String
    var description: String { "docket serve is not ready; see \(log)" }
  }

  let port: Int
  private let process: Process

  /// - Parameter logLevel: what it writes to `log`, a JSON object a line.
  init(executable: String, home: String, log: String, logLevel: String = "info") throws {
    guard FileManager.default.createFile(atPath: log, contents: nil), let errors = FileHandle(forWritingAtPath: log) else {
      throw CocoaError(.fileWriteUnknown)
    }
    process = Process()
    process.executableURL = URL(fileURLWithPath: executable)
    process.arguments = ["serve", "--json", "--home", home, "--listen", "127.0.0.1:0", "--log-level", logLevel, "--log-format", "json"]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    // The line is written at once and whole.
    let line = output.fileHandleForReading.availableData
    guard let ready = try? JSONDecoder().decode([String: Int].self, from: line), let port = ready["port"] else {
      process.terminate()
      throw NotReady(log: log)
    }
    self.port = port
  }

  /// Tells it to stop, and waits until it has.
  func stop() {
    guard process.isRunning else { return }
    process.terminate()
    process.waitUntilExit()
  }

  /// Resident memory, and its peak so far, KiB (`VmRSS`, `VmHWM` of proc(5)).
  func memory() throws -> (now: Int, peak: Int) {
    (try number("VmRSS:", in: "status"), try number("VmHWM:", in: "status"))
  }

  /// Processor time so far in user and system mode, seconds: fields 14 and 15 of `stat`, in hundredths (proc(5)).
  func processorSeconds() throws -> Double {
    let text = try String(contentsOfFile: "/proc/\(process.processIdentifier)/stat", encoding: .utf8)
    // The second field, in brackets, may hold spaces.
    let fields = text[(text.lastIndex(of: ")") ?? text.startIndex)...].split(separator: " ")
    guard fields.count > 13, let user = Double(fields[12]), let system = Double(fields[13]) else {
      throw ResidentMemory.Unknown()
    }
    return (user + system) / 100
  }

  /// How often its threads have waited and been woken, by thread; one that ends meanwhile is not counted.
  func wakeUps() throws -> [String: Int] {
    let threads = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process.processIdentifier)/task")
    return threads.reduce(into: [:]) { $0[$1] = try? number("voluntary_ctxt_switches:", in: "task/\($1)/status") }
  }

  private func number(_ name: String, in file: String) throws -> Int {
    let path = "/proc/\(process.processIdentifier)/\(file)"
    return try ResidentMemory.number(name, in: path)
  }
}
