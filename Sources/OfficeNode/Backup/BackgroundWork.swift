import Dispatch

/// Long work beside the node's: reading and writing gigabytes must hold up neither the replica nor the few threads
/// that all tasks share.
enum BackgroundWork {
  private static let queue = DispatchQueue(label: "docket.background", qos: .utility)

  static func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      queue.async { continuation.resume(with: Result { try body() }) }
    }
  }
}

extension Duration {
  /// Whole milliseconds.
  var milliseconds: Int { Int(components.seconds) * 1_000 + Int(components.attoseconds / 1_000_000_000_000_000) }
}
