/// Looks at a pack's bytes before anything is built from them.
struct PackScan {
  /// The line of what nests too deeply, from 1.
  private(set) var deepLine: Int?
  /// The line of an anchor or alias, from 1.
  private(set) var anchorLine: Int?
  /// Whether the text may have more nodes than a pack may have.
  private(set) var isOversize = false
  /// After the first line `templates:`.
  private(set) var templatesList: Place?
  private var depth = 0
  private var parted = 0
  private var hidden = HiddenSigns()

  struct Place {
    /// In bytes.
    let offset: Int
    /// From 1.
    let line: Int
  }

  var isRefused: Bool { deepLine != nil || anchorLine != nil || isOversize }

  init(_ yaml: String) {
    var yaml = yaml
    yaml.withUTF8 { look($0) }
  }

  private mutating func look(_ bytes: UnsafeBufferPointer<UInt8>) {
    var start = 0
    var number = 0
    var isInTable = false
    while start <= bytes.count, deepLine == nil {
      number += 1
      let signs = hidden.count
      let end = shape(bytes, from: start, number)
      let line = bytes[start..<end]
      // Within the table of lines everything is text.
      if !isInTable || !(line.isEmpty || line.first == 0x20) {
        isInTable = line.elementsEqual(Self.tableHead)
        if anchorLine == nil, hidden.count > signs, Self.hasAnchor(line) { anchorLine = number }
        if templatesList == nil, end < bytes.count, line.elementsEqual(Self.templatesHead) {
          templatesList = Place(offset: end + 1, line: number + 1)
        }
      }
      start = end + 1
    }
    isOversize = parted > PackLimits.partsMax
    anchorLine = anchorLine ?? hidden.line
  }

  private static let tableHead = Array("lines: |".utf8)
  private static let templatesHead = Array("templates:".utf8)

  /// Depth is counted without regard to quotes, so that no quote can hide it; what a text has of brackets is closed
  /// again or far from the limit.
  /// - Returns: the line's end.
  private mutating func shape(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int, _ number: Int) -> Int {
    parted += 1
    var previous: UInt8 = 0x20
    var end = start
    while end < bytes.count, bytes[end] != 0x0A {
      let byte = bytes[end]
      switch byte {
      case 0x5B, 0x7B:
        depth += 1
        parted += 1
        if depth > PackLimits.depthMax, deepLine == nil { deepLine = number }
      case 0x5D, 0x7D: depth = max(0, depth - 1)
      case 0x2C, 0x0D: parted += 1
      case 0x20, 0x09: if previous == 0x3A || previous == 0x2D || previous == 0x3F { parted += 1 }
      case 0x26, 0x2A: hidden.look(byte, after: previous, before: end + 1 < bytes.count ? bytes[end + 1] : 0x0A, number)
      default: break
      }
      previous = byte
      end += 1
    }
    // `- - -` and `? ? ?` nest on one line too.
    let indent = bytes[start..<end].prefix { $0 == 0x20 || $0 == 0x2D || $0 == 0x3F }.count
    if indent > PackLimits.depthMax * 4, deepLine == nil { deepLine = number }
    return end
  }

  /// The early, plain sign of an anchor or alias.
  private static func hasAnchor(_ line: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
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
  /// Of `&` and `*`, whatever stands beside them.
  private(set) var count = 0

  /// The alias' line where both signs were seen.
  var line: Int? { anchorLine == nil ? nil : aliasLine }

  /// - Parameter previous: a space where the line begins.
  mutating func look(_ byte: UInt8, after previous: UInt8, before next: UInt8, _ number: Int) {
    count += 1
    guard Self.isNamed(next), !Self.isWithinWord(previous) else { return }
    if byte == 0x26 { anchorLine = anchorLine ?? number } else { aliasLine = aliasLine ?? number }
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
