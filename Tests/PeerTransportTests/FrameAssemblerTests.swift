import NIOCore
import PeerTransport
import Testing

@Suite("What frames that wait take in memory")
struct FrameAssemblerTests {
  private static let bytesMax = 64 * 1024

  /// However they are cut: many in what is read at once, or one in many.
  @Test("frames that wait hold their own bytes and no more", arguments: [1_000, 16_384, 65_536, 1 << 20])
  func held(readBytes: Int) throws {
    // As TLS hands over what it decrypted: every time the same buffer, as long as nobody holds it.
    var reading = ByteBufferAllocator().buffer(capacity: readBytes)
    var assembler = FrameAssembler(bytesMax: Self.bytesMax)
    let sizes = (0..<200).map { 1 + $0 * 7_919 % Self.bytesMax }
    let sent = sizes.flatMap { size in
      (0..<4).map { UInt8(truncatingIfNeeded: size >> (24 - 8 * $0)) } + [UInt8](repeating: UInt8(size & 0xFF), count: size)
    }
    var frames: [[UInt8]] = []
    for offset in stride(from: 0, to: sent.count, by: readBytes) {
      let address = reading.storage
      reading.clear()
      reading.writeBytes(sent[offset..<min(offset + readBytes, sent.count)])
      // Had somebody held on to it, it would have been copied here.
      #expect(reading.storage == address)
      assembler.append(reading)
      while let frame = try assembler.next() { frames.append(frame) }
      #expect(assembler.capacity <= 4 * (Self.bytesMax + readBytes))
    }
    #expect(frames.map(\.count) == sizes && !assembler.isWithinFrame && assembler.capacity == 0)
    // A head of 32 bytes, and what malloc rounds up.
    for frame in frames { #expect(frame.capacity <= frame.count + 64) }
  }
}

extension ByteBuffer {
  fileprivate var storage: UnsafeRawPointer? { withVeryUnsafeBytes { $0.baseAddress } }
}
