import Foundation
import TestKit
import Testing

/// Does what the page for the administrator says, in its order, on machines that are folders.
@Suite("The page for the administrator", .timeLimit(.minutes(10)))
struct PageTests {
  @Test("both languages give the same commands, and only commands of docket")
  func languages() async throws {
    let english = try AdministratorPage("README.md").commands
    #expect(english.count > 60)
    #expect(try AdministratorPage("README.zh.md").commands == english)
    // Those named in the text exist, with the options named.
    let folder = try ScratchFolder()
    for page in ["README.md", "README.zh.md"] {
      let text = try String(contentsOfFile: RepositoryRoot.path + "/deploy/" + page, encoding: .utf8)
      for match in text.matches(of: /`docket-office ([a-z]+(?: [a-z]+)?)([^`]*)`/) {
        let words = match.1.split(separator: " ").map(String.init)
        let help = try await folder.run(BuiltDocket.path, words + ["--help"], environment: ["DOCKET_LANG": "en"])
        #expect(help.status == 0, "\(match.0)")
        for option in match.2.split(separator: " ") where option.hasPrefix("--") {
          #expect(help.out.contains(option), "\(match.0)")
        }
      }
    }
  }

  @Test("the filter opens the port that the service listens on")
  func port() throws {
    let settings = try String(contentsOfFile: RepositoryRoot.path + "/deploy/debian/docket.json", encoding: .utf8)
    let port = try #require(settings.firstMatch(of: /"listen": "[0-9.]+:(\d+)"/)).1
    let rules = try AdministratorPage("README.md").commands.filter { $0.line.hasPrefix("nft ") }
    #expect(rules.count == 1 && rules.allSatisfy { $0.line.contains("tcp dport \(port) accept") })
  }

  @Test("every command works, from the first office to its removal")
  func walk() async throws {
    let walk = try PageWalk()
    do {
      try await walk.run()
    } catch {
      await walk.end()
      throw error
    }
    let city = try #require(walk.machines["city"])
    let ren = try #require(walk.machines["ren"])
    let far = try #require(walk.machines["far"])
    let peers = try await city.run("docket-office peers")
    #expect(peers.out.contains("130526") && peers.out.contains("130505"))
    // What each did last is where it belongs.
    #expect(try await ren.run("docket-office status").out.contains("任县人社局"))
    #expect(ren.has("/run/units/docket-backup.timer.enabled") && ren.has("/run/units/docket.service.enabled"))
    #expect(city.has("/run/units/docket.service.enabled"))
    // Removed, with its data kept and nothing running.
    #expect(!far.has("/usr/bin/docket") && far.has("/var/lib/docket/office/docket.sqlite"))
    #expect(try await !far.isRunning)
    await walk.end()
  }
}
