import Casebook
import Casework
import Foundation
import Logging
import NIOPosix
import PeerTransport
import Replication
import SignatureSuites
import Synchronization
import Testing

@testable import OfficeNode

@Suite("Invitation codes and the node's clock", .timeLimit(.minutes(10)))
struct InvitationTests {
  @Test("a code round-trips, and any mistyped character is noticed")
  func code() throws {
    let suite = Ed25519Suite()
    let code = InvitationCode(
      address: "10.1.2.3:7443", keyHash: [UInt8](repeating: 1, count: 16), id: [UInt8](repeating: 2, count: 8),
      secret: [UInt8](repeating: 3, count: 16))
    let text = code.text(using: suite)
    #expect(InvitationCode(text, using: suite) == code)
    #expect(InvitationCode("  " + text.uppercased() + "\n", using: suite) == code)
    let characters = Array(text)
    for index in InvitationCode.prefix.count..<characters.count {
      var typed = characters
      typed[index] = typed[index] == "7" ? "8" : "7"
      #expect(InvitationCode(String(typed), using: suite) != code)
    }
    #expect(InvitationCode("", using: suite) == nil)
    #expect(InvitationCode(String(text.dropLast()), using: suite) == nil)
  }

  private static let hour: UInt64 = 3_600_000

  /// Effects with a settable clock.
  private final class Clock: Sendable {
    private let held = Mutex<UInt64>(1_780_000_000_000)
    var now: UInt64 {
      get { held.withLock { $0 } }
      set { held.withLock { $0 = newValue } }
    }
    var effects: SystemEffects {
      SystemEffects(now: { self.now }, randomBytes: { SignatureSuites.randomBytes($0) })
    }
  }

  private func found(_ clock: Clock) throws -> (node: OfficeNode, folder: String) {
    let folder = NSTemporaryDirectory() + "docket-node-" + UUID().uuidString
    let node = try OfficeNode.found(
      Home(folder), office: try #require(OfficeCode("1")), name: "x", suite: .sm2, effects: clock.effects,
      logger: Logger(label: "t") { _ in SwiftLogNoOpLogHandler() })
    return (node, folder)
  }

  @Test("a clock that jumps by years, both ways, stops nothing and is warned of")
  func clocks() async throws {
    let clock = Clock()
    let (node, folder) = try found(clock)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    func add(_ login: String) async throws {
      let draft = OfficerDraft(
        login: login, name: login, roles: [], certificateNumber: nil, certificateKind: nil, validFrom: nil, validTo: nil)
      _ = try await node.perform(.officerAdd(draft))
    }
    try await add("a")
    clock.now += 5 * 365 * 86_400_000
    try await add("b")
    clock.now -= 10 * 365 * 86_400_000
    try await add("c")
    guard case .status(let status) = try await node.perform(.status) else { throw CancellationError() }
    #expect(status.warnings.contains { $0.en.contains("clock") })
    guard case .verified(let view) = try await node.perform(.verify) else { throw CancellationError() }
    #expect(view.problems.isEmpty && view.entries == 4)
    guard case .log(let rows) = try await node.perform(.log(limit: 10)) else { throw CancellationError() }
    #expect(rows.map(\.time) == rows.map(\.time).sorted())
  }

  @Test("an expired invitation does not open the door, and an altered proof does not either")
  func expiry() async throws {
    let clock = Clock()
    let (node, folder) = try found(clock)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let view = try await node.invite(Invite(office: "2", name: "b", address: "127.0.0.1:1", hours: 48))
    let code = try #require(InvitationCode(view.code, using: Ed25519Suite()))
    let key = [UInt8](repeating: 5, count: 32)
    let proof = OfficeNode.proof(id: code.id, secret: code.secret, transportKey: key)
    #expect(await node.admitted(.init(publicKey: key, enrolmentProof: proof)) != nil)
    #expect(await node.admitted(.init(publicKey: [UInt8](repeating: 6, count: 32), enrolmentProof: proof)) == nil)
    for index in proof.indices {
      var altered = proof
      altered[index] ^= 1
      #expect(await node.admitted(.init(publicKey: key, enrolmentProof: altered)) == nil)
    }
    #expect(await node.admitted(.init(publicKey: key, enrolmentProof: nil)) == nil)
    clock.now += 49 * Self.hour
    #expect(await node.admitted(.init(publicKey: key, enrolmentProof: proof)) == nil)
  }

  @Test(
    "a code that expired before the call, or during it, is refused: one is told to ask for a new one, and that works",
    arguments: [false, true])
  func expiredJoin(isDuringCall: Bool) async throws {
    let clock = Clock()
    let (node, folder) = try found(clock)
    let home = Home(folder + "-sub")
    defer { for path in [folder, home.path] { try? FileManager.default.removeItem(atPath: path) } }
    let listener = try await PeerListener.start(
      host: "127.0.0.1", port: 0, identity: try await node.transportIdentity(), verifier: { await node.admitted($0) },
      group: MultiThreadedEventLoopGroup.singleton, logger: BackupHome.logger
    ) { connection in
      // It called in time, and asks too late.
      if isDuringCall { clock.now += Self.hour }
      await NodeService.handle(connection, node: node, logger: BackupHome.logger)
    }
    func invited(_ hours: Int) async throws -> String {
      let address = "127.0.0.1:\(listener.port)"
      return try await node.invite(Invite(office: "2", name: "b", address: address, hours: hours)).code
    }
    func join(_ code: String) async throws -> OfficeNode {
      try await OfficeNode.join(home, code: code, suite: .sm2, effects: clock.effects, logger: BackupHome.logger)
    }
    let late = try await invited(1)
    if !isDuringCall { clock.now += Self.hour }
    let failure = await #expect(throws: DeskFailure.self) { _ = try await join(late) }
    let refusal = try #require(failure)
    #expect(refusal.code == "invitation" && refusal.kind == .notPermitted)
    // At the door nobody is told which of its faults a code has.
    let (zh, en) = isDuringCall
      ? ("拒绝了邀请码：已过有效期", "refused the code: it has expired")
      : ("不接受此邀请码：已过期", "does not accept this code: expired")
    #expect(refusal.message.zh.contains(zh) && refusal.message.en.contains(en), "\(refusal.message)")
    #expect(refusal.remedy.zh.contains("重新签发") && refusal.remedy.en.contains("docket invite"))
    #expect(!home.isOccupied)
    let joined = try await join(try await invited(2))
    #expect(joined.office == OfficeCode("2"))
    await listener.close()
  }

  @Test("an office whose key is revoked is invited anew and gets its next key; one in good standing is not")
  func invitedAnew() async throws {
    let (node, folder) = try found(Clock())
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let invite = Invite(office: "2", name: "b", address: "127.0.0.1:1", hours: 48)
    func join(_ transportKey: [UInt8]) async throws -> PublicKey {
      let code = try #require(InvitationCode(try await node.invite(invite).code, using: Ed25519Suite()))
      let signer = try SoftwareSigner.generate(suite: .sm2)
      let signed = EnrolmentMessage.signedBytes(id: code.id, transportKey: transportKey)
      let reply = try await node.enrol(
        .request(signingKey: signer.publicKey, signature: try signer.sign(signed)), id: Hexadecimal.string(code.id),
        transportKey: transportKey)
      guard case .grant = reply else { throw CancellationError() }
      return signer.publicKey
    }
    let office = try #require(OfficeCode("2"))
    let first = try await join([UInt8](repeating: 5, count: 32))
    #expect(await node.context.tree.seat(office)?.charter.signingKey == first)
    await #expect(throws: DeskFailure.self) { _ = try await node.invite(invite) }
    let draft = KeyRevocationDraft(office: "2", reason: "retired", text: "机器损坏", notAfter: nil)
    _ = try await node.perform(.keyRevoke(draft))
    let second = try await join([UInt8](repeating: 6, count: 32))
    #expect(await node.context.tree.seat(office)?.charter.signingKey == second)
    #expect(await node.admitted(.init(publicKey: [UInt8](repeating: 6, count: 32), enrolmentProof: nil)) != nil)
  }
}
