import Replication
import TestKit

/// A vector before the code has said what it makes of the bytes: the bytes and, where they must be refused, why.
struct VectorDraft {
  var name: String
  var page: String
  var reads: String
  var given: JSONValue?
  var input: [UInt8]
  /// The name of the refusal that is meant; `nil`: the bytes must be read.
  var refused: String?
  /// Whether writing it again gives the same bytes: not where SM2 signs, whose signatures hold random numbers.
  var isReproducible = true

  init(
    _ name: String, _ page: String, _ reads: String, _ input: [UInt8], given: JSONValue? = nil, refused: String? = nil,
    isReproducible: Bool = true
  ) {
    self.name = name
    self.page = page
    self.reads = reads
    self.given = given
    self.input = input
    self.refused = refused
    self.isReproducible = isReproducible
  }

  init(
    _ name: String, _ page: String, _ reads: String, hex: String, given: JSONValue? = nil, refused: String? = nil
  ) throws {
    guard let bytes = Hexadecimal.bytes(hex) else { throw MalformedVector(what: name) }
    self.init(name, page, reads, bytes, given: given, refused: refused)
  }

  /// The finished vector.
  func vector() throws -> ProtocolVector {
    var vector = ProtocolVector(
      name: name, page: page, reads: reads, given: given, input: Hexadecimal.string(input), expected: nil,
      refused: nil, at: nil)
    switch try VectorReading(vector).outcome() {
    case .read(let value): vector.expected = value
    case .refused(let code, let at):
      vector.refused = code
      vector.at = at.map { Int64($0) }
    }
    guard vector.refused == refused else {
      throw MalformedVector(what: "\(name): meant \(refused ?? "to be read"), is \(vector.refused ?? "read")")
    }
    return vector
  }

  static func all() throws -> [VectorDraft] {
    let logs = try items() + headers() + entries() + payloads() + facts() + chains() + identity()
    let states = try clocks() + merges() + actOrders() + bundles() + faces() + draws() + dossiers() + blobs()
    let sessions = try frames() + runs() + frontierTrees() + conversations() + stayingConversations()
    return logs + sessions + (try transport() + desk()) + states
  }
}

extension ProtocolVector {
  /// What the file says the outcome is.
  var outcome: VectorOutcome? {
    if let refused { return expected == nil ? .refused(refused, at: at.map { UInt64($0) }) : nil }
    return expected.map { .read($0) }
  }
}
