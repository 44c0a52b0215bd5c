import Foundation

/// Resident memory of this process (proc(5)).
public enum ProcessMemory {
  /// KiB; `nil` where the system does not say.
  public static var residentKibibytes: Int? {
    let text = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = text?.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
    return line?.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap { Int($0) }
  }
}
