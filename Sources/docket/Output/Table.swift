import Foundation

/// A table in the terminal's width. Han characters take two columns.
struct Table {
  private let header: [String]
  private var rows: [[String]] = []

  init(_ header: [String]) { self.header = header }

  mutating func add(_ cells: [String]) { rows.append(cells) }

  /// - Parameter width: columns of the terminal; the widest column gives way when the table is wider.
  func text(width: Int) -> String {
    var widths = header.map(Self.columns)
    for row in rows {
      for (index, cell) in row.enumerated() { widths[index] = max(widths[index], Self.columns(cell)) }
    }
    let gaps = 2 * (widths.count - 1)
    while widths.reduce(gaps, +) > width, let widest = widths.indices.max(by: { widths[$0] < widths[$1] }),
      widths[widest] > 8
    {
      widths[widest] -= 1
    }
    let lines = ([header] + rows).map { row in
      zip(row, widths).enumerated().map { index, pair in
        let cell = Self.clipped(pair.0, pair.1)
        return index == row.count - 1
          ? cell : cell + String(repeating: " ", count: pair.1 - Self.columns(cell))
      }.joined(separator: "  ")
    }
    return lines.joined(separator: "\n")
  }

  static func columns(_ text: String) -> Int { text.unicodeScalars.reduce(0) { $0 + columns($1) } }

  private static func columns(_ scalar: Unicode.Scalar) -> Int {
    switch scalar.value {
    // East Asian wide and fullwidth blocks (Unicode TR 11), as far as Chinese texts use them.
    case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
      0xFFE0...0xFFE6, 0x20000...0x3FFFD:
      2
    default: 1
    }
  }

  static func clipped(_ text: String, _ width: Int) -> String {
    guard columns(text) > width else { return text }
    var result = ""
    var used = 0
    for character in text {
      let next = columns(String(character))
      if used + next > width - 1 { break }
      result.append(character)
      used += next
    }
    return result + "…"
  }

  /// The terminal's width, or enough where there is none.
  static func terminalWidth(_ descriptor: Int32 = STDOUT_FILENO) -> Int {
    var size = winsize()
    if ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 20 { return Int(size.ws_col) }
    return ProcessInfo.processInfo.environment["COLUMNS"].flatMap(Int.init) ?? 160
  }
}
