import Glibc
import NIOCore
import NIOPosix

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
  private let path: String

  private init(channel: any Channel, path: String) {
    self.channel = channel
    self.path = path
  }

  /// - Throws: `TransportError`: badAddress, also where nobody else can be kept out.
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
      let channel = try await bootstrap.withBoundSocket(bound(path)).get()
      return LocalListener(channel: channel, path: path)
    } catch {
      throw TransportError(.badAddress, cause: "\(path), \(error)")
    }
  }

  /// For the owner alone, as the keys are.
  private static let mode: mode_t = 0o600

  /// A socket that is bound to the file. The kernel makes the file with the socket's mode (less what the umask takes),
  /// which is set before: at no moment is it open wider, whatever the folder around it allows.
  private static func bound(_ path: String) throws -> NIOBSDSocket.Handle {
    let address = try SocketAddress(unixDomainSocketPath: path)
    let file = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard file >= 0 else { throw IOError(errnoCode: errno, reason: "socket") }
    guard fchmod(file, mode) == 0 else { throw failure("fchmod", closing: file) }
    let result = address.withSockAddr { Glibc.bind(file, $0, socklen_t($1)) }
    guard result == 0 else { throw failure("bind", closing: file) }
    return file
  }

  private static func failure(_ call: String, closing file: NIOBSDSocket.Handle) -> IOError {
    let error = IOError(errnoCode: errno, reason: call)
    Glibc.close(file)
    return error
  }

  /// Removes the file too.
  public func close() async {
    try? await channel.close()
    unlink(path)
  }
}
