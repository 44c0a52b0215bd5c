import Foundation
import Testing

#if canImport(Glibc)
  import Glibc
#endif

@Suite("How the node stands with its neighbours, asked for as a user would", .timeLimit(.minutes(20)))
struct LookCommandTests {
  private typealias Object = [String: Any]

  private func json(_ text: String) throws -> Object {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? Object)
  }

  private func list(_ key: String, _ result: Office.Result) throws -> [Object] {
    try #require(result.status == 0, "\(result.err)")
    return try json(result.out)[key] as? [Object] ?? []
  }

  private func code(_ result: Office.Result) throws -> String {
    (try json(result.err)["error"] as? Object)?["code"] as? String ?? ""
  }

  private struct Region {
    let city: Office
    let district: String
    let node: Office.Running
    let port: Int

    func at(_ arguments: String...) async throws -> Office.Result {
      try await city.start(Office.executable, ["--home", district] + arguments).wait()
    }

    func mustAt(_ arguments: String...) async throws {
      let result = try await city.start(Office.executable, ["--home", district] + arguments).wait()
      try #require(result.status == 0, "\(arguments): \(result.err)")
    }

    func stop() async {
      node.process.terminate()
      _ = await node.wait()
    }
  }

  /// A serving city and a district that joined it.
  private func region() async throws -> Region {
    let city = try Office()
    try await city.must("init", "1305", "--name", "邢台市人社局")
    let (node, port) = try await city.serve()
    let invited = try await city.must("invite", "130526", "--name", "任县人社局", "--address", "127.0.0.1:\(port)", "--json")
    let code = try #require(invited.out.firstMatch(of: /"code":"([^"]+)"/).map { String($0.1) })
    let region = Region(city: city, district: city.folder + "/district", node: node, port: port)
    try await region.mustAt("join", code)
    return region
  }

  @Test("work done alone waits, with its size and the reason; a session takes it away, the next one closes with the receipt")
  func outbox() async throws {
    let region = try await region()
    for _ in 0..<2 { try await region.mustAt("sync") }
    // What the district said about the city's log at the end of the session is receipted with its next work.
    let before = try list("outbox", try await region.at("outbox", "--json"))
    #expect(before.allSatisfy { $0["reason"] as? String == "awaits-receipt" })
    let delivered = before.reduce(0) { $0 + ($1["entries"] as? Int ?? 0) }
    for login in ["wang", "li", "zhao"] { try await region.mustAt("officer", "add", login, "--name", login) }
    let waiting = try await region.at("outbox", "--json")
    let item = try #require(try list("outbox", waiting).last)
    #expect(item["peer"] as? String == "1305" && item["stream"] as? String == "up" && item["direction"] as? String == "out")
    #expect(item["entries"] as? Int == 3 && item["reason"] as? String == "no-contact")
    #expect((item["bytes"] as? Int ?? 0) > 300 && (item["remedy"] as? Object)?["en"] != nil)
    let total = try json(waiting.out)
    #expect(total["entries"] as? Int == 3 + delivered && total["bytes"] as? Int ?? 0 >= item["bytes"] as? Int ?? .max)
    #expect((item["since"] as? Int ?? .max) <= total["now"] as? Int ?? 0)
    #expect(try await region.at("outbox").out.contains("No contact with 1305 since"))
    let status = try json(try await region.at("status", "--json").out)
    #expect(status["unsent"] as? Int == 3 + delivered)
    #expect((status["backlog"] as? Object)?["entries"] as? Int == 3 + delivered)
    #expect((status["backlog"] as? Object)?["reason"] as? String == "no-contact")
    #expect((status["oldest"] as? Object)?["first"] as? Int == item["first"] as? Int)
    // The superior cannot be reached: that is the reason then.
    await region.stop()
    #expect(try await region.at("sync").status == 69)
    let failed = try #require(try list("outbox", try await region.at("outbox", "--json")).last)
    #expect(failed["reason"] as? String == "failed")
    #expect((failed["message"] as? [String: String])?["en"]?.contains("cannot be reached") == true)
    let (node, _) = try await region.city.serve(port: region.port)
    try await region.mustAt("sync")
    let left = try list("outbox", try await region.at("outbox", "--json"))
    #expect(left.isEmpty)
    #expect(try await region.at("outbox").out.contains("Nothing waits"))
    // What the city says to the district waits there; without serving nobody can fetch it.
    try await region.city.must("officer", "add", "sun", "--name", "孙")
    try await region.city.must("regime", "publish", "haigang")
    let down = try list("outbox", try await region.city.docket("outbox", "130526", "--json"))
    #expect(down.map { $0["reason"] as? String } == ["no-contact"] && down.first?["stream"] as? String == "down")
    node.process.terminate()
    _ = await node.wait()
    let closed = try list("outbox", try await region.city.docket("outbox", "--json"))
    #expect(closed.first?["reason"] as? String == "not-serving")
    let nobody = try await region.city.docket("--json", "outbox", "13")
    #expect(nobody.status == 65)
    #expect(try code(nobody) == "not-a-neighbour")
  }

  @Test("peers: what is here, what is receipted, what waits, how old, in both directions")
  func peers() async throws {
    let region = try await region()
    try await region.mustAt("officer", "add", "wang", "--name", "王芳")
    for _ in 0..<2 { try await region.mustAt("sync") }
    let seen = try #require(try list("peers", try await region.city.docket("peers", "--json")).first)
    #expect(seen["office"] as? String == "130526" && seen["relation"] as? String == "subordinate")
    #expect(seen["state"] as? String == "current" && seen["isNeighbour"] as? Bool == true)
    let received = try #require((seen["received"] as? Object)?["entries"] as? Int)
    let acknowledged = try #require(seen["acknowledged"] as? Object)
    #expect(received > 0 && acknowledged["of"] as? Int == received && acknowledged["entries"] as? Int == received)
    #expect((seen["backlog"] as? Object)?["entries"] as? Int == 0 && seen["age"] != nil && seen["lastContact"] != nil)
    let superior = try #require(try list("peers", try await region.at("peers", "--json")).first)
    #expect(superior["relation"] as? String == "superior" && superior["address"] as? String == "127.0.0.1:\(region.port)")
    #expect((superior["acknowledged"] as? Object)?["entries"] as? Int == received)
    for peer in [seen, superior] {
      #expect((peer["software"] as? String)?.hasPrefix("docket/") == true && peer["protocolVersion"] as? Int ?? 0 > 1)
    }
    let text = try await region.at("peers")
    #expect(text.out.contains("1305") && text.out.contains("current") && text.out.contains("\(received)/\(received)"))
    await region.stop()
  }

  @Test("an entry and an office explained, with and without a serving node; what is no entry is told so")
  func explain() async throws {
    let region = try await region()
    try await region.mustAt("officer", "add", "wang", "--name", "王芳", "--role", "window")
    let log = try list("log", try await region.at("log", "--json"))
    for _ in 0..<2 { try await region.mustAt("sync") }
    let row = try #require(log.last { $0["office"] as? String == "130526" && $0["stream"] as? String == "up" })
    let hash = try #require(row["hash"] as? String)
    let found = try await region.at("explain", hash, "--json")
    let entry = try #require(try json(found.out)["entry"] as? Object)
    #expect(entry["seq"] as? Int == row["seq"] as? Int && (entry["hash"] as? String)?.hasPrefix(hash) == true)
    #expect(entry["class"] as? String == "valid" && entry["isProjected"] as? Bool == true)
    // The city serves, and holds the same entry.
    let first = try #require(row["seq"] as? Int)
    let there = try await region.city.docket("explain", "130526", "up", "\(first)")
    #expect(there.status == 0 && there.out.contains("王芳") && there.out.contains("the signature holds"))
    #expect(there.out.contains("Receipted by: 1305"))
    let chinese = try await region.city.docket("explain", "130526", "up", "\(first)", "--lang", "zh")
    #expect(chinese.out.contains("已计入本机的案卷和登记") && chinese.out.contains("可持有者：作者机构及其各级上级"))
    let office = try json(try await region.city.docket("explain", "130526", "--json").out)["office"] as? Object
    #expect((office?["charters"] as? [Object])?.map { $0["office"] as? String } == ["130526", "1305"])
    #expect((office?["peer"] as? Object)?["office"] as? String == "130526" && office?["maySync"] as? Bool == true)
    #expect(try await region.at("explain", "1305").out.contains("the root, compared by the six groups"))
    for words in [["nothing"], ["130526", "up", "99999"], ["ff"], ["1", "2", "3", "4"]] {
      let wrong = try await region.city.start(
        Office.executable, ["--home", region.city.home, "--json", "explain"] + words).wait()
      #expect(wrong.status == 65)
      #expect(try code(wrong) == "unknown-entry")
    }
    await region.stop()
  }

  @Test("progress is for a terminal: verify draws a line there and clears it, and says nothing into a file or with --json")
  func progress() async throws {
    let office = try Office()
    _ = try await office.foundWithCase()
    #expect(try await office.docket("verify").err.isEmpty)
    let shown = try terminal(office, ["verify"])
    #expect(shown.contains("checking signatures") && shown.contains("%") && shown.hasSuffix("\u{1B}[2K"))
    #expect(try terminal(office, ["verify", "--json"]).isEmpty)
  }

  /// What a command writes to a terminal on its standard error.
  private func terminal(_ office: Office, _ arguments: [String]) throws -> String {
    var (master, slave): (Int32, Int32) = (-1, -1)
    try #require(openpty(&master, &slave, nil, nil, nil) == 0)
    let reader = FileHandle(fileDescriptor: master, closeOnDealloc: true)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Office.executable)
    process.arguments = ["--home", office.home] + arguments
    process.environment = ProcessInfo.processInfo.environment.merging(["DOCKET_LANG": "en"]) { _, new in new }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle(fileDescriptor: slave, closeOnDealloc: false)
    try process.run()
    process.waitUntilExit()
    close(slave)
    var text: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 4_096)
    // Linux tells the end of a terminal nobody has open any more as an error.
    while true {
      let count = read(reader.fileDescriptor, &piece, piece.count)
      if count <= 0 { break }
      text += piece[..<count]
    }
    return String(decoding: text, as: UTF8.self)
  }
}
