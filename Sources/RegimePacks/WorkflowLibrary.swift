import Foundation
import Synchronization

/// The workflow templates shipped with the program, so that what bureaus share is written once.
public enum WorkflowLibrary {
  /// One template, read the first time a pack uses it.
  struct Entry: Sendable {
    let template: WorkflowTemplate
    /// As it is written into a pack: an element of the list `templates`, without comments and empty lines.
    let block: String
  }

  private static let folder = Bundle.module.bundleURL.appendingPathComponent("Workflows")

  /// In the order of their files, in which they are written into a pack. Empty when the resources that belong beside
  /// the executable are missing; every `use:` then says so.
  static let ids: [String] = {
    let found = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return found.filter { $0.hasSuffix(".yaml") }.sorted().map { String($0.dropLast(".yaml".count)) }
  }()

  private static let read = Mutex<[String: Entry]>([:])

  /// A template, read once a process.
  static func entry(_ id: String) -> Entry? {
    // Only what the folder holds: an id of a pack may be any text.
    guard ids.contains(id) else { return nil }
    if let entry = read.withLock({ $0[id] }) { return entry }
    guard let yaml = try? Resource.text(folder.appendingPathComponent("\(id).yaml")) else { return nil }
    let block = block(yaml)
    // From the block, so that it means the same in the library and in a pack.
    guard let node = try? YAMLNode.read(block)?.list?.first, let template = WorkflowTemplate(node), template.id == id
    else { return nil }
    let entry = Entry(template: template, block: block)
    read.withLock { $0[id] = entry }
    return entry
  }

  private static func block(_ yaml: String) -> String {
    var yaml = yaml
    var block: [UInt8] = []
    yaml.withUTF8 { bytes in
      block.reserveCapacity(bytes.count * 5 / 4)
      for line in bytes.split(separator: 0x0A) {
        // No comments, no empty lines.
        guard let first = line.first(where: { $0 != 0x20 }), first != 0x23 else { continue }
        block += block.isEmpty ? "  - ".utf8 : "    ".utf8
        block += line
        block.append(0x0A)
      }
    }
    return String(decoding: block, as: UTF8.self)
  }

  /// The pack's text with the library's templates that it uses written into it, so that a published pack means the
  /// same in every office whatever version of the program runs there.
  public static func selfContained(_ yaml: String) -> String {
    // What the loader would refuse stays as it is, and is refused by it.
    guard yaml.utf8.count <= PackLimits.textBytesMax, !PackScan(yaml).isRefused, let root = try? YAMLNode.read(yaml)
    else { return yaml }
    let own = Set((root["templates"]?.list ?? []).compactMap { $0["id"]?.text })
    let used = Set((root["workflows"]?.list ?? []).compactMap { $0["use"]?.text })
    let wanted = ids.filter { used.contains($0) && !own.contains($0) }.compactMap { entry($0) }
    if wanted.isEmpty { return yaml }
    let blocks = wanted.map(\.block).joined()
    var lines = yaml.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    // The table's lines and everything nested are indented; what begins a line is a key of the pack.
    if let own = lines.firstIndex(where: { $0.hasPrefix("templates:") }) {
      // The pack's own list must be in block style, indented by two (Protocol/packs.md); an empty one is replaced.
      if lines[own].hasSuffix("[]") { lines[own] = "templates:" }
      lines.insert(String(blocks.dropLast()), at: own + 1)
      return lines.joined(separator: "\n")
    }
    let text = yaml.hasSuffix("\n") ? yaml : yaml + "\n"
    return "\(text)templates:\n\(blocks)"
  }
}
