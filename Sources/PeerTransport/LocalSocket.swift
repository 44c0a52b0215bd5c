import NIOCore
import NIOPosix

#if canImport(Glibc)
  import Glibc
#endif

/// Frames over a socket file, for processes of the same user on this machine.
public final class LocalConnection: Sendable {
  private let channel: FrameChannel

  init(channel: FrameChannel) { self.channel = channel }

  public static func dial(path: String) async throws -> LocalConnection {
    do {
      let wrapped = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .connect(unixDomainSocketPath: path) { channel in
          channel.eventLoop.makeCompletedFuture {
            try FrameChannel.wrap(channel, bytesMax: TransportLimits.localFrameBytesMax, limits: nil)
          }
        }
      return LocalConnection(channel: try await FrameChannel.open(wrapped))
    } catch {
      throw TransportErrors.mapped(error)
    }
  }

  public func send(_ frame: [UInt8]) async throws { try await channel.send(frame) }
  public var frames: FrameSequence { channel.frames }
  public func close() async { await channel.finish() }

  /// - Parameter body: called once when the connection is over, by whichever side; at once where it is over already.
  ///   Must not wait.
  public func onClose(_ body: @escaping @Sendable () -> Void) { channel.onClose(body) }
}

/// Listens on a socket file of mode 0600.
public final class LocalListener: Sendable {
  private let channel: any Channel

  private init(channel: any Channel) { self.channel = channel }

  public static func start(
    path: String, onConnection: @escaping @Sendable (LocalConnection) async -> Void
  ) async throws -> LocalListener {
    let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let wrapped = try FrameChannel.wrap(channel, bytesMax: TransportLimits.localFrameBytesMax, limits: nil)
          Task {
            guard let frames = try? await FrameChannel.open(wrapped) else { return }
            let connection = LocalConnection(channel: frames)
            await onConnection(connection)
            await connection.close()
          }
        }
      }
    do {
      let channel = try await bootstrap.bind(unixDomainSocketPath: path).get()
      chmod(path, 0o600)
      return LocalListener(channel: channel)
    } catch {
      throw TransportError(.badAddress, cause: "\(path), \(error)")
    }
  }

  public func close() async { try? await channel.close() }
}
