import Replication
import SignatureSuites
import TestKit

extension VectorReading {
  /// A frame's run, put together and verified after the head given.
  func run() throws -> JSONValue {
    guard let key = try givenKey(), let streamBytes = vector.given?["stream"]?.text.flatMap({ Hexadecimal.bytes($0) }),
      case .entries(.spare(let run)) = try SyncFrame(decoding: bytes)
    else { throw MalformedVector(what: vector.name) }
    var reader = CBORReader(streamBytes)
    let stream = try StreamID(from: &reader)
    var head: StreamHead?
    if let given = vector.given?["head"], let seq = given["seq"]?.number {
      head = StreamHead(stream: stream, seq: UInt64(seq), hash: try givenDigest("hash", in: given))
    }
    let suites = vector.given?["suites"]?.number == 1 ? SuiteSet([Ed25519Suite()]) : .standard
    let rebuilt = try run.rebuilt(suites: suites)
    let reached = try ChainCheck.verify(rebuilt, continuing: head, of: stream, by: key, suites: suites)
    return .object([
      "seq": Shown.number(reached.seq), "hash": Shown.hex(reached.hash.bytes),
      "entries": .list(rebuilt.entries.map { Shown.hex($0.encoded) }),
    ])
  }
}
