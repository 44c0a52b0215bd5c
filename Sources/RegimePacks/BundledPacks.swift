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
    return try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { $0.hasSuffix(".yaml") }
      .sorted()
      .map { Pack(code: String($0.dropLast(".yaml".count)), yaml: try Resource.text(folder.appendingPathComponent($0))) }
  }
}

/// The State Council's calendars 2013 to 2026, as the program ships them.
public enum BundledCalendar {
  /// - Throws: when the resource is missing.
  public static var csv: String {
    get throws { try Resource.text(Bundle.module.bundleURL.appendingPathComponent("Calendar/holidays.csv")) }
  }
}

enum Resource {
  /// A file shipped beside the executable. Mapped: one copy, into the text, instead of two.
  static func text(_ file: URL) throws -> String {
    String(decoding: try Data(contentsOf: file, options: .mappedIfSafe), as: UTF8.self)
  }
}
