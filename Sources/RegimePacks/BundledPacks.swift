import Foundation

/// The packs shipped with the program.
public enum BundledPacks {
  public struct Pack: Sendable, Hashable {
    public let code: String
    public let yaml: String
  }

  /// By code.
  /// - Throws: when the resources that belong beside the executable are missing.
  public static func all() throws -> [Pack] {
    let folder = Bundle.module.bundleURL.appendingPathComponent("Packs")
    return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      .filter { $0.pathExtension == "yaml" }
      .sorted { $0.lastPathComponent < $1.lastPathComponent }
      .map { Pack(code: $0.deletingPathExtension().lastPathComponent, yaml: try String(contentsOf: $0, encoding: .utf8)) }
  }
}

/// The State Council's calendars 2013 to 2026, as the program ships them.
public enum BundledCalendar {
  /// - Throws: when the resource is missing.
  public static var csv: String {
    get throws {
      try String(contentsOf: Bundle.module.bundleURL.appendingPathComponent("Calendar/holidays.csv"), encoding: .utf8)
    }
  }
}
