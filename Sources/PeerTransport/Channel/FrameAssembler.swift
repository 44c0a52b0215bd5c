package import NIOCore

/// Puts frames together from what arrives: four bytes of length, big endian, and that many bytes. A length beyond the
/// limit is refused before anything of the frame is kept.
package struct FrameAssembler: Sendable {
  private let bytesMax: Int
  private var buffer = ByteBuffer()

  package init(bytesMax: Int) { self.bytesMax = bytesMax }

  /// Whether a frame has begun and not ended.
  package var isWithinFrame: Bool { buffer.readableBytes > 0 }

  /// What there is of the frame that has begun, without its length.
  package var beginning: ByteBuffer {
    buffer.getSlice(at: buffer.readerIndex + Self.headBytes, length: max(0, buffer.readableBytes - Self.headBytes))
      ?? ByteBuffer()
  }

  /// The length before each frame.
  private static let headBytes = 4

  package mutating func append(_ bytes: ByteBuffer) {
    if buffer.readableBytes == 0 {
      buffer = bytes
    } else {
      buffer.writeImmutableBuffer(bytes)
    }
  }

  /// The next whole frame.
  /// - Throws: `frameTooLarge`; nothing can be read after it.
  package mutating func next() throws(TransportError) -> ByteBuffer? {
    guard let length = buffer.getInteger(at: buffer.readerIndex, as: UInt32.self) else { return nil }
    guard length >= 1, length <= UInt32(bytesMax) else {
      throw TransportError(.frameTooLarge, cause: "\(length) bytes")
    }
    guard buffer.readableBytes >= Self.headBytes + Int(length) else { return nil }
    buffer.moveReaderIndex(forwardBy: Self.headBytes)
    let frame = buffer.readSlice(length: Int(length))
    // An empty buffer would keep the memory of the largest frame.
    if buffer.readableBytes == 0 { buffer = ByteBuffer() }
    return frame
  }

  /// A frame as it is sent.
  static func framed(_ frame: [UInt8]) -> ByteBuffer {
    var buffer = ByteBufferAllocator().buffer(capacity: headBytes + frame.count)
    buffer.writeInteger(UInt32(frame.count))
    buffer.writeBytes(frame)
    return buffer
  }
}
