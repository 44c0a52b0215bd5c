import NIOCore

/// Stands below TLS: counts the bytes of the socket, sees whether the peer takes what it is sent, and cuts the
/// connection without a farewell, which a peer that does not read would never take.
final class ConnectionGuard: ChannelDuplexHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer
  typealias OutboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let unreadTime: TimeAmount
  private let counters: TransportCounters
  private var written = 0
  private var taken = 0
  private var takenAt = NIODeadline.now()
  private var check: Scheduled<Void>?
  private var isOpen = false
  private var isCut = false

  init(unreadTime: TimeAmount, counters: TransportCounters) {
    self.unreadTime = unreadTime
    self.counters = counters
  }

  func channelActive(context: ChannelHandlerContext) {
    // Only now there is a connection: a name's addresses are all tried, and most of the attempts come to nothing.
    isOpen = true
    counters.count { $0.connectionsOpen += 1 }
    context.fireChannelActive()
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    check?.cancel()
    if isOpen { counters.count { $0.connectionsOpen -= 1 } }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let bytes = unwrapInboundIn(data).readableBytes
    counters.count { $0.bytesReceived += UInt64(bytes) }
    if !isCut { context.fireChannelRead(data) }
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    written += unwrapOutboundIn(data).readableBytes
    context.write(data, promise: promise)
  }

  func flush(context: ChannelHandlerContext) {
    context.flush()
    noteTaken(context)
    if check == nil, taken < written {
      takenAt = .now()
      schedule(context)
    }
  }

  func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
    guard let severance = event as? Severance else {
      return context.triggerUserOutboundEvent(event, promise: promise)
    }
    cut(severance, context)
    promise?.succeed()
  }

  private func cut(_ severance: Severance, _ context: ChannelHandlerContext) {
    if isCut { return }
    isCut = true
    if case .cutOff(let reason) = severance.reason { counters.count { $0.cutOff[reason, default: 0] += 1 } }
    context.fireErrorCaught(severance)
    context.close(promise: nil)
  }

  /// What the system has taken, of the bytes written: it takes more only as the peer acknowledges some.
  private func noteTaken(_ context: ChannelHandlerContext) {
    let waiting = (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    let total = written - waiting
    guard total > taken else { return }
    let more = UInt64(total - taken)
    counters.count { $0.bytesSent += more }
    taken = total
    takenAt = .now()
  }

  /// Looks again while something waits to be taken, and only then.
  private func schedule(_ context: ChannelHandlerContext) {
    check = context.eventLoop.assumeIsolated().scheduleTask(in: .nanoseconds(unreadTime.nanoseconds / 4)) {
      self.check = nil
      self.noteTaken(context)
      guard self.taken < self.written, !self.isCut else { return }
      if .now() - self.takenAt >= self.unreadTime { return self.cut(.cutOff(.notReading), context) }
      self.schedule(context)
    }
  }
}
