public import Casework
import Yams

/// Reads a pack (format: Protocol/packs.md). All mistakes are found in one run.
public enum PackLoader {
  /// - Throws: `PackError` with every mistake.
  public static func load(yaml: String, file: String) throws(PackError) -> RegimePack {
    let reader = PackReader()
    guard yaml.utf8.count <= PackLimits.textBytesMax else {
      throw PackError(mistakes: [
        PackMistake(
          line: 1, path: file, kind: .tooLarge,
          message: Bilingual(zh: "制度包超过 1 MiB。", en: "The pack is larger than 1 MiB."),
          remedy: Bilingual(zh: "拆成几个制度包。", en: "Split it into several packs."))
      ])
    }
    try refuseHostile(yaml)
    try refuseAnchors(yaml)
    let root: Node?
    do {
      // Without tag rules: every scalar is a text here, and the rules are regular expressions.
      root = try Yams.compose(yaml: yaml, .basic)
    } catch {
      throw PackError(mistakes: [syntax(error)])
    }
    try refuseAliases(root)
    let pack = PackParser(reader: reader, library: WorkflowLibrary.templates).pack(root)
    if let pack { PackCheck(reader: reader, lines: PackLines(reader: reader)).check(pack) }
    guard let pack, reader.mistakes.isEmpty else {
      throw PackError(mistakes: reader.mistakes.sorted { ($0.line, $0.path) < ($1.line, $1.path) })
    }
    return pack
  }

  /// Looks at the bytes before anything is built. Depth is counted without regard to quotes, so that no quote can hide
  /// it; what a text has of brackets is closed again or far from the limit.
  private static func refuseHostile(_ yaml: String) throws(PackError) {
    var depth = 0
    for (index, line) in yaml.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
      for byte in line {
        switch byte {
        case 0x5B, 0x7B: depth += 1
        case 0x5D, 0x7D: depth = max(0, depth - 1)
        default: continue
        }
        if depth > PackLimits.depthMax { throw tooDeep(index + 1) }
      }
      // `- - -` and `? ? ?` nest on one line too.
      let indent = line.prefix { $0 == 0x20 || $0 == 0x2D || $0 == 0x3F }.count
      if indent > PackLimits.depthMax * 4 { throw tooDeep(index + 1) }
    }
  }

  private static func tooDeep(_ line: Int) -> PackError {
    PackError(mistakes: [
      PackMistake(
        line: line, path: "", kind: .tooDeep, message: Bilingual(zh: "嵌套过深。", en: "Nested too deeply."),
        remedy: Bilingual(
          zh: "制度包最多嵌套 \(PackLimits.depthMax) 层。", en: "A pack nests at most \(PackLimits.depthMax) deep."))
    ])
  }

  /// Refuses anchors and aliases. The parser shares an aliased node, so a bomb costs nothing until it is walked; the
  /// walk here ends at the budget.
  private static func refuseAliases(_ root: Node?) throws(PackError) {
    var budget = PackLimits.nodesMax
    if let root, !isWithin(&budget, root) { throw aliases(1) }
  }

  private static func isWithin(_ budget: inout Int, _ node: Node) -> Bool {
    budget -= 1
    guard budget > 0 else { return false }
    switch node {
    case .scalar: return true
    case .alias: return false
    case .sequence(let list): return list.allSatisfy { isWithin(&budget, $0) }
    case .mapping(let pairs): return pairs.allSatisfy { isWithin(&budget, $0.key) && isWithin(&budget, $0.value) }
    }
  }

  /// The early, plain sign of one, with its line. Within the table of lines everything is text.
  private static func refuseAnchors(_ yaml: String) throws(PackError) {
    var isInTable = false
    for (index, line) in yaml.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
      if isInTable, line.first == 0x20 || line.isEmpty { continue }
      isInTable = line.elementsEqual("lines: |".utf8)
      var previous: UInt8 = 0x20
      var quote: UInt8 = 0
      for byte in line {
        if quote != 0 {
          if byte == quote { quote = 0 }
        } else if byte == 0x22 || byte == 0x27, isSeparator(previous) {
          quote = byte
        } else if byte == 0x23, previous == 0x20 {
          break
        } else if byte == 0x26 || byte == 0x2A, isSeparator(previous) {
          // `*` alone in quotes is the wildcard state; bare it would be an alias.
          throw aliases(index + 1)
        }
        previous = byte
      }
    }
  }

  private static func aliases(_ line: Int) -> PackError {
    PackError(mistakes: [
      PackMistake(
        line: line, path: "", kind: .alias,
        message: Bilingual(zh: "不允许锚点和别名（& 与 *）。", en: "Anchors and aliases (& and *) are not allowed."),
        remedy: Bilingual(
          zh: "把内容写全；状态 * 和含 & 的文字须加引号。", en: "Write it out; quote the state * and texts with &."))
    ])
  }

  private static func isSeparator(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x5B || byte == 0x7B || byte == 0x2C || byte == 0x3A || byte == 0x2D
  }

  private static func syntax(_ error: any Error) -> PackMistake {
    var line = 1
    var text = "\(error)"
    if case YamlError.parser(_, let problem, let mark, _) = error {
      line = mark.line
      text = problem
    } else if case YamlError.scanner(_, let problem, let mark, _) = error {
      line = mark.line
      text = problem
    }
    return PackMistake(
      line: line, path: "", kind: .syntax, message: Bilingual(zh: "YAML 语法错误：\(text)", en: "YAML syntax: \(text)"),
      remedy: Bilingual(zh: "检查缩进、冒号和引号。", en: "Check indentation, colons and quotation marks."))
  }
}
