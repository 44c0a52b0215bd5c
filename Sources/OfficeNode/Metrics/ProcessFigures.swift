import Foundation
import Glibc

/// What the kernel knows of this process (proc(5)).
struct ProcessFigures: Sendable {
  var residentBytes: Int?
  var processorSeconds: Double?
  /// Unix seconds.
  var startTime: Double?
  var openFiles: Int?
  /// Voluntary context switches of all threads, those among them that have ended (getrusage(2)).
  var wakeUps: Int?

  /// - Parameter folder: proc(5)'s of this process; another one for tests.
  static func read(_ folder: String = "/proc/self") -> ProcessFigures {
    func text(_ name: String) -> String? { KernelFile.text("\(folder)/\(name)") }
    var figures = ProcessFigures()
    if let pages = text("statm")?.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) {
      figures.residentBytes = pages * sysconf(Int32(_SC_PAGESIZE))
    }
    // The name in the second field may hold blanks and brackets: what follows the last bracket is plain.
    if let line = text("stat"), let end = line.lastIndex(of: ")") {
      let fields = line[line.index(after: end)...].split(separator: " ").map { Double($0) }
      let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))
      // Fields 14, 15 and 22 of proc(5); the first one here is field 3.
      if fields.count > 19, let user = fields[11], let system = fields[12], let start = fields[19] {
        figures.processorSeconds = (user + system) / ticks
        // Counted from the machine's start; `/proc/stat`, which has the hour of that, is hidden from a hardened service
        // (ProcSubset=pid).
        figures.startTime = BootClock.seconds().map { Date().timeIntervalSince1970 - ($0 - start / ticks) }
      }
    }
    figures.openFiles = (try? FileManager.default.contentsOfDirectory(atPath: folder + "/fd"))?.count
    var usage = rusage()
    if getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 { figures.wakeUps = usage.ru_nvcsw }
    return figures
  }
}
