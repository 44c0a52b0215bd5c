/// Why a connection is cut: travels down the pipeline as an order to whoever cuts, and up as the error.
struct Severance: Error, Sendable, Hashable {
  enum Reason: Sendable, Hashable {
    case handshake(HandshakeFailure)
    case cutOff(CutOff)
  }

  let reason: Reason

  static func handshake(_ failure: HandshakeFailure) -> Severance { Severance(reason: .handshake(failure)) }
  static func cutOff(_ reason: CutOff) -> Severance { Severance(reason: .cutOff(reason)) }

  /// What our own side is told.
  var transportError: TransportError {
    switch reason {
    case .handshake(let failure):
      switch failure {
      case .garbage, .otherProtocol: TransportError(.noSuchProtocol)
      case .notAdmitted, .struck: TransportError(.notAdmitted)
      case .tooSlow: TransportError(.timeout, cause: "handshake")
      case .crowdedOut, .full, .tooOften, .ended: TransportError(.turnedAway)
      }
    case .cutOff(let reason):
      switch reason {
      case .garbage, .violation, .entries: TransportError(.noSuchProtocol, cause: reason.rawValue)
      case .frameLength: TransportError(.frameTooLarge)
      case .halfFrame: TransportError(.truncated)
      case .slowFrame, .notReading, .silent: TransportError(.timeout, cause: reason.rawValue)
      case .replaced: TransportError(.truncated, cause: reason.rawValue)
      }
    }
  }
}
