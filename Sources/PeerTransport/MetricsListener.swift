import NIOConcurrencyHelpers
public import NIOCore
import NIOHTTP1
import NIOPosix

/// Two pages over HTTP for this machine alone: `/metrics` and `/healthz`. One request a connection.
public final class MetricsListener: Sendable {
  /// An answer to `GET`.
  public struct Page: Sendable {
    public var isGood: Bool
    public var contentType: String
    public var text: String

    /// - Parameter isGood: 200, else 503.
    public init(isGood: Bool = true, contentType: String = "text/plain; charset=utf-8", text: String) {
      self.isGood = isGood
      self.contentType = contentType
      self.text = text
    }
  }

  /// Makes the page for a path; `nil`: there is none.
  public typealias Pages = @Sendable (String) async -> Page?

  private let channel: any Channel
  private let children: NIOLockedValueBox<[ObjectIdentifier: any Channel]>
  /// The bound port.
  public let port: Int

  private init(channel: any Channel, children: NIOLockedValueBox<[ObjectIdentifier: any Channel]>, port: Int) {
    self.channel = channel
    self.children = children
    self.port = port
  }

  /// - Parameter connectionTime: after which a connection is ended, answered or not; `nil`: as `MetricsLimits` has it.
  /// - Throws: `TransportError`: addressInUse; badAddress, also for any address but this machine's own.
  public static func start(
    host: String, port: Int, connectionTime: TimeAmount? = nil, group: any EventLoopGroup, pages: @escaping Pages
  ) async throws -> MetricsListener {
    // Looked at as bytes, never looked up: a name could be made to mean another address.
    guard let address = try? SocketAddress(ipAddress: host, port: port), address.isLoopback else {
      throw TransportError(.badAddress, cause: "\(host):\(port)")
    }
    let children = NIOLockedValueBox<[ObjectIdentifier: any Channel]>([:])
    let bootstrap = ServerBootstrap(group: group)
      .serverChannelOption(.backlog, value: 16)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        let id = ObjectIdentifier(channel)
        let isFull = children.withLockedValue { children in
          if children.count >= MetricsLimits.connectionsMax { return true }
          children[id] = channel
          return false
        }
        if isFull { return channel.eventLoop.makeFailedFuture(TransportError(.turnedAway)) }
        channel.closeFuture.whenComplete { _ in children.withLockedValue { $0[id] = nil } }
        return channel.eventLoop.makeCompletedFuture {
          var limits = NIOHTTPDecoderLimitConfiguration()
          limits.maxHeaderFieldSize = MetricsLimits.requestBytesMax
          limits.maxHeaderListSize = MetricsLimits.requestBytesMax
          limits.maxHeaderFieldCount = MetricsLimits.headerCountMax
          try channel.pipeline.syncOperations.addHandlers(
            RequestMeter(connectionTime: connectionTime ?? MetricsLimits.connectionTime),
            HTTPResponseEncoder(),
            ByteToMessageHandler(HTTPRequestDecoder(limitConfiguration: limits)),
            PageHandler(pages: pages))
        }
      }
    do {
      let channel = try await bootstrap.bind(to: address).get()
      return MetricsListener(channel: channel, children: children, port: channel.localAddress?.port ?? port)
    } catch {
      throw TransportErrors.binding(host, port, error)
    }
  }

  /// Stops listening and ends the connections.
  public func close() async {
    try? await channel.close()
    let open = children.withLockedValue { Array($0.values) }
    for child in open { try? await child.close() }
  }
}

/// Ends a connection that sends too much or takes too long.
private final class RequestMeter: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer

  private let connectionTime: TimeAmount
  private var bytes = 0
  private var deadline: Scheduled<Void>?

  init(connectionTime: TimeAmount) { self.connectionTime = connectionTime }

  func channelActive(context: ChannelHandlerContext) {
    let channel = context.channel
    deadline = context.eventLoop.scheduleTask(in: connectionTime) { channel.close(promise: nil) }
    context.fireChannelActive()
  }

  func channelInactive(context: ChannelHandlerContext) {
    deadline?.cancel()
    context.fireChannelInactive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    bytes += unwrapInboundIn(data).readableBytes
    if bytes > MetricsLimits.requestBytesMax {
      context.close(promise: nil)
    } else {
      context.fireChannelRead(data)
    }
  }
}

/// Answers the first request and closes.
private final class PageHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private let pages: MetricsListener.Pages
  private var head: HTTPRequestHead?
  private var isAnswered = false

  init(pages: @escaping MetricsListener.Pages) { self.pages = pages }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !isAnswered else { return }
    switch unwrapInboundIn(data) {
    case .head(let head): self.head = head
    case .body: answer(.payloadTooLarge, nil, context)
    case .end:
      guard let head else { return }
      if head.method != .GET && head.method != .HEAD {
        answer(.methodNotAllowed, nil, context)
      } else if !Self.isLocal(head.headers["host"]) {
        // A page in somebody's browser, whose name was made to mean this machine (DNS rebinding).
        answer(.misdirectedRequest, nil, context)
      } else {
        make(head, context)
      }
    }
  }

  /// A request that cannot be read is answered as such; HTTP wants it said.
  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    if error is HTTPParserError, !isAnswered {
      answer(.badRequest, nil, context)
    } else {
      context.close(promise: nil)
    }
  }

  private func make(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
    isAnswered = true
    let path = String(head.uri.prefix { $0 != "?" })
    let pages = pages
    let promise = context.eventLoop.makePromise(of: MetricsListener.Page?.self)
    promise.completeWithTask { await pages(path) }
    let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
    promise.futureResult.whenComplete { result in
      let (handler, context) = bound.value
      guard let page = try? result.get() else {
        handler.write(.notFound, nil, context)
        return
      }
      handler.write(page.isGood ? .ok : .serviceUnavailable, page, context)
    }
  }

  private func answer(_ status: HTTPResponseStatus, _ page: MetricsListener.Page?, _ context: ChannelHandlerContext) {
    isAnswered = true
    write(status, page, context)
  }

  private func write(_ status: HTTPResponseStatus, _ page: MetricsListener.Page?, _ context: ChannelHandlerContext) {
    let text = page?.text ?? "\(status.code) \(status.reasonPhrase)\n"
    let body = context.channel.allocator.buffer(string: text)
    var headers = HTTPHeaders()
    headers.add(name: "Content-Type", value: page?.contentType ?? "text/plain; charset=utf-8")
    headers.add(name: "Content-Length", value: "\(body.readableBytes)")
    headers.add(name: "Cache-Control", value: "no-store")
    headers.add(name: "X-Content-Type-Options", value: "nosniff")
    headers.add(name: "Connection", value: "close")
    if status == .methodNotAllowed { headers.add(name: "Allow", value: "GET, HEAD") }
    let response = HTTPResponseHead(version: .http1_1, status: status, headers: headers)
    context.write(wrapOutboundOut(.head(response)), promise: nil)
    if head?.method != .HEAD { context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil) }
    let channel = context.channel
    context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in channel.close(promise: nil) }
  }

  /// Exactly one host, and this machine's.
  private static func isLocal(_ hosts: [String]) -> Bool {
    guard hosts.count == 1, let endpoint = try? Endpoint(hosts[0].lowercased()) else { return false }
    return endpoint.host == "localhost" || endpoint.isLoopback
  }
}
