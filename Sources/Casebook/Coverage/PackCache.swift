import Casework
import Replication

/// Packs read once in a request: putting a pack together and parsing it costs more than folding a file.
struct PackCache {
  private let context: ReplicaContext
  private let storage: any ReplicaStorage
  /// Those that bind an office.
  private var headers: [OfficeCode: [PackRecords.Header]] = [:]
  private var packs: [PackRecords.Header: RegimePack?] = [:]

  init(context: ReplicaContext, storage: any ReplicaStorage) throws {
    self.context = context
    self.storage = storage
  }

  /// - Parameter office: whose binding version is meant; `nil`: this one.
  mutating func pack(_ code: String, version: Int, for office: OfficeCode? = nil) throws -> RegimePack? {
    let office = office ?? context.office
    let bound = try headers(for: office)
    guard let header = bound.first(where: { $0.code == code && $0.version == version }) else { return nil }
    if let known = packs[header] { return known }
    let pack = try context.pack(code, version: version, for: office, in: storage)
    packs[header] = .some(pack)
    return pack
  }

  /// Of each pack the newest version in force on a day; the newest of all where none is yet.
  mutating func inForce(on day: CivilDate) throws -> [RegimePack] {
    var chosen: [String: RegimePack] = [:]
    for header in try headers(for: context.office) {
      guard let pack = try pack(header.code, version: header.version) else { continue }
      if pack.effective <= day || (chosen[header.code].map { $0.effective > day } ?? true) {
        chosen[header.code] = pack
      }
    }
    return chosen.sorted { $0.key < $1.key }.map(\.value)
  }

  private mutating func headers(for office: OfficeCode) throws -> [PackRecords.Header] {
    if let known = headers[office] { return known }
    let found = try context.headers(for: office, in: storage)
    headers[office] = found
    return found
  }

  /// A file by the pack it is pinned to.
  mutating func file(_ id: RecordID) throws -> OpenedFile? {
    guard let row = try storage.row(RecordType.caseFile.number, id) else { return nil }
    let pack = try row.text(4).flatMap { code in
      try row.value(5).integer.flatMap { try self.pack(code, version: Int($0), for: OfficeCode(row.text(9) ?? "")) }
    }
    return try context.file(row, pack: pack, in: storage)
  }
}
