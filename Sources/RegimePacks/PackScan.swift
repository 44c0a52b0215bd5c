/// Looks at a pack's bytes before anything is built from them.
struct PackScan {
  /// The line of what nests too deeply, from 1.
  private(set) var deepLine: Int?
  /// The line of an anchor or alias, from 1.
  private(set) var anchorLine: Int?
  /// Whether the text may have more nodes than a pack may have.
  private(set) var isOversize = false
  private var depth = 0

  var isRefused: Bool { deepLine != nil || anchorLine != nil || isOversize }

  init(_ yaml: String) {
    let bytes = Array(yaml.utf8)
    var start = 0
    var number = 0
    var isInTable = false
    var parted = 0
    var hidden = HiddenSigns()
    while start <= bytes.count, deepLine == nil {
      number += 1
      var end = start
      while end < bytes.count, bytes[end] != 0x0A { end += 1 }
      let line = bytes[start..<end]
      shape(line, number, &parted)
      hidden.look(line, number)
      if anchorLine == nil {
        // Within the table of lines everything is text.
        if !isInTable || !(line.isEmpty || line.first == 0x20) {
          isInTable = line.elementsEqual(Self.tableHead)
          if Self.hasAnchor(line) { anchorLine = number }
        }
      }
      start = end + 1
    }
    isOversize = parted > PackLimits.partsMax
    anchorLine = anchorLine ?? hidden.line
  }

  private static let tableHead = Array("lines: |".utf8)

  /// Depth is counted without regard to quotes, so that no quote can hide it; what a text has of brackets is closed
  /// again or far from the limit.
  private mutating func shape(_ line: ArraySlice<UInt8>, _ number: Int, _ parted: inout Int) {
    parted += 1
    var previous: UInt8 = 0x20
    for byte in line {
      switch byte {
      case 0x5B, 0x7B:
        depth += 1
        parted += 1
        if depth > PackLimits.depthMax, deepLine == nil { deepLine = number }
      case 0x5D, 0x7D: depth = max(0, depth - 1)
      case 0x2C, 0x0D: parted += 1
      case 0x20, 0x09: if previous == 0x3A || previous == 0x2D || previous == 0x3F { parted += 1 }
      default: break
      }
      previous = byte
    }
    // `- - -` and `? ? ?` nest on one line too.
    let indent = line.prefix { $0 == 0x20 || $0 == 0x2D || $0 == 0x3F }.count
    if indent > PackLimits.depthMax * 4, deepLine == nil { deepLine = number }
  }

  /// The early, plain sign of an anchor or alias.
  private static func hasAnchor(_ line: ArraySlice<UInt8>) -> Bool {
    var previous: UInt8 = 0x20
    var quote: UInt8 = 0
    for byte in line {
      if quote != 0 {
        if byte == quote { quote = 0 }
      } else if byte == 0x22 || byte == 0x27, isSeparator(previous) {
        quote = byte
      } else if byte == 0x23, previous == 0x20 {
        return false
      } else if byte == 0x26 || byte == 0x2A, isSeparator(previous) {
        // `*` alone in quotes is the wildcard state; bare it would be an alias.
        return true
      }
      previous = byte
    }
    return false
  }

  private static func isSeparator(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x5B || byte == 0x7B || byte == 0x2C || byte == 0x3A || byte == 0x2D
  }
}

/// Signs of an anchor and of an alias wherever they stand: what looks quoted line by line may be no quotation, and an
/// aliased list as a key is walked while the tree is being built. A bomb needs both signs; a text hardly ever has both.
private struct HiddenSigns {
  private var anchorLine: Int?
  private var aliasLine: Int?

  /// The alias' line where both signs were seen.
  var line: Int? { anchorLine == nil ? nil : aliasLine }

  mutating func look(_ line: ArraySlice<UInt8>, _ number: Int) {
    for index in line.indices where line[index] == 0x26 || line[index] == 0x2A {
      guard index + 1 < line.endIndex, Self.isNamed(line[index + 1]),
        index == line.startIndex || !Self.isWithinWord(line[index - 1])
      else { continue }
      if line[index] == 0x26 { anchorLine = anchorLine ?? number } else { aliasLine = aliasLine ?? number }
    }
  }

  /// A byte of an anchor's name.
  private static func isNamed(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte) || byte == 0x2D
      || byte == 0x5F
  }

  /// After these no token begins, as in R&D. Beyond ASCII are line breaks too, so nothing there counts.
  private static func isWithinWord(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte) || byte == 0x5F
  }
}
