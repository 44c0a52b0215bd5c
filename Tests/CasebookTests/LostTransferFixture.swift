import Casebook
import Casework
import Replication
import Testing

extension Replica {
  /// Its machine from a backup, a minute later.
  func setBack(to heads: [StreamHead]) throws -> Replica {
    let machine = try restored()
    try machine.takeAll(
      heads.flatMap { head in pieces(of: head.stream).filter { $0.allSatisfy { $0.header.seq <= head.seq } } })
    machine.now += 60_000
    return machine
  }

  /// Where the log holds acts of a rule.
  func places(of rule: String, in file: RecordID) -> [EntryPlace] {
    storage.heads().map(\.stream).sorted().flatMap { stream in
      pieces(of: stream).flatMap(\.self).filter { entry in
        ((try? entry.changes()) ?? []).contains { change in
          if case .act(let act) = change { act.file == file && act.rule == rule } else { false }
        }
      }.map { EntryPlace(stream: stream, seq: $0.header.seq) }
    }
  }

  /// A case of a unit.
  func open(_ kind: String, of unit: String?) throws -> String {
    let draft = FileDraft(
      kind: kind, pack: "renxian", regime: "case-handling", workflow: nil, title: "t", subject: unit,
      openedOn: "2026-01-05", addressee: nil, relatesTo: nil, checkKind: nil, complainantName: nil,
      complainantPhone: nil)
    guard case .acted(let view) = try perform(.fileOpen(draft)) else { throw CancellationError() }
    return view.file.number
  }

  /// The entries in the dossiers of a stream.
  func handedOver(in stream: StreamID) throws -> [Entry] {
    var assembler = DossierAssembler()
    var entries: [Entry] = []
    for change in try pieces(of: stream).flatMap(\.self).flatMap({ try $0.changes() }) {
      guard case .dossier(let piece) = change, case .complete(let dossier) = assembler.add(piece) else { continue }
      entries += try dossier.items.map { try Entry(decoding: $0.entry) }
    }
    return entries
  }

  /// All show one file, which one of them has, and find nothing wrong; so does a rebuild.
  static func checkAlike(
    _ offices: [Replica], _ file: String, _ id: RecordID, at holder: String, _ acts: [String]
  ) throws {
    for office in offices {
      let view = try office.file(file)
      #expect(view.row.office == holder)
      #expect(view.acts.filter(\.stands).map(\.act).sorted() == acts.sorted())
      #expect(try office.verifyProblems() == [])
      let (folded, values) = (try office.folded(id), office.storage.values(prefix: DossierLedger.prefix))
      var projector = Projector(context: office.context)
      try projector.rebuild(in: office.storage)
      office.context = projector.context
      #expect(try office.folded(id) == folded)
      #expect(office.storage.values(prefix: DossierLedger.prefix).elementsEqual(values) { $0 == $1 })
    }
    for office in offices.dropFirst() { #expect(try office.folded(id) == offices[0].folded(id)) }
  }
}
