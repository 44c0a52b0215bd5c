import Replication
import Testing

@Suite("Deterministic CBOR: one encoding for each value")
struct CanonicalEncodingTests {
  @Test("integers take the shortest argument", arguments: [
    (Int64(0), "00"), (23, "17"), (24, "1818"), (255, "18ff"), (256, "190100"), (65_536, "1a00010000"),
    (4_294_967_296, "1b0000000100000000"), (-1, "20"), (-24, "37"), (-25, "3818"), (.min, "3b7fffffffffffffff"),
  ])
  func integers(value: Int64, hex: String) throws {
    var writer = CBORWriter()
    writer.integer(value)
    #expect(Hexadecimal.string(writer.bytes) == hex)
    var reader = CBORReader(writer.bytes)
    #expect(try reader.integer() == value)
    try reader.finish()
  }

  @Test("every other encoding is refused by its own name", arguments: [
    ("1817", CBORReader.Failure.notShortest), ("190017", .notShortest), ("1900ff", .notShortest),
    ("1a0000ffff", .notShortest), ("1b00000000ffffffff", .notShortest), ("18", .truncated), ("", .truncated),
    ("1f", .unsupported), ("20", .unexpectedType), ("0000", .trailingBytes),
  ])
  func refused(hex: String, failure: CBORReader.Failure) throws {
    var reader = CBORReader(try #require(Hexadecimal.bytes(hex)))
    #expect(throws: failure) {
      _ = try reader.unsigned()
      try reader.finish()
    }
  }

  @Test("invalid UTF-8 and over-long strings are refused")
  func strings() throws {
    var invalid = CBORReader([0x62, 0xC3, 0x28])
    #expect(throws: CBORReader.Failure.invalidUTF8) { _ = try invalid.text(atMost: 10) }
    var long = CBORReader([0x63, 0x61, 0x62, 0x63])
    #expect(throws: CBORReader.Failure.tooLong) { _ = try long.text(atMost: 2) }
    // A length that the input cannot hold must not be allocated.
    var huge = CBORReader([0x5B, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00])
    #expect(throws: CBORReader.Failure.truncated) { _ = try huge.byteString(atMost: .max) }
  }

  @Test("field values round-trip; nested lists and floats are refused")
  func fieldValues() throws {
    let values: [FieldValue] = [
      .null, .integer(-7), .text("任县〔2026〕"), .bytes([0, 255]), .flag(true), .list([.text("a"), .null, .integer(1)]),
    ]
    for value in values {
      var reader = CBORReader(value.encoded)
      #expect(try FieldValue(from: &reader) == value)
      #expect(reader.isAtEnd)
    }
    for hex in ["8181f6", "f97e00", "c001", "a0"] {
      var reader = CBORReader(try #require(Hexadecimal.bytes(hex)))
      #expect(throws: CBORReader.Failure.self) { _ = try FieldValue(from: &reader) }
    }
  }

  @Test("cutting or flipping any byte of an entry never crashes the reader, and never gives the same entry")
  func mutatedEntries() throws {
    let author = try Author()
    let bytes = try author.entries(1)[0].encoded
    let original = try Entry(decoding: bytes)
    for length in 0..<bytes.count { #expect((try? Entry(decoding: Array(bytes.prefix(length)))) == nil) }
    for index in bytes.indices {
      for bit in 0..<8 {
        var flipped = bytes
        flipped[index] ^= 1 << UInt8(bit)
        if let entry = try? Entry(decoding: flipped) { #expect(entry != original) }
      }
    }
  }
}
