import Casebook
import Replication
import SignatureSuites
import Testing

/// A province over a city over a county, and the facts that decide over the county's entries.
struct Judged {
  let province: Replica
  let city: Replica
  let county: Replica

  init() throws {
    province = try Replica.root("13")
    city = try province.subordinate("1305", salt: 1)
    county = try city.subordinate("130526", salt: 2)
    try province.meet(city)
    try city.meet(county)
    try province.meet(city)
  }

  /// Everything that decides what entries count for and what comes of them, without the order of arrival.
  static func state(of replica: Replica) throws -> [String] {
    let storage = replica.storage
    var lines: [String] = []
    for type in RecordType.all { lines += storage.rows(type.number).map { "row \($0)" } }
    for summary in storage.summaries() {
      lines.append("summary \(summary)")
      lines += storage.acts(of: summary.file).map { "act \($0)" }
    }
    lines += storage.heldChanges().map { "held \($0.stream) \($0.seq) \($0.index) \($0.reason) \($0.rule?.rawValue ?? "")" }
    lines += storage.charters().map { "charter \($0.charter.office) \($0.issuer) \($0.stamp?.rawValue ?? 0)" }
    lines += storage.facts().map { "fact \($0)" }
    lines += storage.forkProofs().map { "fork \($0.proof)" }
    lines += storage.heads().flatMap { head in storage.receipts(of: head.stream).map { "receipt \($0)" } }
    lines += replica.context.tree.all.map { "seat \($0.charter.office) \($0.key)" }
    return lines.sorted()
  }
}

extension Replica {
  /// Writes one subject's name in the `up` stream; the entry.
  @discardableResult
  func name(_ id: RecordID, _ text: String, for audience: Audience = .up) throws -> Entry {
    let replaces = storage.row(RecordType.subject.number, id)?.fields[2]?.stamps ?? []
    return try write([
      .record(
        RecordWrite(
          type: RecordType.subject.number, id: id, fields: [.init(number: 2, value: .text(text), replaces: replaces)]))
    ], for: audience)
  }

  func name(of id: RecordID) -> String? { storage.row(RecordType.subject.number, id)?.text(2) }

  @discardableResult
  func write(_ changes: [Change], for audience: Audience) throws -> Entry {
    now += 1_000
    try record(changes, for: audience)
    let stream = context.stream(audience)
    let head = try #require(storage.head(of: stream))
    return try #require(storage.entries(of: stream, from: head.seq, bytesMax: 1).first)
  }

  /// Receipts, proofs and sightings owed, as at the end of a session.
  @discardableResult
  func witness() throws -> Int {
    now += 1_000
    var count = 0
    for (audience, changes) in try Witness.owed(context: context, at: now, in: storage) {
      try record(changes, for: audience)
      count += changes.count
    }
    return count
  }

  /// Takes entries of one stream in, as a session does; `nil` when they need others before them.
  @discardableResult
  func take(_ entries: [Entry]) throws -> Admission.Outcome? {
    guard let stream = entries.first?.header.stream else { return nil }
    var admission = Admission(context: context)
    let outcome: Admission.Outcome
    do {
      outcome = try admission.admit(entries.map(\.encoded), of: stream, at: now, in: storage)
    } catch Admission.Failure.unknownAuthor, Admission.Failure.chain(.gap), Admission.Failure.outOfScope,
      Admission.Failure.branchesApart
    {
      return nil
    }
    try admission.finish(in: storage)
    context = admission.context
    return outcome
  }

  /// Takes chunks in the given order; those that do not fit yet are tried again after the others.
  func takeAll(_ chunks: [[Entry]]) throws {
    var waiting = chunks
    while !waiting.isEmpty {
      let before = waiting.count
      var left: [[Entry]] = []
      for chunk in waiting where try take(chunk) == nil { left.append(chunk) }
      waiting = left
      try #require(waiting.count < before, "chunks that never fit")
    }
  }

  /// All of a stream's entries, cut into pieces of one.
  func pieces(of stream: StreamID) -> [[Entry]] {
    storage.entries(of: stream, from: 1, bytesMax: .max).map { [$0] }
  }

  /// The root office with its keys on another machine that knows only its own charter.
  func blank() throws -> Replica {
    let replica = try restored()
    let charter = try #require(storage.charters().first { $0.charter.parent == nil })
    replica.storage.put(StoredCharter(charter: charter.charter, issuer: charter.issuer))
    try replica.context.refresh(from: replica.storage)
    return replica
  }
}
