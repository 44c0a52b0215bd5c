import Casework
import Replication
import SignatureSuites
import TestKit

@testable import Casebook

extension VectorReading {
  /// Payloads with the pieces of one dossier, read by an office that knows the given charters.
  func dossier() throws -> JSONValue {
    guard let charters = vector.given?["charters"]?.text.flatMap({ Hexadecimal.bytes($0) }),
      let streamBytes = vector.given?["stream"]?.text.flatMap({ Hexadecimal.bytes($0) })
    else { throw MalformedVector(what: vector.name) }
    var tree = try tree(of: charters)
    var streamReader = CBORReader(streamBytes)
    let stream = try StreamID(from: &streamReader)
    guard case .office(let target) = stream.audience, let issuer = tree.office(of: stream.author),
      tree.isSuperior(issuer, of: target)
    else { throw Refusal(code: "not-above") }
    let dossier = try assembled()
    for (index, guest) in dossier.guests.enumerated() {
      guard tree.admit(guest, from: issuer, suites: .standard) else {
        throw Refusal(code: "guest-refused", at: UInt64(index) + 1)
      }
    }
    let context = LogReading.context(of: target, tree: tree)
    let entries = try dossier.items.enumerated().map { index, item in
      do throws(DossierEntry.Failure) {
        return shown(try DossierEntry(item.entry, of: dossier.file, in: context), item, tree: tree)
      } catch {
        throw Refusal(code: error.rawValue, at: UInt64(index) + 1)
      }
    }
    return .object([
      "issuer": .text(issuer.text), "target": .text(target.text), "file": Shown.hex(dossier.file.bytes),
      "guests": .list(
        dossier.guests.map { guest in
          .object([
            "office": .text(guest.office.text), "name": .text(guest.name), "parent": .text(guest.parent.text),
            "rank": Shown.number(tree.rank(of: guest.office)),
            "keys": .list(
              guest.keys.compactMap { key in
                SuiteSet.standard[key.suite].map { Shown.hex(key.fingerprint(using: $0).bytes) }
              }),
          ])
        }),
      "entries": .list(entries), "withdrawn": .list(dossier.withdrawn.map { Shown.hex($0.bytes) }),
    ])
  }

  private func assembled() throws -> Dossier {
    var assembler = DossierAssembler()
    var found: Dossier?
    var reader = CBORReader(input)
    for _ in 0..<(try reader.arrayHead(atMost: 100)) {
      for change in try Entry.changes(ofPayload: try reader.byteString(atMost: LogLimits.entryBytesMax)) {
        guard case .dossier(let piece) = change else { throw MalformedVector(what: "dossier") }
        switch assembler.add(piece) {
        case .incomplete: found = nil
        case .complete(let dossier): found = dossier
        case .broken: throw Refusal(code: "piece-missing")
        case .unreadable(let failure): throw failure
        }
      }
    }
    try reader.finish()
    guard let found else { throw Refusal(code: "piece-missing") }
    return found
  }

  private func shown(_ checked: DossierEntry, _ item: Dossier.Item, tree: OfficeTree) -> JSONValue {
    let header = checked.entry.header
    let proven = DossierLedger.Proven(claimed: header.stamp.milliseconds, from: item.from, until: item.until)
    let suite = SuiteSet.standard[header.suite] ?? Ed25519Suite()
    return .object([
      "office": tree.office(of: header.stream.author).map { .text($0.text) } ?? .null,
      "stream": Shown.stream(header.stream), "seq": Shown.number(header.seq),
      "hash": Shown.hex(checked.entry.hash(using: suite).bytes), "from": item.from.map(Shown.number) ?? .null,
      "until": item.until.map(Shown.number) ?? .null,
      "order": Shown.wide((proven.clamp ?? header.stamp).rawValue),
      "changes": .list(checked.changes.map(Shown.change)),
    ])
  }
}
