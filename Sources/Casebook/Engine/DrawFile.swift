public import Casework
public import Replication

/// A draw as it is published (公示): anyone derives the list again and checks the signatures, without an office
/// and without the log. Texts are those of the records; bytes of entries are hexadecimal.
///
/// What a file alone cannot show: that the witness's receipt was its first, and that no other commitment was made
/// and withheld. Those who hold the log see it (`DrawAudit`); the number in the office's yearly series tells
/// everyone else how many draws there are.
public struct DrawFile: Sendable, Hashable, Codable {
  /// Raised when a field changes its meaning.
  public static let currentFormat = "docket-draw/1"
  /// Entries between a request and its receipt: an office that works offline for months.
  static let linksMax = 100_000

  public var format: String
  /// Of the draw's record: 32 hexadecimal digits.
  public var id: String
  public var number: String
  public var office: String
  public var witness: String
  public var title: String
  public var pack: String
  public var regime: String
  public var checkKind: String
  public var openedOn: String
  /// Suite of the hash: `SuiteID.rawValue`.
  public var suite: Int
  public var officeKey: DrawKey
  public var witnessKey: DrawKey
  public var publication: DrawPublication
  /// Of each round, the first at 0.
  public var proofs: [DrawProof]
  /// Names of the units and officers drawn, for readers; nothing vouches for them.
  public var names: [String: String]

  public init(
    id: RecordID, number: String, office: String, witness: String, title: String, pack: String, regime: String,
    checkKind: String, openedOn: String, suite: SuiteID, officeKey: DrawKey, witnessKey: DrawKey,
    publication: DrawPublication, proofs: [DrawProof], names: [String: String]
  ) {
    format = Self.currentFormat
    self.id = id.description
    self.number = number
    self.office = office
    self.witness = witness
    self.title = title
    self.pack = pack
    self.regime = regime
    self.checkKind = checkKind
    self.openedOn = openedOn
    self.suite = Int(suite.rawValue)
    self.officeKey = officeKey
    self.witnessKey = witnessKey
    self.publication = publication
    self.proofs = proofs
    self.names = names
  }
}

/// A public key in a published file.
public struct DrawKey: Sendable, Hashable, Codable {
  public var suite: Int
  /// Hexadecimal.
  public var key: String

  public init(_ key: PublicKey) {
    suite = Int(key.suite.rawValue)
    self.key = Hexadecimal.string(key.bytes)
  }

  var publicKey: PublicKey? {
    guard let suite = UInt8(exactly: suite).flatMap(SuiteID.init), let bytes = Hexadecimal.bytes(key) else {
      return nil
    }
    return PublicKey(suite: suite, bytes: bytes)
  }

  /// The key's name in hexadecimal, to compare with what the office is known by; `nil` for a malformed key.
  public func fingerprint(_ suites: SuiteSet) -> String? {
    guard let key = publicKey, let suite = suites[key.suite] else { return nil }
    return Hexadecimal.string(key.fingerprint(using: suite).bytes)
  }
}

/// That the witness signed its receipt after the request for a round had reached it.
public struct DrawProof: Sendable, Hashable, Codable {
  /// The entry that asks for the round, whole; it holds that one record alone.
  public var request: String
  /// The entries from there to the one receipted, without payloads, which stay with the office.
  public var links: [DrawLink]
  /// The witness's entry that holds the receipt, whole; it holds receipts alone.
  public var receipt: String

  public init(request: String, links: [DrawLink], receipt: String) {
    self.request = request
    self.links = links
    self.receipt = receipt
  }
}

/// An entry without its payload, of which its hash needs only the header.
public struct DrawLink: Sendable, Hashable, Codable {
  public var header: String
  public var signature: String

  public init(header: String, signature: String) {
    self.header = header
    self.signature = signature
  }
}

// MARK: - Checking a file

extension DrawFile {
  /// Checks a published draw with nothing but the file.
  ///
  /// - Parameter witness: fingerprint of the witness's key in hexadecimal, from a source other than the file, or
  ///   `nil`: then compare it yourself, because whoever invents an office can invent its superior.
  /// - Returns: what is wrong; nothing when the list follows from what was committed and receipted.
  public func findings(suites: SuiteSet, witness expected: String? = nil) -> [DrawFinding] {
    guard format == Self.currentFormat, let suite = UInt8(exactly: suite).flatMap(SuiteID.init).flatMap({ suites[$0] }),
      let office = officeKey.publicKey, let witness = witnessKey.publicKey
    else {
      return [
        DrawFinding(
          .unreadable,
          message: Bilingual(
            zh: "文件格式或密码算法不是本版本所支持的。", en: "This version does not know the file's format or suite."))
      ]
    }
    var found: [DrawFinding] = []
    if let expected, witnessKey.fingerprint(suites) != expected.lowercased() {
      found.append(
        DrawFinding(
          .witness,
          message: Bilingual(
            zh: "见证机构的密钥不是所指定的密钥。", en: "The witness's key is not the one expected.")))
    }
    var seeds: [[UInt8]] = []
    for (index, proof) in proofs.enumerated() {
      let check = DrawProofCheck(file: self, round: index + 1, office: office, witness: witness, suites: suites)
      do throws(DrawFinding.Broken) {
        seeds.append(try check.seed(of: proof))
      } catch {
        found.append(error.finding(round: index + 1))
        seeds.append([])
      }
    }
    let verified = DrawVerification.findings(in: publication, receipts: seeds) { suite.hash($0).bytes }
    return found + verified.map { DrawFinding($0) }
  }
}

extension DrawFinding {
  /// Where a proof breaks.
  enum Broken: Error {
    case request, chain, receipt

    func finding(round: Int) -> DrawFinding {
      switch self {
      case .request:
        DrawFinding(
          .request, round: round,
          message: Bilingual(
            zh: "第 \(round) 轮的抽取请求不是该机构签名的，或与公布的不一致。",
            en: "What asked for round \(round) is not signed by the office, or says something else."))
      case .chain:
        DrawFinding(
          .chain, round: round,
          message: Bilingual(
            zh: "第 \(round) 轮的请求与上级回执之间的日志不连续。",
            en: "The log between the request for round \(round) and the receipt does not hold together."))
      case .receipt:
        DrawFinding(
          .receipt, round: round,
          message: Bilingual(
            zh: "第 \(round) 轮没有见证机构对该请求的回执，或签名无效。",
            en: "Round \(round) has no receipt of the witness over its request, or it is not signed by it."))
      }
    }
  }
}

/// Checks the proof of one round.
private struct DrawProofCheck {
  let file: DrawFile
  let round: Int
  let office: PublicKey
  let witness: PublicKey
  let suites: SuiteSet

  /// - Returns: hash of the witness's entry that holds the receipt.
  func seed(of proof: DrawProof) throws(DrawFinding.Broken) -> [UInt8] {
    guard let request = signed(proof.request, by: office), request.header.stream.audience == .up, asks(request) else {
      throw .request
    }
    let head = try head(from: request, over: proof.links)
    guard let receipt = signed(proof.receipt, by: witness), let suite = suites[receipt.header.suite],
      ((try? receipt.changes()) ?? []).contains(where: { change in
        if case .receipt(let receipt) = change { receipt.head == head } else { false }
      })
    else { throw .receipt }
    return receipt.hash(using: suite).bytes
  }

  /// The entry, when the key signed it, its stream is the key's and its payload is whole.
  private func signed(_ text: String, by key: PublicKey) -> Entry? {
    guard let bytes = Hexadecimal.bytes(text), let entry = try? Entry(decoding: bytes),
      let suite = suites[entry.header.suite], entry.isPayloadIntact(using: suite),
      entry.isSigned(by: key, using: suite), entry.header.stream.author == key.fingerprint(using: suite)
    else { return nil }
    return entry
  }

  /// Follows the links from the request.
  private func head(from request: Entry, over links: [DrawLink]) throws(DrawFinding.Broken) -> StreamHead {
    guard let first = suites[request.header.suite], links.count <= DrawFile.linksMax else { throw .chain }
    let stream = request.header.stream
    var head = StreamHead(stream: stream, seq: request.header.seq, hash: request.hash(using: first))
    for link in links {
      guard let bytes = Hexadecimal.bytes(link.header), let signature = Hexadecimal.bytes(link.signature),
        let header = try? EntryHeader(decoding: bytes), let suite = suites[header.suite], header.stream == stream,
        header.seq == head.seq + 1, header.previous == head.hash
      else { throw .chain }
      head = StreamHead(
        stream: stream, seq: header.seq, hash: suite.hash(Domain.entry.prefix + bytes + signature))
    }
    return head
  }

  /// Whether the entry asks for the round as it is published.
  private func asks(_ request: Entry) -> Bool {
    let type = round == 1 ? RecordType.draw : RecordType.drawResult
    guard let write = request.write(of: type.number), let published = round == 1 ? commitment : redraw else {
      return false
    }
    let values = Dictionary(write.fields.map { ($0.number, $0.value) }) { first, _ in first }
    if round == 1, write.id.description != file.id { return false }
    if round > 1, values[DrawRecords.RoundField.round] != .integer(Int64(round)) { return false }
    return published.allSatisfy { number, text in values[number] == .text(text) }
  }

  private var commitment: [(UInt64, String)]? {
    let commitment = file.publication.commitment
    return [
      (DrawRecords.Field.number, file.number), (DrawRecords.Field.office, file.office),
      (DrawRecords.Field.witness, file.witness), (DrawRecords.Field.title, file.title),
      (DrawRecords.Field.pack, file.pack), (DrawRecords.Field.regime, file.regime),
      (DrawRecords.Field.checkKind, file.checkKind), (DrawRecords.Field.openedOn, file.openedOn),
      (DrawRecords.Field.roster, Hexadecimal.string(commitment.roster)),
      (DrawRecords.Field.parameters, Hexadecimal.string(commitment.parameters)),
      (DrawRecords.Field.nonce, Hexadecimal.string(commitment.nonce)),
      (DrawRecords.Field.commitment, Hexadecimal.string(commitment.digest)),
    ]
  }

  private var redraw: [(UInt64, String)]? {
    let redraws = file.publication.reveal.redraws
    guard redraws.indices.contains(round - 2) else { return nil }
    let redraw = redraws[round - 2]
    return [
      (DrawRecords.RoundField.draw, file.id), (DrawRecords.RoundField.reason, redraw.reason.rawValue),
      (DrawRecords.RoundField.note, redraw.note),
      (DrawRecords.RoundField.replaces, DrawRecords.text(of: redraw.replaces)),
    ]
  }
}

// MARK: - Making a file

extension ReplicaContext {
  /// The file that publishes a draw, or `nil` before the first reveal or where the log here does not hold what it
  /// takes.
  func file(of draw: OpenedDraw, names: [String: String], in storage: any ReplicaStorage) throws -> DrawFile? {
    guard let roster = draw.roster, let parameters = draw.parameters, let hash = hash(of: draw), let suite = draw.suite,
      let made = try? Draw(roster: roster, parameters: parameters, hash: hash),
      let publication = try? draw.publication(of: made)
    else { return nil }
    var proofs: [DrawProof] = []
    var keys: (office: PublicKey, witness: PublicKey)?
    for round in draw.revealed {
      guard let witness = try witness(ofRound: round.number, of: draw, in: storage), let stored = witness.receipt,
        let receipt = try entry(of: stored, for: draw.office, in: storage),
        let office = tree.seat(of: witness.request.header.stream.author),
        let superior = tree.seat(of: stored.issuer)
      else { return nil }
      keys = keys ?? (office.charter.signingKey, superior.charter.signingKey)
      proofs.append(
        DrawProof(
          request: Hexadecimal.string(witness.request.encoded),
          links: try links(after: witness.request.header, to: stored.receipt.head, in: storage),
          receipt: Hexadecimal.string(receipt.encoded)))
    }
    guard let keys else { return nil }
    return DrawFile(
      id: draw.id, number: draw.number, office: draw.office, witness: draw.witness,
      title: draw.text(DrawRecords.Field.title), pack: draw.text(DrawRecords.Field.pack),
      regime: draw.text(DrawRecords.Field.regime), checkKind: draw.text(DrawRecords.Field.checkKind),
      openedOn: draw.text(DrawRecords.Field.openedOn), suite: suite, officeKey: DrawKey(keys.office),
      witnessKey: DrawKey(keys.witness), publication: publication, proofs: proofs, names: names)
  }

  private func links(
    after request: EntryHeader, to head: StreamHead, in storage: any ReplicaStorage
  ) throws -> [DrawLink] {
    var links: [DrawLink] = []
    var next = request.seq + 1
    while next <= head.seq {
      let entries = try storage.entries(of: head.stream, from: next, bytesMax: SessionLimits.creditBytes)
      guard let last = entries.last else { break }
      for entry in entries where entry.header.seq <= head.seq {
        links.append(
          DrawLink(header: Hexadecimal.string(entry.headerBytes), signature: Hexadecimal.string(entry.signature)))
      }
      next = last.header.seq + 1
    }
    return links
  }
}
