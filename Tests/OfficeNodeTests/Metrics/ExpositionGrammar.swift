/// A strict reader of Prometheus's text format 0.0.4, written from its description and knowing nothing of the writer.
struct ExpositionGrammar {
  struct Sample: Hashable {
    let name: String
    let labels: [String: String]
    let value: Double
  }

  struct Failure: Error, CustomStringConvertible {
    let line: Int
    let description: String
  }

  private(set) var samples: [Sample] = []
  private(set) var types: [String: String] = [:]
  private(set) var helps: [String: String] = [:]
  private var ended: Set<String> = []
  private var current: String?
  private var number = 0

  /// - Throws: `Failure` at the first line that is not as the format wants it.
  init(_ text: String) throws {
    guard text.isEmpty || text.hasSuffix("\n") else { throw Failure(line: 0, description: "the last line has no end") }
    for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
      number += 1
      try read(line)
    }
    try checkHistograms()
  }

  private func fail(_ text: String) -> Failure { Failure(line: number, description: text) }

  private mutating func read(_ line: Substring) throws {
    if line.hasPrefix("# HELP ") || line.hasPrefix("# TYPE ") {
      let parts = line.dropFirst(7).split(separator: " ", maxSplits: 1).map(String.init)
      guard parts.count == 2, isName(parts[0]) else { throw fail("a comment without name") }
      try enter(parts[0])
      if line.hasPrefix("# HELP ") {
        guard helps.updateValue(parts[1], forKey: parts[0]) == nil else { throw fail("HELP twice") }
      } else {
        guard ["counter", "gauge", "histogram", "summary", "untyped"].contains(parts[1]) else {
          throw fail("TYPE \(parts[1])")
        }
        guard types.updateValue(parts[1], forKey: parts[0]) == nil else { throw fail("TYPE twice") }
        guard !samples.contains(where: { family(of: $0.name) == parts[0] }) else { throw fail("TYPE behind a sample") }
      }
      return
    }
    guard !line.isEmpty, !line.hasPrefix("#") else { throw fail("an empty line or comment") }
    var rest = line
    let name = String(rest.prefix { $0 != "{" && $0 != " " })
    guard isName(name) else { throw fail("name \(name)") }
    try enter(family(of: name))
    rest = rest.dropFirst(name.count)
    let labels = try readLabels(&rest)
    guard rest.first == " ", let value = Self.value(String(rest.dropFirst())) else { throw fail("value \(rest)") }
    let sample = Sample(name: name, labels: labels, value: value)
    guard !samples.contains(where: { $0.name == name && $0.labels == labels }) else { throw fail("twice: \(line)") }
    samples.append(sample)
  }

  private func readLabels(_ rest: inout Substring) throws -> [String: String] {
    guard rest.first == "{" else { return [:] }
    rest.removeFirst()
    var labels: [String: String] = [:]
    while true {
      let name = String(rest.prefix { $0 != "=" })
      guard isName(name), !name.contains(":"), !name.hasPrefix("__") else { throw fail("label \(name)") }
      rest = rest.dropFirst(name.count)
      guard rest.hasPrefix("=\"") else { throw fail("label \(name) without value") }
      rest = rest.dropFirst(2)
      var value = ""
      while let character = rest.popFirst(), character != "\"" {
        guard character == "\\" else {
          value.append(character)
          continue
        }
        switch rest.popFirst() {
        case "\\": value.append("\\")
        case "\"": value.append("\"")
        case "n": value.append("\n")
        default: throw fail("escape in \(name)")
        }
      }
      guard labels.updateValue(value, forKey: name) == nil else { throw fail("label \(name) twice") }
      switch rest.popFirst() {
      case ",": continue
      case "}": return labels
      default: throw fail("behind label \(name)")
      }
    }
  }

  /// All lines of a family stand together.
  private mutating func enter(_ family: String) throws {
    if current == family { return }
    if let current { ended.insert(current) }
    guard !ended.contains(family) else { throw fail("\(family) comes again") }
    current = family
  }

  private func family(of name: String) -> String {
    for suffix in ["_bucket", "_sum", "_count"] where name.hasSuffix(suffix) {
      let family = String(name.dropLast(suffix.count))
      if types[family] == "histogram" { return family }
    }
    return name
  }

  private func isName(_ name: String) -> Bool { name.wholeMatch(of: /[a-zA-Z_:][a-zA-Z0-9_:]*/) != nil }

  /// As Go's ParseFloat reads it.
  private static func value(_ text: String) -> Double? {
    switch text {
    case "NaN": .nan
    case "+Inf": .infinity
    case "-Inf": -.infinity
    default: text.wholeMatch(of: /-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?/) != nil ? Double(text) : nil
    }
  }

  /// Buckets do not fall, end with +Inf, and that is the count.
  private func checkHistograms() throws {
    for (family, type) in types where type == "histogram" {
      let buckets = samples.filter { $0.name == family + "_bucket" }
      let bounds = buckets.compactMap { $0.labels["le"].flatMap(Self.value) }
      guard bounds.count == buckets.count, bounds == bounds.sorted(), bounds.last == .infinity else {
        throw Failure(line: 0, description: "\(family): bounds")
      }
      guard buckets.map(\.value) == buckets.map(\.value).sorted(),
        samples.first(where: { $0.name == family + "_count" })?.value == buckets.last?.value,
        samples.contains(where: { $0.name == family + "_sum" })
      else { throw Failure(line: 0, description: "\(family): counts") }
    }
  }
}
