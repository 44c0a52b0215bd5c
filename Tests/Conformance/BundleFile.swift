import Replication
import SignatureSuites

/// A bundle of one part (page 7), written and taken apart by the page.
struct BundleFile {
  var from: OfficeCode
  var to: OfficeCode
  var created: UInt64
  var part: UInt64 = 1
  var parts: UInt64 = 1
  var id: [UInt8]
  var runs: [(stream: StreamID, entries: [[UInt8]])]

  private static let magic = "docket-bundle"
  private static let domain = Array("docket/bundle/1".utf8) + [0]
  private static let itemBytesMax = 256 * 1024

  init(from: OfficeCode, to: OfficeCode, created: UInt64, id: [UInt8], runs: [(stream: StreamID, entries: [[UInt8]])]) {
    self.from = from
    self.to = to
    self.created = created
    self.id = id
    self.runs = runs
  }

  var encoded: [UInt8] {
    var writer = CBORWriter()
    writer.arrayHead(8)
    writer.text(Self.magic)
    writer.unsigned(1)
    writer.text(from.text)
    writer.text(to.text)
    writer.unsigned(created)
    writer.unsigned(part)
    writer.unsigned(parts)
    writer.byteString(id)
    for run in runs {
      writer.arrayHead(2)
      run.stream.write(to: &writer)
      writer.arrayHead(run.entries.count)
      for entry in run.entries { writer.byteString(entry) }
    }
    let seal = Ed25519Suite().hash(Self.domain + writer.bytes)
    writer.arrayHead(3)
    writer.text("end")
    writer.unsigned(UInt64(runs.reduce(0) { $0 + $1.entries.count }))
    writer.byteString(seal.bytes)
    return writer.bytes
  }

  init(decoding bytes: [UInt8]) throws {
    var reader = CBORReader(bytes)
    do {
      try reader.array(of: 8)
      let (magic, version) = (try reader.text(atMost: 16), try reader.unsigned())
      guard magic == Self.magic, version == 1 else { throw VectorReading.Refusal(code: "not-a-bundle") }
    } catch {
      throw VectorReading.Refusal(code: "not-a-bundle")
    }
    func office() throws -> OfficeCode {
      guard let code = OfficeCode(try reader.text(atMost: OfficeCode.lengthMax)) else {
        throw CBORReader.Failure.outOfRange
      }
      return code
    }
    from = try office()
    to = try office()
    created = try reader.unsigned()
    part = try reader.unsigned()
    parts = try reader.unsigned()
    guard part >= 1, part <= parts else { throw CBORReader.Failure.outOfRange }
    id = try reader.byteString(atMost: 16)
    guard id.count == 16 else { throw CBORReader.Failure.outOfRange }
    runs = []
    var start = reader.offset
    var size = try reader.arrayHead(atMost: 3)
    while size == 2 {
      let stream = try StreamID(from: &reader)
      let count = try reader.arrayHead(atMost: Self.itemBytesMax)
      let entries = try (0..<count).map { _ in try reader.byteString(atMost: Self.itemBytesMax) }
      guard !entries.isEmpty else { throw ChainFailure.empty }
      runs.append((stream, entries))
      start = reader.offset
      size = try reader.arrayHead(atMost: 3)
    }
    guard size == 3 else { throw CBORReader.Failure.unexpectedType }
    guard try reader.text(atMost: 16) == "end" else { throw CBORReader.Failure.unsupported }
    let (count, seal) = (try reader.unsigned(), try reader.digest())
    try reader.finish()
    guard count == UInt64(runs.reduce(0) { $0 + $1.entries.count }),
      Ed25519Suite().hash(Self.domain + bytes[..<start]) == seal
    else { throw VectorReading.Refusal(code: "altered") }
  }
}
