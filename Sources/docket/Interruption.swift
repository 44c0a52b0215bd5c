import Foundation
import OfficeNode
import UnixSignals

/// Long work on files that a person may break off.
enum Interruption {
  /// What a shell gives a command that was broken off by the keyboard.
  private static let exitCode: Int32 = 130

  /// Runs `body`; told to end meanwhile, the process takes away what is unfinished and ends.
  static func guarded<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
    let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
    let watch = Task {
      for await _ in signals {
        Leftovers.removeAll()
        exit(exitCode)
      }
    }
    defer { watch.cancel() }
    return try await body()
  }
}
