import Casebook
import Casework
import Replication
import SignatureSuites
import Testing

/// What decides over a transferred file's entries is the same where their streams are held and where they are not.
@Suite("Facts that travel with a dossier")
struct TransferFactsTests {
  private func times(_ view: FileView) -> [[UInt64?]] {
    view.acts.map { [$0.claimed, $0.provableFrom, $0.provableUntil] }
  }

  private func dossiers(_ region: Transferring) throws -> [Dossier] {
    let stream = region.city.context.stream(.office(region.west.context.office))
    var assembler = DossierAssembler()
    var found: [Dossier] = []
    for change in try region.city.storage.entries(of: stream, from: 1, bytesMax: .max).flatMap({ try $0.changes() }) {
      if case .dossier(let piece) = change, case .complete(let dossier) = assembler.add(piece) { found.append(dossier) }
    }
    return found
  }

  @Test("the provable interval of every act is the same at the receiver, and after a rebuild")
  func intervals() throws {
    let region = try Transferring()
    let file = try region.filedCase()
    // One wall clock: the first receipt is then the one of the least clock too.
    for office in [region.province, region.city, region.east] { office.now += 60_000 - office.now % 60_000 }
    try region.settle()
    try region.east.act(file, "record-evidence", ["zhang"], ["evidence": "工资表"])
    try region.settle()
    for office in [region.province, region.city, region.east] { office.now += 60_000 - office.now % 60_000 }
    try region.east.transfer(file, to: "130505")
    try region.settle()
    let above = times(try region.city.file(file))
    #expect(above.contains { $0[1] != nil } && above.allSatisfy { $0[2] != nil })
    #expect(times(try region.west.file(file)) == above)
    var projector = Projector(context: region.west.context)
    try projector.rebuild(in: region.west.storage)
    region.west.context = projector.context
    #expect(times(try region.west.file(file)) == above)
  }

  @Test("a clock that ran ahead is held to its receipt at the receiver too, and what its author claimed is shown")
  func ahead() throws {
    let region = try Transferring()
    let file = try region.filedCase()
    let year: UInt64 = 365 * 86_400_000
    region.east.now += year
    try region.east.act(file, "record-evidence", ["zhang"], ["evidence": "工资表"])
    region.east.now -= year
    try region.settle()
    try region.east.transfer(file, to: "130505")
    try region.settle()
    let view = try region.west.file(file), above = try region.city.file(file)
    #expect(times(view) == times(above) && view.acts.map(\.doubt) == above.acts.map(\.doubt))
    #expect(view.acts.contains { $0.doubt == .ahead })
    #expect(try region.west.folded(region.id(file)) == region.city.folded(region.id(file)))
    #expect(region.west.storage.doubts().map(\.act) == region.city.storage.doubts().map(\.act))
  }

  /// The east's key is found out to be in other hands since the case was filed; the city ratifies one of its entries.
  @Test("entries that come not to count are withdrawn at the receiver, and handed over again when they are ratified")
  func withdrawn() throws {
    let region = try Transferring()
    let (city, east, west) = (region.city, region.east, region.west)
    let file = try region.filedCase()
    let upTo = try #require(east.storage.head(of: east.context.stream(.up)))
    try east.act(file, "record-evidence", ["zhang"], ["evidence": "工资表"])
    let evidence = try #require(east.storage.head(of: upTo.stream))
    try east.transfer(file, to: "130505")
    try region.settle()
    try west.act(file, "record-evidence", ["zhang"], ["evidence": "银行流水"])
    try region.settle()
    let id = try region.id(file)
    #expect(try west.file(file).row.office == "130505")
    try city.write(
      [
        .revocation(
          Revocation(
            office: east.context.office, key: east.context.key, reason: .compromised,
            position: city.storage.entryCount(), cuts: [upTo], text: "私钥外泄"))
      ], for: .subtree(east.context.office))
    try region.settle()
    #expect(try dossiers(region).last?.withdrawn.count == 3)
    for office in [city, west, region.province] {
      #expect(try office.folded(id) == city.folded(id))
      // Without the transfer the file is the east's, and what the west did waits for what it builds on.
      let view = try office.file(file)
      #expect(view.row.office == "130526" && view.facts["evidence"] == nil, "\(office.context.office)")
    }
    for entry in try #require(dossiers(region).last).withdrawn {
      #expect(
        try #require(dossiers(region).first).items.contains {
          try Entry(decoding: $0.entry).hash(using: Ed25519Suite()) == entry
        })
    }
    try city.write(
      [.ratification(Ratification(stream: upTo.stream, first: evidence.seq, last: evidence.seq, hash: evidence.hash))],
      for: .subtree(east.context.office))
    try region.settle()
    for office in [city, west, region.province] {
      #expect(try office.folded(id) == city.folded(id))
      #expect(try office.file(file).facts["evidence"] == "工资表", "\(office.context.office)")
      var projector = Projector(context: office.context)
      let before = (office.storage.acts(of: id), office.storage.values(prefix: DossierLedger.prefix).map(\.value))
      try projector.rebuild(in: office.storage)
      office.context = projector.context
      #expect(office.storage.acts(of: id) == before.0)
      #expect(office.storage.values(prefix: DossierLedger.prefix).map(\.value) == before.1)
    }
    let owed = try Witness.owed(context: city.context, at: city.now, in: city.storage)
    #expect(!owed.contains { $0.changes.contains { if case .dossier = $0 { true } else { false } } })
  }

  @Test("the transfer came not to count: the receiver is handed nothing new of the file")
  func nothingNew() throws {
    let region = try Transferring()
    let (city, east, west) = (region.city, region.east, region.west)
    let file = try region.filedCase()
    let upTo = try #require(east.storage.head(of: east.context.stream(.up)))
    try east.transfer(file, to: "130505")
    try region.settle()
    try city.write(
      [
        .revocation(
          Revocation(
            office: east.context.office, key: east.context.key, reason: .compromised,
            position: city.storage.entryCount(), cuts: [upTo], text: "私钥外泄"))
      ], for: .subtree(east.context.office))
    try region.settle()
    let handed = try dossiers(region)
    #expect(handed.last?.withdrawn.isEmpty == false)
    try city.act(file, "takeover", ["sun"], ["takeoverReason": "重大"])
    try region.settle()
    #expect(try city.file(file).row.office == "1305" && dossiers(region) == handed)
    #expect(try west.file(file).acts.map(\.act) == ["propose-filing", "review-filing", "approve-filing"])
  }

  @Test("an office below or beside withdraws nothing")
  func withdrawnFromBelow() throws {
    let region = try Transferring()
    let file = try region.filedCase()
    try region.east.transfer(file, to: "130505")
    try region.settle()
    let id = try region.id(file)
    let hashes = try #require(dossiers(region).first).items.map {
      try Entry(decoding: $0.entry).hash(using: Ed25519Suite())
    }
    let forged = Dossier(file: id, guests: [], items: [], withdrawn: hashes)
    for audience in [Audience.up, .office(region.west.context.office)] {
      try region.east.write(forged.pieces.map { .dossier($0) }, for: audience)
    }
    try region.settle()
    for office in [region.city, region.west, region.province] {
      #expect(try office.file(file).row.office == "130505" && office.file(file).acts.count == 4)
    }
    #expect(region.city.storage.heldChanges().map(\.reason) == [.dossierRefused, .dossierRefused])
    // Receipts over the stream that was addressed to it, of an office that it knows as a guest alone.
    #expect(region.west.storage.heldChanges().map(\.reason) == [.receiptRefused, .receiptRefused])
  }

  @Test("what a withdrawal takes away is away in every order of arrival")
  func withdrawnInAnyOrder() throws {
    let region = try Transferring()
    let file = try region.filedCase()
    let upTo = try #require(region.east.storage.head(of: region.east.context.stream(.up)))
    try region.east.act(file, "record-evidence", ["zhang"], ["evidence": "工资表"])
    try region.east.transfer(file, to: "130505")
    try region.settle()
    try region.city.write(
      [
        .revocation(
          Revocation(
            office: region.east.context.office, key: region.east.context.key, reason: .compromised,
            position: region.city.storage.entryCount(), cuts: [upTo], text: ""))
      ], for: .subtree(region.east.context.office))
    try region.settle()
    let (west, id) = (region.west, try region.id(file))
    let acts = west.storage.acts(of: id)
    #expect(!acts.isEmpty && !acts.contains { $0.change.rule == "transfer" })
    let dossiers = region.city.context.stream(.office(west.context.office))
    let chunks = west.storage.heads().flatMap { head -> [[Entry]] in
      head.stream == dossiers
        ? west.pieces(of: head.stream) : [west.storage.entries(of: head.stream, from: 1, bytesMax: .max)]
    }
    for step in 0..<chunks.count {
      let replica = try west.enrolledAnew()
      try replica.takeAll(Array(chunks[step...] + chunks[..<step]))
      #expect(replica.storage.acts(of: id) == acts)
      let differs = zip(
        replica.storage.values(prefix: DossierLedger.prefix), west.storage.values(prefix: DossierLedger.prefix)
      ).contains { $0.key != $1.key || $0.value != $1.value }
      #expect(!differs)
    }
  }

  @Test("what is said below of a guest's stream and key is held, whether the guest was known before or after")
  func saidOfGuest() throws {
    let region = try Transferring()
    let (city, west) = (region.city, region.west)
    let file = try region.filedCase()
    try region.east.transfer(file, to: "130505")
    try region.settle()
    let id = try region.id(file)
    let head = try #require(city.storage.head(of: region.east.context.stream(.up)))
    let entry = try city.write(
      [
        .receipt(Receipt(head: head, clock: city.now, position: 1)),
        .revocation(
          Revocation(
            office: region.east.context.office, key: region.east.context.key, reason: .compromised, position: 1,
            cuts: [],
            text: "遗失")),
        .ratification(Ratification(stream: head.stream, first: 1, last: head.seq, hash: head.hash)),
      ], for: .down)
    let streams = city.storage.heads().map(\.stream).filter { city.context.tree.mayRead(west.context.office, $0) }
    let dossiers = city.context.stream(.office(west.context.office))
    let rest = streams.filter { $0 != dossiers }.flatMap { city.pieces(of: $0) }.filter { $0 != [entry] }
    let handed = city.pieces(of: dossiers)
    var states: [[String]] = []
    for order in [rest + [[entry]] + handed, rest + handed + [[entry]]] {
      let replica = try west.enrolledAnew()
      try replica.takeAll(order)
      #expect(replica.context.tree.guest(region.east.context.office) != nil)
      for _ in 0..<2 {
        // Rows print their fields in any order; what they come to is the folded file.
        let counted = try Judged.state(of: replica).filter { !$0.hasPrefix("row") && !$0.hasPrefix("summary") }
        states.append(counted + [String(describing: try replica.folded(id)?.steps.map(\.act.rule))])
        let held = replica.storage.heldChanges().filter {
          $0.stream == entry.header.stream && $0.seq == entry.header.seq
        }
        #expect(held.count == 3)
        var projector = Projector(context: replica.context)
        try projector.rebuild(in: replica.storage)
        replica.context = projector.context
      }
    }
    for state in states { #expect(state == states[0]) }
  }
}
