import NIOConcurrencyHelpers
import NIOCore
import NIOSSL

/// Stands above TLS: makes frames of what arrives, reads no faster than they are taken, and cuts off a peer that is
/// silent, that does not end a frame, or that sends what is none.
final class FrameReader: ChannelDuplexHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = [UInt8]
  typealias OutboundIn = ByteBuffer

  /// Frames that arrived and that nobody has taken.
  struct Backlog: Sendable {
    var frames = 0
    /// With what holding each costs.
    var bytes = 0
    /// Reading waits until some are taken.
    var isHeld = false
    /// What had arrived of a frame when the connection broke.
    var beginning = ByteBuffer()
  }

  /// Told on the channel: the peer knows no pings.
  struct Patience: Sendable {}

  /// Memory of a frame held besides its bytes.
  static let costPerFrame = 64

  private var assembler: FrameAssembler
  private let backlog: NIOLockedValueBox<Backlog>
  private var heldBytesMax: Int
  private let pinglessSilence: TimeAmount?
  /// `nil`: a process of the same user, which may take its time.
  private var clock: ReadClock?
  private var check: (at: NIODeadline, task: Scheduled<Void>)?
  private var isOver = false

  /// - Parameter limits: `nil` for processes of the same user.
  init(bytesMax: Int, limits: TransportLimits?, backlog: NIOLockedValueBox<Backlog>) {
    assembler = FrameAssembler(bytesMax: bytesMax)
    heldBytesMax = limits?.heldBytesMax ?? bytesMax
    pinglessSilence = limits?.pinglessSilenceTime
    clock = limits.map { ReadClock(silence: $0.silenceTime, frame: $0.frameTime, at: .now()) }
    self.backlog = backlog
  }

  func handlerRemoved(context: ChannelHandlerContext) { check?.task.cancel() }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !isOver else { return }
    assembler.append(unwrapInboundIn(data))
    var frames = 0
    do throws(TransportError) {
      while let frame = try assembler.next() {
        frames += 1
        backlog.withLockedValue {
          $0.frames += 1
          $0.bytes += frame.count + FrameReader.costPerFrame
        }
        context.fireChannelRead(wrapInboundOut(frame))
      }
    } catch {
      sever(.cutOff(.frameLength), error, context)
      return
    }
    clock?.heard(frames: frames, isWithinFrame: assembler.isWithinFrame, at: .now())
    watch(context)
  }

  func read(context: ChannelHandlerContext) {
    let isHeld = backlog.withLockedValue { [heldBytesMax] backlog in
      backlog.isHeld = backlog.bytes >= heldBytesMax
      return backlog.isHeld
    }
    if isHeld {
      clock?.pause(at: .now())
    } else {
      clock?.resume(at: .now())
      watch(context)
      context.read()
    }
  }

  func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
    guard event is Patience else { return context.triggerUserOutboundEvent(event, promise: promise) }
    if let pinglessSilence {
      clock?.bear(pinglessSilence)
      // It was given its whole credit at once, and may take it for the end when that is not read.
      heldBytesMax *= 2
    }
    watch(context)
    promise?.succeed()
  }

  func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
    // What the peer had begun to say is its own business now.
    if mode == .all { isOver = true }
    context.close(mode: mode, promise: promise)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    if !isOver, TransportErrors.isGarbage(error) {
      sever(.cutOff(.garbage), error, context)
    } else {
      isOver = isOver || error is Severance
      keepBeginning()
      context.fireErrorCaught(error)
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    keepBeginning()
    if !isOver, assembler.isWithinFrame {
      sever(.cutOff(.halfFrame), TransportError(.truncated, cause: "within a frame"), context)
    }
    context.fireChannelInactive()
  }

  /// Before anybody is told of the end.
  private func keepBeginning() {
    let beginning = assembler.beginning
    backlog.withLockedValue { $0.beginning = beginning }
  }

  private func sever(_ severance: Severance, _ error: any Error, _ context: ChannelHandlerContext) {
    isOver = true
    context.fireErrorCaught(error)
    context.triggerUserOutboundEvent(severance, promise: nil)
  }

  /// Sees to it that someone looks at the clock when it runs out: one task, moved as rarely as possible.
  private func watch(_ context: ChannelHandlerContext) {
    guard !isOver, let deadline = clock?.deadline else { return }
    if let check {
      if check.at <= deadline { return }
      check.task.cancel()
    }
    check = (
      deadline,
      context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) {
        self.check = nil
        if let reason = self.clock?.verdict(at: .now()), !self.isOver {
          self.sever(.cutOff(reason), Severance.cutOff(reason), context)
        } else {
          self.watch(context)
        }
      }
    )
  }
}
