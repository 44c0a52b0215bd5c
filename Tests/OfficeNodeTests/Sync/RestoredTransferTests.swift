import Casebook
import Casework
import Foundation
import PeerTransport
import RegimePacks
import Replication
import Testing

@testable import OfficeNode

@Suite("An office restored from before it gave a file away", .timeLimit(.minutes(20)))
struct RestoredTransferTests {
  enum Way: CaseIterable {
    case session, bundle
  }

  /// The county opened something else before the transfer, which nobody has any more; its branch has the file.
  private func scene() async throws -> (family: OfficeFamily, restored: OfficeNode, branch: OfficeNode, file: String) {
    let family = try await OfficeFamily()
    let pack = try #require(try BundledPacks.all().first { $0.code == "renxian" })
    _ = try await family.top.perform(.regimePublish(yaml: pack.yaml))
    let county = try await family.join("130526", under: family.top)
    let branch = try await family.join("130526-01", under: county)
    try await family.meet(family.top, county)
    try await family.meet(county, branch)
    _ = try await county.perform(
      .officerAdd(
        OfficerDraft(
          login: "liu", name: "liu", roles: ["leader", "window"], certificateNumber: nil, certificateKind: nil,
          validFrom: nil, validTo: nil)))
    let file = try await county.open()
    try await family.meet(family.top, county)
    let old = Home(family.folder + "/restored")
    try FileManager.default.copyItem(atPath: family.folder + "/130526", toPath: old.path)
    _ = try await county.open()
    _ = try await county.perform(
      .fileAct(
        ActDraft(
          file: file, act: "transfer", officers: ["liu"], date: nil,
          facts: ["transferTo": "130526-01", "transferReason": "属地管辖"])))
    try await family.meet(county, branch)
    return (family, try OfficeNode.open(old, effects: .live, logger: BackupHome.logger), branch, file)
  }

  @Test("once the superior has been asked, it records the transfer again from what its branch shows", arguments: Way.allCases)
  func recordedAgain(_ way: Way) async throws {
    let (family, restored, branch, file) = try await scene()
    #expect(try await branch.holder(of: file) == "130526-01")
    try await family.meet(family.top, restored)
    try await family.meet(branch, restored)
    #expect(try await restored.holder(of: file) == "130526")
    #expect(await restored.context.hasMissing)
    switch way {
    case .session:
      let listener = try await family.top.takeCalls()
      await restored.reachSuperior(at: "127.0.0.1:\(listener.port)")
      _ = try await restored.exchange(
        with: family.top.office, role: .caller, progress: { _ in }, onComplete: { _ in })
      await listener.close()
    case .bundle: try await family.meet(family.top, restored)
    }
    try await family.meet(restored, branch)
    try await family.meet(restored, family.top)
    for office in [family.top, restored, branch] { #expect(try await office.holder(of: file) == "130526-01") }
    #expect(await restored.context.incarnation == 2)
    #expect(await !restored.context.hasMissing)
  }
}

extension OfficeNode {
  /// Opens a file; its number.
  fileprivate nonisolated func open() async throws -> String {
    let draft = FileDraft(
      kind: "case", pack: "renxian", regime: "case-handling", workflow: nil, title: "t", subject: nil, openedOn: nil,
      addressee: nil, relatesTo: nil, checkKind: nil, complainantName: nil, complainantPhone: nil)
    guard case .acted(let view) = try await perform(.fileOpen(draft)) else { throw CancellationError() }
    return view.file.number
  }

  fileprivate nonisolated func holder(of file: String) async throws -> String {
    guard case .file(let view) = try await perform(.fileShow(file: file)) else { throw CancellationError() }
    return view.row.office
  }
}
