import Casebook
import Casework
import Replication
import SignatureSuites
import TestKit

extension VectorReading {
  func bundle() throws -> JSONValue {
    let file = try BundleFile(decoding: input)
    var members: [String: JSONValue] = [
      "from": .text(file.from.text), "to": .text(file.to.text), "created": Shown.number(file.created),
      "part": Shown.number(file.part), "parts": Shown.number(file.parts), "id": Shown.hex(file.id),
    ]
    guard let first = file.runs.first else {
      for name in ["heads", "offices", "records", "files", "judged"] { members[name] = .list([]) }
      members["entries"] = .number(0)
      return .object(members)
    }
    let entries = try first.entries.prefix(1).map { try Entry(decoding: $0) }
    var reading = try LogReading(root: KeyFingerprint(try givenDigest("root")), first: entries)
    for run in file.runs { try reading.take(run.entries, of: run.stream) }
    members.merge(try LogReading.shown(reading.storage, context: reading.context)) { first, _ in first }
    return .object(members)
  }

  /// What two people read to each other about the last office of some charters.
  func spoken() throws -> JSONValue {
    let tree = try tree()
    guard let seat = tree.all.last else { throw MalformedVector(what: "charters") }
    return .object(["spoken": .text(SpokenFingerprint.of(seat, root: tree.rootKey, using: Ed25519Suite()))])
  }

  /// Acts as `[rank, stamp, payload]`.
  func acts() throws -> JSONValue {
    var reader = CBORReader(input)
    var acts: [Act] = []
    for _ in 0..<(try reader.arrayHead(atMost: 100)) {
      try reader.array(of: 3)
      let rank = Int(try reader.unsigned()), stamp = try reader.unsigned()
      let payload = try reader.byteString(atMost: LogLimits.entryBytesMax)
      guard case .act(let change) = try Entry.changes(ofPayload: payload).first else {
        throw MalformedVector(what: "act")
      }
      acts.append(
        Act(
          id: change.id.description, rule: change.rule, office: "1", rank: rank, stamp: stamp,
          parents: change.parents.map(\.description), date: CivilDate(dayNumber: 20_000), officers: [], facts: [:]))
    }
    try reader.finish()
    let order = ActOrderProbe.ordered(acts)
    return .object(["order": .list(order.placed.map { .text($0) }), "waiting": .list(order.waiting.map { .text($0) })])
  }
}
