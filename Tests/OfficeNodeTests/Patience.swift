import Testing

/// Waits for what happens elsewhere in the process. What never comes fails the test instead of holding it up.
enum Patience {
  /// Longer than anything takes on the busiest machine.
  static let limit = Duration.seconds(60)

  static func until(
    _ what: Comment, sourceLocation: SourceLocation = #_sourceLocation, _ isSo: () async throws -> Bool
  ) async throws {
    let end = ContinuousClock.now + limit
    while try await !isSo() {
      try #require(ContinuousClock.now < end, what, sourceLocation: sourceLocation)
      try await Task.sleep(for: .milliseconds(2))
    }
  }
}
