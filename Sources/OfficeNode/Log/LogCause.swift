import Casebook
import Logging
import PeerTransport
import ReplicaStore
import Replication
import SignatureSuites

/// What the log says of an error: its code, and the words of the system or a library where those can hold nothing that
/// people registered. A failure's own message is for whoever asked, not for a file that others read.
enum LogCause {
  /// - Parameter more: what else the event says.
  static func of(_ error: any Error, _ more: Logger.Metadata = [:]) -> Logger.Metadata {
    words(error).merging(more) { first, _ in first }
  }

  private static func words(_ error: any Error) -> Logger.Metadata {
    switch error {
    case let failure as DeskFailure: ["failure": "\(failure.code)"]
    case let error as TransportError: metadata(error.code.rawValue, cause: error.cause)
    case let error as StoreError: ["failure": "\(error.code.rawValue)"]
    case let error as KeyError: ["failure": "\(error.code.rawValue)"]
    case let error as DurableFile.Failure: metadata("io", cause: "\(error)")
    case let failure as BlobFailure: ["failure": "\(failure.rawValue)"]
    case is CancellationError: ["failure": "cancelled"]
    default: ["failure": "\(type(of: error))"]
    }
  }

  private static func metadata(_ failure: String, cause: String?) -> Logger.Metadata {
    guard let cause else { return ["failure": "\(failure)"] }
    return ["failure": "\(failure)", "cause": "\(cause)"]
  }
}
