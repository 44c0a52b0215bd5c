import Foundation
import Testing

/// Restored backups, copied disks and moved homes, by real processes and real files: each is caught before or at the
/// first contact, and nothing is lost.
@Suite("A home that is not the one it was")
struct ContinuityTests {
  /// A serving city and a district that joined it.
  private struct Offices {
    let city: Office
    let node: Office.Running
    let district: Office

    init() async throws {
      city = try Office()
      try await city.found("1305", name: "市局")
      let (node, port) = try await city.serve()
      self.node = node
      district = try Office()
      let invited = try await city.must("invite", "130526", "--name", "县局", "--address", "127.0.0.1:\(port)", "--json")
      let code = try #require(invited.out.firstMatch(of: /"code":"([^"]+)"/).map { String($0.1) })
      try await district.must("join", code)
      try await district.must("sync")
    }

    func stop() { node.process.terminate() }
  }

  private func subjects(_ office: Office) async throws -> Set<String> {
    let out = try await office.must("subject", "list", "--json").out
    return Set(out.matches(of: /"name":"([^"]+)"/).map { String($0.1) })
  }

  private static let database = ["docket.sqlite", "docket.sqlite-wal", "docket.sqlite-shm"]

  /// Writes the bytes over the files in place, as a restore does; files that were not there go away.
  private func restore(_ backup: [String: Data], _ home: String) throws {
    for name in Self.database {
      let path = home + "/" + name
      try? FileManager.default.removeItem(atPath: path)
      if let data = backup[name] { try data.write(to: URL(fileURLWithPath: path)) }
    }
  }

  private func backup(_ home: String) -> [String: Data] {
    Dictionary(
      Self.database.compactMap { name in FileManager.default.contents(atPath: home + "/" + name).map { (name, $0) } },
      uniquingKeysWith: { first, _ in first })
  }

  @Test("a restored database is not written on; after a sync its entries are back and work goes on")
  func restored() async throws {
    let offices = try await Offices()
    defer { offices.stop() }
    let district = offices.district
    try await district.must("subject", "add", "备份前公司", "--kind", "employer")
    let old = backup(district.home)
    try await district.must("subject", "add", "已同步公司", "--kind", "employer")
    try await district.must("sync")
    try await district.must("subject", "add", "未同步公司", "--kind", "employer")
    try restore(old, district.home)
    let refused = try await district.docket("subject", "add", "新公司", "--kind", "employer")
    #expect(refused.status == 78 && refused.err.contains("docket sync"))
    let synced = try await district.must("sync")
    #expect(synced.err.contains("incarnation"))
    #expect(try await subjects(district) == ["备份前公司", "已同步公司"])
    try await district.must("subject", "add", "新公司", "--kind", "employer")
    try await district.must("sync")
    #expect(try await subjects(offices.city) == ["备份前公司", "已同步公司", "新公司"])
    for office in [district, offices.city] { try await office.must("verify") }
    // Once settled, a restart asks nothing more.
    try await district.must("subject", "add", "再一家", "--kind", "employer")
  }

  @Test("a backup without any mark that wrote on: both branches survive, the proof is kept and told")
  func writtenOn() async throws {
    let offices = try await Offices()
    defer { offices.stop() }
    let district = offices.district
    try await district.must("subject", "add", "备份前公司", "--kind", "employer")
    let old = backup(district.home)
    try await district.must("subject", "add", "原机公司", "--kind", "employer")
    try await district.must("sync")
    // A byte-for-byte clone of an earlier machine: nothing beside the database knows better.
    try restore(old, district.home)
    for mark in ["high-water", "home-mark"] { try FileManager.default.removeItem(atPath: district.home + "/" + mark) }
    try await district.must("subject", "add", "恢复后公司", "--kind", "employer")
    try await district.must("subject", "add", "恢复后二", "--kind", "employer")
    let synced = try await district.must("sync")
    #expect(synced.err.contains("recorded again"))
    let all: Set<String> = ["备份前公司", "原机公司", "恢复后公司", "恢复后二"]
    #expect(try await subjects(district) == all)
    try await district.must("sync")
    #expect(try await subjects(offices.city) == all)
    for office in [district, offices.city] { try await office.must("verify") }
    let idle = try await district.must("sync", "--json")
    #expect(idle.out.contains("\"wasIdle\":true"))
  }

  @Test("a copied home asks before it writes; if both go on, nothing is lost and the twin is told")
  func copied() async throws {
    let offices = try await Offices()
    defer { offices.stop() }
    let district = offices.district
    try await district.must("subject", "add", "复制前公司", "--kind", "employer")
    let copy = try Office()
    try FileManager.default.copyItem(atPath: district.home, toPath: copy.home)
    let refused = try await copy.docket("subject", "add", "副本公司", "--kind", "employer")
    #expect(refused.status == 78 && refused.err.contains("docket adopt"))
    try await copy.must("adopt")
    try await copy.must("subject", "add", "副本公司", "--kind", "employer")
    try await copy.must("sync")
    try await district.must("subject", "add", "原机公司", "--kind", "employer")
    try await district.must("sync")
    #expect(try await subjects(offices.city) == ["复制前公司", "副本公司", "原机公司"])
    #expect(try await district.docket("status").err.contains("Another machine signs with this office's keys"))
    try await offices.city.must("verify")
  }

  @Test("a revoked office hands its work in to quarantine; ratified, it counts")
  func revoked() async throws {
    let offices = try await Offices()
    defer { offices.stop() }
    let (city, district) = (offices.city, offices.district)
    try await district.must("subject", "add", "撤销前公司", "--kind", "employer")
    try await district.must("sync")
    try await district.must("subject", "add", "撤销后公司", "--kind", "employer")
    let below = try await district.docket("key", "revoke", "1305", "--reason", "retired", "--text", "x")
    #expect(below.status == 77 && below.err.contains("above"))
    try await city.must("key", "revoke", "130526", "--reason", "retired", "--text", "设备报废")
    #expect(try await city.must("key", "list").out.contains("revoked (retired)"))
    #expect(try await city.docket("key", "revoke", "130526", "--reason", "retired", "--text", "x").status == 1)
    try await district.must("sync")
    #expect(try await subjects(city) == ["撤销前公司"])
    let held = try await city.must("quarantine", "list", "--json").out
    let row = try #require(held.firstMatch(of: /"rule":"after-revocation","seq":(\d+),"stream":"up"/))
    try await city.must("quarantine", "ratify", "130526", "up", String(row.1))
    #expect(try await subjects(city) == ["撤销前公司", "撤销后公司"])
    #expect(try await city.docket("quarantine", "ratify", "130526", "up", String(row.1)).status == 65)
    for office in [city, district] { try await office.must("verify") }
  }
}
