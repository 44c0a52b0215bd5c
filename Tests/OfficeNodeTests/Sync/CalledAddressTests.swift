import Casebook
import PeerTransport
import Replication
import Testing

@testable import OfficeNode

@Suite("Where the superior is called")
struct CalledAddressTests {
  /// An office below 1305 that goes by a configuration, and the folder it lies in.
  private func office(invited: String?, configured: String?) async throws -> (OfficeFamily, OfficeNode) {
    let family = try await OfficeFamily()
    let home = try await family.join("130526", under: family.top).home
    let reading = try ConfigurationReading(
      home: home, file: nil, flags: configured.map { [.superiorAddresses: $0] } ?? [:], environment: [:])
    let node = try await OfficeFamily.open(home, configuration: reading.configuration)
    await node.wasInvited(to: invited)
    return (family, node)
  }

  @Test(
    "what the administrator set stands over the invitation, in what is shown as in what is done",
    arguments: [
      ("10.0.0.1:1", nil, "10.0.0.1:1"), ("10.0.0.1:1", "10.0.0.2:2, 10.0.0.3:3", "10.0.0.2:2,10.0.0.3:3"),
      (nil, "10.0.0.2:2", "10.0.0.2:2"), (nil, nil, nil),
    ] as [(String?, String?, String?)])
  func shown(invited: String?, configured: String?, called: String?) async throws {
    let (family, node) = try await office(invited: invited, configured: configured)
    try await BackupHome.add("wang", node)
    guard case .peers(let peers) = try await node.perform(.peers),
      case .outbox(let outbox) = try await node.perform(.outbox(office: nil))
    else { throw CancellationError() }
    #expect(peers.first { $0.office == "1305" }?.address == called)
    #expect(try await node.superiorPeerAddress()?.description == called)
    let reasons = Set(outbox.outbox.map(\.reason))
    #expect(!reasons.isEmpty && reasons.contains(WaitReason.noAddress.rawValue) == (called == nil), "\(reasons)")
    _ = family
  }
}

extension OfficeNode {
  fileprivate func wasInvited(to address: String?) { settings.superiorAddress = address }
}
