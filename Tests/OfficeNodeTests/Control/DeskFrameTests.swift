import Casebook
import Foundation
import NIOCore
import NIOPosix
import PeerTransport
import Replication
import TestKit
import Testing

@testable import OfficeNode

/// `Protocol/10-desk.md` against a node that serves.
@Suite("Frames on the control socket", .timeLimit(.minutes(2)))
struct DeskFrameTests {
  private func serving(_ body: (String) async throws -> Void) async throws {
    let home = try await BackupHome(officers: 0)
    let node = try home.open()
    let control = ControlServer(node: node, logger: BackupHome.logger)
    let listener = try await LocalListener.start(path: home.home.socket) { await control.handle($0) }
    try await body(home.home.socket)
    await listener.close()
  }

  private func vectors(_ prefix: String) throws -> [ProtocolVector] {
    try ProtocolVector.all().filter { $0.name.hasPrefix(prefix) }
  }

  private func bytes(_ name: String) throws -> [UInt8] {
    try #require(try vectors(name).first { $0.name == name }.flatMap { Hexadecimal.bytes($0.input) }, "\(name)")
  }

  /// A frame as the page writes it: its length, and its bytes.
  private func framed(_ frame: [UInt8]) -> [UInt8] {
    (0..<4).reversed().map { UInt8(truncatingIfNeeded: frame.count >> (8 * $0)) } + frame
  }

  @Test("the page's request, byte for byte, gets the page's reply, byte for byte")
  func example() async throws {
    let request = framed(try bytes("desk-request-subjects")), reply = framed(try bytes("desk-answer-subjects"))
    let page = try String(contentsOfFile: RepositoryRoot.path + "/Protocol/10-desk.md", encoding: .utf8)
    for wire in [request, reply] { #expect(page.contains("`\(Hexadecimal.string(Array(wire.prefix(4))))`")) }
    try await serving { path in
      let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .connect(unixDomainSocketPath: path) { channel in
          channel.eventLoop.makeCompletedFuture {
            try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
          }
        }
      let answered = try await channel.executeThenClose { inbound, outbound in
        try await outbound.write(ByteBuffer(bytes: request))
        var answered: [UInt8] = []
        for try await piece in inbound {
          answered += piece.readableBytesView
          if answered.count >= reply.count { break }
        }
        return answered
      }
      #expect(answered == reply)
    }
  }

  @Test("what cannot be read is answered as the vectors say, and the next request after it is carried out")
  func unreadable() async throws {
    let refused = try vectors("desk-request-").filter { $0.refused != nil }
    #expect(!refused.isEmpty)
    try await serving { path in
      let connection = try await LocalConnection.dial(path: path)
      var frames = connection.frames.makeAsyncIterator()
      func answer(to frame: [UInt8]) async throws -> [UInt8] {
        try await connection.send(frame)
        return try #require(try await frames.next())
      }
      for vector in refused {
        let given = try await answer(to: try bytes(vector.name))
        guard case .failure(let failure) = try DeskCodec.decode(DeskAnswer.self, from: given) else {
          Issue.record("\(vector.name) was carried out")
          continue
        }
        #expect(failure.code == vector.refused && failure.kind == .io, "\(vector.name)")
        #expect(try await answer(to: try bytes("desk-request-subjects")) == (try bytes("desk-answer-subjects")))
      }
      await connection.close()
    }
  }
}
