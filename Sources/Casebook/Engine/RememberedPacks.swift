import Casework
import Replication

/// Packs as they were put together from their records, and the rows of their headers: a pack is a hundred kilobytes of
/// text, and a file is folded several times for one act. Good as long as no record of any pack is touched.
public struct RememberedPacks: Sendable {
  var headers: [RecordRow]?
  var packs: [PackRecords.Header: RegimePack] = [:]

  /// An office holds a handful of packs in a few versions.
  static let packsMax = 64

  public init() {}
}

/// Names the contents of all records of packs: a hash over whatever touched them, in the order it came. Stored, so that
/// a transaction that is thrown away takes it back. It belongs to one replica, and is no part of the projection.
enum PackMark {
  private static let key = "pack-mark"

  /// `nil` as long as none was touched since there are marks.
  static func read(in storage: any ReplicaStorage) throws -> Digest? {
    try storage.value(key).flatMap { Digest($0) }
  }

  static func concerns(_ type: UInt64) -> Bool {
    type == RecordType.pack.number || type == RecordType.packSection.number
  }

  /// - Parameter cause: what touches a record; another one each time.
  static func change(by cause: [UInt8], suites: SuiteSet, in storage: any ReplicaStorage) throws {
    guard let suite = suites[.ed25519] else { return }
    try storage.setValue(key, suite.hash((try read(in: storage)?.bytes ?? []) + cause).bytes)
  }
}

extension ReplicaContext {
  /// Rows of the packs' headers.
  func packHeaders(in storage: any ReplicaStorage) throws -> [RecordRow] {
    try packHeaders(under: PackMark.read(in: storage), in: storage)
  }

  /// The same with the mark at hand.
  func packHeaders(under mark: Digest?, in storage: any ReplicaStorage) throws -> [RecordRow] {
    var known = remembered(under: mark)
    if let rows = known.headers { return rows }
    let rows = try storage.rows(RecordType.pack.number)
    known.headers = rows
    if let mark { shelf.remember(known, under: mark) }
    return rows
  }

  /// - Parameter make: puts the pack together; what it does not find is not remembered.
  func pack(_ header: PackRecords.Header, under mark: Digest?, make: () throws -> RegimePack?) throws -> RegimePack? {
    var known = remembered(under: mark)
    if let pack = known.packs[header] { return pack }
    guard let pack = try make() else { return nil }
    if known.packs.count >= RememberedPacks.packsMax { known.packs = [:] }
    known.packs[header] = pack
    if let mark { shelf.remember(known, under: mark) }
    return pack
  }

  private func remembered(under mark: Digest?) -> RememberedPacks {
    mark.flatMap { shelf.remembered(under: $0) } ?? RememberedPacks()
  }
}
