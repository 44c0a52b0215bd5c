import Casebook
import Foundation

/// Requests and replies on the control socket: one JSON text a frame.
enum DeskAnswer: Codable, Sendable {
  /// Any number of these before the answer.
  case progress(DeskProgress)
  case reply(DeskReply)
  case failure(DeskFailure)
}

enum DeskCodec {
  static func encode(_ value: some Encodable) throws -> [UInt8] { Array(try JSONEncoder().encode(value)) }

  static func decode<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8]) throws -> Value {
    try JSONDecoder().decode(type, from: Data(bytes))
  }
}
