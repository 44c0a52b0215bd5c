import Casebook
import Foundation
import Replication
import Testing

@testable import OfficeNode

@Suite("Offices on the page of metrics")
struct OfficeFigureTests {
  @Test("an office with which everything is exchanged has no age, and one whose key was revoked has no line")
  func offices() async throws {
    let family = try await OfficeFamily()
    let county = try await family.join("130526", under: family.top)
    let registry = PrometheusRegistry()
    let home = Home(family.folder + "/measured")
    try FileManager.default.copyItem(atPath: family.folder + "/1305", toPath: home.path)
    let node = try OfficeNode.open(
      home, effects: .live, logger: BackupHome.logger, metrics: NodeMetrics(registry))
    _ = try await node.perform(.adopt)
    func ages() async throws -> [Double] {
      try await node.reportFigures()
      return try ExpositionGrammar(PrometheusExposition.text(registry.snapshot)).samples
        .filter { $0.name == MetricName.contactAge.rawValue && $0.labels["office"] == county.office.text }.map(\.value)
    }
    #expect(try await ages().isEmpty)
    await node.noteEnd(with: county.office, heard: SystemEffects.live.now() - 3_600_000)
    #expect(try await ages().first ?? 0 >= 3_600)
    let inbox = SessionInbox()
    let id = try #require(node.sessions.enter(county.office, from: node.office, isCaller: false, inbox: inbox))
    // A session that is still catching up has data as old as before.
    #expect(try await ages().first ?? 0 >= 3_600)
    node.sessions.settled(county.office, inbox)
    #expect(try await ages() == [0])
    node.sessions.leave(county.office, id: id)
    let draft = KeyRevocationDraft(office: county.office.text, reason: "retired", text: "撤并", notAfter: nil)
    _ = try await node.perform(.keyRevoke(draft))
    #expect(try await ages().isEmpty)
  }
}
