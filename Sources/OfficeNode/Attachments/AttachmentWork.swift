import Dispatch

/// Reading, writing and hashing pieces of content for sessions: beside the node's actor, which must answer meanwhile,
/// and beside long work, behind which a session would wait for minutes. One piece at a time, for all share one disk.
enum AttachmentWork {
  private static let queue = DispatchQueue(label: "docket.attachments", qos: .utility)

  static func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      queue.async { continuation.resume(with: Result { try body() }) }
    }
  }
}
