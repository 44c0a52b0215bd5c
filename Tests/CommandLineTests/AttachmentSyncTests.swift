import Foundation
import TestKit
import Testing

/// Content over TLS, between processes.
@Suite("Attachments between offices", .timeLimit(.minutes(10)))
struct AttachmentSyncTests {
  private func attachments(_ office: Office, _ file: String, home: String? = nil) async throws -> [[String: Any]] {
    let out = try await office.docket("attach", "list", file, "--json", home: home).out
    let object = try #require(try JSONSerialization.jsonObject(with: Data(out.utf8)) as? [String: Any])
    return try #require(object["attachments"] as? [[String: Any]])
  }

  private func states(_ office: Office, _ file: String, home: String? = nil) async throws -> [String] {
    try await attachments(office, file, home: home).map { $0["state"] as? String ?? "?" }
  }

  private func write(_ office: Office, _ name: String, _ bytes: Int) throws -> (path: String, data: Data) {
    let data = Data((0..<bytes).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 13) })
    let path = office.folder + "/" + name
    try data.write(to: URL(fileURLWithPath: path))
    return (path, data)
  }

  @Test("a photograph comes with the records, a video when it is asked for, whole, and what the superior adds comes down")
  func exchange() async throws {
    let city = try Office(), district = try Office()
    try await city.found("1305", name: "市局")
    try await city.must("regime", "publish", "renxian")
    let (node, port) = try await city.serve()
    defer { node.process.terminate() }
    let invited = try await city.must("invite", "130526", "--name", "县局", "--address", "127.0.0.1:\(port)", "--json")
    try await district.must("join", try #require(invited.out.firstMatch(of: /"code":"([^"]+)"/).map { String($0.1) }))
    try await district.must("sync")
    let opened = try await district.must(
      "case", "open", "t", "--pack", "renxian", "--regime", "case-handling", "--date", "2026-01-05", "--json")
    let file = try #require(opened.out.firstMatch(of: /"number":"([^"]+)"/).map { String($0.1) })
    let (photo, photoData) = try write(district, "门头.jpg", 700_001)
    let (video, videoData) = try write(district, "执法记录.mp4", 9_000_000)
    try await district.must("attach", "add", file, photo)
    try await district.must("attach", "add", file, video)
    try await district.must("sync")
    #expect(try await states(city, file) == ["present", "absent"])
    let out = city.folder + "/out"
    try FileManager.default.createDirectory(atPath: out, withIntermediateDirectories: true)
    try await city.must("attach", "get", file, "1", "--out", out)
    #expect(FileManager.default.contents(atPath: out + "/门头.jpg") == photoData)
    let asked = try await city.docket("attach", "get", file, "2", "--out", out)
    #expect(asked.status == 69 && asked.err.contains("docket sync"))
    try await district.must("sync")
    try await city.must("attach", "get", file, "2", "--out", out)
    #expect(FileManager.default.contents(atPath: out + "/执法记录.mp4") == videoData)
    // Between nodes that stay in contact somebody can wait for it.
    let (serving, _) = try await district.serve()
    defer { serving.process.terminate() }
    let (second, secondData) = try write(district, "第二段.mp4", 6_000_000)
    try await district.must("attach", "add", file, second)
    try await district.must("sync")
    #expect(try await states(city, file) == ["present", "present", "absent"])
    try await city.must("attach", "get", file, "3", "--out", out, "--wait", "120")
    #expect(FileManager.default.contents(atPath: out + "/第二段.mp4") == secondData)
    try await city.must("attach", "add", file, try write(city, "批示.pdf", 50_000).path)
    try await district.must("sync")
    for _ in 0..<600 where try await states(district, file).last != "present" {
      try await Task.sleep(for: .milliseconds(50))
    }
    #expect(try await states(district, file) == ["present", "present", "present", "present"])
    for office in [city, district] {
      #expect(try await office.must("verify", "--json").out.contains("\"absent\":0"))
    }
  }

  @Test("a transferred file's content comes from the common superior, and what is refused here is shown so")
  func transferred() async throws {
    let offices = try await TransferOffices()
    defer { offices.stop() }
    let (city, ren, ze) = (offices.city, offices.ren, offices.ze)
    try await offices.must(ren, "subject", "add", "河北某劳务公司")
    let file = try await offices.filedCase("拖欠工资")
    try await offices.must(ren, "attach", "add", file, try write(city, "工资表.xlsx", 300_000).path)
    try await offices.must(ze, "attach", "limits", "--quota", "1M", "--largest", "400K")
    try await offices.must(ren, "attach", "add", file, try write(city, "录音.wav", 600_000).path)
    try await offices.must(ren, "transfer", file, "--to", "130505", "--reason", "属地管辖", "--officer", "liu")
    try await offices.meet(ren, ze, ze)
    #expect(try await states(city, file) == ["present", "present"])
    #expect(try await states(city, file, home: ze) == ["present", "refused"])
    let refused = try await city.docket("attach", "get", file, "2", "--out", city.folder + "/x", home: ze)
    #expect(refused.status == 1)
    try await offices.must(ze, "attach", "limits", "--largest", "1M")
    try await offices.meet(ze)
    #expect(try await states(city, file, home: ze) == ["present", "present"])
    try await offices.expectVerified()
  }

  /// Exchanges that end so; more by hand: 200 take a quarter of an hour.
  private static let kills = ProcessEnvironment.value("DOCKET_KILLS").flatMap { Int($0) } ?? 16

  @Test(
    "either side killed at any moment of an exchange: what came stays, everything is whole at last, nothing twice",
    .timeLimit(.minutes(kills > 16 ? 60 : 10)))
  func killed() async throws {
    let city = try Office(), district = try Office()
    try await city.found("1305", name: "市局")
    try await city.must("regime", "publish", "renxian")
    let (first, port) = try await city.serve()
    var node = first
    defer { node.process.terminate() }
    let invited = try await city.must("invite", "130526", "--name", "县局", "--address", "127.0.0.1:\(port)", "--json")
    try await district.must("join", try #require(invited.out.firstMatch(of: /"code":"([^"]+)"/).map { String($0.1) }))
    try await district.must("sync")
    func open(_ title: String) async throws -> String {
      let opened = try await district.must(
        "case", "open", title, "--pack", "renxian", "--regime", "case-handling", "--date", "2026-01-05", "--json")
      return try #require(opened.out.firstMatch(of: /"number":"([^"]+)"/).map { String($0.1) })
    }
    let file = try await open("killed-first")
    var sent: [Data] = []
    func attach(_ bytes: Int) async throws {
      let (path, data) = try write(district, "\(sent.count).jpg", bytes)
      sent.append(data)
      try await district.must("attach", "add", file, path)
    }
    for bytes in [3_900_000, 120_000, 3_000_001, 0, 2_500_000, 262_144] { try await attach(bytes) }
    var killed = 0, opened = 1, round = 0
    while killed < Self.kills {
      try #require(round < 8 * Self.kills)
      let running = try district.start(Office.executable, ["--home", district.home, "sync"])
      // Any moment of the half second that an exchange takes.
      try await Task.sleep(for: .milliseconds(20 + (round + 1) * 397 % 541))
      if round % 2 == 0 {
        kill(running.process.processIdentifier, SIGKILL)
      } else {
        kill(node.process.processIdentifier, SIGKILL)
        _ = await node.wait()
        node = try city.start(
          Office.executable, ["--home", city.home, "serve", "--listen", "127.0.0.1:\(port)", "--json"])
        try await node.shows("\"port\":")
      }
      round += 1
      if await running.wait().status != 0 {
        killed += 1
      } else {
        // It was over before: there is always something on its way.
        try await attach(700_000 + round * 7_919 % 3_000_000)
        _ = try await open("killed-\(round)")
        opened += 1
      }
    }
    print("exchanges ended by a kill: \(killed) of \(round)")
    try await district.must("sync")
    let found = try await attachments(city, file)
    #expect(found.map { $0["state"] as? String } == [String](repeating: "present", count: sent.count))
    for (index, data) in sent.enumerated() {
      let out = city.folder + "/out-\(index)"
      try await city.must("attach", "get", file, "\(index + 1)", "--out", out)
      #expect(FileManager.default.contents(atPath: out) == data)
    }
    for office in [city, district] {
      #expect(try await office.must("verify", "--json").out.contains("\"absent\":0"))
      let listed = try await office.must("case", "list", "--limit", "1000", "--json").out
      #expect(listed.matches(of: /"killed-(first|\d+)"/).count == opened)
    }
  }
}
