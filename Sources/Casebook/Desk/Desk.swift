/// The one way in: the command line and the console speak to a node through this and see neither database nor
/// network. Implemented in this process (a node that is not serving) and over the serving node's control socket.
public protocol Desk: Sendable {
  /// - Throws: `DeskFailure`.
  func perform(_ request: DeskRequest) async throws -> DeskReply

  /// The same, told how far long work has come.
  /// - Throws: `DeskFailure`.
  func perform(_ request: DeskRequest, progress: @escaping @Sendable (DeskProgress) -> Void) async throws -> DeskReply
}
