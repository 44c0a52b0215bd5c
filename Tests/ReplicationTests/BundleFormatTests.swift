import Replication
import SignatureSuites
import Testing

@Suite("The bundle's format")
struct BundleFormatTests {
  private let suite = Ed25519Suite()
  private let root = KeyFingerprint(Digest([UInt8](repeating: 0xAB, count: 32)) ?? .zero)

  private func head(part: Int = 1, parts: Int = 1) throws -> BundleHead {
    BundleHead(
      from: try #require(OfficeCode("1305")), to: try #require(OfficeCode("130526")), created: 1_780_000_000_000,
      part: part, parts: parts, id: BundleHead.id(root: root, random: [UInt8](repeating: 7, count: 16)))
  }

  private func items(_ count: Int) throws -> [BundleItem] {
    try (0..<count).map { _ in
      let author = try Author()
      return BundleItem(stream: author.stream, entries: try author.entries(3).map(\.encoded))
    }
  }

  private func part(_ items: [BundleItem]) throws -> [UInt8] {
    var writer = BundleWriter(head: try head())
    for item in items { writer.add(item) }
    return writer.finished(using: suite)
  }

  private func read(_ bytes: [UInt8]) throws -> (items: [BundleItem], verdict: BundleReader.Verdict) {
    var reader = try BundleReader(bytes)
    let verdict = reader.verdict(using: suite)
    var items: [BundleItem] = []
    while let item = reader.next() { items.append(item) }
    return (items, verdict)
  }

  @Test("the empty part is these bytes, worked out by hand from RFC 8949, with Python's SHA-256 over them")
  func vector() throws {
    let expected =
      "886d646f636b65742d62756e646c6501643133303566313330353236" + "1b0000019e70448800" + "0101"
      + "50abababababababab0707070707070707" + "8363656e64005820"
      + "b0b7933de8e784c5e009cd51a6a9fd01c08dab05662925ad3bc30190116b3183"
    #expect(Hexadecimal.string(try part([])) == expected)
  }

  @Test("what was written is read, whole")
  func roundTrip() throws {
    let items = try items(3)
    let bytes = try part(items)
    let result = try read(bytes)
    #expect(result.verdict == .whole)
    #expect(result.items == items)
    let reader = try BundleReader(bytes)
    #expect(try reader.head == head())
    #expect(reader.head.isOfTree(root))
    #expect(!reader.head.isOfTree(KeyFingerprint(.zero)))
  }

  @Test("cut anywhere: the whole items before the cut are read, and the cut is told")
  func cuts() throws {
    let items = try items(3)
    let bytes = try part(items)
    let headBytes = try head().encoded.count
    var ends = [headBytes]
    for item in items { ends.append((ends.last ?? 0) + item.encoded.count) }
    for length in 0..<bytes.count {
      let piece = Array(bytes.prefix(length))
      if length < headBytes {
        #expect(throws: BundleFailure.head(.truncated), "\(length)") { try BundleReader(piece) }
        continue
      }
      let before = ends.count { $0 <= length } - 1
      let result = try read(piece)
      #expect(result.verdict == .cut(items: before), "\(length)")
      #expect(result.items == Array(items.prefix(before)), "\(length)")
    }
  }

  @Test("any altered byte, and any byte more, is noticed")
  func altered() throws {
    let bytes = try part(try items(2))
    for index in bytes.indices {
      var copy = bytes
      copy[index] ^= 0x01
      if let result = try? read(copy) { #expect(result.verdict == .altered, "\(index)") }
    }
    #expect(try read(bytes + [0]).verdict == .altered)
    #expect(try read(bytes + bytes).verdict == .altered)
  }

  @Test("another format, and a file that is none, are told apart")
  func foreign() throws {
    var later = try part([])
    later[15] = 2
    #expect(throws: BundleFailure.version(2)) { try BundleReader(later) }
    #expect(throws: BundleFailure.version(0)) {
      later[15] = 0
      return try BundleReader(later)
    }
    #expect(throws: BundleFailure.notABundle) { try BundleReader(Array("PK\u{3}\u{4} a zip file".utf8)) }
    #expect(throws: BundleFailure.notABundle) { try BundleReader(Array("name,code\r\n".utf8)) }
    #expect(throws: BundleFailure.head(.outOfRange)) { try BundleReader(try head(part: 3, parts: 2).encoded) }
  }
}
