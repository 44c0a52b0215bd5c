import Casework
public import Replication

/// A pack in the replica: one header record and its text in sections, so that no entry grows too large.
public struct PackRecords: Sendable {
  /// A pack held here, as its header record says.
  public struct Header: Sendable, Hashable {
    public var record: RecordID
    public var code: String
    public var version: Int
    public var sections: Int
    public var digest: String
  }

  private typealias Field = RecordType

  /// Every pack held, by code and version.
  public static func headers(in storage: any ReplicaStorage) throws -> [Header] {
    try storage.rows(RecordType.pack.number).compactMap(header).sorted { ($0.code, $0.version) < ($1.code, $1.version) }
  }

  static func header(_ row: RecordRow) -> Header? {
    guard let code = row.text(1), let version = row.value(2).integer, let sections = row.value(3).integer,
      let digest = row.text(4)
    else { return nil }
    return Header(record: row.id, code: code, version: Int(version), sections: Int(sections), digest: digest)
  }

  /// The text, or `nil` while sections are missing or do not give the digest in the header.
  public static func text(
    of header: Header, in storage: any ReplicaStorage, using suite: any SignatureSuite
  ) throws -> String? {
    let rows = try storage.rows(RecordType.packSection.number, where: 1, is: .text(header.record.description))
    guard rows.count == header.sections else { return nil }
    let text = rows.sorted { ($0.value(2).integer ?? 0) < ($1.value(2).integer ?? 0) }
      .compactMap { $0.text(3) }.joined()
    return Hexadecimal.string(suite.hash(Array(text.utf8)).bytes) == header.digest ? text : nil
  }

  /// The changes that publish a pack.
  public static func changes(
    code: String, version: Int, issuer: String, sections: [String], ids: [RecordID], using suite: any SignatureSuite
  ) -> [Change] {
    let digest = Hexadecimal.string(suite.hash(Array(sections.joined().utf8)).bytes)
    func write(_ type: RecordType, _ id: RecordID, _ values: [(UInt64, FieldValue)]) -> Change {
      .record(
        RecordWrite(
          type: type.number, id: id,
          fields: values.map { RecordWrite.Field(number: $0.0, value: $0.1, replaces: []) }))
    }
    let header = write(
      .pack, ids[0],
      [
        (1, .text(code)), (2, .integer(Int64(version))), (3, .integer(Int64(sections.count))), (4, .text(digest)),
        (5, .text(issuer)),
      ])
    return zip(sections.indices, sections).map { index, section in
      write(
        .packSection, ids[index + 1],
        [(1, .text(ids[0].description)), (2, .integer(Int64(index))), (3, .text(section))])
    } + [header]
  }
}

extension ReplicaContext {
  /// The pack a file of an office is pinned to. Only the office itself and those above it make rules for it; of
  /// several under one code and version the highest office's, so that every replica folds the file alike.
  func pack(
    _ code: String, version: Int, for office: OfficeCode? = nil, in storage: any ReplicaStorage
  ) throws -> RegimePack? {
    let mark = try PackMark.read(in: storage)
    guard let suite = suites[.ed25519],
      let header = headers(for: office ?? self.office, among: try packHeaders(under: mark, in: storage))
        .first(where: { $0.code == code && $0.version == version })
    else { return nil }
    return try self.pack(header, under: mark) {
      try PackRecords.text(of: header, in: storage, using: suite).flatMap { shelf.pack(fromYAML: $0) }
    }
  }

  /// Packs that bind an office, by code and version; of one code and version the highest author's first.
  func headers(for office: OfficeCode, in storage: any ReplicaStorage) throws -> [PackRecords.Header] {
    headers(for: office, among: try packHeaders(in: storage))
  }

  private func headers(for office: OfficeCode, among rows: [RecordRow]) -> [PackRecords.Header] {
    rows.compactMap { row -> (header: PackRecords.Header, rank: Int)? in
      guard let header = PackRecords.header(row), let author = tree.soleAuthor(of: row),
        author == office || tree.isSuperior(author, of: office)
      else { return nil }
      return (header, tree.rank(of: author))
    }.sorted { left, right in
      let (one, other) = ((left.header.code, left.header.version), (right.header.code, right.header.version))
      if one != other { return one < other }
      return left.rank != right.rank ? left.rank > right.rank : left.header.record < right.header.record
    }.map(\.header)
  }

  /// The version of a pack in force on a day: the newest that has taken effect; where none has, the newest.
  func packInForce(_ code: String, on day: CivilDate, in storage: any ReplicaStorage) throws -> RegimePack? {
    let versions = Set(try headers(for: office, in: storage).filter { $0.code == code }.map(\.version))
    for version in versions.sorted(by: >) {
      if let pack = try pack(code, version: version, in: storage), pack.effective <= day { return pack }
    }
    return try newestPack(code, in: storage)
  }

  /// The newest version held of a pack.
  func newestPack(_ code: String, in storage: any ReplicaStorage) throws -> RegimePack? {
    guard let version = try headers(for: office, in: storage).last(where: { $0.code == code })?.version else {
      return nil
    }
    return try pack(code, version: version, in: storage)
  }
}
