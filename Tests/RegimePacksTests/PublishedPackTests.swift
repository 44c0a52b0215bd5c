import Casework
@testable import RegimePacks
import Testing

/// A pack as it is published carries the templates it uses; those that are the library's own are not read again.
@Suite("Packs as they are published")
struct PublishedPackTests {
  private func mistakes(_ yaml: String) -> [PackMistake] {
    do throws(PackError) {
      _ = try PackLoader.load(yaml: yaml, file: "t")
      return []
    } catch {
      return error.mistakes
    }
  }

  private func carried(_ yaml: String) -> CarriedTemplates {
    CarriedTemplates(yaml, after: PackScan(yaml).templatesList)
  }

  @Test("a published pack means what it meant before", arguments: try BundledPacks.all())
  func sameMeaning(bundled: BundledPacks.Pack) throws {
    let published = WorkflowLibrary.selfContained(bundled.yaml)
    #expect(published.utf8.count > bundled.yaml.utf8.count)
    let pack = try PackLoader.load(yaml: bundled.yaml, file: bundled.code)
    #expect(try PackLoader.load(yaml: published, file: bundled.code) == pack)
    // A comment before each template: none is cut down, all are read from the pack.
    let ownText = published.replacing("\n  - id: ", with: "\n  # own\n  - id: ")
    #expect(carried(ownText).templates.isEmpty)
    #expect(try PackLoader.load(yaml: ownText, file: bundled.code) == pack)
  }

  @Test("of its templates nothing is left to read, and every line keeps its number", arguments: try BundledPacks.all())
  func nothingTwice(bundled: BundledPacks.Pack) throws {
    let published = WorkflowLibrary.selfContained(bundled.yaml)
    let used = Set((try YAMLNode.read(bundled.yaml)?["workflows"]?.list ?? []).compactMap { $0["use"]?.text })
    let carried = carried(published)
    #expect(!used.isEmpty && Set(carried.templates.values.map(\.id)) == used)
    let short = try #require(try YAMLNode.read(carried.yaml))
    #expect(carried.fits(short))
    for element in short["templates"]?.list ?? [] { #expect(element.mapping?.count == 1) }
    let lines = carried.yaml.split(separator: "\n", omittingEmptySubsequences: false)
    let whole = published.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count == whole.count)
    #expect(zip(lines, whole).allSatisfy { $0.isEmpty || $0 == $1 })
  }

  @Test("only what the library holds is looked for among its files")
  func noPaths() throws {
    #expect(try #require(WorkflowLibrary.entry("complaint")).template.id == "complaint")
    #expect(WorkflowLibrary.entry("../Packs/haigang") == nil && WorkflowLibrary.entry("") == nil)
  }

  @Test("a mistake after carried templates shows at its line; a changed template is the pack's own")
  func linesAfter() throws {
    let yaml = try #require(try BundledPacks.all().first { $0.code == "haigang" }).yaml
    let published = WorkflowLibrary.selfContained(yaml)
    let longer = published + "planted: 1\n"
    let line = published.utf8.count { $0 == 0x0A } + 1
    #expect(mistakes(longer).map { "\($0.line) \($0.kind)" } == ["\(line) unknownKey"])

    let other = published.replacing("\n    kind: complaint\n", with: "\n    kind: cake\n")
    #expect(other != published)
    let found = mistakes(other)
    #expect(found.contains { $0.kind == .badValue && $0.path.hasSuffix(".kind") })
    // The key after the last element belongs to the template and is none of its keys.
    let more = mistakes(published + "    planted: 1\n")
    #expect(!more.isEmpty && more.allSatisfy { $0.kind == .unknownKey && $0.path.hasSuffix(".planted") })
  }

  @Test("the list within a quoted text is no list")
  func quoted() throws {
    let blocks = WorkflowLibrary.ids.compactMap { WorkflowLibrary.entry($0)?.block }
    let block = try #require(blocks.first { !$0.contains("'") })
    let yaml = "document: 'x\ntemplates:\n\(block)end'\ntemplates:\n  - x: 1\n"
    #expect(!carried(yaml).templates.isEmpty)
    let root = try #require(try YAMLNode.read(carried(yaml).yaml))
    #expect(!carried(yaml).fits(root))
    #expect(mistakes(yaml).contains { $0.kind == .unknownKey && $0.path.hasSuffix("document") })
  }

  @Test("a key twice, a second document, what is no YAML: each refused at its line", arguments: [
    ("pack: {code: a}\nroles: []\npack: {}\n", PackMistake.Kind.repeated, 3),
    ("pack:\n  code: a\n  terms: {x: 1, y: 2, x: 3}\n", .repeated, 3),
    ("a: {\n" + (0..<40).map { "k\($0): 1,\n" }.joined() + "k7: 1}\n", .repeated, 42),
    ("pack: {}\n---\npack: {}\n", .syntax, 2),
    ("pack: {}\nx: \u{1}\n", .syntax, 2), ("pack: {}\nx: \"y\n", .syntax, 3),
  ])
  func refused(yaml: String, kind: PackMistake.Kind, line: Int) {
    #expect(mistakes(yaml).map { "\($0.line) \($0.kind)" } == ["\(line) \(kind)"])
  }
}
