import Foundation
import Glibc
public import Logging

/// Writes one line an event to standard error: time, level, event, and the listed keys. What is not on the lists of
/// `LogEventName` and `LogKey` is left out and counted, so that no library's text and no slip of ours can carry a
/// person's data into a log.
public struct NodeLogHandler: LogHandler {
  public var logLevel: Logger.Level
  public var metadata: Logger.Metadata = [:]
  private let format: NodeConfiguration.LogFormat
  private let now: @Sendable () -> UInt64
  private let write: @Sendable (String) -> Void

  /// Longest value, characters: room for a system's message with an address in it.
  static let valueMax = 300

  /// - Parameters:
  ///   - now: Unix milliseconds.
  ///   - write: takes a whole line with its end.
  init(
    format: NodeConfiguration.LogFormat, level: Logger.Level, now: @escaping @Sendable () -> UInt64,
    write: @escaping @Sendable (String) -> Void
  ) {
    self.format = format
    logLevel = level
    self.now = now
    self.write = write
  }

  /// The log of a serving node.
  public static func logger(_ configuration: NodeConfiguration) -> Logger {
    Logger(label: "docket") { _ in
      NodeLogHandler(format: configuration.logFormat, level: configuration.logLevel, now: SystemEffects.live.now) {
        line in
        // In one piece, so that lines of two threads do not mix. A log that nobody takes any more, or a full disk, stops
        // no office from working.
        try? FileHandle.standardError.write(contentsOf: Data(line.utf8))
      }
    }
  }

  public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  public func log(event: Logging.LogEvent) {
    let slug = event.message.description.replacing(" ", with: "-")
    let name = LogEventName(rawValue: slug) ?? .unlisted
    var values: [(LogKey, String)] = []
    var dropped = 0
    if name == .unlisted {
      values.append((.module, event.source))
      dropped = metadata.count + (event.metadata?.count ?? 0) + 1
    } else {
      let all = metadata.merging(event.metadata ?? [:]) { _, new in new }
      values = LogKey.allCases.compactMap { key in all[key.rawValue].map { (key, "\($0)") } }
      dropped = all.count - values.count
    }
    if dropped > 0 { values.append((.dropped, "\(dropped)")) }
    let time = LogTime.text(now())
    switch format {
    case .text: write(LogLine.text(time: time, level: event.level.rawValue, event: name, values))
    case .json: write(LogLine.json(time: time, level: event.level.rawValue, event: name, values))
    }
  }
}

/// A line of the log.
enum LogLine {
  /// `2026-11-21T09:30:00.000Z info session-complete peer=130526 sent=3`: values with blanks, quotes or what is not
  /// ASCII stand in quotes.
  static func text(time: String, level: String, event: LogEventName, _ values: [(LogKey, String)]) -> String {
    let pairs = values.map { key, value in
      let clean = clean(value)
      let isPlain = !clean.isEmpty && clean.utf8.allSatisfy { (0x21...0x7e).contains($0) && !"\"=".utf8.contains($0) }
      return " \(key.rawValue)=" + (isPlain ? clean : quoted(clean))
    }
    return "\(time) \(level) \(event.rawValue)\(pairs.joined())\n"
  }

  static func json(time: String, level: String, event: LogEventName, _ values: [(LogKey, String)]) -> String {
    let pairs = values.map { key, value in
      let clean = clean(value)
      return ",\"\(key.rawValue)\":" + (key.isNumber && Int(clean) != nil ? clean : quoted(clean))
    }
    return "{\"time\":\"\(time)\",\"level\":\"\(level)\",\"event\":\"\(event.rawValue)\"\(pairs.joined())}\n"
  }

  /// Of one line and bounded: a peer may have had a hand in it.
  private static func clean(_ value: String) -> String {
    let scalars = value.unicodeScalars.prefix(NodeLogHandler.valueMax).map { scalar in
      // Controls of both blocks, and the separators and marks that turn the direction of writing.
      switch scalar.value {
      case 0..<0x20, 0x7f..<0xa0, 0x2028...0x202e, 0x2066...0x2069: Unicode.Scalar(UInt8(ascii: " "))
      default: scalar
      }
    }
    return String(String.UnicodeScalarView(scalars))
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for character in text {
      if character == "\"" || character == "\\" { result.append("\\") }
      result.append(character)
    }
    return result + "\""
  }
}

/// Times of the log: RFC 3339, UTC, milliseconds.
enum LogTime {
  static func text(_ milliseconds: UInt64) -> String {
    var seconds = time_t(milliseconds / 1_000)
    var parts = tm()
    gmtime_r(&seconds, &parts)
    func digits(_ number: Int, _ count: Int) -> String {
      let text = "\(number)"
      return String(repeating: "0", count: max(0, count - text.count)) + text
    }
    let day =
      "\(digits(Int(parts.tm_year) + 1_900, 4))-\(digits(Int(parts.tm_mon) + 1, 2))-\(digits(Int(parts.tm_mday), 2))"
    let clock = "\(digits(Int(parts.tm_hour), 2)):\(digits(Int(parts.tm_min), 2)):\(digits(Int(parts.tm_sec), 2))"
    return "\(day)T\(clock).\(digits(Int(milliseconds % 1_000), 3))Z"
  }
}
