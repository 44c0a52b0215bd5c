import Foundation
import Testing

@Suite("Conflicts resolved from above", .timeLimit(.minutes(20)))
struct ResolutionCommandTests {
  private struct List: Decodable {
    struct Conflict: Decodable {
      var record: String
      var field: String
    }
    var conflicts: [Conflict]
  }

  private func conflicts(_ office: Office) async throws -> [List.Conflict] {
    let out = try await office.must("conflicts", "list", "--json").out
    return try JSONDecoder().decode(List.self, from: Data(out.utf8)).conflicts
  }

  @Test("two offices undo one merge, unseen by each other; the city decides, and the district's conflict is gone")
  func fromAbove() async throws {
    let city = try Office()
    try await city.found("1305", name: "市局")
    let (node, port) = try await city.serve()
    defer { node.process.terminate() }
    let district = try Office()
    let invited = try await city.must("invite", "130526", "--name", "县局", "--address", "127.0.0.1:\(port)", "--json")
    let code = try #require(invited.out.firstMatch(of: /"code":"([^"]+)"/).map { String($0.1) })
    try await district.must("join", code)
    for office in [city, district] {
      try await office.must("officer", "add", "zhang", "--name", "张", "--role", "handler")
    }
    try await district.must("subject", "add", "恒通玩具厂", "--kind", "employer")
    try await district.must("subject", "add", "长城建筑公司", "--kind", "employer")
    try await district.must(
      "subject", "merge", "恒通玩具厂", "长城建筑公司", "--reason", "同一单位", "--as", "zhang")
    try await district.must("sync")
    for (office, reason) in [(city, "市局复核"), (district, "县局自查")] {
      try await office.must("subject", "unmerge", "恒通玩具厂", "--reason", reason, "--as", "zhang")
    }
    try await district.must("sync")
    let found = try await conflicts(district)
    #expect(!found.isEmpty)
    #expect(try await conflicts(city).map(\.record) == found.map(\.record))
    for conflict in found { try await city.must("conflicts", "resolve", conflict.record, conflict.field, "0") }
    try await district.must("sync")
    for office in [city, district] {
      #expect(try await conflicts(office).isEmpty)
      try await office.must("verify")
    }
  }
}
