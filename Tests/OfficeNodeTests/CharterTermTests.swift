import Casebook
import Casework
import Foundation
import PeerTransport
import ReplicaStore
import Replication
import SignatureSuites
import Synchronization
import Testing

@testable import OfficeNode

@Suite("Terms and powers of charters", .timeLimit(.minutes(20)))
struct CharterTermTests {
  /// A settable clock, the same for all offices of a test.
  private final class Clock: Sendable {
    /// 29 May 2026 in China.
    private let held = Mutex<UInt64>(1_780_000_000_000)

    func now() -> UInt64 { held.withLock { $0 } }
    func set(_ milliseconds: UInt64) { held.withLock { $0 = milliseconds } }

    var effects: SystemEffects {
      SystemEffects(now: { self.now() }, randomBytes: { SignatureSuites.randomBytes($0) })
    }
  }

  /// A bureau, and offices that join it without a network.
  private final class Bureau: Sendable {
    let folder: String
    let clock = Clock()
    let top: OfficeNode

    init() throws {
      folder = NSTemporaryDirectory() + "docket-term-" + UUID().uuidString
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      top = try OfficeNode.found(
        Home(folder + "/1305"), office: try #require(OfficeCode("1305")), name: "市局", suite: .ed25519,
        effects: clock.effects, logger: BackupHome.logger)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    func join(
      until: String? = nil, powers: [String]? = nil, named: String = "县局", folder place: String = "130526"
    ) async throws -> OfficeNode {
      let invite = Invite(
        office: "130526", name: named, address: "127.0.0.1:1", hours: 1, until: until, powers: powers)
      let secret = try #require(InvitationCode(try await top.invite(invite).code, using: Ed25519Suite()))
      let home = Home(folder + "/" + place)
      let keys = try OfficeNode.prepare(home, suite: .ed25519)
      let transportKey = keys.transport.publicKey.bytes
      let request = EnrolmentMessage.request(
        signingKey: keys.signer.publicKey,
        signature: try keys.signer.sign(EnrolmentMessage.signedBytes(id: secret.id, transportKey: transportKey)))
      let reply = try await top.enrol(request, id: Hexadecimal.string(secret.id), transportKey: transportKey)
      guard case .grant(let office, let name, let above, let chain) = try EnrolmentMessage(decoding: reply.encoded)
      else { throw CancellationError() }
      let settings = OfficeSettings(
        office: office.text, name: name, rootKey: Hexadecimal.string(try #require(chain.first).issuer.bytes),
        incarnation: 1, superior: above.text, superiorAddress: "127.0.0.1:1")
      return try OfficeNode.settle(
        home, settings: settings, charters: chain, keys: keys, effects: clock.effects, logger: BackupHome.logger)
    }

    /// Takes all that one office has for another there, as a bundle.
    func carry(_ from: OfficeNode, to: OfficeNode) async throws {
      let path = folder + "/\(UUID().uuidString).docket"
      let draft = BundleDraft(office: to.office.text, since: .whole, partBytes: nil, path: path)
      guard case .bundleMade = try await from.perform(.bundleCreate(draft)),
        case .bundlesApplied = try await to.perform(.bundleApply(paths: [path]))
      else { throw CancellationError() }
    }

    func renew(_ office: String, until: String, powers: [String]? = nil) async throws -> [OfficeView] {
      let draft = CharterRenewalDraft(office: office, until: until, powers: powers)
      guard case .offices(let views) = try await top.perform(.officeRenew(draft)) else { throw CancellationError() }
      return views
    }
  }

  private static let county = "130526"
  private static let powers = ["劳动保障监察", "社会保险稽核"]

  private func end(of day: String) throws -> UInt64 {
    UInt64(try #require(CivilDate(day)).dayNumber + 1) * 86_400_000 - 8 * 3_600_000 - 1
  }

  private func warnings(_ node: OfficeNode) async throws -> [String] {
    guard case .status(let view) = try await node.perform(.status) else { throw CancellationError() }
    return view.warnings.map(\.en)
  }

  private func officers(_ node: OfficeNode) async throws -> [String] {
    guard case .officers(let views) = try await node.perform(.officerList) else { throw CancellationError() }
    return views.map(\.login)
  }

  private func maySync(_ node: OfficeNode, _ office: String) async throws -> Bool {
    guard case .office(let view) = try await node.perform(.explain([office])) else { throw CancellationError() }
    return view.maySync
  }

  private func exchange(_ office: OfficeNode, with superior: OfficeNode) async -> DeskFailure? {
    do {
      _ = try await office.exchange(with: superior.office, role: .caller, progress: { _ in }, onComplete: { _ in })
      return nil
    } catch {
      return DeskFailures.failure(error)
    }
  }

  @Test("what an invitation says of term and powers stands in the charter at both offices; unsaid, there is no end")
  func invited() async throws {
    let bureau = try Bureau()
    let sub = try await bureau.join(until: "2026-12-31", powers: Self.powers)
    let until = try end(of: "2026-12-31")
    #expect(ClockText.of(until) == "2026-12-31 23:59")
    for node in [bureau.top, sub] {
      let charter = try #require(await node.charter(of: sub.office))
      #expect(charter.until == until && charter.powers == Self.powers)
    }
    guard case .offices(let views) = try await sub.perform(.officeList) else { throw CancellationError() }
    #expect(views.map(\.until) == [nil, until] && views.map(\.powers) == [[], Self.powers])
    let other = try Bureau()
    let plain = try await other.join()
    let charter = try #require(await other.top.charter(of: plain.office))
    #expect(charter.until == nil && charter.powers.isEmpty)
    #expect(try await warnings(plain).isEmpty)
  }

  @Test("after the term no session is admitted; bundles are taken, and a renewal lets the office in again")
  func ended() async throws {
    let bureau = try Bureau()
    let (top, clock) = (bureau.top, bureau.clock)
    let sub = try await bureau.join(until: "2026-12-31", powers: Self.powers)
    let until = try end(of: "2026-12-31")
    try await bureau.carry(top, to: sub)
    let certificate = PeerCertificate(publicKey: await sub.transportSigner.publicKey.bytes, enrolmentProof: nil)
    let above = PeerCertificate(publicKey: await top.transportSigner.publicKey.bytes, enrolmentProof: nil)
    clock.set(until - CharterTerms.warningMilliseconds - 1)
    for node in [top, sub] { #expect(try await warnings(node).isEmpty) }
    clock.set(until)
    #expect(await top.admitted(certificate) == .office(Self.county))
    for node in [top, sub] { #expect(try await warnings(node).contains { $0.contains("2026-12-31") }) }
    #expect(try await maySync(top, Self.county))
    clock.set(until + 1)
    #expect(await top.admitted(certificate) == nil)
    #expect(await sub.admitted(above) == .office("1305"))
    for node in [top, sub] { #expect(try await warnings(node).contains { $0.contains("ended") }) }
    for (node, office) in [(top, Self.county), (sub, "1305")] { #expect(try await maySync(node, office) == false) }
    // What it signs counts as before.
    try await BackupHome.add("late", sub)
    try await bureau.carry(sub, to: top)
    #expect(try await officers(top) == ["late"])
    let views = try await bureau.renew(Self.county, until: "2027-12-31")
    let renewed = try end(of: "2027-12-31")
    #expect(views.last?.until == renewed && views.last?.powers == Self.powers)
    #expect(await top.admitted(certificate) == .office(Self.county))
    #expect(try await warnings(top).isEmpty)
    // The office hears of it by whatever comes first.
    #expect(try await warnings(sub).isEmpty == false)
    try await bureau.carry(top, to: sub)
    #expect(try await warnings(sub).isEmpty)
    let known = await sub.charter(of: sub.office)
    #expect(await top.charter(of: sub.office) == known)
    _ = try await bureau.renew(Self.county, until: "never", powers: ["稽核"])
    let last = try #require(await top.charter(of: sub.office))
    #expect(last.until == nil && last.powers == ["稽核"])
    guard case .verified(let audit) = try await top.perform(.verify) else { throw CancellationError() }
    #expect(audit.problems.isEmpty)
  }

  @Test("over the network: the office is told why it was turned away, and fetches the renewal by itself")
  func connected() async throws {
    let bureau = try Bureau()
    let top = bureau.top
    let sub = try await bureau.join(until: "2026-12-31")
    let listener = try await top.takeCalls()
    await sub.reachSuperior(at: "127.0.0.1:\(listener.port)")
    let first = await exchange(sub, with: top)
    #expect(first == nil, "\(first.map { "\($0.code) \($0.message.en)" } ?? "")")
    bureau.clock.set(try end(of: "2026-12-31") + 1)
    let refused = await exchange(sub, with: top)
    #expect(refused?.code == "charter-ended" && refused?.kind == .notPermitted)
    #expect(refused?.remedy.en.contains("docket office renew 130526") == true)
    #expect(refused?.message.zh.contains("2026-12-31") == true)
    _ = try await bureau.renew(Self.county, until: "2027-12-31")
    let again = await exchange(sub, with: top)
    #expect(again == nil, "\(again.map { "\($0.code) \($0.message.en)" } ?? "")")
    let until = try end(of: "2027-12-31")
    #expect(await sub.charter(of: sub.office)?.until == until)
    await listener.close()
  }

  @Test("changed keys keep term and powers, and so does an office invited anew, unless the term is over")
  func rotated() async throws {
    let bureau = try Bureau()
    let (top, clock) = (bureau.top, bureau.clock)
    let sub = try await bureau.join(until: "2026-12-31", powers: Self.powers)
    let until = try end(of: "2026-12-31")
    let before = try #require(await top.charter(of: sub.office))
    try await bureau.carry(top, to: sub)
    _ = try await sub.perform(.keyRotate(KeyRotationDraft(suite: nil, only: nil)))
    try await bureau.carry(sub, to: top)
    try await bureau.carry(top, to: sub)
    for node in [top, sub] {
      let charter = try #require(await node.charter(of: sub.office))
      #expect(charter.signingKey != before.signingKey && charter.transportKey != before.transportKey)
      #expect(charter.until == until && charter.powers == Self.powers)
    }
    let revocation = KeyRevocationDraft(office: Self.county, reason: "retired", text: "机器损坏", notAfter: nil)
    _ = try await top.perform(.keyRevoke(revocation))
    let renewal = CharterRenewalDraft(office: Self.county, until: "2027-12-31")
    #expect(await failure({ _ = try await top.perform(.officeRenew(renewal)) }) == "revoked")
    let second = try await bureau.join(folder: "second")
    let charter = try #require(await second.charter(of: second.office))
    #expect(charter.until == until && charter.powers == Self.powers)
    _ = try await top.perform(.keyRevoke(revocation))
    clock.set(until + 1)
    #expect(await failure({ _ = try await bureau.join(folder: "third") }) == "charter-until")
    let third = try await bureau.join(until: "never", folder: "third")
    let last = try #require(await third.charter(of: third.office))
    #expect(last.until == nil && last.powers == Self.powers)
  }

  @Test("a day that is none, or not after today, is refused at both commands", arguments: [
    "2026-05-29", "2026-05-28", "2026-13-01", "31.12.2026", "", "Never",
  ])
  func days(day: String) async throws {
    let bureau = try Bureau()
    #expect(await failure({ _ = try await bureau.join(until: day) }) == "charter-until")
    _ = try await bureau.join(until: "2026-05-30", folder: "second")
    #expect(await failure({ _ = try await bureau.renew(Self.county, until: day) }) == "charter-until")
  }

  @Test("powers that a reader would refuse, or too many, are refused; the most that may be can be shown whole")
  func limits() async throws {
    let bureau = try Bureau()
    let longest = String(repeating: "权", count: 42) + "ab"
    #expect(longest.utf8.count == Charter.powerBytesMax)
    let bad = [[""], ["  "], [longest + "c"], [String](repeating: "a", count: CharterTerms.powersMax + 1)]
    for powers in bad {
      #expect(await failure({ _ = try await bureau.join(powers: powers) }) == "charter-power")
    }
    let name = String(repeating: "局", count: 85)
    #expect(await failure({ _ = try await bureau.join(named: name + "局") }) == "office-name")
    let most = [String](repeating: longest, count: CharterTerms.powersMax)
    let sub = try await bureau.join(until: "2026-12-31", powers: most, named: name)
    try await bureau.carry(bureau.top, to: sub)
    #expect(await sub.charter(of: sub.office)?.powers == most)
    #expect(try await sub.shownToSuperior() != nil)
    for powers in bad {
      let code = await failure { _ = try await bureau.renew(Self.county, until: "never", powers: powers) }
      #expect(code == "charter-power")
    }
  }

  @Test("only a direct subordinate's charter is renewed here")
  func others() async throws {
    let bureau = try Bureau()
    let sub = try await bureau.join()
    #expect(await failure({ _ = try await bureau.renew("9", until: "never") }) == "unknown-office")
    #expect(await failure({ _ = try await bureau.renew("1305", until: "never") }) == "not-superior")
    let own = CharterRenewalDraft(office: Self.county, until: "never")
    #expect(await failure({ _ = try await sub.perform(.officeRenew(own)) }) == "not-superior")
  }

  @Test("an invitation stored before there were terms still counts")
  func stored() throws {
    let text = #"{"office":"2","name":"b","secret":[1,2],"expires":5}"#
    let invitation = try JSONDecoder().decode(StoredInvitation.self, from: Data(text.utf8))
    #expect(invitation.until == nil && invitation.powers == nil && invitation.expires == 5)
  }

  private func failure(_ body: () async throws -> Void) async -> String? {
    do {
      try await body()
      return nil
    } catch {
      return DeskFailures.failure(error).code
    }
  }
}

extension OfficeNode {
  fileprivate func charter(of office: OfficeCode) -> Charter? { context.tree.seat(office)?.charter }

  fileprivate func shownToSuperior() throws -> [UInt8]? { try store.read { try charterEntry(in: $0) } }
}
