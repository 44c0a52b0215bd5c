import Casebook
import Casework
import Foundation
import RegimePacks
import ReplicaStore
import Replication
import SignatureSuites
import Testing

@testable import OfficeNode

@Suite("Packs that are remembered between requests")
struct RememberedPackTests {
  /// A root office over a database file, with a node's shelf.
  private final class Office {
    let folder = NSTemporaryDirectory() + "docket-packs-" + UUID().uuidString
    let store: ReplicaStore
    private let signer: SoftwareSigner
    private var context: ReplicaContext
    private var now: UInt64 = 1_767_668_400_000  // 2026-01-06

    init() throws {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      store = try ReplicaStore.create(path: folder + "/replica.sqlite", suites: .standard)
      signer = try SoftwareSigner.generate(suite: .ed25519)
      let key = signer.publicKey.fingerprint(using: Ed25519Suite())
      let office = try #require(OfficeCode("1305"))
      context = ReplicaContext(
        office: office, key: key, suite: .ed25519, incarnation: 1, suites: .standard, tree: OfficeTree(rootKey: key),
        shelf: ParsedPacks(), calendar: try HolidayTable(csv: BundledCalendar.csv))
      let charter = Charter(
        office: office, name: "1305", parent: nil, signingKey: signer.publicKey,
        transportKey: [UInt8](repeating: 0, count: 32), powers: [], from: 0, until: nil)
      try record(.charter(charter))
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    private func clerk(_ now: UInt64) -> Clerk {
      let effects = SystemEffects.live
      return Clerk(context: context, signer: signer, now: now, makeID: effects.newID)
    }

    func publish(_ yaml: String) throws {
      now += 1_000
      try store.transaction { _ = try clerk(now).perform(.regimePublish(yaml: yaml), in: $0) }
    }

    /// - Parameter look: within the transaction, once the change is in.
    func record(_ change: Change, look: (any ReplicaStorage) throws -> Void = { _ in }) throws {
      now += 1_000
      var journal = Journal(context: context, signer: signer)
      try store.transaction { storage in
        _ = try journal.record([change], for: .down, at: now, in: storage)
        try journal.finish(in: storage)
        try look(storage)
      }
      context = journal.context
    }

    func regimes(in storage: any ReplicaStorage) throws -> [String] {
      guard case .regimes(let views) = try clerk(now).perform(.regimeList, in: storage) else { return [] }
      return views.map(\.regime)
    }

    var regimes: [String] { get throws { try store.read { try regimes(in: $0) } } }

    func rebuild() throws {
      var projector = Projector(context: context)
      try store.transaction { try projector.rebuild(in: $0) }
      context = projector.context
    }
  }

  private func section(_ office: Office) throws -> RecordRow {
    try #require(try office.store.read { try $0.rows(RecordType.packSection.number) }.first)
  }

  /// Another text in a section of the pack: its digest does not fit any more.
  private func overwriting(_ row: RecordRow, with text: String) -> Change {
    .record(
      RecordWrite(
        type: row.type, id: row.id,
        fields: [.init(number: 3, value: .text(text), replaces: row.fields[3]?.stamps ?? [])]))
  }

  @Test("a pack goes with the record that its text is missing from, and comes back with it; and after a rebuild")
  func overwritten() throws {
    let city = try Office()
    try city.publish(try #require(try BundledPacks.all().first).yaml)
    let held = try city.regimes
    #expect(!held.isEmpty)
    #expect(try city.regimes == held)
    let row = try section(city)
    let text = try #require(row.text(3))

    try city.record(overwriting(row, with: "另一段"))
    #expect(try city.regimes.isEmpty)
    try city.record(overwriting(try section(city), with: text))
    #expect(try city.regimes == held)
    try city.rebuild()
    #expect(try city.regimes == held)
  }

  @Test("what a transaction did that was thrown away is not remembered, whoever looked within it")
  func thrownAway() throws {
    let city = try Office()
    try city.publish(try #require(try BundledPacks.all().first).yaml)
    let held = try city.regimes
    let change = overwriting(try section(city), with: "另一段")
    #expect(throws: CancellationError.self) {
      try city.record(change) { storage in
        #expect(try city.regimes(in: storage).isEmpty)
        throw CancellationError()
      }
    }
    #expect(try city.regimes == held)
    // And the other way: what is put together from records that are thrown away is not used afterwards.
    let other = try #require(try BundledPacks.all().last)
    #expect(throws: CancellationError.self) {
      try city.store.transaction { storage in
        _ = try city.regimes(in: storage)
        throw CancellationError()
      }
    }
    try city.publish(other.yaml)
    #expect(try city.regimes.count > held.count)
  }
}
