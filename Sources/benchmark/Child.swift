import Foundation

/// Runs this executable again for one measurement, and reads its one line of JSON.
enum Child {
  struct Failed: Error, CustomStringConvertible {
    let arguments: [String]
    let status: Int32
    var description: String { "\(arguments.first ?? "") ended with \(status)" }
  }

  static func run<Result: Decodable>(_ arguments: [String], as type: Result.Type) throws -> Result {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    process.arguments = arguments
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failed(arguments: arguments, status: process.terminationStatus)
    }
    return try JSONDecoder().decode(type, from: data)
  }
}
