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
    let scan = PackScan(yaml)
    if let line = scan.deepLine { throw tooDeep(line) }
    if let line = scan.anchorLine { throw aliases(line) }
    if scan.isOversize { throw tooManyEntries() }
    let root: YAMLNode?
    do {
      root = try YAMLNode.read(yaml)
    } catch is YAMLNode.Oversize {
      throw aliases(1)
    } catch {
      throw PackError(mistakes: [syntax(error)])
    }
    let pack = PackParser(reader: reader, library: WorkflowLibrary.templates).pack(root)
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
