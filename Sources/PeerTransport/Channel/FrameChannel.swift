import NIOConcurrencyHelpers
import NIOCore

/// Frames in and out of one channel, for as long as it is open: the shell that both TLS and local connections share.
final class FrameChannel: Sendable {
  typealias Inbound = NIOAsyncChannelInboundStream<[UInt8]>
  typealias Outbound = NIOAsyncChannelOutboundWriter<ByteBuffer>

  private let channel: any Channel
  private let bytesMax: Int
  /// Between offices, over TLS; else between processes of one user.
  private let isSecured: Bool
  private let inbound: Inbound
  private let outbound: Outbound
  private let close: AsyncStream<Void>.Continuation
  private let ended: Task<Void, Never>
  private let sent = NIOLockedValueBox(0)
  private let received = NIOLockedValueBox(0)
  private let backlog: NIOLockedValueBox<FrameReader.Backlog>

  private init(
    wrapped: Wrapped, inbound: Inbound, outbound: Outbound, close: AsyncStream<Void>.Continuation,
    ended: Task<Void, Never>
  ) {
    channel = wrapped.channel.channel
    bytesMax = wrapped.bytesMax
    isSecured = wrapped.isSecured
    backlog = wrapped.backlog
    self.inbound = inbound
    self.outbound = outbound
    self.close = close
    self.ended = ended
  }

  /// Adds what makes frames and wraps the channel; to be called on its event loop, in the initializer, or reads are
  /// lost.
  /// - Parameter limits: `nil` for processes of the same user.
  static func wrap(_ channel: any Channel, bytesMax: Int, limits: TransportLimits?) throws -> Wrapped {
    let backlog = NIOLockedValueBox(FrameReader.Backlog())
    try channel.pipeline.syncOperations.addHandler(FrameReader(bytesMax: bytesMax, limits: limits, backlog: backlog))
    // The reader above bounds what is held by its bytes; a bound by their number would only hide from it who waits.
    let unbounded = NIOAsyncSequenceProducerBackPressureStrategies.HighLowWatermark(
      lowWatermark: .max - 1, highWatermark: .max)
    return Wrapped(
      channel: try NIOAsyncChannel(
        wrappingChannelSynchronously: channel, configuration: .init(backPressureStrategy: unbounded)),
      backlog: backlog, bytesMax: bytesMax, isSecured: limits != nil)
  }

  /// A channel that makes frames, and those that have arrived and are not read.
  struct Wrapped: Sendable {
    let channel: NIOAsyncChannel<[UInt8], ByteBuffer>
    let backlog: NIOLockedValueBox<FrameReader.Backlog>
    let bytesMax: Int
    let isSecured: Bool
  }

  /// Takes over a wrapped channel; it stays open until `finish`.
  static func open(_ wrapped: Wrapped) async throws -> FrameChannel {
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
      return FrameChannel(wrapped: wrapped, inbound: inbound, outbound: outbound, close: close, ended: ended)
    }
    // Whoever waited was cancelled: nobody else is going to close what was opened.
    close.finish()
    await ended.value
    throw TransportError(.truncated)
  }

  var bytesSent: Int { sent.withLockedValue { $0 } }
  var bytesReceived: Int { received.withLockedValue { $0 } }
  /// Whether the next frame can be read without waiting.
  var hasFrameAtHand: Bool { backlog.withLockedValue { $0.frames > 0 } }

  /// What had arrived of the next frame when the connection broke; empty before.
  var beginning: [UInt8] { Array(backlog.withLockedValue { $0.beginning }.readableBytesView) }

  func send(_ frame: [UInt8]) async throws { try await send([frame]) }

  /// Waits until the frames are on their way, in one write; a peer that does not read holds the sender back.
  func send(_ frames: [[UInt8]]) async throws {
    // Refused before any is queued: the queue has no way back to tell of it.
    if let tooLarge = frames.first(where: { !(1...bytesMax).contains($0.count) }) {
      throw TransportError(.frameTooLarge, cause: "\(tooLarge.count) bytes")
    }
    do {
      try await outbound.write(contentsOf: frames.flatMap { pieces(FrameAssembler.framed($0)) })
      sent.withLockedValue { $0 += frames.reduce(0) { $0 + $1.count + 4 } }
    } catch {
      throw TransportErrors.mapped(error)
    }
  }

  /// Each becomes a record of TLS, of which nothing can be read before its last byte is there. So on a line that breaks
  /// every few seconds they have to be small beside what a connection carries.
  private func pieces(_ frame: ByteBuffer) -> [ByteBuffer] {
    let bytesMax = isSecured ? min(max(bytesSent / Self.recordsPerSent, Self.firstRecordBytes), Self.recordBytesMax) : .max
    var frame = frame
    var pieces: [ByteBuffer] = []
    while frame.readableBytes > bytesMax, let piece = frame.readSlice(length: bytesMax) { pieces.append(piece) }
    pieces.append(frame)
    return pieces
  }

  /// A record adds 22 bytes to what it holds: a hundredth of the first ones.
  private static let firstRecordBytes = 2 * 1024
  /// RFC 8446 section 5.1.
  private static let recordBytesMax = 16 * 1024
  /// A cut costs half of a record: a hundredth of what the connection has sent, until records have their full size.
  private static let recordsPerSent = 64

  var frames: FrameSequence {
    FrameSequence(inbound: inbound, received: received, backlog: backlog, channel: channel)
  }

  func onClose(_ body: @escaping @Sendable () -> Void) { channel.closeFuture.whenComplete { _ in body() } }

  func finish() async {
    close.finish()
    await ended.value
  }

  func bearSilence() { channel.triggerUserOutboundEvent(FrameReader.Patience(), promise: nil) }

  /// Cuts the connection; what is under way is lost.
  func sever(_ severance: Severance) { channel.triggerUserOutboundEvent(severance, promise: nil) }
}

/// Inbound frames of a connection; one iteration at a time.
public struct FrameSequence: AsyncSequence, Sendable {
  public typealias Element = [UInt8]

  let inbound: NIOAsyncChannelInboundStream<[UInt8]>
  let received: NIOLockedValueBox<Int>
  let backlog: NIOLockedValueBox<FrameReader.Backlog>
  let channel: any Channel

  public func makeAsyncIterator() -> Iterator { Iterator(inner: inbound.makeAsyncIterator(), sequence: self) }

  public struct Iterator: AsyncIteratorProtocol {
    var inner: NIOAsyncChannelInboundStream<[UInt8]>.AsyncIterator
    let sequence: FrameSequence

    /// - Throws: `TransportError`.
    public mutating func next() async throws -> [UInt8]? {
      do {
        // Unsafe only in name: an iterator is used by one task at a time, as every `AsyncIteratorProtocol` demands.
        nonisolated(unsafe) var iterator = inner
        let next = try await iterator.next()
        inner = iterator
        guard let frame = next else { return nil }
        sequence.took(frame.count)
        return frame
      } catch {
        throw TransportErrors.mapped(error)
      }
    }
  }

  private func took(_ bytes: Int) {
    received.withLockedValue { $0 += bytes + 4 }
    let isHeld = backlog.withLockedValue { backlog in
      backlog.frames -= 1
      backlog.bytes -= bytes + FrameReader.costPerFrame
      defer { backlog.isHeld = false }
      return backlog.isHeld
    }
    // Asked again: the reader decides whether there is room now.
    if isHeld { channel.read() }
  }
}
