import Foundation

/// The workflow templates shipped with the program, so that what bureaus share is written once.
public enum WorkflowLibrary {
  /// One template's file.
  struct File: Sendable {
    let id: String
    let yaml: String
  }

  /// By id. Empty when the resources that belong beside the executable are missing; every `use:` then says so.
  static let files: [File] = {
    let folder = Bundle.module.bundleURL.appendingPathComponent("Workflows")
    let found = (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? []
    return found.filter { $0.pathExtension == "yaml" }.sorted { $0.lastPathComponent < $1.lastPathComponent }
      .compactMap { url in
        (try? String(contentsOf: url, encoding: .utf8)).map {
          File(id: url.deletingPathExtension().lastPathComponent, yaml: $0)
        }
      }
  }()

  /// Parsed once a process.
  static let templates: [String: WorkflowTemplate] = {
    var templates: [String: WorkflowTemplate] = [:]
    for file in files {
      if let node = try? YAMLNode.read(file.yaml), let template = WorkflowTemplate(node) {
        templates[template.id] = template
      }
    }
    return templates
  }()

  /// The pack's text with the library's templates that it uses written into it, so that a published pack means the
  /// same in every office whatever version of the program runs there.
  public static func selfContained(_ yaml: String) -> String {
    // What the loader would refuse stays as it is, and is refused by it.
    guard yaml.utf8.count <= PackLimits.textBytesMax, !PackScan(yaml).isRefused, let root = try? YAMLNode.read(yaml)
    else { return yaml }
    let own = Set((root["templates"]?.list ?? []).compactMap { $0["id"]?.text })
    let used = Set((root["workflows"]?.list ?? []).compactMap { $0["use"]?.text })
    let wanted = files.filter { used.contains($0.id) && !own.contains($0.id) }
    if wanted.isEmpty { return yaml }
    let blocks = wanted.map { file in
      let lines = file.yaml.split(separator: "\n", omittingEmptySubsequences: false)
        .filter { !$0.drop { $0 == " " }.hasPrefix("#") && !$0.allSatisfy(\.isWhitespace) }
      return lines.enumerated().map { ($0.offset == 0 ? "  - " : "    ") + $0.element }.joined(separator: "\n")
    }.joined(separator: "\n")
    var lines = yaml.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    // The table's lines and everything nested are indented; what begins a line is a key of the pack.
    if let own = lines.firstIndex(where: { $0.hasPrefix("templates:") }) {
      // The pack's own list must be in block style, indented by two (Protocol/packs.md); an empty one is replaced.
      if lines[own].hasSuffix("[]") { lines[own] = "templates:" }
      lines.insert(blocks, at: own + 1)
      return lines.joined(separator: "\n")
    }
    let text = yaml.hasSuffix("\n") ? yaml : yaml + "\n"
    return "\(text)templates:\n\(blocks)\n"
  }
}
