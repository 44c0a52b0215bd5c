package import NIOCore

/// Puts frames together from what arrives: four bytes of length, big endian, and that many bytes. A length beyond the
/// limit is refused before anything of the frame is kept.
///
/// What is kept is copied, and each frame has bytes of its own. A slice would hold all that it was read with, and what
/// is read next would go to another buffer of that size: with frames that wait, several times their bytes.
package struct FrameAssembler: Sendable {
  private let bytesMax: Int
  private var buffer = ByteBuffer()

  package init(bytesMax: Int) { self.bytesMax = bytesMax }

  /// Whether a frame has begun and not ended.
  package var isWithinFrame: Bool { buffer.readableBytes > 0 }

  /// Bytes of memory kept for a frame that has begun.
  package var capacity: Int { buffer.storageCapacity }

  /// What there is of the frame that has begun, without its length.
  package var beginning: ByteBuffer {
    buffer.getSlice(at: buffer.readerIndex + Self.headBytes, length: max(0, buffer.readableBytes - Self.headBytes))
      ?? ByteBuffer()
  }

  /// The length before each frame.
  private static let headBytes = 4

  package mutating func append(_ bytes: ByteBuffer) {
    buffer.discardReadBytes()
    buffer.writeImmutableBuffer(bytes)
  }

  /// The next whole frame.
  /// - Throws: `frameTooLarge`; nothing can be read after it.
  package mutating func next() throws(TransportError) -> [UInt8]? {
    guard let length = buffer.getInteger(at: buffer.readerIndex, as: UInt32.self) else { return nil }
    guard length >= 1, length <= UInt32(bytesMax) else {
      throw TransportError(.frameTooLarge, cause: "\(length) bytes")
    }
    guard buffer.readableBytes >= Self.headBytes + Int(length) else { return nil }
    buffer.moveReaderIndex(forwardBy: Self.headBytes)
    let frame = buffer.readBytes(length: Int(length))
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
