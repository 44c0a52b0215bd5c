import Foundation
import OfficeNode

/// An act at the desk beside raw C that writes the same rows and signs once: DESIGN section 8. Engine and floor take
/// turns on one file system; each turn's ratio is of acts written a moment apart, and the median of them counts.
struct ActComparison {
  /// Acts of one turn.
  let acts: Int
  let turns: Int
  let scratch: String

  struct Figures {
    var perSecond: Double
    var floorPerSecond: Double
    var vsFloor: Double
    var cpuVsFloor: Double
  }

  func figures() throws -> Figures {
    let home = Home(scratch + "/act-office")
    let floor = scratch + "/act-floor.sqlite"
    let cases = try Child.run(["act-office", "--home", home.path, "--cases", "\(acts * turns)"], as: [String].self)
    for end in ["", "-wal"] where FileManager.default.fileExists(atPath: home.database + end) {
      try FileManager.default.copyItem(atPath: home.database + end, toPath: floor + end)
    }
    var pairs: [(engine: ActsResult, floor: ActsResult)] = []
    for turn in 0..<turns {
      let own = cases[(turn * acts)..<((turn + 1) * acts)]
      let engine = try Child.run(["local-acts", "--home", home.path] + own, as: ActsResult.self)
      let raw = try Child.run(["floor-acts", "--engine", home.database, "--database", floor], as: ActsResult.self)
      guard engine.acts == acts, raw.acts == acts else { throw Measurement.Incomplete() }
      pairs.append((engine, raw))
    }
    return Figures(
      perSecond: median(pairs.map { Double(acts) / $0.engine.wallSeconds }),
      floorPerSecond: median(pairs.map { Double(acts) / $0.floor.wallSeconds }),
      vsFloor: median(pairs.map { $0.floor.wallSeconds / $0.engine.wallSeconds }),
      cpuVsFloor: median(pairs.map { $0.floor.cpuSeconds / $0.engine.cpuSeconds }))
  }

  private func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
}
