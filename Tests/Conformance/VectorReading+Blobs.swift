import Replication
import SignatureSuites
import TestKit

extension VectorReading {
  /// A pattern over and over, cut at the length.
  static func repeated(_ pattern: [UInt8], from start: Int = 0, to length: Int) -> [UInt8] {
    (0..<length).map { pattern[(start + $0) % pattern.count] }
  }

  private func number(_ name: String) throws -> Int {
    guard let number = vector.given?[name]?.number else { throw MalformedVector(what: name) }
    return Int(number)
  }

  /// Content, in pieces that are no chunks.
  func blob() throws -> JSONValue {
    let content = Self.repeated(bytes, to: try number("length"))
    var hasher = BlobHasher(using: Ed25519Suite())
    var start = 0
    while start < content.count {
      let end = min(content.count, start + 100_003)
      try hasher.add(Array(content[start..<end]))
      start = end
    }
    return Self.shown(try hasher.finished())
  }

  func blobManifest() throws -> JSONValue {
    let manifest = try BlobManifest(decoding: bytes)
    if vector.given?["blob"] != nil {
      do throws(BlobFailure) {
        _ = try BlobManifest(bytes, of: BlobID(try givenBlob()), using: Ed25519Suite())
      } catch {
        throw Refusal(code: error.rawValue)
      }
    }
    return Self.shown(manifest)
  }

  private func givenBlob() throws(BlobFailure) -> Digest {
    guard let root = try? givenDigest("blob") else { throw .otherManifest }
    return root
  }

  func blobChunk() throws -> JSONValue {
    guard let list = vector.given?["manifest"]?.text.flatMap({ Hexadecimal.bytes($0) }) else {
      throw MalformedVector(what: "manifest")
    }
    let manifest = try BlobManifest(decoding: list)
    let (chunk, place) = (Self.repeated(bytes, from: try number("from"), to: try number("length")), try number("number"))
    do throws(BlobFailure) {
      try manifest.check(chunk, number: place, using: Ed25519Suite())
    } catch {
      throw Refusal(code: error.rawValue)
    }
    guard let hash = manifest.hash(ofChunk: place) else { throw MalformedVector(what: "number") }
    return .object(["hash": Shown.hex(hash.bytes)])
  }

  func blobProgress() throws -> JSONValue {
    let progress = try BlobProgress(decoding: bytes)
    guard progress.encoded == bytes else { throw MalformedVector(what: "progress") }
    var members: [String: JSONValue] = [
      "chunks": Shown.number(UInt64(progress.chunkCount)), "present": Shown.number(UInt64(progress.presentCount)),
      "state": .text(progress.state.rawValue),
      "ranges": .list(
        progress.ranges.map { .list([.number(Int64($0.lowerBound)), .number(Int64($0.upperBound))]) }),
    ]
    if let begun = progress.begun { members["begun"] = .list([.number(Int64(begun.chunk)), .number(Int64(begun.bytes))]) }
    if let wanted = progress.wanted(atMost: 2) {
      members["wanted"] = .list([.number(Int64(wanted.lowerBound)), .number(Int64(wanted.upperBound))])
    }
    return .object(members)
  }

  func attachmentFrame() throws -> JSONValue {
    let frame = try AttachmentFrame(decoding: bytes)
    guard frame.encoded == bytes, try SyncFrame(decoding: bytes) == .attachment(frame) else {
      throw MalformedVector(what: "frame")
    }
    return Shown.attachment(frame)
  }

  private static func shown(_ manifest: BlobManifest) -> JSONValue {
    .object([
      "length": .number(Int64(manifest.length)), "manifest": Shown.hex(manifest.encoded),
      "blob": Shown.hex(manifest.id(using: Ed25519Suite()).root.bytes),
      "chunks": .list((0..<manifest.chunkCount).compactMap { manifest.hash(ofChunk: $0).map { Shown.hex($0.bytes) } }),
    ])
  }
}

extension Shown {
  static func attachment(_ frame: AttachmentFrame) -> JSONValue {
    func place(_ name: String, _ ask: AttachmentFrame.Ask) -> [String: JSONValue] {
      [
        "frame": .text(name), "blob": Shown.hex(ask.blob.root.bytes), "part": .text("\(ask.part)"),
        "offset": .number(Int64(ask.offset)), "bytes": .number(Int64(ask.count)),
      ]
    }
    switch frame {
    case .ask(let ask): return .object(place("ask", ask))
    case .piece(let ask, let content):
      var members = place("piece", ask)
      members["content"] = Shown.hex(content)
      return .object(members)
    case .refuse(let blob, let refusal):
      return .object([
        "frame": .text("refuse"), "blob": Shown.hex(blob.root.bytes), "code": .number(Int64(refusal.rawValue)),
      ])
    case .rest: return .object(["frame": .text("rest")])
    }
  }
}
