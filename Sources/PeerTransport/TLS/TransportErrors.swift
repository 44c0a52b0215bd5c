import NIOCore
import NIOSSL

#if canImport(Glibc)
  import Glibc
#endif

/// Sorts what TLS and sockets report. The TLS library tells its errors apart by their names alone.
enum TransportErrors {
  /// The peer ended the handshake by an alert.
  private static let alerts = ["ALERT", "alert"]
  /// TLS, but none that we speak.
  private static let others = [
    "UNSUPPORTED_PROTOCOL", "NO_SHARED_CIPHER", "NO_SHARED_GROUP", "NO_COMMON_SIGNATURE_ALGORITHMS", "WRONG_CURVE",
    "NO_APPLICATION_PROTOCOL", "WRONG_SIGNATURE_TYPE", "MISSING_EXTENSION", "INAPPROPRIATE_FALLBACK",
  ]
  private static let certificates = ["CERTIFICATE_VERIFY_FAILED", "PEER_DID_NOT_RETURN_A_CERTIFICATE"]

  private static func names(_ error: any Error, _ names: [String]) -> Bool {
    let text = "\(error)"
    return names.contains { text.contains($0) }
  }

  private static func isTLS(_ error: any Error) -> Bool { error is NIOSSLError || error is BoringSSLError }

  private static func isEnd(_ error: any Error) -> Bool {
    if let error = error as? NIOSSLError {
      switch error {
      case .uncleanShutdown: return true
      case .handshakeFailed(let inner): return names(inner, ["EOF during"])
      default: return false
      }
    }
    return error is IOError || error is ChannelError || error is NIOSSLCloseTimedOutError
  }

  /// Why a handshake failed.
  static func failure(_ error: any Error) -> HandshakeFailure {
    if let severance = error as? Severance, case .handshake(let failure) = severance.reason { return failure }
    if !isTLS(error) || isEnd(error) || names(error, alerts) { return .ended }
    if names(error, certificates) { return .notAdmitted }
    return names(error, others) ? .otherProtocol : .garbage
  }

  /// Whether an admitted peer sent what is no TLS.
  static func isGarbage(_ error: any Error) -> Bool {
    guard isTLS(error), !isEnd(error) else { return false }
    if case NIOSSLError.shutdownFailed = error { return false }
    return !names(error, alerts)
  }

  /// What a caller of this module is told.
  static func mapped(_ error: any Error) -> any Error {
    switch error {
    case is TransportError: return error
    // Whoever sent or read does not wait any more: the connection is as good as before.
    case is CancellationError: return error
    case let error as Severance: return error.transportError
    case ChannelError.connectTimeout: return TransportError(.timeout)
    case let error as ChannelError: return TransportError(.truncated, cause: "\(error)")
    case let error as IOError: return TransportError(.unreachable, cause: error.description)
    case NIOSSLError.uncleanShutdown: return TransportError(.truncated)
    case is NIOSSLCloseTimedOutError: return TransportError(.timeout)
    default: break
    }
    guard isTLS(error) else { return TransportError(.unreachable, cause: "\(error)") }
    if isEnd(error) { return TransportError(.turnedAway) }
    if names(error, alerts) { return TransportError(.refusedByPeer) }
    if names(error, certificates) { return TransportError(.notAdmitted) }
    return TransportError(.noSuchProtocol, cause: reason(error))
  }

  /// Why nothing listens at an address.
  static func binding(_ host: String, _ port: Int, _ error: any Error) -> TransportError {
    guard let error = error as? IOError else { return TransportError(.badAddress, cause: "\(host):\(port), \(error)") }
    return TransportError(
      error.errnoCode == EADDRINUSE ? .addressInUse : .badAddress, cause: "\(host):\(port), \(error.description)")
  }

  /// The names of the TLS library's errors, without the numbers and source files around them.
  private static func reason(_ error: any Error) -> String? {
    let names = "\(error)".split(separator: "OPENSSL_internal:").dropFirst().map { part in
      String(part.prefix { $0.isUppercase || $0.isNumber || $0 == "_" })
    }
    return names.isEmpty ? nil : names.joined(separator: ", ")
  }
}
