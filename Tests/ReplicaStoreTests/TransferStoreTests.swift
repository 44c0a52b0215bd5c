import Casebook
import Casework
import RegimePacks
import ReplicaStore
import Replication
import SignatureSuites
import Testing

@Suite("A transferred file over the database")
struct TransferStoreTests {
  /// A city over two districts; the west knows nothing of the east.
  private struct Region {
    let city: DiskReplica
    let west: DiskReplica
    let east: DiskReplica
    let file: String

    init() throws {
      city = try DiskReplica.root("1305")
      west = try city.subordinate("130505", salt: 1)
      east = try city.subordinate("130526", salt: 2)
      let pack = try #require(try BundledPacks.all().first { $0.code == "renxian" })
      try city.perform(.regimePublish(yaml: pack.yaml))
      for office in [east, west] {
        try city.send(to: office)
        for (login, role, certificate) in [
          ("zhang", "handler", "E1"), ("li", "handler", "E2"), ("wang", "window", nil), ("zhao", "reviewer", nil),
          ("chen", "captain", nil), ("liu", "leader", nil),
        ] {
          try office.perform(
            .officerAdd(
              OfficerDraft(
                login: login, name: login, roles: [role], certificateNumber: certificate,
                certificateKind: certificate.map { _ in "enforcement" }, validFrom: certificate.map { _ in "2020-01-01" },
                validTo: certificate.map { _ in "2030-12-31" })))
        }
      }
      let draft = FileDraft(
        kind: "case", pack: "renxian", regime: "case-handling", workflow: nil, title: "欠薪", subject: nil,
        openedOn: "2026-01-05", addressee: nil, relatesTo: nil, checkKind: nil, complainantName: nil,
        complainantPhone: nil)
      guard case .acted(let opened) = try east.perform(.fileOpen(draft)) else { throw CancellationError() }
      file = opened.file.number
      try Self.act(east, file, "propose-filing", ["wang"], ["facts": "欠薪"])
      try Self.act(east, file, "review-filing", ["zhao"], ["opinion": "同意"])
      try Self.act(east, file, "approve-filing", ["chen"], ["handler": "zhang", "secondHandler": "li"])
      try Self.act(east, file, "transfer", ["liu"], ["transferTo": "130505", "transferReason": "属地管辖"])
      try east.send(to: city)
    }

    static func act(
      _ office: DiskReplica, _ file: String, _ act: String, _ officers: [String], _ facts: [String: String]
    ) throws {
      try office.perform(.fileAct(ActDraft(file: file, act: act, officers: officers, date: "2026-01-06", facts: facts)))
    }

    func show(_ office: DiskReplica) throws -> FileView {
      guard case .file(let view) = try office.perform(.fileShow(file: file)) else { throw CancellationError() }
      return view
    }

    func problems(_ office: DiskReplica) throws -> [VerifyProblem] {
      guard case .verified(let view) = try office.perform(.verify) else { throw CancellationError() }
      return view.problems
    }

    func settle() throws {
      for _ in 0..<2 {
        for office in [east, west] {
          try office.send(to: city)
          try city.witness()
          try city.send(to: office)
        }
      }
    }
  }

  @Test("the receiver goes on; what each database holds is what a rebuild of it gives; guests outlive a restart")
  func handedOver() throws {
    let region = try Region()
    try region.settle()
    try Region.act(region.west, region.file, "conclude-investigation", ["zhang", "li"], ["summary": "已查明"])
    try region.settle()
    let above = try region.show(region.city)
    #expect(above.acts.map(\.office) == ["130526", "130526", "130526", "130526", "130505"] && above.acts.allSatisfy(\.stands))
    func expectWhole() throws {
      let view = try region.show(region.west)
      #expect(view.acts == above.acts && view.clocks == above.clocks && view.facts == above.facts)
    }
    try expectWhole()
    #expect(try region.show(region.east).acts.count == 4)
    for office in [region.city, region.west, region.east] {
      let before = try #require(try office.folder?.dump())
      #expect(before.contains { $0.contains("dossier/") } == (office !== region.east))
      #expect(try office.rebuild().isEmpty)
      #expect(try office.folder?.dump() == before)
      #expect(try region.problems(office) == [])
    }
    let tree = region.west.context.tree
    try region.west.upgrade(to: .standard)
    try region.west.store.read { try region.west.context.refresh(from: $0) }
    #expect(region.west.context.tree == tree && tree.guest(region.east.context.office) != nil)
    try expectWhole()
    // A second time, nothing is owed and nothing moves.
    let heads = try region.city.store.read { try $0.heads() }
    try region.settle()
    #expect(try region.city.store.read { try $0.heads() } == heads)
  }

  @Test("a superior that alters an entry is found out: that entry does not count, verify names it, a rebuild says the same")
  func altered() throws {
    let region = try Region()
    let (city, west) = (region.city, region.west)
    for (audience, changes) in try city.store.read({ try Witness.owed(context: city.context, at: city.now, in: $0) }) {
      var assembler = DossierAssembler()
      var altered = changes
      for case .dossier(let piece) in changes {
        guard case .complete(var dossier) = assembler.add(piece) else { continue }
        let last = dossier.items.count - 1
        dossier.items[last].entry[dossier.items[last].entry.count - 1] ^= 1
        altered = dossier.pieces.map { .dossier($0) }
      }
      try city.record(altered, for: audience)
    }
    try city.send(to: west)
    #expect(try west.held() == [.dossierRefused])
    // The transfer was the last one: without it the file is not the west's.
    #expect(try region.show(west).row.office == "130526")
    #expect(throws: DeskFailure.self) {
      try Region.act(west, region.file, "conclude-investigation", ["zhang", "li"], ["summary": "x"])
    }
    let problems = try region.problems(west)
    #expect(problems.map(\.code) == ["dossier"] && problems[0].message.en.contains("payload-altered"))
    #expect(try west.rebuild().isEmpty)
    #expect(try west.held() == [.dossierRefused])
  }
}
