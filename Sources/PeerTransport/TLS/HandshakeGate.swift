import NIOConcurrencyHelpers
import NIOCore
import NIOSSL
import NIOTLS

/// Holds a connection until its handshake is done, the peer admitted and the protocol agreed on.
final class HandshakeGate: ChannelInboundHandler, Sendable {
  typealias InboundIn = NIOAny

  struct Passed: Sendable {
    let admission: PeerAdmission
    let certificate: PeerCertificate
  }

  private struct Progress {
    var isConnected = false
    var isDecided = false
  }

  private enum Verdict {
    case none
    case refused(HandshakeFailure)
    case admitted(Passed)
  }

  private let verdict = NIOLockedValueBox(Verdict.none)
  private let progress = NIOLockedValueBox(Progress())
  private let promise: EventLoopPromise<Passed>
  private let verifier: PeerVerifier
  /// `nil` where we called.
  private let visitor: Door.Visitor?
  private let limits: TransportLimits
  private let counters: TransportCounters

  init(
    eventLoop: any EventLoop, verifier: @escaping PeerVerifier, visitor: Door.Visitor?, limits: TransportLimits,
    counters: TransportCounters
  ) {
    promise = eventLoop.makePromise()
    self.verifier = verifier
    self.visitor = visitor
    self.limits = limits
    self.counters = counters
  }

  var passed: EventLoopFuture<Passed> { promise.futureResult }

  /// NIOSSL's callback: replaces the check against CAs.
  func verify(_ chain: [NIOSSLCertificate], _ result: EventLoopPromise<NIOSSLVerificationResult>) {
    guard let leaf = chain.first, let certificate = PeerCertificate(leaf) else {
      refuse(.notAdmitted, result)
      return
    }
    if let visitor, visitor.isStruck(certificate.publicKey) {
      refuse(.struck, result)
      return
    }
    let verifier = verifier
    Task {
      guard let admission = await verifier(certificate) else {
        self.refuse(.notAdmitted, result)
        return
      }
      self.verdict.withLockedValue { $0 = .admitted(Passed(admission: admission, certificate: certificate)) }
      result.succeed(.certificateVerified)
    }
  }

  private func refuse(_ failure: HandshakeFailure, _ result: EventLoopPromise<NIOSSLVerificationResult>) {
    verdict.withLockedValue { $0 = .refused(failure) }
    result.succeed(.failed)
  }

  func channelActive(context: ChannelHandlerContext) {
    progress.withLockedValue { $0.isConnected = true }
    counters.count { $0.handshakesOpen += 1 }
    let channel = context.channel
    // From the call on, not from the first byte: who says nothing at all is stalling as well.
    let timeout = context.eventLoop.scheduleTask(in: limits.handshakeTime) {
      channel.triggerUserOutboundEvent(Severance.handshake(.tooSlow), promise: nil)
    }
    promise.futureResult.whenComplete { _ in timeout.cancel() }
    context.fireChannelActive()
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case .handshakeCompleted(let negotiated) = event as? TLSUserEvent {
      completed(negotiated, context)
    }
    context.fireUserInboundEventTriggered(event)
  }

  private func completed(_ negotiated: String?, _ context: ChannelHandlerContext) {
    // A resumed session of TLS shows no certificate, so nothing was decided about it.
    guard case .admitted(let passed) = verdict.withLockedValue({ $0 }) else {
      return fail(.notAdmitted, nil, context)
    }
    guard negotiated == TransportLimits.protocolName else { return fail(.otherProtocol, nil, context) }
    if let failure = visitor?.enter(passed.certificate.publicKey) { return fail(failure, nil, context) }
    let isFirst = decide { figures in
      if visitor == nil { figures.dialled += 1 } else { figures.answered += 1 }
    }
    guard isFirst else { return }
    promise.succeed(passed)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    if progress.withLockedValue({ $0.isDecided }) {
      context.fireErrorCaught(error)
    } else if case .refused(let failure) = verdict.withLockedValue({ $0 }) {
      fail(failure, error, context)
    } else {
      fail(TransportErrors.failure(error), error, context)
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    fail(.ended, nil, context)
    context.fireChannelInactive()
  }

  func handlerRemoved(context: ChannelHandlerContext) { fail(.ended, nil, context) }

  /// - Returns: whether it was undecided until now.
  private func decide(_ count: (inout TransportFigures) -> Void) -> Bool {
    let before = progress.withLockedValue { progress in
      defer { progress.isDecided = true }
      return progress
    }
    if before.isDecided { return false }
    // Of the attempts to reach a peer's addresses only the one that connects counts; who calls us is there, and may be
    // told to make room before the event loop has come to its connection.
    if before.isConnected || visitor != nil {
      counters.count { figures in
        if before.isConnected { figures.handshakesOpen -= 1 }
        count(&figures)
      }
    }
    return true
  }

  private func fail(_ failure: HandshakeFailure, _ error: (any Error)?, _ context: ChannelHandlerContext) {
    guard decide({ $0.handshakesFailed[failure, default: 0] += 1 }) else { return }
    visitor?.failed(failure)
    let severance = Severance.handshake(failure)
    // Our own decision says more than what TLS made of it; else TLS's words do. Whether a peer that hangs up is seen as
    // the end or as a reset is a race, so both mean the same.
    promise.fail(error.map { failure.isOurs || $0 is IOError ? severance : $0 } ?? severance)
    context.fireErrorCaught(severance)
    context.triggerUserOutboundEvent(severance, promise: nil)
  }
}

extension HandshakeFailure {
  /// Whether we decided it, not the TLS library or the peer.
  fileprivate var isOurs: Bool {
    switch self {
    case .notAdmitted, .struck, .tooSlow, .crowdedOut, .full, .tooOften: true
    case .garbage, .otherProtocol, .ended: false
    }
  }
}
