import Foundation
import TestKit

/// The second reader (`reader/`), run as a program.
enum PythonReader {
  struct Missing: Error, CustomStringConvertible {
    let path: String
    var description: String {
      "No Python with the reader's packages at \(path). Run deploy/test --prepare."
    }
  }

  struct Result {
    let status: Int32
    let output: JSONValue
    let errors: String
  }

  static let folder = RepositoryRoot.path + "/Tests/Conformance"

  /// - Throws: `Missing`: without the second reader nothing was compared, so the test must fail.
  static func run(_ arguments: String...) async throws -> Result {
    let python = ProcessEnvironment.value("DOCKET_PYTHON") ?? RepositoryRoot.path + "/.build/python/bin/python3"
    guard FileManager.default.isExecutableFile(atPath: python) else { throw Missing(path: python) }
    let files = try (0..<2).map { _ in try TemporaryFile() }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: python)
    process.arguments = ["-m", "reader"] + arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    // No compiled files beside the sources.
    process.environment = ProcessInfo.processInfo.environment
      .merging(["PYTHONDONTWRITEBYTECODE": "1"]) { _, new in new }
    // Into files, not pipes: a pipe that nobody empties stops the writer.
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = files[0].handle
    process.standardError = files[1].handle
    try process.run()
    while process.isRunning { try await Task.sleep(for: .milliseconds(2)) }
    let output = try files[0].data()
    let errors = String(decoding: try files[1].data(), as: UTF8.self)
    guard let value = try? JSONDecoder().decode(JSONValue.self, from: output) else {
      throw MalformedVector(what: "the reader printed no JSON; it said: \(errors)")
    }
    return Result(status: process.terminationStatus, output: value, errors: errors)
  }
}

/// A file of a test's own, deleted with the last reference.
final class TemporaryFile {
  let path = NSTemporaryDirectory() + "docket-conformance-" + UUID().uuidString
  let handle: FileHandle

  init(_ bytes: [UInt8] = []) throws {
    guard FileManager.default.createFile(atPath: path, contents: Data(bytes)) else {
      throw CocoaError(.fileWriteUnknown)
    }
    handle = try FileHandle(forUpdating: URL(fileURLWithPath: path))
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func data() throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }
}
