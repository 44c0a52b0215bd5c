import Casebook
import Foundation
import TestKit

@testable import OfficeNode

extension VectorReading {
  /// A frame of the control socket, read and written again by the product: what it knows of it, and nothing else.
  func desk<Message: Codable>(_ type: Message.Type, as name: String) throws -> JSONValue {
    let message: Message
    do {
      message = try DeskCodec.decode(type, from: bytes)
    } catch {
      // As the node answers, and as the command line says.
      throw Refusal(code: DeskFailures.failure(error).code)
    }
    return .object([name: try DeskCodec.decode(JSONValue.self, from: DeskCodec.encode(message))])
  }
}
