import NIOCore

/// A frame on the wire: four bytes of length, big endian, and that many bytes. A length beyond the limit ends the
/// connection before anything of it is buffered.
struct FrameDecoder: ByteToMessageDecoder {
  typealias InboundOut = ByteBuffer

  let bytesMax: Int

  mutating func decode(context: ChannelHandlerContext, buffer: inout ByteBuffer) throws -> DecodingState {
    guard let length = buffer.getInteger(at: buffer.readerIndex, as: UInt32.self) else { return .needMoreData }
    guard length >= 1, length <= UInt32(bytesMax) else {
      throw TransportError(.frameTooLarge, cause: "\(length) bytes")
    }
    guard buffer.readableBytes >= 4 + Int(length) else { return .needMoreData }
    buffer.moveReaderIndex(forwardBy: 4)
    guard let frame = buffer.readSlice(length: Int(length)) else { return .needMoreData }
    context.fireChannelRead(wrapInboundOut(frame))
    return .continue
  }

  mutating func decodeLast(
    context: ChannelHandlerContext, buffer: inout ByteBuffer, seenEOF: Bool
  ) throws -> DecodingState {
    while try decode(context: context, buffer: &buffer) == .continue {}
    if buffer.readableBytes > 0 { throw TransportError(.truncated) }
    return .needMoreData
  }
}

struct FrameEncoder: MessageToByteEncoder {
  typealias OutboundIn = ByteBuffer

  let bytesMax: Int

  func encode(data: ByteBuffer, out: inout ByteBuffer) throws {
    guard data.readableBytes >= 1, data.readableBytes <= bytesMax else {
      throw TransportError(.frameTooLarge, cause: "\(data.readableBytes) bytes")
    }
    out.writeInteger(UInt32(data.readableBytes))
    out.writeImmutableBuffer(data)
  }
}
