import Casework
import Replication

/// An entry that somebody asked for.
struct FoundEntry {
  var entry: Entry
  var hash: Digest
  /// It lies aside: another branch of the stream stands.
  var isAside: Bool
}

/// Finds entries by what people have at hand of them.
struct EntrySearch {
  /// Fewer digits of a hash name too many entries of a long log.
  static let digitsMin = 4
  /// Of several entries that a name fits, so many are told.
  private static let namedMax = 8

  let context: ReplicaContext
  let storage: any ReplicaStorage

  /// - Parameter words: `HASH`, `OFFICE#SEQ`, `OFFICE STREAM#SEQ` or `OFFICE STREAM SEQ`.
  /// - Throws: `DeskFailure`: there is none, or several.
  func find(_ words: [String]) throws -> FoundEntry {
    let name = words.joined(separator: " ")
    let found = try candidates(words.flatMap { $0.split(separator: "#", maxSplits: 1).map(String.init) })
    guard let first = found.first else { throw try missing(words, name) }
    guard found.count == 1 else { throw ambiguous(name, found) }
    return first
  }

  private func candidates(_ parts: [String]) throws -> [FoundEntry] {
    switch parts.count {
    case 1: try byHash(parts[0])
    case 2: try UInt64(parts[1]).map { try at(parts[0], stream: nil, $0) } ?? []
    case 3: try UInt64(parts[2]).map { try at(parts[0], stream: parts[1], $0) } ?? []
    default: []
    }
  }

  private func at(_ office: String, stream name: String?, _ seq: UInt64) throws -> [FoundEntry] {
    let streams = try storage.heads().map(\.stream).filter { stream in
      context.tree.office(of: stream.author)?.text == office && (name == nil || StreamName.of(stream) == name)
    }
    let standing = try streams.compactMap { try held(EntryPlace(stream: $0, seq: seq)) }
    if !standing.isEmpty { return standing }
    return try storage.streamsAside().filter { stream in
      context.tree.office(of: stream.author)?.text == office && (name == nil || StreamName.of(stream) == name)
    }.flatMap { stream in try aside(stream) { $0.entry.header.seq == seq } }
  }

  private func byHash(_ text: String) throws -> [FoundEntry] {
    let digits = text.lowercased()
    guard digits.utf8.count >= Self.digitsMin, let prefix = Hexadecimal.bytes(digits.prefix(digits.utf8.count / 2 * 2))
    else { return [] }
    let standing = try storage.places(ofHash: prefix).compactMap { try held($0) }
    let others = try storage.streamsAside().flatMap { try aside($0) { _ in true } }
    return (standing + others).filter { Hexadecimal.string($0.hash.bytes).hasPrefix(digits) }
  }

  private func held(_ place: EntryPlace) throws -> FoundEntry? {
    guard let entry = try storage.entries(of: place.stream, from: place.seq, bytesMax: 1).first,
      entry.header.seq == place.seq, let suite = context.suites[entry.header.suite]
    else { return nil }
    return FoundEntry(entry: entry, hash: entry.hash(using: suite), isAside: false)
  }

  private func aside(_ stream: StreamID, where fits: (FoundEntry) -> Bool) throws -> [FoundEntry] {
    try storage.entriesAside(of: stream).compactMap { entry in
      context.suites[entry.header.suite].map {
        FoundEntry(entry: entry, hash: entry.hash(using: $0), isAside: true)
      }
    }.filter(fits)
  }

  // MARK: Failures

  private func missing(_ words: [String], _ name: String) throws -> DeskFailure {
    if let waiting = try parked(words) { return waiting }
    return DeskFailure(
      kind: .badInput, code: "unknown-entry",
      message: Bilingual(
        zh: "“\(name)”既不是已知的机构，也不是本机持有的日志条目。",
        en: "“\(name)” is neither an office known here nor an entry that is held here."),
      remedy: Bilingual(
        zh: "机构代码见 docket office list；条目写 docket log 所列的哈希（至少前 \(Self.digitsMin) 位），或“机构 流 序号”。",
        en: "Office codes: docket office list. An entry: the hash that docket log prints (\(Self.digitsMin) digits or more), or OFFICE STREAM SEQ."))
  }

  /// It is here, but in a bundle that waits.
  private func parked(_ words: [String]) throws -> DeskFailure? {
    guard words.count == 3, let seq = UInt64(words[2]) else { return nil }
    let run = try storage.parkedRuns(of: nil).first { run in
      context.tree.office(of: run.stream.author)?.text == words[0] && StreamName.of(run.stream) == words[1]
        && run.first <= seq && seq <= run.last
    }
    guard let run else { return nil }
    let reached = try storage.head(of: run.stream)?.seq ?? 0
    return DeskFailure(
      kind: .badInput, code: "entry-waits",
      message: Bilingual(
        zh: "该条目在交换包中（第 \(run.first)–\(run.last) 条），等待第 \(reached + 1) 条起的记录到达后才能核对和采用。",
        en: "It came in a bundle (#\(run.first) to \(run.last)) and waits for what comes from #\(reached + 1) on; only then can it be verified and used."),
      remedy: WaitReason.missingEntries.remedy(peer: words[0]) ?? Bilingual(zh: "", en: ""))
  }

  private func ambiguous(_ name: String, _ found: [FoundEntry]) -> DeskFailure {
    let names = found.prefix(Self.namedMax).map { found in
      let stream = found.entry.header.stream
      let office = context.tree.office(of: stream.author)?.text ?? "?"
      return "\(office) \(StreamName.of(stream)) \(found.entry.header.seq)（\(Hexadecimal.string(found.hash.bytes.prefix(8)))）"
    }.joined(separator: "、") + (found.count > Self.namedMax ? "…" : "")
    return DeskFailure(
      kind: .badInput, code: "ambiguous-entry",
      message: Bilingual(
        zh: "“\(name)”符合 \(found.count) 条：\(names)。", en: "“\(name)” fits \(found.count) entries: \(names)."),
      remedy: Bilingual(zh: "请写明流或更多位哈希。", en: "Name the stream, or more digits of the hash."))
  }
}
