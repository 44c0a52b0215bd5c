/// Prometheus's text format, version 0.0.4
/// (github.com/prometheus/docs, exposition formats: "Text-based format").
enum PrometheusExposition {
  static let contentType = "text/plain; version=0.0.4; charset=utf-8"

  /// Families in the order of their names, each with `HELP` and `TYPE` once before its series.
  static func text(_ values: [PrometheusRegistry.Series: PrometheusRegistry.Value]) -> String {
    var text = ""
    let families = Dictionary(grouping: values, by: { $0.key.name }).sorted { $0.key < $1.key }
    for (name, series) in families where isName(name) {
      if let known = MetricName(rawValue: name) {
        text += "# HELP \(name) \(escaped(known.help, isQuoted: false))\n# TYPE \(name) \(known.kind.rawValue)\n"
      }
      let sorted = series.map { (labels($0.key.labels), $0.value) }.sorted { $0.0.joined() < $1.0.joined() }
      for (labels, value) in sorted { text += lines(name, labels, value) }
    }
    return text
  }

  private static func lines(_ name: String, _ labels: [String], _ value: PrometheusRegistry.Value) -> String {
    switch value {
    case .counter(let number), .gauge(let number): return line(name, labels, number)
    case .histogram(let histogram):
      let bounds = MetricName.transactionBounds.map(Self.number) + ["+Inf"]
      var text = ""
      for (bound, count) in zip(bounds, histogram.counts) {
        text += line(name + "_bucket", labels + ["le=\"\(bound)\""], Double(count))
      }
      return text + line(name + "_sum", labels, histogram.sum)
        + line(name + "_count", labels, Double(histogram.counts.last ?? 0))
    }
  }

  private static func line(_ name: String, _ labels: [String], _ value: Double) -> String {
    "\(name)\(labels.isEmpty ? "" : "{\(labels.joined(separator: ","))}") \(number(value))\n"
  }

  private static func labels(_ labels: [PrometheusRegistry.Label]) -> [String] {
    labels.filter { isName($0.name) && !$0.name.contains(":") }.map {
      "\($0.name)=\"\(escaped($0.value, isQuoted: true))\""
    }
  }

  /// A Go float: whole numbers without a point.
  static func number(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
    if let whole = Int64(exactly: value) { return "\(whole)" }
    return "\(value)"
  }

  /// `[a-zA-Z_:][a-zA-Z0-9_:]*`.
  private static func isName(_ name: String) -> Bool {
    let isFirstGood = name.utf8.first.map { !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ?? false
    return isFirstGood
      && name.utf8.allSatisfy {
        switch $0 {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: ":"):
          true
        default: false
        }
      }
  }

  /// Backslash and line feed, and in a label's value the quote.
  private static func escaped(_ text: String, isQuoted: Bool) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\"" where isQuoted: result += "\\\""
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
