/// The templates that a published pack carries just as the library has them. They need not be read again: five packs
/// have them as more than half of their text, each the same ones.
struct CarriedTemplates {
  /// The pack's text with each of them cut down to its id and empty lines, so that every line keeps its number.
  private(set) var yaml: String
  /// By the line of their id.
  private(set) var templates: [Int: WorkflowTemplate] = [:]

  /// - Parameter list: where the elements of `templates:` begin.
  init(_ yaml: String, after list: PackScan.Place?) {
    self.yaml = yaml
    guard let list else { return }
    let bytes = Array(yaml.utf8)
    var position = list.offset
    var line = list.line
    var shortened = Array(bytes[..<position])
    while let id = Self.id(bytes[position...]), let entry = WorkflowLibrary.entry(id),
      Self.isWhole(entry.block, in: bytes[position...])
    {
      shortened += Self.head.utf8
      shortened += id.utf8
      let lines = entry.block.utf8.count { $0 == 0x0A }
      shortened += repeatElement(0x0A, count: lines)
      templates[line] = entry.template
      position += entry.block.utf8.count
      line += lines
    }
    if templates.isEmpty { return }
    shortened += bytes[position...]
    self.yaml = String(decoding: shortened, as: UTF8.self)
  }

  private static let head = "  - id: "

  private static func id(_ rest: ArraySlice<UInt8>) -> String? {
    guard rest.starts(with: head.utf8) else { return nil }
    let id = rest.dropFirst(head.utf8.count).prefix(PackMap.idBytesMax + 1).prefix { $0 != 0x0A }
    return String(decoding: id, as: UTF8.self)
  }

  /// Whether the template is there and ends there: after it comes another one, a key of the pack or nothing.
  private static func isWhole(_ block: String, in rest: ArraySlice<UInt8>) -> Bool {
    guard rest.starts(with: block.utf8) else { return false }
    let after = rest.dropFirst(block.utf8.count)
    return after.isEmpty || after.starts(with: "  - ".utf8) || (0x61...0x7A).contains(after[after.startIndex])
  }

  /// Whether every one that was cut down is an element of the list in what was read: the line `templates:` may stand
  /// within a quoted text.
  func fits(_ root: YAMLNode?) -> Bool {
    let found = (root?["templates"]?.list ?? []).count { element in
      guard let template = element.line.flatMap({ templates[$0] }) else { return false }
      return element.mapping?.count == 1 && element["id"]?.text == template.id
    }
    return found == templates.count
  }
}
