import Foundation

/// Resident memory of this process in KiB, from `/proc/self/status` (proc(5)).
enum ResidentMemory {
  struct Unknown: Error {}

  static func now() throws -> Int { try line("VmRSS:") }
  static func peak() throws -> Int { try line("VmHWM:") }

  /// Forgets the peak so far: 5 written to `clear_refs` (proc(5)).
  static func resetPeak() throws { try Data("5".utf8).write(to: URL(fileURLWithPath: "/proc/self/clear_refs")) }

  private static func line(_ name: String) throws -> Int { try number(name, in: "/proc/self/status") }

  /// The number of a line `name number …`.
  static func number(_ name: String, in path: String) throws -> Int {
    let text = try String(contentsOfFile: path, encoding: .utf8)
    for line in text.split(separator: "\n") where line.hasPrefix(name) {
      if let number = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap({ Int($0) }) {
        return number
      }
    }
    throw Unknown()
  }
}
