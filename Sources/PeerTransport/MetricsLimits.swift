import NIOCore

/// Limits of the page for monitoring, each with its reason.
enum MetricsLimits {
  /// A scraper sends one line and some ten headers.
  static let requestBytesMax = 8 * 1_024
  static let headerCountMax = 64
  /// One scraper, a spare one and somebody who looks.
  static let connectionsMax = 8
  /// From connecting to the end of the answer: scrapers give up after ten seconds.
  static let connectionTime = TimeAmount.seconds(10)
}
