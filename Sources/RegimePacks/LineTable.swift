import Casework

/// The document's lines as a table within the pack: one line each, seven cells parted by tabs — place, id, line in the
/// document, section, wording, English, terms (`name=value;name=value`). A table, because a bureau's document has
/// hundreds of lines, and as YAML nodes they would cost most of a pack's loading time.
struct LineTable {
  /// By place, in the table's order.
  private(set) var lines: [String: [Provision]] = [:]
  private let reader: PackReader
  private let node: YAMLNode?

  init(_ node: YAMLNode?, _ reader: PackReader) {
    self.reader = reader
    self.node = node
    guard let node else { return }
    guard let text = node.text else {
      reader.mistake(
        node, "lines", .wrongType, "lines 应为文本块。", "lines must be a block of text.", "写作 lines: |。", "Write lines: |.")
      return
    }
    // The bytes as they lie: a string's own view finds each place anew.
    var whole = text
    whole.withUTF8 { bytes in
      for (offset, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated()
      where !line.isEmpty {
        add(line, offset)
      }
    }
  }

  private mutating func add(_ line: Slice<UnsafeBufferPointer<UInt8>>, _ offset: Int) {
    let cells = Self.cells(line, partedBy: 0x09)
    guard cells.count == 6 || cells.count == 7, let number = Int(cells[2]), (0...PackLimits.numberMax).contains(number),
      PackMap.isID(cells[1]), !cells[3].isEmpty, !cells[4].isEmpty, !cells[5].isEmpty
    else {
      reader.mistake(
        below: node, by: offset + 1, "lines", .badValue, "原文表的一行须有六或七列：位置、编号、行号、出处、原文、英文、要素。",
        "A line has six or seven cells: place, id, line, section, wording, English, terms.", "补齐各列，以制表符分开。",
        "Complete it; part the cells by tabs.")
      return
    }
    var terms: [String: String] = [:]
    if cells.count == 7 {
      let pairs = cells[6].utf8.split(separator: 0x3B)
      terms.reserveCapacity(pairs.count)
      for pair in pairs {
        let mark = pair.firstIndex(of: 0x3D) ?? pair.endIndex
        terms[String(Substring(pair[..<mark]))] =
          mark < pair.endIndex ? String(Substring(pair[pair.index(after: mark)...])) : ""
      }
    }
    lines[cells[0], default: []].append(
      Provision(
        id: cells[1], text: Bilingual(zh: cells[4], en: cells[5]), source: cells[3], line: number, terms: terms))
  }

  private static func cells(_ line: Slice<UnsafeBufferPointer<UInt8>>, partedBy mark: UInt8) -> [String] {
    var cells: [String] = []
    cells.reserveCapacity(7)
    var start = line.startIndex
    while true {
      let end = line[start...].firstIndex(of: mark) ?? line.endIndex
      cells.append(String(decoding: line[start..<end], as: UTF8.self))
      if end == line.endIndex { return cells }
      start = end + 1
    }
  }

  /// Takes the lines of a place out; what is left at the end belongs nowhere.
  mutating func take(_ place: String) -> [Provision] { lines.removeValue(forKey: place) ?? [] }

  /// Reports lines of places that do not exist.
  func reportLeft() {
    for place in lines.keys.sorted() {
      reader.mistake(
        node, "lines", .unknownReference, "原文表的位置 \(place) 不存在。", "The place \(place) of the table does not exist.",
        "写作 regimes/制度/部分、duties/编号 等。", "Write regimes/REGIME/PART, duties/ID and so on.")
    }
  }
}
