public import Casework

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
    let scan = PackScan(yaml)
    if let line = scan.deepLine { throw tooDeep(line) }
    if let line = scan.anchorLine { throw aliases(line) }
    if scan.isOversize { throw tooManyEntries() }
    let root: YAMLNode?
    var carried = CarriedTemplates(yaml, after: scan.templatesList)
    if !carried.templates.isEmpty, let short = try? YAMLNode.read(carried.yaml), carried.fits(short) {
      root = short
    } else {
      carried = CarriedTemplates(yaml, after: nil)
      do { root = try YAMLNode.read(yaml) } catch { throw refusal(error) }
    }
    let pack = PackParser(reader: reader, carried: carried.templates).pack(root)
    if let pack { PackCheck(reader: reader, lines: PackLines(reader: reader, root: root)).check(pack) }
    guard let pack, reader.mistakes.isEmpty else {
      throw PackError(mistakes: reader.mistakes.sorted { ($0.line, $0.path) < ($1.line, $1.path) })
    }
    return pack
  }

  private static func tooDeep(_ line: Int) -> PackError {
    PackError(mistakes: [
      PackMistake(
        line: line, path: "", kind: .tooDeep, message: Bilingual(zh: "嵌套过深。", en: "Nested too deeply."),
        remedy: Bilingual(
          zh: "制度包最多嵌套 \(PackLimits.depthMax) 层。", en: "A pack nests at most \(PackLimits.depthMax) deep."))
    ])
  }

  private static func tooManyEntries() -> PackError {
    PackError(mistakes: [
      PackMistake(
        line: 1, path: "", kind: .tooLarge,
        message: Bilingual(
          zh: "制度包的条目超过 \(PackLimits.partsMax) 个。",
          en: "The pack has more than \(PackLimits.partsMax) entries."),
        remedy: Bilingual(zh: "拆成几个制度包。", en: "Split it into several packs."))
    ])
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

  private static func refusal(_ fault: YAMLFault) -> PackError {
    switch fault {
    case .alias(let line): aliases(line)
    case .tooManyNodes: tooManyEntries()
    case .syntax(let line, let problem):
      PackError(mistakes: [
        PackMistake(
          line: line, path: "", kind: .syntax,
          message: Bilingual(zh: "YAML 语法错误：\(problem)", en: "YAML syntax: \(problem)"),
          remedy: Bilingual(zh: "检查缩进、冒号和引号。", en: "Check indentation, colons and quotation marks."))
      ])
    case .repeatedKey(let name, let line):
      PackError(mistakes: [
        PackMistake(
          line: line, path: name, kind: .repeated,
          message: Bilingual(zh: "键 \(name) 重复。", en: "The key \(name) stands twice."),
          remedy: Bilingual(zh: "删去一个。", en: "Remove one."))
      ])
    }
  }
}
