import Casebook
import Casework
import PeerTransport
import ReplicaStore
import SignatureSuites

/// Turns the edges' errors into what a person at the desk is told.
enum StoreFailures {
  static func mapped<Value>(_ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch {
      throw mapped(error)
    }
  }

  static func mapped(_ error: any Error) -> any Error {
    switch error {
    case let error as StoreError:
      let kind: DeskFailure.Kind =
        switch error.code {
        case .corrupt, .truncated, .tooNew: .integrity
        default: .io
        }
      return DeskFailure(kind: kind, code: error.code.rawValue, message: error.message, remedy: error.remedy)
    case let error as KeyError:
      return DeskFailure(
        kind: .io, code: error.code.rawValue, message: Bilingual(zh: error.zh, en: error.en),
        remedy: Bilingual(zh: error.remedyZh, en: error.remedyEn))
    case let error as TransportError:
      let kind: DeskFailure.Kind =
        switch error.code {
        case .refusedByPeer, .notAdmitted: .notPermitted
        case .frameTooLarge, .truncated, .noSuchProtocol: .protocolViolated
        case .badAddress: .badInput
        case .addressInUse: .io
        default: .unreachable
        }
      return DeskFailure(
        kind: kind, code: error.code.rawValue, message: Bilingual(zh: error.zh, en: error.en),
        remedy: Bilingual(zh: error.remedyZh, en: error.remedyEn))
    default: return error
    }
  }
}
