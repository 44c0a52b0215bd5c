import Casebook
import Casework
import Replication
import SignatureSuites

/// The two offices of the benchmark: a district that wrote the log, and the city that catches up with it.
struct Offices: Codable {
  /// Suite of the district's key, and both public keys.
  let suite: UInt8
  let cityKey: [UInt8]
  let districtKey: [UInt8]

  private struct NoShelf: PackShelf {
    func pack(fromYAML yaml: String) -> RegimePack? { nil }
    func selfContained(_ yaml: String) -> String { yaml }
  }

  struct Impossible: Error {}

  init(suite: SuiteID, city: PublicKey, district: PublicKey) {
    self.suite = suite.rawValue
    cityKey = city.bytes
    districtKey = district.bytes
  }

  func districtStream() throws -> StreamID {
    StreamID(author: try fingerprint(district()), incarnation: 1, audience: .up)
  }

  /// The city's view: the tree with both charters, no packs, no calendar.
  func cityContext() throws -> ReplicaContext {
    let city = PublicKey(suite: .ed25519, bytes: cityKey)
    let root = try fingerprint(city)
    guard let cityCode = OfficeCode("city"), let districtCode = OfficeCode("district") else { throw Impossible() }
    var tree = OfficeTree(rootKey: root)
    try tree.admit(charter(cityCode, parent: nil, key: city), from: root, suites: .standard)
    try tree.admit(charter(districtCode, parent: cityCode, key: district()), from: root, suites: .standard)
    return ReplicaContext(
      office: cityCode, key: root, suite: .ed25519, incarnation: 1, suites: .standard, tree: tree, shelf: NoShelf(),
      calendar: HolidayTable(entries: [], years: []), schema: WorkloadSchema.schema)
  }

  private func district() throws -> PublicKey {
    guard let suite = SuiteID(rawValue: suite) else { throw Impossible() }
    return PublicKey(suite: suite, bytes: districtKey)
  }

  private func fingerprint(_ key: PublicKey) throws -> KeyFingerprint {
    guard let suite = SuiteSet.standard[key.suite] else { throw Impossible() }
    return key.fingerprint(using: suite)
  }

  private func charter(_ office: OfficeCode, parent: OfficeCode?, key: PublicKey) -> Charter {
    Charter(
      office: office, name: office.text, parent: parent, signingKey: key,
      transportKey: [UInt8](repeating: parent == nil ? 0 : 1, count: Charter.transportKeyBytes), powers: [], from: 0,
      until: nil)
  }
}
