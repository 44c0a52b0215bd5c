import Casebook
import Foundation
import ReplicaStore
import Replication
import SignatureSuites
import Synchronization
import Testing

@testable import OfficeNode

/// A bureau and offices below it in one process, which pass records by bundles and content by joined ports.
final class OfficeFamily: Sendable {
  let folder: String
  let top: OfficeNode

  /// - Parameter metrics: what the bureau reports to.
  init(metrics: NodeMetrics? = nil) async throws {
    folder = NSTemporaryDirectory() + "docket-family-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let home = Home(folder + "/1305")
    guard let metrics else {
      top = try Self.found(home)
      return
    }
    _ = try Self.found(home)
    top = try await Self.open(home, metrics: metrics)
  }

  private static func found(_ home: Home) throws -> OfficeNode {
    try OfficeNode.found(
      home, office: try #require(OfficeCode("1305")), name: "市局", suite: .ed25519, effects: .live,
      logger: BackupHome.logger)
  }

  /// Opens a home that another node of this process had open until now (`BackupHome.open`).
  static func open(
    _ home: Home, configuration: NodeConfiguration? = nil, metrics: NodeMetrics = .none
  ) async throws -> OfficeNode {
    var node: OfficeNode?
    try await Patience.until("the home is free") {
      do {
        node = try OfficeNode.open(
          home, effects: .live, logger: BackupHome.logger, configuration: configuration, metrics: metrics)
      } catch let failure as DeskFailure where failure.code == "home-in-use" {}
      return node != nil
    }
    return try #require(node)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  /// Sets up an office as `docket join` does, without a network.
  func join(_ code: String, under superior: OfficeNode) async throws -> OfficeNode {
    let invitation = try await superior.invite(Invite(office: code, name: code, address: "127.0.0.1:1", hours: 1))
    let suite = Ed25519Suite()
    let secret = try #require(InvitationCode(invitation.code, using: suite))
    let home = Home(folder + "/" + code)
    let keys = try OfficeNode.prepare(home, suite: .ed25519)
    let transportKey = keys.transport.publicKey.bytes
    let request = EnrolmentMessage.request(
      signingKey: keys.signer.publicKey,
      signature: try keys.signer.sign(EnrolmentMessage.signedBytes(id: secret.id, transportKey: transportKey)))
    let reply = try await superior.enrol(request, id: Hexadecimal.string(secret.id), transportKey: transportKey)
    guard case .grant(let office, let name, let above, let chain) = reply else { throw CancellationError() }
    let settings = OfficeSettings(
      office: office.text, name: name, rootKey: Hexadecimal.string(try #require(chain.first).issuer.bytes),
      incarnation: 1, superior: above.text, superiorAddress: "127.0.0.1:1")
    return try OfficeNode.settle(
      home, settings: settings, charters: chain, keys: keys, effects: .live, logger: BackupHome.logger)
  }

  /// Both hold what the other recorded.
  func meet(_ one: OfficeNode, _ other: OfficeNode) async throws {
    for (from, to) in [(one, other), (other, one), (one, other)] {
      let path = folder + "/\(UUID().uuidString).docket"
      let draft = BundleDraft(office: await to.context.office.text, since: .whole, partBytes: nil, path: path)
      guard case .bundleMade = try await from.perform(.bundleCreate(draft)),
        case .bundlesApplied = try await to.perform(.bundleApply(paths: [path]))
      else { throw CancellationError() }
    }
  }
}

extension OfficeNode {
  /// Names content that is here in a record, without a file it belongs to.
  func name(_ content: [UInt8], for audience: Audience, isKept: Bool = true) throws -> BlobID {
    let path = home.path + "-" + UUID().uuidString
    try Data(content).write(to: URL(fileURLWithPath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    let taken = try blobs.take(path, under: .standard) { _ in }
    let write = RecordWrite(
      type: RecordType.attachment.number, id: effects.newID(),
      fields: [
        .init(number: 2, value: .text("a.jpg"), replaces: []),
        .init(number: 4, value: .integer(Int64(content.count)), replaces: []),
        .init(number: 5, value: .text(taken.blob.description), replaces: []),
      ])
    try store.transaction { storage in
      var journal = Journal(context: context, signer: signer)
      _ = try journal.record([.record(write)], for: audience, at: effects.now(), in: storage)
      try journal.finish(in: storage)
    }
    try noteHighWater()
    return taken.blob
  }

  func dueCount(with peer: OfficeCode) throws -> Int { try dueBlobs(with: peer).due.count }
}

/// Two ports joined back to back, as a session joins them.
final class JoinedPorts: Sendable {
  let one: AttachmentPort
  let other: AttachmentPort

  /// The far end of a pipe that is made before it.
  private final class End: Sendable {
    let port = Mutex<AttachmentPort?>(nil)
    /// Frames that pass before the line is cut.
    let left: Mutex<Int>

    init(left: Int) { self.left = Mutex(left) }

    func pass(_ frame: AttachmentFrame) throws {
      let isCut = left.withLock { left in
        left -= 1
        return left < 0
      }
      if isCut { throw CancellationError() }
      try port.withLock { $0 }?.received(try AttachmentFrame(decoding: frame.encoded))
    }
  }

  private let rests: AsyncStream<Void>
  private let ends: [End]

  /// - Parameters:
  ///   - frames: that pass each way before the line is cut.
  ///   - onProgress: told what each of the two says of how far it has come.
  init(
    _ first: OfficeNode, _ second: OfficeNode, frames: Int = .max,
    onProgress: (@Sendable (OfficeNode, DeskProgress) -> Void)? = nil
  ) async {
    let (toFirst, toSecond) = (End(left: frames), End(left: frames))
    let (rests, rested) = AsyncStream<Void>.makeStream()
    self.rests = rests
    ends = [toFirst, toSecond]
    one = AttachmentPort(
      node: first, peer: await second.context.office, send: { try toSecond.pass($0) }, onRest: { rested.yield() },
      onProgress: Self.telling(onProgress, of: first))
    other = AttachmentPort(
      node: second, peer: await first.context.office, send: { try toFirst.pass($0) }, onRest: { rested.yield() },
      onProgress: Self.telling(onProgress, of: second))
    toFirst.port.withLock { $0 = one }
    toSecond.port.withLock { $0 = other }
  }

  private static func telling(
    _ tell: (@Sendable (OfficeNode, DeskProgress) -> Void)?, of node: OfficeNode
  ) -> (@Sendable (DeskProgress) -> Void)? {
    guard let tell else { return nil }
    return { tell(node, $0) }
  }

  /// Runs both until they rest, or the line is cut, or `body` returns.
  /// - Returns: why one of them ended before.
  func run(_ body: @escaping @Sendable () async throws -> Void = {}) async -> (any Error)? {
    await withTaskGroup(of: (any Error)?.self) { group in
      for port in [one, other] {
        port.begin()
        group.addTask {
          do {
            try await port.run()
            return nil
          } catch {
            return error
          }
        }
      }
      group.addTask {
        do {
          try await self.rest()
          try await body()
        } catch {
          return error
        }
        for port in [self.one, self.other] { port.finish() }
        return nil
      }
      let first = await group.next() ?? nil
      for port in [one, other] { port.finish() }
      group.cancelAll()
      var found = first
      for await error in group { found = found ?? error }
      for end in ends { end.port.withLock { $0 = nil } }
      return found
    }
  }

  /// Waits until both rest.
  func rest() async throws {
    if one.isResting, other.isResting { return }
    for await _ in rests where one.isResting && other.isResting { return }
    throw CancellationError()
  }
}
