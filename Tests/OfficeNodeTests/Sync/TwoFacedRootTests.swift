import Casebook
import Casework
import Foundation
import ReplicaStore
import Replication
import Testing

@testable import OfficeNode

@Suite("A root of which two machines write", .timeLimit(.minutes(20)))
struct TwoFacedRootTests {
  @Test("two districts compare by file what each was shown: a mistyped code makes no file, the proof is told and kept")
  func compared() async throws {
    let family = try await OfficeFamily()
    let east = try await family.join("130526", under: family.top)
    let west = try await family.join("130527", under: family.top)
    let old = Home(family.folder + "/second")
    try FileManager.default.copyItem(atPath: family.folder + "/1305", toPath: old.path)
    let second = try OfficeNode.open(old, effects: .live, logger: BackupHome.logger)
    for (root, content) in [(family.top, "east"), (second, "west")] {
      _ = try await root.name(Array(content.utf8), for: .down)
    }
    try await family.meet(family.top, east)
    try await family.meet(second, west)
    let path = family.folder + "/east.docket"
    func make(_ since: BundleDraft.Since) async throws -> DeskReply {
      try await east.perform(
        .bundleCreate(BundleDraft(office: "130527", since: since, partBytes: nil, path: path)))
    }
    let refusal = await #expect(throws: DeskFailure.self) { try await make(.acknowledged) }
    #expect(refusal?.code == "unknown-office" && refusal?.remedy.en.contains("--whole") ?? false)
    guard case .bundleMade(let made) = try await make(.whole) else { throw CancellationError() }
    #expect(made.streams == 1)
    guard case .bundlesApplied(let applied) = try await west.perform(.bundleApply(paths: [path])) else {
      throw CancellationError()
    }
    #expect(applied.files.allSatisfy { $0.problem == nil })
    #expect(applied.warnings.contains { $0.en.hasPrefix("Fork: office 1305") })
    #expect(try await west.provenForks() == 1)
  }

  @Test("status and doctor tell of a receipt that contradicts what is held, and are silent without one")
  func told() async throws {
    let family = try await OfficeFamily()
    let office = try await family.join("130526", under: family.top)
    func doctor() async throws -> DoctorCheck {
      guard case .doctor(let view) = try await office.perform(.doctor(rebuild: false)) else { throw CancellationError() }
      return try #require(view.checks.first { $0.id == "faces" })
    }
    func warnings() async throws -> [String] {
      guard case .status(let view) = try await office.perform(.status) else { throw CancellationError() }
      return view.warnings.map(\.en).filter { $0.contains("proves another entry") }
    }
    #expect(try await doctor().finding == .good)
    #expect(try await warnings().isEmpty)
    let top = await family.top.context
    let found = Contradiction(
      head: StreamHead(stream: top.stream(.down), seq: 1, hash: .zero), witness: top.key)
    try await office.note(found)
    let check = try await doctor()
    #expect(check.finding == .notice && check.remedy?.en.contains("docket bundle create --for 1305") ?? false)
    #expect(try await warnings().count == 1)
  }
}

extension OfficeNode {
  fileprivate func provenForks() throws -> Int { try store.read { try $0.forkProofs() }.count }

  fileprivate func note(_ contradiction: Contradiction) throws {
    try store.transaction { try $0.setValue(ContradictionLedger.prefix + "1", contradiction.encoded) }
  }
}
