import Casebook
import Replication

/// A projection, taken down in pieces that can be compared, each with the streams it was made from.
struct ProjectionImage {
  struct Piece: Hashable {
    let text: String
    /// Streams that wrote it.
    let sources: Set<StreamID>
  }

  /// By a name that says what it is.
  private(set) var pieces: [String: Piece] = [:]
  /// Parts that are compared only within one office: what else it holds bears on them.
  private(set) var own: [String: String] = [:]

  init(of storage: any ReplicaStorage, _ holdings: [Inspection.Holding]) throws {
    struct RowName: Hashable {
      let type: UInt64
      let id: RecordID
    }
    var writers: [RowName: Set<StreamID>] = [:]
    var actors: [RecordID: Set<StreamID>] = [:]
    for holding in holdings {
      var assembler = DossierAssembler()
      func note(_ change: Change) {
        switch change {
        case .record(let write): writers[RowName(type: write.type, id: write.id), default: []].insert(holding.stream)
        case .act(let act): actors[act.file, default: []].insert(holding.stream)
        // What a dossier carries comes from the stream that it stands in, as far as this office is concerned.
        case .dossier(let piece):
          guard case .complete(let dossier) = assembler.add(piece) else { return }
          for item in dossier.items {
            for change in (try? Entry(decoding: item.entry).changes()) ?? [] { note(change) }
          }
        default: break
        }
      }
      for entry in holding.entries { for change in (try? entry.changes()) ?? [] { note(change) } }
    }
    for (name, sources) in writers {
      let row = try storage.row(name.type, name.id)
      let fields = (row?.fields ?? [:]).sorted { $0.key < $1.key }.map { number, state in
        let values = state.versions.map { "\($0.value) by \(Self.short($0.stamp))" }
        return "\(number): \(values) replacing \(state.replaced.map { Self.short($0.stamp) })"
      }
      pieces["row \(name.type) \(name.id)"] = Piece(text: fields.joined(separator: "; "), sources: sources)
    }
    for (file, sources) in actors {
      let acts = try storage.acts(of: file).map { act in
        "\(act.change.id) \(act.change.rule) \(act.change.facts.map(\.value)) in \(Self.short(act.stream)) \(act.seq) at \(act.stamp.rawValue)"
      }
      pieces["acts of \(file)"] = Piece(text: acts.joined(separator: "; "), sources: sources)
    }
    let packs = writers.filter { [RecordType.pack.number, RecordType.packSection.number].contains($0.key.type) }
      .reduce(into: Set<StreamID>()) { $0.formUnion($1.value) }
    for summary in try storage.summaries() {
      let sources = (writers[RowName(type: RecordType.caseFile.number, id: summary.file)] ?? [])
        .union(actors[summary.file] ?? []).union(packs)
      pieces["summary of \(summary.file)"] = Piece(text: "\(summary)", sources: sources)
    }
    for holding in holdings {
      let receipts = try storage.receipts(of: holding.stream).map { stored in
        "\(stored.receipt.head.seq) by \(Self.short(stored.issuer)) at \(stored.receipt.clock) position \(stored.receipt.position)"
          + " in \(Hexadecimal.string(stored.entry.bytes.prefix(4)))"
      }
      if !receipts.isEmpty {
        own["receipts of \(Self.short(holding.stream))"] = receipts.sorted().joined(separator: "; ")
      }
    }
    own["held changes"] = try storage.heldChanges().map { held in
      "\(Self.short(held.stream)) \(held.seq) \(held.index) \(held.reason.rawValue) \(held.rule?.rawValue ?? "")"
    }.sorted().joined(separator: "; ")
    own["charters"] = try storage.charters().map {
      "\($0.charter.office) \(Hexadecimal.string($0.charter.signingKey.bytes.prefix(4))) by \(Self.short($0.issuer))"
    }
    .sorted().joined(separator: "; ")
  }

  private static func short(_ key: KeyFingerprint) -> String { Hexadecimal.string(key.bytes.prefix(4)) }
  private static func short(_ stream: StreamID) -> String {
    "\(short(stream.author))/\(stream.incarnation)/\(stream.audience)"
  }
  private static func short(_ stamp: WriteStamp) -> String {
    "\(stamp.time.rawValue)/\(String(stamp.author, radix: 16))"
  }

  /// What differs, in order, with what is shown on either side.
  func differences(from other: ProjectionImage) -> [String] {
    let (ours, theirs) = (texts, other.texts)
    return Set(ours.keys).union(theirs.keys).filter { ours[$0] != theirs[$0] }.sorted()
      .map { "\($0): \(Self.parting(ours[$0] ?? "none", theirs[$0] ?? "none"))" }
  }

  private var texts: [String: String] { pieces.mapValues(\.text).merging(own) { one, _ in one } }

  /// What both have from the same streams and show differently.
  func differences(fromSharedOf other: ProjectionImage) -> [String] {
    pieces.compactMap { name, piece -> String? in
      guard let theirs = other.pieces[name], theirs.sources == piece.sources, theirs.text != piece.text else {
        return nil
      }
      return "\(name): \(Self.parting(piece.text, theirs.text))"
    }.sorted()
  }

  /// Both texts from shortly before they part.
  private static func parting(_ one: String, _ other: String) -> String {
    let common = zip(one.utf8, other.utf8).prefix { $0 == $1 }.count
    func piece(_ text: String) -> String {
      String(decoding: text.utf8.dropFirst(max(0, common - 40)).prefix(160), as: UTF8.self)
    }
    return "“\(piece(one))” against “\(piece(other))”"
  }
}
