import Casebook
import Replication
import SignatureSuites
import TestKit

@testable import OfficeNode

/// What the Swift code makes of a vector's bytes.
enum VectorOutcome: Hashable {
  case read(JSONValue)
  case refused(String, at: UInt64?)
}

/// Bytes that the vector itself has wrong: no outcome.
struct MalformedVector: Error {
  let what: String
}

/// Reads a vector's input as what it says, with the product's own code.
struct VectorReading {
  let vector: ProtocolVector
  let bytes: [UInt8]

  init(_ vector: ProtocolVector) throws {
    self.vector = vector
    guard let bytes = Hexadecimal.bytes(vector.input) else { throw MalformedVector(what: vector.name) }
    self.bytes = bytes
  }

  func outcome() throws -> VectorOutcome {
    do {
      return .read(try read())
    } catch let failure as CBORReader.Failure {
      return .refused(failure.rawValue, at: nil)
    } catch let failure as ChainFailure {
      return .refused(failure.code, at: failure.seq)
    } catch let failure as OfficeTree.Failure {
      return .refused(failure.rawValue, at: nil)
    } catch let refusal as Refusal {
      return .refused(refusal.code, at: refusal.at)
    }
  }

  /// A refusal that is no error of the product's enums.
  struct Refusal: Error {
    let code: String
    var at: UInt64?
  }

  private func read() throws -> JSONValue {
    switch vector.reads {
    case "unsigned", "integer", "bytes", "text", "flag", "null", "array", "value": try item()
    case "stream": try stream()
    case "header": .object(Shown.header(try EntryHeader(decoding: bytes)))
    case "entry": try entry()
    case "sig-structure": try signedBytes()
    case "payload": .object(["changes": .list(try Entry.changes(ofPayload: bytes).map(Shown.change))])
    case "chain": try chain()
    case "run": try run()
    case "key": try key()
    case "charters": try charters()
    case "readers": try readers()
    case "fork-proof": try forkProof()
    case "bundle": try bundle()
    case "dossier": try dossier()
    case "acts": try acts()
    case "draw": try draw()
    case "spoken": try spoken()
    case "frame": Shown.frame(try SyncFrame(decoding: bytes))
    case "session": try session()
    case "frontier-digest": try frontierDigest()
    case "frontier-tree": try frontierTree()
    case "clock": try clock()
    case "clamp": try clamp()
    case "register": try register()
    case "row": try row()
    case "invitation": try invitation()
    case "enrolment": try enrolment()
    case "blob": try blob()
    case "blob-manifest": try blobManifest()
    case "blob-chunk": try blobChunk()
    case "blob-progress": try blobProgress()
    case "attachment-frame": try attachmentFrame()
    case "desk-request": try desk(DeskRequest.self, as: "request")
    case "desk-answer": try desk(DeskAnswer.self, as: "answer")
    default: throw MalformedVector(what: "\(vector.name) reads \(vector.reads)")
    }
  }

  private func item() throws -> JSONValue {
    var reader = CBORReader(bytes)
    let limit = Int(vector.given?["limit"]?.number ?? 1_000)
    let value: JSONValue
    switch vector.reads {
    case "unsigned": value = Shown.number(try reader.unsigned())
    case "integer": value = .number(try reader.integer())
    case "bytes": value = Shown.hex(try reader.byteString(atMost: limit))
    case "text": value = .text(try reader.text(atMost: limit))
    case "flag": value = .flag(try reader.flag())
    case "null":
      try reader.null()
      value = .null
    case "array":
      try reader.array(of: limit)
      value = .list(try (0..<limit).map { _ in Shown.number(try reader.unsigned()) })
    default: value = Shown.value(try FieldValue(from: &reader))
    }
    try reader.finish()
    return .object(["value": value])
  }

  private func stream() throws -> JSONValue {
    var reader = CBORReader(bytes)
    let stream = try StreamID(from: &reader)
    try reader.finish()
    return .object(["stream": Shown.stream(stream)])
  }

  private func entry() throws -> JSONValue {
    let entry = try Entry(decoding: bytes)
    guard let suite = SuiteSet.standard[entry.header.suite] else { throw MalformedVector(what: "suite") }
    var members = Shown.header(entry.header)
    members["hash"] = Shown.hex(entry.hash(using: suite).bytes)
    members["signature"] = Shown.hex(entry.signature)
    members["signed"] = Shown.hex(Entry.signedBytes(headerBytes: entry.headerBytes, suite: entry.header.suite))
    members["payload"] = Shown.hex(entry.payload)
    if let key = try givenKey() { members["isSigned"] = .flag(entry.isSigned(by: key, using: suite)) }
    return .object(members)
  }

  private func signedBytes() throws -> JSONValue {
    guard let suite = SuiteID(rawValue: UInt8(vector.given?["suite"]?.number ?? 0)) else {
      throw MalformedVector(what: "suite")
    }
    let header = Array(bytes.suffix(1))
    guard Entry.signedBytes(headerBytes: header, suite: suite) == bytes else { throw Refusal(code: "bad-signature") }
    return .object(["header": Shown.hex(header)])
  }

  func givenKey() throws -> PublicKey? {
    guard let given = vector.given?["key"] else { return nil }
    return try Self.key(given)
  }

  static func key(_ given: JSONValue) throws -> PublicKey {
    guard let number = given["suite"]?.number, let suite = SuiteID(rawValue: UInt8(number)),
      let bytes = given["key"]?.text.flatMap({ Hexadecimal.bytes($0) })
    else { throw MalformedVector(what: "key") }
    return PublicKey(suite: suite, bytes: bytes)
  }

  func givenDigest(_ name: String, in object: JSONValue? = nil) throws -> Digest {
    guard let text = (object ?? vector.given)?[name]?.text, let digest = Hexadecimal.bytes(text).flatMap({ Digest($0) })
    else { throw MalformedVector(what: name) }
    return digest
  }

  private func chain() throws -> JSONValue {
    guard let key = try givenKey(), let streamBytes = vector.given?["stream"]?.text.flatMap({ Hexadecimal.bytes($0) })
    else { throw MalformedVector(what: vector.name) }
    var streamReader = CBORReader(streamBytes)
    let stream = try StreamID(from: &streamReader)
    var head: StreamHead?
    if let given = vector.given?["head"], let seq = given["seq"]?.number {
      head = StreamHead(stream: stream, seq: UInt64(seq), hash: try givenDigest("hash", in: given))
    }
    let depth: ChainCheck.Depth = vector.given?["depth"]?.text == "every-link" ? .everyLink : .head
    let suites = vector.given?["suites"]?.number == 1 ? SuiteSet([Ed25519Suite()]) : .standard
    var run: [Entry] = []
    var reader = CBORReader(bytes)
    let count = try reader.arrayHead(atMost: 100)
    for _ in 0..<count { run.append(try Entry(decoding: try reader.byteString(atMost: SessionLimits.frameBytesMax))) }
    try reader.finish()
    let reached = try ChainCheck.verify(run, continuing: head, of: stream, by: key, depth: depth, suites: suites)
    return .object(["seq": Shown.number(reached.seq), "hash": Shown.hex(reached.hash.bytes)])
  }

  private func key() throws -> JSONValue {
    guard let first = bytes.first, let suiteID = SuiteID(rawValue: first), let suite = SuiteSet.standard[suiteID] else {
      throw MalformedVector(what: "suite")
    }
    let fingerprint = PublicKey(suite: suiteID, bytes: Array(bytes.dropFirst())).fingerprint(using: suite)
    return .object([
      "fingerprint": Shown.hex(fingerprint.bytes), "shortAuthor": Shown.wide(WriteStamp.short(fingerprint)),
    ])
  }

  private func forkProof() throws -> JSONValue {
    guard case .forkProof(let proof) = try Entry.changes(ofPayload: bytes).first, let key = try givenKey() else {
      throw MalformedVector(what: "fork proof")
    }
    guard proof.isValid(by: key, suites: .standard), let suite = SuiteSet.standard[key.suite] else {
      throw Refusal(code: "bad-signature")
    }
    return .object([
      "stream": Shown.stream(proof.stream), "seq": Shown.number(proof.seq),
      "hashes": .list([proof.lesser, proof.greater].map { Shown.hex($0.hash(using: suite).bytes) }),
    ])
  }

  private func clock() throws -> JSONValue {
    var clock = HybridClock(last: HybridTimestamp(milliseconds: UInt64(vector.given?["last"]?.number ?? 0)))
    var reader = CBORReader(bytes)
    var stamps: [JSONValue] = []
    for _ in 0..<(try reader.arrayHead(atMost: 100)) {
      let count = try reader.arrayHead(atMost: 3)
      switch (count, try reader.unsigned()) {
      case (2, 0): _ = clock.tick(wallMilliseconds: try reader.unsigned())
      case (3, 1):
        let stamp = HybridTimestamp(rawValue: try reader.unsigned())
        clock.witness(stamp, wallMilliseconds: try reader.unsigned())
      default: throw MalformedVector(what: "step")
      }
      stamps.append(Shown.wide(clock.last.rawValue))
    }
    try reader.finish()
    return .object(["last": .list(stamps)])
  }

  private func clamp() throws -> JSONValue {
    var reader = CBORReader(bytes)
    try reader.array(of: 3)
    let stamp = HybridTimestamp(rawValue: try reader.unsigned()), seq = try reader.unsigned()
    let stream = StreamID(author: KeyFingerprint(.zero), incarnation: 1, audience: .up)
    let receipts = try (0..<(try reader.arrayHead(atMost: 100))).map { _ in
      try reader.array(of: 2)
      let head = StreamHead(stream: stream, seq: try reader.unsigned(), hash: .zero)
      return Receipt(head: head, clock: try reader.unsigned(), position: 0)
    }
    try reader.finish()
    return .object(["order": Shown.wide((Clamp.of(stamp, seq: seq, receipts: receipts) ?? stamp).rawValue)])
  }

  private func frontierDigest() throws -> JSONValue {
    guard case .frontier(let heads, _) = try SyncFrame(decoding: bytes) else { throw MalformedVector(what: "frontier") }
    return .object(["digest": Shown.hex(SyncFrame.digest(of: heads, using: Ed25519Suite()).bytes)])
  }

  private func invitation() throws -> JSONValue {
    guard let code = InvitationCode(String(decoding: bytes, as: UTF8.self), using: Ed25519Suite()) else {
      throw Refusal(code: "mistyped")
    }
    return .object([
      "address": .text(code.address), "keyHash": Shown.hex(code.keyHash), "id": Shown.hex(code.id),
      "secret": Shown.hex(code.secret),
    ])
  }

  private func enrolment() throws -> JSONValue {
    switch try EnrolmentMessage(decoding: bytes) {
    case .request(let key, let signature):
      .object(["message": .text("request"), "signingKey": Shown.key(key), "signature": Shown.hex(signature)])
    case .grant(let office, let name, let superior, let chain):
      .object([
        "message": .text("grant"), "office": .text(office.text), "name": .text(name), "superior": .text(superior.text),
        "chain": .list(
          chain.map { .object(["charter": Shown.charter($0.charter), "issuer": Shown.hex($0.issuer.bytes)]) }),
      ])
    case .refused(let code): .object(["message": .text("refused"), "code": .text(code)])
    }
  }

  var input: [UInt8] { bytes }
}
