import Casework
import Replication
import SignatureSuites
import TestKit

@testable import Casebook

/// A replica that only reads: what the product makes of a log, given the root's fingerprint.
struct LogReading {
  private struct NoPacks: PackShelf {
    func pack(fromYAML yaml: String) -> RegimePack? { nil }
    func selfContained(_ yaml: String) -> String { yaml }
  }

  let storage = MemoryStorage()
  private(set) var context: ReplicaContext

  /// - Parameters:
  ///   - first: entries of the root's `down` stream, whose own charter carries the key.
  init(root: KeyFingerprint, first: [Entry]) throws {
    var found: Charter?
    for entry in first.prefix(1) where entry.header.stream.author == root {
      for case .charter(let charter) in try entry.changes() where charter.parent == nil { found = found ?? charter }
    }
    guard let charter = found, let suite = SuiteSet.standard[charter.signingKey.suite],
      charter.signingKey.fingerprint(using: suite) == root
    else { throw VectorReading.Refusal(code: "no-charter", at: 1) }
    context = Self.context(of: charter.office, tree: OfficeTree(rootKey: root))
    try context.tree.admit(charter, from: root, suites: .standard)
    storage.put(StoredCharter(charter: charter, issuer: root))
  }

  /// A reader with the rights of an office, and a key of none: nothing in a log is taken for its own.
  static func context(of office: OfficeCode, tree: OfficeTree) -> ReplicaContext {
    ReplicaContext(
      office: office, key: KeyFingerprint(.zero), suite: .ed25519, incarnation: 1, suites: .standard, tree: tree,
      shelf: NoPacks(), calendar: HolidayTable(entries: [], years: []))
  }

  /// Checks every link, as an audit does, then takes the run in as a session would.
  mutating func take(_ encoded: [[UInt8]], of stream: StreamID) throws {
    let head = storage.head(of: stream)
    let next = (head?.seq ?? 0) + 1
    guard let key = context.tree.publicKey(stream.author) else {
      throw VectorReading.Refusal(code: "no-charter", at: next)
    }
    let run = try encoded.enumerated().map { index, bytes in
      do throws(CBORReader.Failure) {
        return try Entry(decoding: bytes)
      } catch {
        throw VectorReading.Refusal(code: error.rawValue, at: next + UInt64(index))
      }
    }
    _ = try ChainCheck.verify(run, continuing: head, of: stream, by: key, depth: .everyLink, suites: context.suites)
    var admission = Admission(context: context)
    _ = try admission.admit(encoded, of: stream, at: 0, in: storage)
    try admission.finish(in: storage)
    context = admission.context
  }

  /// What the storage of a replica says, in the words of the vectors.
  static func shown(_ storage: any ReplicaStorage, context: ReplicaContext) throws -> [String: JSONValue] {
    let heads = try storage.heads()
    var types: Set<UInt64> = [], files: Set<RecordID> = []
    for head in heads {
      for entry in try storage.entries(of: head.stream, from: 1, bytesMax: .max) {
        for change in (try? entry.changes()) ?? [] {
          if case .record(let write) = change { types.insert(write.type) }
          if case .act(let act) = change { files.insert(act.file) }
          if case .dossier(let piece) = change {
            files.insert(piece.file)
            types.formUnion([RecordType.subject, .caseFile].map(\.number))
          }
        }
      }
    }
    return [
      "entries": Shown.number(try storage.entryCount()), "heads": .list(heads.map(Shown.head)),
      "offices": .list(
        context.tree.all.map {
          .object([
            "office": .text($0.charter.office.text), "depth": Shown.number($0.depth), "key": Shown.hex($0.key.bytes),
          ])
        }),
      "records": .list(try types.sorted().flatMap { try storage.rows($0) }.map(record)),
      "files": .list(try files.sorted().compactMap { try file($0, in: storage, tree: context.tree) }),
      "judged": .list(try storage.heldChanges().filter { $0.index < 0 && $0.rule != nil }.sorted {
        ($0.stream, $0.seq) < ($1.stream, $1.seq)
      }.map(judged)),
    ]
  }

  private static func record(_ row: RecordRow) -> JSONValue {
    var fields: [String: JSONValue] = [:], conflicts: [String: JSONValue] = [:]
    for (number, state) in row.fields {
      fields["\(number)"] = Shown.value(row.value(number))
      if state.isInConflict { conflicts["\(number)"] = .list(state.versions.dropFirst().map { Shown.value($0.value) }) }
    }
    return .object([
      "type": Shown.number(row.type), "id": Shown.hex(row.id.bytes), "fields": .object(fields),
      "conflicts": .object(conflicts),
    ])
  }

  private static func file(_ file: RecordID, in storage: any ReplicaStorage, tree: OfficeTree) throws -> JSONValue? {
    let acts = try storage.acts(of: file).compactMap { ActRecord.act($0, in: tree) }
    guard !acts.isEmpty else { return nil }
    let order = ActOrderProbe.ordered(acts)
    return .object([
      "file": Shown.hex(file.bytes), "order": .list(order.placed.map { .text($0) }),
      "waiting": .list(order.waiting.map { .text($0) }),
    ])
  }

  private static func judged(_ held: HeldChange) -> JSONValue {
    .object([
      "stream": Shown.stream(held.stream), "seq": Shown.number(held.seq), "class": .text(held.reason.rawValue),
      "rule": .text(held.rule?.rawValue ?? ""),
    ])
  }
}
