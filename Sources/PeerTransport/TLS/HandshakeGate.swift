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

  private let verdict = NIOLockedValueBox<Passed?>(nil)
  private let wasRefused = NIOLockedValueBox(false)
  private let promise: EventLoopPromise<Passed>
  private let verifier: PeerVerifier

  init(eventLoop: any EventLoop, verifier: @escaping PeerVerifier) {
    promise = eventLoop.makePromise()
    self.verifier = verifier
    let promise = promise
    let timeout = eventLoop.scheduleTask(in: TransportLimits.handshakeTime) {
      promise.fail(TransportError(.timeout, cause: "handshake"))
    }
    promise.futureResult.whenComplete { _ in timeout.cancel() }
  }

  var passed: EventLoopFuture<Passed> { promise.futureResult }

  /// NIOSSL's callback: replaces the check against CAs.
  func verify(_ chain: [NIOSSLCertificate], _ result: EventLoopPromise<NIOSSLVerificationResult>) {
    guard let leaf = chain.first, let certificate = PeerCertificate(leaf) else {
      refuse(result)
      return
    }
    let verifier = verifier
    Task {
      guard let admission = await verifier(certificate) else {
        self.refuse(result)
        return
      }
      self.verdict.withLockedValue { $0 = Passed(admission: admission, certificate: certificate) }
      result.succeed(.certificateVerified)
    }
  }

  private func refuse(_ result: EventLoopPromise<NIOSSLVerificationResult>) {
    wasRefused.withLockedValue { $0 = true }
    result.succeed(.failed)
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case .handshakeCompleted(let negotiated) = event as? TLSUserEvent {
      if negotiated != TransportLimits.protocolName {
        fail(TransportError(.noSuchProtocol), context)
      } else if let passed = verdict.withLockedValue({ $0 }) {
        promise.succeed(passed)
      } else {
        fail(TransportError(.notAdmitted), context)
      }
    }
    context.fireUserInboundEventTriggered(event)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    let isOurs = wasRefused.withLockedValue { $0 }
    promise.fail(isOurs ? TransportError(.notAdmitted) : FrameChannel.mapped(error))
    context.fireErrorCaught(error)
    context.close(promise: nil)
  }

  func channelInactive(context: ChannelHandlerContext) {
    promise.fail(TransportError(.refusedByPeer))
    context.fireChannelInactive()
  }

  private func fail(_ error: TransportError, _ context: ChannelHandlerContext) {
    promise.fail(error)
    context.close(promise: nil)
  }
}

/// Ends a connection on which nothing moved for too long.
final class IdleCloser: ChannelInboundHandler, Sendable {
  typealias InboundIn = NIOAny

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if event is IdleStateHandler.IdleStateEvent {
      context.fireErrorCaught(TransportError(.timeout, cause: "idle"))
      context.close(promise: nil)
    } else {
      context.fireUserInboundEventTriggered(event)
    }
  }
}
