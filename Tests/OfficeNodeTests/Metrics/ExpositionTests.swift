import Casebook
import Casework
import CoreMetrics
import Foundation
import PeerTransport
import Testing

@testable import OfficeNode

@Suite("Metrics and their text")
struct ExpositionTests {
  private func samples(_ registry: PrometheusRegistry) throws -> [ExpositionGrammar.Sample] {
    try ExpositionGrammar(PrometheusExposition.text(registry.snapshot)).samples
  }

  @Test(
    "the reader of these tests refuses what is not the format",
    arguments: [
      "a 1", "a\n", "1a 1\n", "a{b=\"c} 1\n", "a{b=\"\\x\"} 1\n", "a 1\na 1\n", "a 1\nb 1\na{x=\"1\"} 1\n", "a 0x10\n",
      "\n",
      "# TYPE a many\na 1\n", "a 1\n# TYPE a gauge\n", "# TYPE a histogram\na_bucket{le=\"1\"} 1\na_sum 1\na_count 1\n",
      "# TYPE a histogram\na_bucket{le=\"1\"} 2\na_bucket{le=\"+Inf\"} 1\na_sum 1\na_count 1\n",
      "a{b=\"1\",b=\"2\"} 1\n", "a  1\n",
    ])
  func grammar(text: String) {
    #expect(throws: ExpositionGrammar.Failure.self) { try ExpositionGrammar(text) }
  }

  @Test("what the facade reports comes out, with its help and type")
  func values() throws {
    let registry = PrometheusRegistry()
    let metrics = NodeMetrics(registry)
    metrics.sessionOpened(.inbound)
    metrics.sessionOpened(.inbound)
    metrics.sessionEnded(.inbound, .complete)
    let half = SessionTally(entriesSent: 3, entriesReceived: 4, bytesSent: 50, bytesReceived: 60)
    metrics.exchanged(to: half)
    metrics.exchanged(from: half, to: half)
    metrics.exchanged(
      from: half, to: SessionTally(entriesSent: 4, entriesReceived: 4, bytesSent: 51, bytesReceived: 60))
    metrics.transactionTook(.milliseconds(3))
    metrics.transactionTook(.seconds(100))
    metrics.setCounter(.wakeUps, 12)
    metrics.setCounter(.wakeUps, 15)
    let page = try ExpositionGrammar(PrometheusExposition.text(registry.snapshot))
    func value(_ name: String, _ labels: [String: String] = [:]) -> Double? {
      page.samples.first { $0.name == name && $0.labels == labels }?.value
    }
    #expect(value("docket_sessions_open", ["direction": "inbound"]) == 1)
    #expect(value("docket_sessions_open", ["direction": "outbound"]) == 0)
    #expect(value("docket_sessions_ended_total", ["direction": "inbound", "reason": "complete"]) == 1)
    #expect(value("docket_sessions_ended_total", ["direction": "outbound", "reason": "timeout"]) == 0)
    #expect(value("docket_entries_sent_total") == 4 && value("docket_bytes_received_total") == 60)
    #expect(value("docket_process_wakeups_total") == 15)
    #expect(value("docket_store_transaction_seconds_bucket", ["le": "0.001"]) == 0)
    #expect(value("docket_store_transaction_seconds_bucket", ["le": "0.005"]) == 1)
    #expect(value("docket_store_transaction_seconds_bucket", ["le": "+Inf"]) == 2)
    #expect(abs((value("docket_store_transaction_seconds_sum") ?? 0) - 100.003) < 1e-9)
    #expect(page.types["docket_store_transaction_seconds"] == "histogram")
    for name in page.types.keys { #expect(page.helps[name]?.isEmpty == false, "\(name)") }
  }

  @Test("names end as their kind asks, and every one has a help line that ends as a sentence")
  func names() {
    for name in MetricName.allCases {
      #expect(name.rawValue.hasSuffix("_total") == (name.kind == .counter), "\(name)")
      #expect(name.help.hasSuffix("."), "\(name)")
    }
  }

  @Test("labels with quotes, backslashes and line ends come back as they were; a bad name is left out")
  func escaping() throws {
    let registry = PrometheusRegistry()
    let nasty = "a\"b\\c\nd}任=,{e"
    Counter(label: "x_total", dimensions: [("office", nasty), ("bad-name", "x")], factory: registry).increment(by: 2)
    Counter(label: "not a name", factory: registry).increment()
    let found = try samples(registry)
    #expect(found == [.init(name: "x_total", labels: ["office": nasty], value: 2)])
  }

  @Test("numbers as Go writes them")
  func numbers() {
    #expect(PrometheusExposition.number(12) == "12" && PrometheusExposition.number(0.25) == "0.25")
    #expect(PrometheusExposition.number(.infinity) == "+Inf" && PrometheusExposition.number(-.infinity) == "-Inf")
    #expect(PrometheusExposition.number(.nan) == "NaN" && PrometheusExposition.number(1e300) == "1e+300")
  }

  @Test("an office that goes away goes from the page")
  func offices() throws {
    let registry = PrometheusRegistry()
    let metrics = NodeMetrics(registry)
    metrics.setOffices([
      OfficeFigures(office: "130526", contactAge: 5, clockOffset: -2),
      OfficeFigures(office: "130505", contactAge: nil, clockOffset: nil),
    ])
    #expect(Set(try samples(registry).compactMap { $0.labels["office"] }) == ["130526"])
    metrics.setOffices([OfficeFigures(office: "130505", contactAge: 1, clockOffset: 0)])
    #expect(Set(try samples(registry).compactMap { $0.labels["office"] }) == ["130505"])
  }

  @Test("the number of series is bounded")
  func bounded() {
    let registry = PrometheusRegistry()
    for index in 0..<(PrometheusRegistry.seriesMax + 100) {
      Counter(label: "x_total", dimensions: [("n", "\(index)")], factory: registry).increment()
    }
    #expect(registry.snapshot.count == PrometheusRegistry.seriesMax)
  }

  @Test("how an error ended a session")
  func ends() {
    #expect(SessionEnd(TransportError(.timeout)) == .timeout && SessionEnd(TransportError(.unreachable)) == .lost)
    #expect(
      SessionEnd(TransportError(.frameTooLarge)) == .violated && SessionEnd(TransportError(.notAdmitted)) == .refused)
    #expect(SessionEnd(TransportError(.truncated)) == .lost)
    #expect(SessionEnd(CancellationError()) == .closed)
    let text = Bilingual(zh: "x", en: "x")
    #expect(SessionEnd(DeskFailure(kind: .integrity, code: "fork", message: text, remedy: text)) == .integrity)
  }

  @Test("this process has memory, a start, files and wake-ups")
  func process() throws {
    let figures = ProcessFigures.read()
    #expect(try #require(figures.residentBytes) > 1 << 20)
    // As `ps` has it, from the machine's clock; both round.
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", "expr $(date +%s) - $(ps -o etimes= -p $PPID)"]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    let expected = try #require(Double(text.trimmingCharacters(in: .whitespacesAndNewlines)))
    #expect(abs(try #require(figures.startTime) - expected) < 60)
    #expect(try #require(figures.openFiles) >= 3 && figures.processorSeconds != nil)
    #expect(try #require(figures.wakeUps) > 0)
    #expect(ProcessFigures.read("/proc/none").residentBytes == nil)
  }
}
