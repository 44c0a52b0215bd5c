public import Casebook
import Foundation
import GRDB
public import Replication

/// Facts that decide over entries, branches that do not stand, and clamped stamps.
extension StoreTransaction {
  // MARK: Branches

  public func setAside(_ stream: StreamID, from seq: UInt64, head: StreamHead?) throws {
    guard let id = try streamNumber(stream) else { return }
    let rows = try Row.fetchAll(
      connection.cachedStatement(sql: "SELECT seq, bytes FROM entry WHERE stream = ? AND seq >= ? ORDER BY seq"),
      arguments: [id, Int64(seq)])
    entriesGained -= try self.head(of: stream).map { Int($0.seq) - Int(head?.seq ?? 0) } ?? 0
    try putAside(rows.map { try entry($0["bytes"], of: stream, at: UInt64($0["seq"] as Int64)) })
    try connection.cachedStatement(sql: "DELETE FROM entry WHERE stream = ? AND seq >= ?").execute(arguments: [
      id, Int64(seq),
    ])
    if let head {
      try connection.cachedStatement(sql: "UPDATE stream SET seq = ?, hash = ?, moved = ? WHERE id = ?").execute(
        arguments: [Int64(head.seq), Data(head.hash.bytes), try nextMove(), id])
    } else {
      try connection.cachedStatement(sql: "DELETE FROM stream WHERE id = ?").execute(arguments: [id])
    }
  }

  public func putAside(_ entries: [Entry]) throws {
    let insert = try connection.cachedStatement(
      sql: "INSERT OR IGNORE INTO entry_aside (stream, seq, bytes) VALUES (?, ?, ?)")
    for entry in entries {
      try insert.execute(arguments: [
        Data(entry.header.stream.encoded), Int64(entry.header.seq), Data(entry.encoded),
      ])
      entriesGained += connection.changesCount
    }
  }

  public func removeAside(_ entries: [Entry]) throws {
    for entry in entries {
      try connection.cachedStatement(sql: "DELETE FROM entry_aside WHERE stream = ? AND seq = ? AND bytes = ?").execute(
        arguments: [Data(entry.header.stream.encoded), Int64(entry.header.seq), Data(entry.encoded)])
      entriesGained -= connection.changesCount
    }
  }

  public func entriesAside(of stream: StreamID) throws -> [Entry] {
    try Row.fetchAll(
      connection.cachedStatement(sql: "SELECT bytes FROM entry_aside WHERE stream = ? ORDER BY seq, bytes"),
      arguments: [Data(stream.encoded)]
    ).map { try entry($0["bytes"]) }
  }

  public func streamsAside() throws -> [StreamID] {
    try Data.fetchAll(connection.cachedStatement(sql: "SELECT DISTINCT stream FROM entry_aside ORDER BY stream")).map(
      Self.stream)
  }

  private func entry(_ data: Data) throws -> Entry {
    do throws(CBORReader.Failure) {
      return try Entry(decoding: [UInt8](data))
    } catch {
      throw StoreError(.corrupt, cause: "entry: \(error.rawValue)")
    }
  }

  public func forkProofs() throws -> [StoredForkProof] {
    try Row.fetchAll(
      connection.cachedStatement(sql: "SELECT body, is_published FROM fork_proof ORDER BY stream, seq, body")
    ).map { row in
      guard case .forkProof(let proof) = try Self.change(row["body"]) else {
        throw StoreError(.corrupt, cause: "fork proof")
      }
      return StoredForkProof(proof: proof, isPublished: row["is_published"])
    }
  }

  public func put(_ proof: StoredForkProof) throws {
    try connection.execute(
      sql: """
        INSERT INTO fork_proof (stream, seq, body, is_published) VALUES (?, ?, ?, ?)
        ON CONFLICT (stream, seq, body) DO UPDATE SET is_published = max(is_published, excluded.is_published)
        """,
      arguments: [
        Data(proof.proof.stream.encoded), Int64(proof.proof.seq), Data(Entry.payload(of: [.forkProof(proof.proof)])),
        proof.isPublished,
      ])
  }

  // MARK: Charters and facts

  public func charters() throws -> [StoredCharter] {
    try Row.fetchAll(connection.cachedStatement(sql: "SELECT issuer, body, stamp, is_pinned FROM charter ORDER BY id"))
      .map { row in
        guard let issuer = Digest(row["issuer"] as Data), case .charter(let charter) = try Self.change(row["body"])
        else {
          throw StoreError(.corrupt, cause: "charter")
        }
        let stamp = (row["stamp"] as Int64?).map { HybridTimestamp(rawValue: UInt64(bitPattern: $0)) }
        var stored = StoredCharter(charter: charter, issuer: KeyFingerprint(issuer), stamp: stamp)
        stored.isPinned = row["is_pinned"]
        return stored
      }
  }

  public func put(_ charter: StoredCharter) throws {
    // Stamps are 64 bits without sign, of which the highest is free until the year 10889 has half gone by.
    try connection.execute(
      sql: """
        INSERT INTO charter (issuer, body, stamp, is_pinned) VALUES (?, ?, ?, ?)
        ON CONFLICT (issuer, body) DO UPDATE SET
          stamp = coalesce(min(stamp, excluded.stamp), stamp, excluded.stamp),
          is_pinned = max(is_pinned, excluded.is_pinned)
        """,
      arguments: [
        Data(charter.issuer.bytes), Data(Entry.payload(of: [.charter(charter.charter)])),
        charter.stamp.map { Int64(bitPattern: $0.rawValue) }, charter.isPinned,
      ])
  }

  public func facts() throws -> [StoredFact] {
    try Row.fetchAll(connection.cachedStatement(sql: "SELECT stream, seq, body FROM fact ORDER BY id")).map { row in
      guard let change = try Self.change(row["body"]) else { throw StoreError(.corrupt, cause: "fact") }
      return StoredFact(change: change, stream: try Self.stream(row["stream"]), seq: UInt64(row["seq"] as Int64))
    }
  }

  public func put(_ fact: StoredFact) throws {
    try connection.cachedStatement(sql: "INSERT OR IGNORE INTO fact (stream, seq, body) VALUES (?, ?, ?)").execute(
      arguments: [Data(fact.stream.encoded), Int64(fact.seq), Data(Entry.payload(of: [fact.change]))])
  }

  public func sightings(of stream: StreamID) throws -> [Sighting] {
    try Data.fetchAll(
      connection.cachedStatement(sql: "SELECT body FROM sighting WHERE stream = ? ORDER BY author"),
      arguments: [Data(stream.encoded)]
    ).map { data in
      guard case .sighting(let sighting) = try Self.change(data) else { throw StoreError(.corrupt, cause: "sighting") }
      return sighting
    }
  }

  public func put(_ sighting: Sighting, by author: KeyFingerprint) throws {
    try connection.cachedStatement(
      sql: """
        INSERT INTO sighting (stream, author, seq, body) VALUES (?, ?, ?, ?)
        ON CONFLICT (stream, author) DO UPDATE SET seq = excluded.seq, body = excluded.body
          WHERE (excluded.seq, excluded.body) > (sighting.seq, sighting.body)
        """
    ).execute(arguments: [
      Data(sighting.face.header.stream.encoded), Data(author.bytes), Int64(sighting.face.header.seq),
      Data(Entry.payload(of: [.sighting(sighting)])),
    ])
  }

  public func sightingSeq(of stream: StreamID, by author: KeyFingerprint) throws -> UInt64 {
    UInt64(
      try Int64.fetchOne(
        connection.cachedStatement(sql: "SELECT seq FROM sighting WHERE stream = ? AND author = ?"),
        arguments: [Data(stream.encoded), Data(author.bytes)]) ?? 0)
  }

  // MARK: Clamps

  public func reorder(act: RecordID, of file: RecordID, stamp: HybridTimestamp) throws {
    try connection.cachedStatement(sql: "UPDATE act SET stamp = ? WHERE file = ? AND id = ?").execute(arguments: [
      Int64(bitPattern: stamp.rawValue), Data(file.bytes), Data(act.bytes),
    ])
  }

  public func clamp(of stamp: WriteStamp) throws -> HybridTimestamp? {
    try Int64.fetchOne(
      connection.cachedStatement(sql: "SELECT clamp FROM clamp WHERE author = ? AND stamp = ?"),
      arguments: [Int64(bitPattern: stamp.author), Int64(bitPattern: stamp.time.rawValue)]
    ).map { HybridTimestamp(rawValue: UInt64(bitPattern: $0)) }
  }

  public func setClamp(_ clamp: HybridTimestamp?, of stamp: WriteStamp) throws {
    let key: [any DatabaseValueConvertible] = [
      Int64(bitPattern: stamp.author), Int64(bitPattern: stamp.time.rawValue),
    ]
    if let clamp {
      try connection.cachedStatement(sql: "INSERT OR REPLACE INTO clamp (author, stamp, clamp) VALUES (?, ?, ?)")
        .execute(arguments: StatementArguments(key + [Int64(bitPattern: clamp.rawValue)]))
    } else {
      try connection.cachedStatement(sql: "DELETE FROM clamp WHERE author = ? AND stamp = ?").execute(
        arguments: StatementArguments(key))
    }
  }

  public func doubts() throws -> [StoredDoubt] {
    try Row.fetchAll(connection.cachedStatement(sql: "SELECT act, file, author, doubt FROM time_doubt ORDER BY act"))
      .map { row in
        guard let act = RecordID([UInt8](row["act"] as Data)), let file = RecordID([UInt8](row["file"] as Data)),
          let author = Digest(row["author"] as Data), let doubt = TimeDoubt(rawValue: row["doubt"])
        else { throw StoreError(.corrupt, cause: "time_doubt") }
        return StoredDoubt(act: act, file: file, author: KeyFingerprint(author), doubt: doubt)
      }
  }

  public func put(_ doubt: StoredDoubt) throws {
    try connection.cachedStatement(
      sql: "INSERT OR REPLACE INTO time_doubt (act, file, author, doubt) VALUES (?, ?, ?, ?)"
    ).execute(arguments: [
      Data(doubt.act.bytes), Data(doubt.file.bytes), Data(doubt.author.bytes), doubt.doubt.rawValue,
    ])
  }

  public func removeDoubt(of act: RecordID) throws {
    try connection.cachedStatement(sql: "DELETE FROM time_doubt WHERE act = ?").execute(arguments: [Data(act.bytes)])
  }

  public func hasClamps() throws -> Bool {
    try Bool.fetchOne(connection.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM clamp)")) ?? false
  }
}
