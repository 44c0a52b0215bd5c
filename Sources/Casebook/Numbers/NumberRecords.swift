import Casework
import Replication

/// One series of a pack in one year.
struct NumberScope: Hashable {
  let pack: String
  let series: String
  let year: Int
}

/// Leases and void entries as their records say, with who wrote them by the stamps: a record has no field that an
/// author could fill with another's name.
struct NumberRecords {
  struct LeaseEntry {
    let scope: NumberScope
    let lease: NumberLedger.Lease
    let issuedOn: String
    /// Whether its issuer stands above the office, or is the root leasing to itself; and wrote all of it.
    let isInForce: Bool
  }

  struct VoidEntry {
    let void: NumberLedger.Void
    let reason: String
    /// Record id.
    let officer: String
    let date: CivilDate
  }

  private let tree: OfficeTree
  private let offices: [UInt64: OfficeCode]

  init(tree: OfficeTree) {
    self.tree = tree
    offices = Dictionary(
      tree.all.map { (WriteStamp.short($0.key), $0.charter.office) }, uniquingKeysWith: { first, _ in first })
  }

  /// Every lease held here, by order of issue. A record without a whole block is none.
  /// - Parameter wanted: the only series and year asked for; `nil`: all.
  func leases(of wanted: NumberScope? = nil, in storage: any ReplicaStorage) throws -> [LeaseEntry] {
    let type = RecordType.numberLease.number
    let rows = try wanted.map { try storage.rows(type, where: 1, is: .text($0.series)) } ?? storage.rows(type)
    return rows.compactMap { row in
      guard let scope = scope(of: row), wanted.map({ $0 == scope }) ?? true,
        let first = row.value(4).integer, let last = row.value(5).integer,
        let block = NumberBlock(first: Int(first), last: Int(last)), let text = row.text(6)
      else { return nil }
      let issuer = author(of: row)
      return LeaseEntry(
        scope: scope,
        lease: NumberLedger.Lease(id: row.id.description, block: block, office: text, issuer: issuer?.text ?? ""),
        issuedOn: row.text(7) ?? "", isInForce: mayLease(issuer, to: OfficeCode(text)))
    }
  }

  func voids(of scope: NumberScope, in storage: any ReplicaStorage) throws -> [VoidEntry] {
    try storage.rows(RecordType.numberVoid.number, where: 1, is: .text(scope.series)).compactMap { row in
      guard self.scope(of: row) == scope, let number = row.value(4).integer, let author = author(of: row),
        let written = row.fields[4]?.winner?.stamp.time
      else { return nil }
      return VoidEntry(
        void: NumberLedger.Void(number: Int(number), office: author.text), reason: row.text(5) ?? "",
        officer: row.text(6) ?? "", date: CivilDate.fromUnixMilliseconds(written.milliseconds))
    }
  }

  private func scope(of row: RecordRow) -> NumberScope? {
    guard let series = row.text(1), let pack = row.text(2), let year = row.value(3).integer else { return nil }
    return NumberScope(pack: pack, series: series, year: Int(year))
  }

  /// The one office that wrote every value in force.
  private func author(of row: RecordRow) -> OfficeCode? {
    let authors = Set(row.fields.values.compactMap { $0.winner?.stamp.author })
    guard authors.count == 1, let author = authors.first else { return nil }
    return offices[author]
  }

  private func mayLease(_ issuer: OfficeCode?, to office: OfficeCode?) -> Bool {
    guard let issuer, let office else { return false }
    return tree.isSuperior(issuer, of: office) || (issuer == office && tree.isRoot(office))
  }
}

extension OfficeTree {
  /// Whether the office is the one nobody stands above.
  func isRoot(_ office: OfficeCode) -> Bool { seat(office).map { $0.charter.parent == nil } ?? false }
}
