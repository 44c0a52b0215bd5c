import Replication
import TestKit

extension VectorDraft {
  /// Logs in which somebody was shown another entry, each in two orders of arrival that MUST end alike.
  static func faces() throws -> [VectorDraft] { try contradictions() + sightings() }

  private static let page = "1-identity.md"

  private static func draft(_ name: String, _ scenario: Scenario, _ file: BundleFile) throws -> VectorDraft {
    VectorDraft("bundle-\(name)", page, "bundle", file.encoded, given: try scenario.given())
  }

  /// The district's clock is an hour ahead, and the root's receipt is over another second entry than the one held: it
  /// does not hold the first one's stamp, so the later stamp stands.
  private static func contradictions() throws -> [VectorDraft] {
    var scenario = try Scenario(.ed25519)
    let other = "130527"
    try scenario.write(
      0, .subtree(try Fixed.office(other)),
      [.charter(try Fixed.charter(other, "邻县局", under: Scenario.root, key: scenario.key(2), transport: 3))], seconds: 3)
    let ahead = try scenario.write(1, .up, [Fixed.record("ahead")], seconds: 3_600)
    try scenario.write(1, .up, [Fixed.record("shown here", id: 2)], seconds: 3_601)
    try scenario.write(2, .up, [Fixed.record("later")], seconds: 120)
    let elsewhere = try scenario.author(1, .up).entry([Fixed.record("shown there", id: 2)], after: ahead, seconds: 3_602)
    try scenario.receipt(elsewhere, clock: 60, position: 5)
    let about = try scenario.author(0, .office(try Fixed.office(Scenario.district))).stream
    let late = try scenario.bundle { runs in
      let receipts = runs.filter { $0.stream == about }
      runs = runs.filter { $0.stream != about } + receipts
    }
    return [
      try draft("contradiction", scenario, scenario.bundle()), try draft("contradiction-entry-first", scenario, late),
    ]
  }

  /// The district was shown another second entry of the root's `down` stream, then a third after it, of which the log
  /// holds neither.
  private static func sightings() throws -> [VectorDraft] {
    var scenario = try Scenario(.ed25519)
    let author = try scenario.author(0, .down)
    try scenario.write(0, .down, [Fixed.record("here")], seconds: 10)
    let second = try author.entry([Fixed.record("there")], after: scenario.runs[0].entries[0], seconds: 11)
    let third = try author.entry([Fixed.record("there too", id: 2)], after: second, seconds: 12)
    for entry in [second, third] { try scenario.write(1, .up, [.sighting(Sighting(entry))], seconds: 20) }
    let late = try scenario.bundle { runs in
      guard let place = runs.firstIndex(where: { $0.stream == author.stream }) else { return }
      let rest = Array(runs[place].entries.dropFirst())
      runs[place].entries = Array(runs[place].entries.prefix(1))
      runs.append((author.stream, rest))
    }
    return [try draft("sighted", scenario, scenario.bundle()), try draft("sighted-first", scenario, late)]
  }
}
