import Foundation
import Testing

/// Changing keys by real processes, files and TLS: a municipality that serves, a district that calls it.
@Suite("Changed keys", .timeLimit(.minutes(20)))
struct RotationTests {
  private struct Offices {
    let city: Office
    let node: Office.Running
    let district: Office
    let port: Int

    init() async throws {
      city = try Office()
      try await city.found("1305", name: "市局")
      (node, port) = try await city.serve()
      district = try Office()
      let code = try await invite("130526")
      try await district.must("join", code)
      try await district.must("subject", "add", "换钥前公司", "--kind", "employer")
      try await district.must("sync")
    }

    func invite(_ office: String) async throws -> String {
      let invited = try await city.must("invite", office, "--name", "县局", "--address", "127.0.0.1:\(port)", "--json")
      return try #require(invited.out.firstMatch(of: /"code":"([^"]+)"/).map { String($0.1) })
    }

    func stop() { node.process.terminate() }
  }

  /// The keys of one office as `key list` tells them: `present`, `next` and the former ones.
  private func keys(of code: String, at office: Office) async throws -> [String: [String]] {
    struct List: Decodable { var keys: [Key] }
    struct Key: Decodable {
      var office: String
      var key: String
      var suite: String
      var isPresent: Bool
      var isNext: Bool
    }
    let out = try await office.must("key", "list", "--json").out
    let list = try JSONDecoder().decode(List.self, from: Data(out.utf8))
    return Dictionary(grouping: list.keys.filter { $0.office == code }) { key in
      key.isNext ? "next" : key.isPresent ? "present" : "former"
    }.mapValues { $0.map { "\($0.key) \($0.suite)" } }
  }

  private func subjects(_ office: Office) async throws -> Set<String> {
    let out = try await office.must("subject", "list", "--json").out
    return Set(out.matches(of: /"name":"([^"]+)"/).map { String($0.1) })
  }

  private func fails(_ office: Office, _ arguments: String..., with status: Int32, _ code: String) async throws {
    let result = try await office.start(Office.executable, ["--home", office.home] + arguments + ["--json"]).wait()
    #expect(result.status == status && result.err.contains("\"\(code)\""), "\(arguments): \(result.err)")
  }

  @Test("a district changes both keys and its suite; the municipality confirms at the next sync, and work goes on")
  func district() async throws {
    let offices = try await Offices()
    defer { offices.stop() }
    let (city, district) = (offices.city, offices.district)
    let old = try #require(try await keys(of: "130526", at: district)["present"]?.first)
    let rotated = try await district.must("key", "rotate", "--suite", "sm2")
    #expect(rotated.out.contains("awaits the superior") && rotated.out.contains("sm2"))
    let next = try #require(try await keys(of: "130526", at: district)["next"]?.first)
    #expect(next.hasSuffix("sm2"))
    #expect(try await keys(of: "130526", at: district)["present"] == [old])
    try await fails(district, "key", "rotate", with: 1, "rotation-pending")
    // Work under the old key until the superior's charter is here.
    try await district.must("subject", "add", "换钥中公司", "--kind", "employer")
    try await district.must("sync")
    for office in [district, city] {
      let keys = try await keys(of: "130526", at: office)
      #expect(keys == ["present": [next], "former": [old]])
    }
    #expect(!(try await district.must("status").out.contains("awaits")))
    try await district.must("subject", "add", "换钥后公司", "--kind", "employer")
    try await district.must("sync")
    let all: Set<String> = ["换钥前公司", "换钥中公司", "换钥后公司"]
    for office in [district, city] {
      #expect(try await subjects(office) == all)
      try await office.must("verify")
    }
    // What the superior wrote when everything was exchanged may still have been on its way; then there is nothing more.
    var idles = 0
    for _ in 0..<3 where try await district.must("sync", "--json").out.contains("\"wasIdle\":true") { idles += 1 }
    #expect(idles >= 2)
    // A second change, of the transport key alone, follows on the first.
    try await district.must("key", "rotate", "--only", "transport")
    #expect(try await district.must("status").out.contains("new transport key"))
    try await district.must("sync")
    #expect(!(try await district.must("status").out.contains("new transport key")))
    #expect(try await keys(of: "130526", at: city)["present"] == [next])
    #expect(try await district.must("sync", "--json").out.contains("\"wasIdle\":true"))
    try await fails(district, "key", "rotate", "--only", "transport", "--suite", "sm2", with: 64, "suite")
    try await fails(district, "key", "rotate", "--only", "both", with: 64, "part")
  }

  @Test("the root office changes its keys twice while it serves: subordinates and later ones find it")
  func root() async throws {
    let offices = try await Offices()
    defer { offices.stop() }
    let (city, district) = (offices.city, offices.district)
    let code = try await offices.invite("130527")
    let first = try #require(try await keys(of: "1305", at: city)["present"]?.first)
    for _ in 0..<2 {
      try await city.must("key", "rotate")
      #expect(try await keys(of: "1305", at: city)["next"] == nil)
    }
    let now = try await keys(of: "1305", at: city)
    #expect(now["former"]?.last == first && now["former"]?.count == 2)
    try await city.must("subject", "add", "市局公司", "--kind", "employer")
    // It knows the first transport key alone; the certificate leads from there to the third.
    try await district.must("subject", "add", "县局公司", "--kind", "employer")
    try await district.must("sync")
    #expect(try await keys(of: "1305", at: district) == now)
    #expect(try await subjects(city).contains("县局公司"))
    try await district.must("sync")
    // An invitation from before the change, and one from after it.
    for (code, later) in [(code, try Office()), (try await offices.invite("130528"), try Office())] {
      try await later.must("join", code)
      try await later.must("sync")
      #expect(try await keys(of: "1305", at: later) == now)
      try await later.must("subject", "add", "新局公司", "--kind", "employer")
      try await later.must("sync")
      try await later.must("verify")
    }
    for office in [district, city] { try await office.must("verify") }
  }

  @Test("a crash between any two steps leaves keys that work")
  func crashes() async throws {
    let offices = try await Offices()
    defer { offices.stop() }
    let district = offices.district
    let folder = district.home + "/keys/"
    let files = FileManager.default
    func bytes(_ name: String) throws -> Data { try #require(files.contents(atPath: folder + name)) }
    func put(_ data: Data, _ name: String) throws {
      try? files.removeItem(atPath: folder + name)
      #expect(files.createFile(atPath: folder + name, contents: data, attributes: [.posixPermissions: 0o600]))
    }
    func names() throws -> [String] { try files.contentsOfDirectory(atPath: folder).sorted() }
    let (signing, transport) = (try bytes("signing.pem"), try bytes("transport.pem"))
    // Keys were made, no entry names them: they count for nothing, and the next attempt makes others.
    let stray = try Office()
    try await stray.found("9")
    for name in ["signing", "transport"] {
      try put(try #require(files.contents(atPath: stray.home + "/keys/\(name).pem")), name + "-next.pem")
    }
    try await district.must("sync")
    #expect(try bytes("signing.pem") == signing && bytes("transport.pem") == transport)
    try await district.must("key", "rotate")
    #expect(try names() == ["signing-next.pem", "signing.pem", "transport.pem"])
    // The introduction is written, the new transport key not in its place.
    try put(try bytes("transport.pem"), "transport-next.pem")
    try put(transport, "transport.pem")
    try await district.must("sync")
    #expect(try names() == ["signing.pem", "transport.pem"])
    #expect(try bytes("signing.pem") != signing && bytes("transport.pem") != transport)
    // The charter is stored, the new signing key not in its place.
    try put(try bytes("signing.pem"), "signing-next.pem")
    try put(signing, "signing.pem")
    try await district.must("subject", "add", "断电后公司", "--kind", "employer")
    #expect(try bytes("signing.pem") != signing)
    #expect(try names() == ["signing.pem", "transport.pem"])
    try await district.must("sync")
    #expect(try await subjects(offices.city).contains("断电后公司"))
    for office in [district, offices.city] { try await office.must("verify") }
    // The present key is lost: the old one is not enough to change keys once more, and the status says so.
    try put(signing, "signing.pem")
    #expect(try await district.docket("status").err.contains("not on this machine"))
    try await fails(district, "key", "rotate", with: 78, "key-not-present")
  }

  @Test("a restored home settles first; a revoked office is invited anew by a person")
  func refusals() async throws {
    let offices = try await Offices()
    defer { offices.stop() }
    let (city, district) = (offices.city, offices.district)
    let copy = try Office()
    try FileManager.default.copyItem(atPath: district.home, toPath: copy.home)
    try await fails(copy, "key", "rotate", with: 78, "restored-database")
    #expect(!FileManager.default.fileExists(atPath: copy.home + "/keys/signing-next.pem"))
    let taken = try await city.docket("invite", "130526", "--name", "县局", "--address", "127.0.0.1:1")
    #expect(taken.status == 1)
    try await city.must("key", "revoke", "130526", "--reason", "retired", "--text", "机器损坏")
    try await district.must("sync")
    try await fails(district, "key", "rotate", with: 1, "revoked")
    let old = try #require(try await keys(of: "130526", at: city)["present"]?.first)
    let fresh = try Office()
    try await fresh.must("join", try await offices.invite("130526"))
    try await fresh.must("sync")
    let keys = try await keys(of: "130526", at: fresh)
    #expect(keys["former"] == [old] && keys["present"]?.count == 1)
    #expect(try await subjects(fresh) == ["换钥前公司"])
    try await fresh.must("subject", "add", "新机公司", "--kind", "employer")
    try await fresh.must("sync")
    #expect(try await subjects(city) == ["换钥前公司", "新机公司"])
    for office in [fresh, city] { try await office.must("verify") }
    // The old machine is not let in any more.
    #expect(try await district.docket("sync").status == 77)
  }
}
