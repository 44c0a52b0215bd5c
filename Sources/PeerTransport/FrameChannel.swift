import NIOConcurrencyHelpers
import NIOCore

/// Frames in and out of one channel, for as long as it is open: the shell that both TLS and local connections share.
final class FrameChannel: Sendable {
  typealias Inbound = NIOAsyncChannelInboundStream<ByteBuffer>
  typealias Outbound = NIOAsyncChannelOutboundWriter<ByteBuffer>

  private let channel: any Channel
  private let bytesMax: Int
  private let inbound: Inbound
  private let outbound: Outbound
  private let close: AsyncStream<Void>.Continuation
  private let ended: Task<Void, Never>
  private let sent = NIOLockedValueBox(0)
  private let received = NIOLockedValueBox(0)
  private let waiting: NIOLockedValueBox<Int>

  private init(
    channel: any Channel, waiting: NIOLockedValueBox<Int>, bytesMax: Int, inbound: Inbound, outbound: Outbound,
    close: AsyncStream<Void>.Continuation, ended: Task<Void, Never>
  ) {
    self.channel = channel
    self.waiting = waiting
    self.bytesMax = bytesMax
    self.inbound = inbound
    self.outbound = outbound
    self.close = close
    self.ended = ended
  }

  /// Adds the frame codec and wraps the channel; to be called on its event loop, in the initializer, or reads are
  /// lost.
  static func wrap(_ channel: any Channel, bytesMax: Int) throws -> Wrapped {
    let waiting = NIOLockedValueBox(0)
    try channel.pipeline.syncOperations.addHandlers(
      ByteToMessageHandler(FrameDecoder(bytesMax: bytesMax)),
      MessageToByteHandler(FrameEncoder(bytesMax: bytesMax)), ArrivalCounter(waiting: waiting))
    return Wrapped(channel: try NIOAsyncChannel(wrappingChannelSynchronously: channel), waiting: waiting)
  }

  /// A channel with its codec, and how many frames have arrived and are not read.
  struct Wrapped: Sendable {
    let channel: NIOAsyncChannel<ByteBuffer, ByteBuffer>
    let waiting: NIOLockedValueBox<Int>
  }

  /// Takes over a wrapped channel; it stays open until `finish`.
  static func open(_ wrapped: Wrapped, bytesMax: Int) async throws -> FrameChannel {
    let (closing, close) = AsyncStream<Void>.makeStream()
    let (opened, openedContinuation) = AsyncThrowingStream<(Inbound, Outbound), any Error>.makeStream()
    let ended = Task {
      do {
        try await wrapped.channel.executeThenClose { inbound, outbound in
          openedContinuation.yield((inbound, outbound))
          openedContinuation.finish()
          for await _ in closing {}
        }
      } catch {
        openedContinuation.finish(throwing: error)
      }
    }
    for try await (inbound, outbound) in opened {
      return FrameChannel(
        channel: wrapped.channel.channel, waiting: wrapped.waiting, bytesMax: bytesMax, inbound: inbound,
        outbound: outbound, close: close, ended: ended)
    }
    throw TransportError(.truncated)
  }

  var bytesSent: Int { sent.withLockedValue { $0 } }
  var bytesReceived: Int { received.withLockedValue { $0 } }
  /// Whether the next frame can be read without waiting.
  var hasFrameAtHand: Bool { waiting.withLockedValue { $0 > 0 } }

  /// Waits until the frame is on its way; a peer that does not read holds the sender back.
  func send(_ frame: [UInt8]) async throws {
    // Refused before it is queued: the queue has no way back to tell of it.
    guard (1...bytesMax).contains(frame.count) else {
      throw TransportError(.frameTooLarge, cause: "\(frame.count) bytes")
    }
    do {
      try await outbound.write(ByteBuffer(bytes: frame))
      sent.withLockedValue { $0 += frame.count + 4 }
    } catch {
      throw Self.mapped(error)
    }
  }

  var frames: FrameSequence { FrameSequence(inbound: inbound, received: received, waiting: waiting) }

  func finish() async {
    close.finish()
    await ended.value
  }

  /// Closes without waiting for what is under way.
  func abort() { channel.close(promise: nil) }

  static func mapped(_ error: any Error) -> any Error {
    switch error {
    case is TransportError: return error
    case ChannelError.connectTimeout: return TransportError(.timeout)
    case let error as ChannelError: return TransportError(.truncated, cause: "\(error)")
    case let error as IOError: return TransportError(.unreachable, cause: error.description)
    default: return TransportErrors.mappedTLS(error)
    }
  }
}

/// Inbound frames of a connection; one iteration at a time.
public struct FrameSequence: AsyncSequence, Sendable {
  public typealias Element = [UInt8]

  let inbound: NIOAsyncChannelInboundStream<ByteBuffer>
  let received: NIOLockedValueBox<Int>
  let waiting: NIOLockedValueBox<Int>

  public func makeAsyncIterator() -> Iterator {
    Iterator(inner: inbound.makeAsyncIterator(), received: received, waiting: waiting)
  }

  public struct Iterator: AsyncIteratorProtocol {
    var inner: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    let received: NIOLockedValueBox<Int>
    let waiting: NIOLockedValueBox<Int>

    /// - Throws: `TransportError`.
    public mutating func next() async throws -> [UInt8]? {
      do {
        // Unsafe only in name: an iterator is used by one task at a time, as every `AsyncIteratorProtocol` demands.
        nonisolated(unsafe) var iterator = inner
        let next = try await iterator.next()
        inner = iterator
        guard let buffer = next else { return nil }
        waiting.withLockedValue { $0 -= 1 }
        received.withLockedValue { $0 += buffer.readableBytes + 4 }
        return Array(buffer.readableBytesView)
      } catch {
        throw FrameChannel.mapped(error)
      }
    }
  }
}

/// Counts frames on their way to whoever reads them.
private final class ArrivalCounter: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer

  private let waiting: NIOLockedValueBox<Int>

  init(waiting: NIOLockedValueBox<Int>) { self.waiting = waiting }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    waiting.withLockedValue { $0 += 1 }
    context.fireChannelRead(data)
  }
}
