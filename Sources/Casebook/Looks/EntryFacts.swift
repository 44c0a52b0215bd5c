import Casework
import Replication

/// The replicated facts that decide what an entry counts for.
struct EntryFacts {
  let context: ReplicaContext
  let storage: any ReplicaStorage

  private var words: ChangeWords { ChangeWords(context: context, storage: storage) }

  func deciding(over found: FoundEntry) throws -> [EntryExplanation.Fact] {
    let stream = found.entry.header.stream
    return try charters(of: stream.author) + standing(over: found) + forks(of: stream)
      + (context.standing.concerns(stream) ? receipts(over: found).map(fact) : []) + contradictions(of: stream)
  }

  private func contradictions(of stream: StreamID) throws -> [EntryExplanation.Fact] {
    try ContradictionLedger.of(stream, in: storage).map { contradiction in
      .init(
        kind: "receipt", office: context.tree.office(of: contradiction.witness)?.text,
        text: ContradictionWords(context: context).fact(contradiction), place: nil)
    }
  }

  private func charters(of key: KeyFingerprint) throws -> [EntryExplanation.Fact] {
    try storage.charters().filter { stored in
      context.suites[stored.charter.signingKey.suite].map { stored.charter.signingKey.fingerprint(using: $0) } == key
    }.map { stored in
      let issuer = context.tree.office(of: stored.issuer)?.text
      let isRoot = stored.charter.parent == nil && key == context.tree.rootKey
      var text = try words.text(.charter(stored.charter))
      if isRoot {
        text.zh += "（根机构，以六组指纹核对）"
        text.en += " (the root: compared by the six groups)"
      } else if stored.isPinned, stored.stamp == nil {
        text.zh += "（加入时由上级交付）"
        text.en += " (handed over at enrolment)"
      }
      return .init(kind: "charter", office: issuer, text: text, place: nil)
    }
  }

  private func standing(over found: FoundEntry) throws -> [EntryExplanation.Fact] {
    let (stream, seq) = (found.entry.header.stream, found.entry.header.seq)
    return try storage.facts().compactMap { stored in
      var text = try words.text(stored.change)
      switch stored.change {
      case .revocation(let revocation) where revocation.key == stream.author:
        guard counts(stored) else { return nil }
        let cut = revocation.cut(of: stream)
        text.zh += cut.map { "；本流第 \($0.seq) 条及以前有效" } ?? "；本流没有保留的记录"
        text.en += cut.map { "; this stream stands up to #\($0.seq)" } ?? "; nothing of this stream is kept by it"
        return fact("revocation", stored, text)
      case .ratification(let ratification)
      where ratification.stream == stream && (ratification.first...ratification.last).contains(seq):
        return counts(stored) ? fact("ratification", stored, text) : nil
      case .introduction(let introduction):
        let next = context.suites[introduction.signingKey.suite].map { introduction.signingKey.fingerprint(using: $0) }
        return next == stream.author && next != stored.stream.author ? fact("introduction", stored, text) : nil
      default: return nil
      }
    }
  }

  /// Whether its issuer stands above the author; what another says decides nothing.
  private func counts(_ stored: StoredFact) -> Bool {
    let office: OfficeCode? =
      switch stored.change {
      case .revocation(let revocation): revocation.office
      case .ratification(let ratification): context.tree.office(of: ratification.stream.author)
      default: nil
      }
    return context.isAbove(context.tree.office(of: stored.stream.author), office)
  }

  private func fact(_ kind: String, _ stored: StoredFact, _ text: Bilingual) -> EntryExplanation.Fact {
    let office = context.tree.office(of: stored.stream.author)?.text
    return .init(
      kind: kind, office: office, text: text,
      place: "\(office ?? "?") \(StreamName.of(stored.stream)) \(stored.seq)")
  }

  private func forks(of stream: StreamID) throws -> [EntryExplanation.Fact] {
    try storage.forkProofs().filter { $0.proof.stream == stream }.map { stored in
      .init(kind: "fork-proof", office: nil, text: try words.text(.forkProof(stored.proof)), place: nil)
    }
  }

  private func fact(_ receipt: EntryExplanation.Receipt) -> EntryExplanation.Fact {
    .init(
      kind: "receipt", office: receipt.office,
      text: Bilingual(
        zh: "回执：\(receipt.office) 于 \(ClockText.of(receipt.clock)) 收到至第 \(receipt.upTo) 条",
        en: "receipt: \(receipt.office) held all up to #\(receipt.upTo) at \(ClockText.of(receipt.clock))"),
      place: nil)
  }

  /// Each office's first receipt over the entry, the earliest first.
  func receipts(over found: FoundEntry) throws -> [EntryExplanation.Receipt] {
    let (stream, seq) = (found.entry.header.stream, found.entry.header.seq)
    let isForked = context.standing.firstFork(of: stream) != nil
    let chain = try isForked ? chain(through: found) : [:]
    let contradictions = Set(try ContradictionLedger.of(stream, in: storage).map(\.head))
    var first: [String: EntryExplanation.Receipt] = [:]
    for stored in try storage.receipts(of: stream) where stored.receipt.head.seq >= seq {
      let head = stored.receipt.head
      // Of a forked stream each receipt is one branch's.
      if isForked {
        let held = try found.isAside ? chain[head.seq] : context.hash(of: stream, at: head.seq, in: storage)
        guard held == head.hash else { continue }
      }
      if contradictions.contains(head) { continue }
      guard let office = context.tree.office(of: stored.issuer)?.text else { continue }
      let receipt = EntryExplanation.Receipt(office: office, clock: stored.receipt.clock, upTo: head.seq)
      if let known = first[office], known.clock <= receipt.clock { continue }
      first[office] = receipt
    }
    return first.values.sorted { ($0.clock, $0.office) < ($1.clock, $1.office) }
  }

  /// Hashes by position of the branch aside that an entry belongs to; empty for an entry that is held.
  func chain(through found: FoundEntry) throws -> [UInt64: Digest] {
    guard found.isAside else { return [:] }
    let aside = try storage.entriesAside(of: found.entry.header.stream)
    var chain = [found.entry.header.seq: found.hash]
    var last = (seq: found.entry.header.seq, hash: found.hash)
    for entry in aside where entry.header.seq == last.seq + 1 && entry.header.previous == last.hash {
      guard let suite = context.suites[entry.header.suite] else { break }
      last = (entry.header.seq, entry.hash(using: suite))
      chain[last.seq] = last.hash
    }
    var first = found.entry
    for entry in aside.reversed() where entry.header.seq + 1 == first.header.seq {
      guard let suite = context.suites[entry.header.suite] else { break }
      let hash = entry.hash(using: suite)
      guard hash == first.header.previous else { continue }
      chain[entry.header.seq] = hash
      first = entry
    }
    return chain
  }
}
