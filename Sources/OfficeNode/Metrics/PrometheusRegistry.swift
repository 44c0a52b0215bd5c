import CoreMetrics
import Synchronization

/// Holds the values that the metrics facade reports, for `exposition`.
///
/// One lock over small numbers: a node reports some thousand times a second at the most, and is read every few seconds.
final class PrometheusRegistry: MetricsFactory {
  /// One labelled value.
  struct Series: Sendable, Hashable {
    let name: String
    /// In the order of their names.
    let labels: [Label]
  }

  struct Label: Sendable, Hashable {
    let name: String
    let value: String
  }

  enum Value: Sendable, Hashable {
    case counter(Double)
    case gauge(Double)
    case histogram(Histogram)
  }

  struct Histogram: Sendable, Hashable {
    /// How many were at or below each bound, and above all.
    var counts: [UInt64]
    var sum: Double
  }

  /// Offices times metrics that are labelled by office, with room for ten times as many offices as a province has.
  static let seriesMax = 4_096

  private let values = Mutex<[Series: Value]>([:])

  /// A consistent copy.
  var snapshot: [Series: Value] { values.withLock { $0 } }

  fileprivate func update(_ series: Series, from first: Value, _ change: (inout Value) -> Void) {
    values.withLock { values in
      guard values[series] != nil || values.count < Self.seriesMax else { return }
      change(&values[series, default: first])
    }
  }

  private func remove(_ series: Series?) {
    guard let series else { return }
    values.withLock { $0[series] = nil }
  }

  private func series(_ label: String, _ dimensions: [(String, String)]) -> Series {
    Series(name: label, labels: dimensions.map { Label(name: $0.0, value: $0.1) }.sorted { $0.name < $1.name })
  }

  func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
    RegisteredCounter(series(label, dimensions), self)
  }

  func makeFloatingPointCounter(label: String, dimensions: [(String, String)]) -> any FloatingPointCounterHandler {
    RegisteredCounter(series(label, dimensions), self)
  }

  func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
    RegisteredGauge(series(label, dimensions), self)
  }

  func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
    RegisteredGauge(series(label, dimensions), self)
  }

  func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
    RegisteredTimer(series(label, dimensions), self)
  }

  func destroyCounter(_ handler: any CounterHandler) { remove((handler as? RegisteredCounter)?.series) }
  func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {
    remove((handler as? RegisteredCounter)?.series)
  }
  func destroyMeter(_ handler: any MeterHandler) { remove((handler as? RegisteredGauge)?.series) }
  func destroyRecorder(_ handler: any RecorderHandler) { remove((handler as? RegisteredGauge)?.series) }
  func destroyTimer(_ handler: any TimerHandler) { remove((handler as? RegisteredTimer)?.series) }
}

private final class RegisteredCounter: CounterHandler, FloatingPointCounterHandler {
  let series: PrometheusRegistry.Series
  private let registry: PrometheusRegistry

  /// A counter is there from the beginning, at zero: a rate is told from its first step.
  init(_ series: PrometheusRegistry.Series, _ registry: PrometheusRegistry) {
    self.series = series
    self.registry = registry
    registry.update(series, from: .counter(0)) { _ in }
  }

  func increment(by amount: Int64) { increment(by: Double(amount)) }

  func increment(by amount: Double) {
    guard amount > 0, amount.isFinite else { return }
    registry.update(series, from: .counter(0)) { if case .counter(let sum) = $0 { $0 = .counter(sum + amount) } }
  }

  func reset() { registry.update(series, from: .counter(0)) { $0 = .counter(0) } }
}

private final class RegisteredGauge: MeterHandler, RecorderHandler {
  let series: PrometheusRegistry.Series
  private let registry: PrometheusRegistry

  init(_ series: PrometheusRegistry.Series, _ registry: PrometheusRegistry) {
    self.series = series
    self.registry = registry
  }

  func set(_ value: Int64) { set(Double(value)) }
  func set(_ value: Double) { registry.update(series, from: .gauge(0)) { $0 = .gauge(value) } }
  func record(_ value: Int64) { set(Double(value)) }
  func record(_ value: Double) { set(value) }
  func increment(by amount: Double) { add(amount) }
  func decrement(by amount: Double) { add(-amount) }

  private func add(_ amount: Double) {
    registry.update(series, from: .gauge(0)) { if case .gauge(let sum) = $0 { $0 = .gauge(sum + amount) } }
  }
}

private final class RegisteredTimer: TimerHandler {
  let series: PrometheusRegistry.Series
  private let registry: PrometheusRegistry
  private static let empty = PrometheusRegistry.Value.histogram(
    PrometheusRegistry.Histogram(
      counts: Array(repeating: 0, count: MetricName.transactionBounds.count + 1), sum: 0))

  init(_ series: PrometheusRegistry.Series, _ registry: PrometheusRegistry) {
    self.series = series
    self.registry = registry
    registry.update(series, from: Self.empty) { _ in }
  }

  func recordNanoseconds(_ duration: Int64) {
    let seconds = Double(max(0, duration)) / 1_000_000_000
    registry.update(series, from: Self.empty) { value in
      guard case .histogram(var histogram) = value else { return }
      for (index, bound) in MetricName.transactionBounds.enumerated() where seconds <= bound {
        histogram.counts[index] += 1
      }
      histogram.counts[histogram.counts.count - 1] += 1
      histogram.sum += seconds
      value = .histogram(histogram)
    }
  }
}
