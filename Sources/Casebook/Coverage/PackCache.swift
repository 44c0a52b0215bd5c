import Casework
import Replication

/// Packs read once in a request: putting a pack together and parsing it costs more than folding a file.
struct PackCache {
  private let context: ReplicaContext
  private let storage: any ReplicaStorage
  private let headers: [PackRecords.Header]
  private var packs: [PackRecords.Header: RegimePack?] = [:]

  init(context: ReplicaContext, storage: any ReplicaStorage) throws {
    self.context = context
    self.storage = storage
    headers = try PackRecords.headers(in: storage)
  }

  mutating func pack(_ code: String, version: Int) throws -> RegimePack? {
    guard let header = headers.first(where: { $0.code == code && $0.version == version }) else { return nil }
    if let known = packs[header] { return known }
    let pack = try context.pack(code, version: version, in: storage)
    packs[header] = .some(pack)
    return pack
  }

  /// Of each pack the newest version in force on a day; the newest of all where none is yet.
  mutating func inForce(on day: CivilDate) throws -> [RegimePack] {
    var chosen: [String: RegimePack] = [:]
    for header in headers {
      guard let pack = try pack(header.code, version: header.version) else { continue }
      if pack.effective <= day || (chosen[header.code].map { $0.effective > day } ?? true) {
        chosen[header.code] = pack
      }
    }
    return chosen.sorted { $0.key < $1.key }.map(\.value)
  }

  /// A file by the pack it is pinned to.
  mutating func file(_ id: RecordID) throws -> OpenedFile? {
    guard let row = try storage.row(RecordType.caseFile.number, id) else { return nil }
    let pack = try row.text(4).flatMap { code in
      try row.value(5).integer.flatMap { try self.pack(code, version: Int($0)) }
    }
    return try context.file(row, pack: pack, in: storage)
  }
}
