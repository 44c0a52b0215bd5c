import Foundation
import Testing

@Suite("Attachments, driven as a user would", .timeLimit(.minutes(20)))
struct AttachmentCommandTests {
  private func json(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any], "\(text)")
  }

  private func attachments(_ office: Office, _ file: String, home: String? = nil) async throws -> [[String: Any]] {
    let out = try await office.docket("attach", "list", file, "--json", home: home).out
    return try #require(try json(out)["attachments"] as? [[String: Any]])
  }

  private func write(_ office: Office, _ name: String, _ bytes: Int) throws -> (path: String, data: Data) {
    let data = Data((0..<bytes).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) })
    let path = office.folder + "/" + name
    try data.write(to: URL(fileURLWithPath: path))
    return (path, data)
  }

  private func refused(
    _ office: Office, _ status: Int32, _ code: String, _ arguments: [String], home: String? = nil
  ) async throws {
    let result = try await office.start(
      Office.executable, ["--home", home ?? office.home, "--json"] + arguments).wait()
    let failure = try #require(try json(result.err)["error"] as? [String: Any])
    #expect(result.status == status && failure["code"] as? String == code, "\(arguments): \(result.err)")
    for key in ["message", "remedy"] {
      let text = try #require(failure[key] as? [String: String])
      #expect(text["zh"]?.isEmpty == false && text["en"]?.isEmpty == false)
    }
  }

  /// Files of content in a home.
  private func stored(_ home: String) -> [String] {
    (FileManager.default.enumerator(atPath: home + "/blobs")?.compactMap { $0 as? String } ?? [])
      .filter { $0.hasSuffix(".list") || $0.split(separator: "/").last?.utf8.count == 64 || $0.hasPrefix("incoming/") }
  }

  @Test("added, shown at the case, listed, taken out again; the same content takes no more room; all of it verified")
  func roundTrip() async throws {
    let office = try Office()
    let file = try await office.foundWithCase()
    let (path, data) = try write(office, "现场照片.jpg", 700_001)
    let added = try json(
      try await office.must(
        "attach", "add", file, path, "--note", "大门", "--taken-on", "2026-01-06", "--as", "wang", "--json").out)
    let one = try #require(added["attachment"] as? [String: Any])
    #expect(added["file"] as? String == file && added["wasHeld"] as? Bool == false)
    #expect(one["name"] as? String == "现场照片.jpg" && one["mediaType"] as? String == "image/jpeg")
    #expect(one["length"] as? Int == data.count && one["held"] as? Int == data.count && one["state"] as? String == "present")
    #expect(one["officer"] as? String == "wang" && one["takenOn"] as? String == "2026-01-06" && one["note"] as? String == "大门")
    // The original may go.
    try FileManager.default.removeItem(atPath: path)
    let (copy, _) = try write(office, "copy.bin", 700_001)
    let again = try json(try await office.must("attach", "add", file, copy, "--name", "副本", "--json").out)
    #expect(again["wasHeld"] as? Bool == true && stored(office.home).count == 2)
    let shown = try await office.must("case", "show", file, "--lang", "zh").out
    #expect(shown.contains("附件") && shown.contains("1  现场照片.jpg  683 KiB  在本机") && shown.contains("2  副本"))
    #expect(try await attachments(office, file).map { $0["number"] as? Int } == [1, 2])
    let out = office.folder + "/out"
    try FileManager.default.createDirectory(atPath: out, withIntermediateDirectories: true)
    try await office.must("attach", "get", file, "1", "--out", out)
    #expect(FileManager.default.contents(atPath: out + "/现场照片.jpg") == data)
    try await refused(office, 65, "file-exists", ["attach", "get", file, "1", "--out", out])
    let id = try #require(one["id"] as? String)
    try await office.must("attach", "get", file, id, "--out", out + "/by-id")
    #expect(FileManager.default.contents(atPath: out + "/by-id") == data)
    let verified = try json(try await office.must("verify", "--json").out)
    let counts = try #require(verified["attachments"] as? [String: Int])
    #expect(counts["present"] == 2 && counts["absent"] == 0 && counts["bytesChecked"] == data.count)
    // Altered on the disk: told, and not handed out.
    let content = try #require(stored(office.home).first { !$0.hasSuffix(".list") })
    try Data(repeating: 0, count: data.count).write(to: URL(fileURLWithPath: office.home + "/blobs/" + content))
    try await refused(office, 78, "attachment-altered", ["attach", "get", file, "2", "--out", out + "/x"])
    #expect(try await office.docket("verify").status == 78)
    try await office.must("attach", "add", file, copy, "--name", "再次")
    try await office.must("verify")
  }

  @Test("wrong input: each with its exit code and remedy, and nothing stored")
  func wrongInput() async throws {
    let office = try Office()
    let file = try await office.foundWithCase()
    let (path, _) = try write(office, "a.pdf", 3_000)
    try await refused(office, 65, "unknown-file", ["attach", "add", "nothing", path])
    try await refused(office, 65, "file", ["attach", "add", file, office.folder + "/none"])
    try await refused(office, 65, "file", ["attach", "add", file, office.folder])
    for name in ["../a", "a/b", "c:\\a", "..", "", "a\nb", "a\u{202E}gpj.exe", String(repeating: "长", count: 81)] {
      try await refused(office, 65, "attachment-name", ["attach", "add", file, path, "--name", name])
    }
    try await refused(office, 65, "date", ["attach", "add", file, path, "--taken-on", "2999-01-01"])
    try await refused(office, 65, "media-type", ["attach", "add", file, path, "--media-type", "photo"])
    try await refused(office, 65, "unknown-officer", ["attach", "add", file, path, "--as", "nobody"])
    try await refused(office, 65, "unknown-attachment", ["attach", "get", file, "1"])
    try await refused(office, 65, "attachment-limits", ["attach", "limits", "--largest", "3G"])
    try await refused(office, 65, "attachment-limits", ["attach", "limits", "--quota", "1M"])
    try await office.must("attach", "limits", "--largest", "2K", "--quota", "8K")
    try await refused(office, 65, "attachment-too-large", ["attach", "add", file, path])
    try await office.must("attach", "limits", "--largest", "4K")
    try await office.must("attach", "add", file, path)
    let (other, _) = try write(office, "b.pdf", 4_000)
    try await office.must("attach", "add", file, other)
    let (third, _) = try write(office, "c.pdf", 2_000)
    try await refused(office, 1, "attachment-quota", ["attach", "add", file, third])
    let limits = try json(try await office.must("attach", "limits", "--json").out)
    #expect(limits["used"] as? Int == 7_000 && limits["quota"] as? Int == 8_192 && limits["largest"] as? Int == 4_096)
    #expect(stored(office.home).count == 2)
    #expect(try await attachments(office, file).count == 2)
    #expect(try await office.must("doctor", "--json").out.contains("\"attachments\""))
  }

  @Test("another office reads the record before it has the content: a state, no fault, and work goes on")
  func withoutContent() async throws {
    let city = try Office()
    try await city.found("1305", name: "市局")
    try await city.must("regime", "publish", "renxian")
    // Nothing comes unasked here.
    try await city.must("attach", "limits", "--eager", "0")
    let (node, port) = try await city.serve()
    defer { node.process.terminate() }
    let district = try Office()
    let invited = try await city.must("invite", "130526", "--name", "县局", "--address", "127.0.0.1:\(port)", "--json")
    try await district.must("join", try #require(try json(invited.out)["code"] as? String))
    try await district.must("sync")
    try await district.must("officer", "add", "wang", "--name", "wang", "--role", "window")
    let opened = try await district.must(
      "case", "open", "t", "--pack", "renxian", "--regime", "case-handling", "--date", "2026-01-05", "--json")
    let file = try #require((try json(opened.out)["file"] as? [String: Any])?["number"] as? String)
    let (path, data) = try write(district, "a.mp4", 300_000)
    try await district.must("attach", "add", file, path)
    try await district.must("sync")
    // Through the serving node, as everything here.
    let one = try #require(try await attachments(city, file).first)
    #expect(one["state"] as? String == "absent" && one["office"] as? String == "130526" && one["length"] as? Int == data.count)
    try await refused(city, 69, "attachment-absent", ["attach", "get", file, "1", "--out", city.folder + "/x"])
    #expect(!FileManager.default.fileExists(atPath: city.folder + "/x"))
    let counts = try json(try await city.must("verify", "--json").out)["attachments"] as? [String: Int]
    #expect(counts?["absent"] == 1 && counts?["present"] == 0)
    #expect(try await city.must("case", "show", file).out.contains("a.mp4  292 KiB  absent"))
    // The superior adds to the file too; the district reads that record, in the same order.
    try await city.must("attach", "add", file, try write(city, "批示.pdf", 10).path)
    try await district.must("sync")
    for office in [city, district] {
      #expect(try await attachments(office, file).map { $0["name"] as? String } == ["a.mp4", "批示.pdf"])
    }
    try await district.must("case", "act", file, "record-evidence", "--officer", "wang", "--field", "evidence=x")
    try await district.must("verify")
  }

  @Test("killed at any moment while it is added: it is there whole and recorded, or not at all")
  func killed() async throws {
    let office = try Office()
    let file = try await office.foundWithCase()
    var acknowledged = 0
    for round in 0..<24 {
      let (path, _) = try write(office, "f\(round)", 2_000_000 + round)
      let running = try office.start(
        Office.executable, ["--home", office.home, "attach", "add", file, path])
      if round % 4 != 0 {
        try await Task.sleep(for: .milliseconds(12 * round))
        kill(running.process.processIdentifier, SIGKILL)
      }
      if await running.wait().status == 0, running.process.terminationReason == .exit { acknowledged += 1 }
    }
    let listed = try await attachments(office, file)
    #expect(acknowledged >= 6 && listed.count >= acknowledged)
    for one in listed { #expect(one["state"] as? String == "present") }
    try await office.must("verify")
    #expect(!stored(office.home).contains { $0.hasPrefix("incoming/") })
  }

  @Test("a backup says what it leaves out, and a home restored from it works without; the folder of content completes it")
  func backup() async throws {
    let office = try Office()
    let file = try await office.foundWithCase()
    try await office.must("attach", "add", file, try write(office, "a.jpg", 400_000).path)
    let path = office.folder + "/b.docket-backup"
    let made = try await office.must("backup", "create", "--plain", path, "--json")
    #expect(try json(made.out)["attachmentsLeftOut"] as? Int == 1)
    let home = office.folder + "/restored"
    let restored = try await office.docket("restore", path, home: home)
    #expect(restored.status == 0 && restored.out.contains("blobs"), "\(restored.err)")
    #expect(try await attachments(office, file, home: home).first?["state"] as? String == "absent")
    #expect(try await office.docket("verify", home: home).status == 0)
    try FileManager.default.copyItem(atPath: office.home + "/blobs", toPath: home + "/blobs")
    #expect(try await attachments(office, file, home: home).first?["state"] as? String == "present")
    #expect(try await office.docket("verify", home: home).status == 0)
  }

  @Test("a transferred file takes its attachments' records along, also later ones; the office that gave it adds no more")
  func transferred() async throws {
    let offices = try await TransferOffices()
    defer { offices.stop() }
    let (city, ren, ze) = (offices.city, offices.ren, offices.ze)
    // Records alone are looked at here.
    try await offices.must(ze, "attach", "limits", "--eager", "0")
    try await offices.must(ren, "subject", "add", "河北某劳务公司")
    let file = try await offices.filedCase("拖欠工资")
    try await offices.must(ren, "attach", "add", file, try write(city, "工资表.xlsx", 5_000).path)
    try await offices.must(ren, "transfer", file, "--to", "130505", "--reason", "属地管辖", "--officer", "liu")
    try await refused(city, 1, "not-responsible", ["attach", "add", file, try write(city, "b", 1).path], home: ren)
    try await offices.meet(ren, ze)
    let one = try #require(try await attachments(city, file, home: ze).first)
    #expect(one["name"] as? String == "工资表.xlsx" && one["office"] as? String == "130526" && one["state"] as? String == "absent")
    // What the superior adds from now on reaches the office that has the file, and not the one that gave it.
    try await city.must("attach", "add", file, try write(city, "批示.pdf", 10).path)
    try await offices.must(ze, "attach", "add", file, try write(city, "笔录.pdf", 20).path)
    try await offices.meet(ze, ren, ze)
    #expect(try await attachments(city, file, home: ze).count == 3)
    #expect(try await attachments(city, file).count == 3)
    #expect(try await attachments(city, file, home: ren).count == 1)
    try await offices.expectVerified()
  }
}
