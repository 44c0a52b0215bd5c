import Foundation
import Testing

@Suite("Terms and powers on the command line", .timeLimit(.minutes(20)))
struct CharterTermCommandTests {
  @Test("invite takes a term and powers and says what it took; what is wrong with them ends with 65")
  func invite() async throws {
    let office = try Office()
    try await office.found("1305", name: "市局")
    func invite(_ arguments: String...) async throws -> Office.Result {
      let all = ["--home", office.home, "invite", "130526", "--name", "县局", "--address", "127.0.0.1:1", "--json"]
      return try await office.start(Office.executable, all + arguments).wait()
    }
    let taken = try await invite("--until", "9999-12-30", "--power", "劳动保障监察", "--power", "社会保险稽核")
    #expect(taken.status == 0 && taken.out.contains(#""powers":["劳动保障监察","社会保险稽核"]"#), "\(taken.out)\(taken.err)")
    #expect(taken.out.contains("\"until\":"))
    let plain = try await invite()
    #expect(plain.status == 0 && plain.out.contains(#""powers":[]"#) && !plain.out.contains("\"until\":"))
    for (arguments, code) in [
      (["--until", "2020-01-01"], "charter-until"), (["--until", "soon"], "charter-until"),
      (["--power", ""], "charter-power"),
    ] {
      let all = ["--home", office.home, "invite", "130526", "--name", "县局", "--address", "127.0.0.1:1", "--json"]
      let refused = try await office.start(Office.executable, all + arguments).wait()
      #expect(refused.status == 65 && refused.err.contains("\"\(code)\""), "\(arguments): \(refused.err)")
    }
  }

  @Test("office renew names an office and a term")
  func renew() async throws {
    let office = try Office()
    try await office.found("1305", name: "市局")
    let unknown = try await office.docket("office", "renew", "9", "--until", "never")
    #expect(unknown.status == 65 && unknown.err.contains("There is no office"))
    #expect(try await office.docket("office", "renew", "1305", "--until", "never").status == 77)
    #expect(try await office.docket("office", "renew", "1305").status == 64)
  }
}
