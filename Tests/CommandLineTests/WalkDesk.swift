import Casework
import Foundation
import RegimePacks
import TestKit
import Testing

/// One office at work with one pack, and the commands a clerk types there.
final class WalkDesk: Sendable {
  /// Code of the pack it works by.
  let pack: String
  private let office: Office
  /// Its node and port, where it serves.
  private let node: (running: Office.Running, port: Int)?
  private let known = Registered()

  private actor Registered {
    private var logins: Set<String> = []
    func isNew(_ login: String) -> Bool { logins.insert(login).inserted }
  }

  /// A root office that serves.
  init(pack: String, code: String = WalkHierarchy.office) async throws {
    self.pack = pack
    office = try Office()
    try await office.found(code)
    node = try await office.serve()
  }

  /// An office that joined one that serves, by its invitation; it calls the superior and serves nobody.
  init(joining superior: WalkDesk, code: String) async throws {
    pack = superior.pack
    office = try Office()
    node = nil
    let port = try #require(superior.node?.port)
    let invited = try await superior.must([
      "invite", code, "--name", "下级人社局", "--address", "127.0.0.1:\(port)", "--json",
    ])
    try await must(["join", try #require(invited.firstMatch(of: /"code":"([^"]+)"/).map { String($0.1) })])
  }

  func stop() { node?.running.process.terminate() }

  /// Publishes the bundled pack as if it had been in force for ten years: some periods take more than a year to run
  /// out, and nothing is recorded before its day.
  func publish(_ loaded: RegimePack, _ yaml: String) async throws {
    let file = office.folder + "/\(pack).yaml"
    try yaml.replacing("effective: \(loaded.effective)", with: "effective: 2016-01-01")
      .write(toFile: file, atomically: true, encoding: .utf8)
    try await must(["regime", "publish", file])
    for series in loaded.series {
      for year in 2016...2022 {
        try await must(["number", "lease", "\(pack)/\(series.id)", "--year", "\(year)", "--from", "1", "--to", "5000"])
      }
    }
  }

  func run(_ arguments: [String]) async throws -> Office.Result {
    try await office.start(Office.executable, ["--home", office.home] + arguments).wait()
  }

  @discardableResult
  func must(_ arguments: [String]) async throws -> String {
    let result = try await run(arguments)
    try #require(result.status == 0, "\(arguments): \(result.err)")
    return result.out
  }

  /// The rule refused with the code, and the answer names article and remedy.
  func expectRefused(_ result: Office.Result, _ code: Refusal.Code, _ what: String) {
    #expect(result.status == 1, "\(pack)/\(what): \(result.out)\(result.err)")
    #expect(result.err.contains("\"code\":\"\(code.rawValue)\""), "\(pack)/\(what): \(result.err)")
    #expect(result.err.contains(/"article":"[^"]+"/), "\(pack)/\(what): \(result.err)")
    #expect(result.err.contains(/"remedy":\{"en":"[^"]+","zh":"[^"]+"\}/), "\(pack)/\(what): \(result.err)")
  }

  /// The file's number, of an opening's or act's answer.
  static func number(in answer: String) -> String? {
    answer.firstMatch(of: /"number":"([^"]+)"/).map { String($0.1) }
  }

  func take(
    _ act: Act, on number: String, of workflow: Workflow, _ officers: WalkOfficers
  ) async throws -> Office.Result {
    try await run(["case", "act", number, act.rule] + options(of: act, workflow, officers))
  }

  /// What is typed behind the command for an act: day, officers (registered here if they are not yet) and the form's
  /// fields but those in `leavingOut`.
  func options(
    of act: Act, _ workflow: Workflow, _ officers: WalkOfficers, leavingOut: Set<String> = []
  ) async throws -> [String] {
    var arguments = ["--date", act.date.description, "--json"]
    for officer in act.officers {
      try await register(officer)
      arguments += ["--officer", officer.id]
    }
    let fields = workflow.act(act.rule)?.form?.fields ?? []
    for (name, value) in act.facts.sorted(by: { $0.key < $1.key }) where !leavingOut.contains(name) {
      let kind = fields.first { $0.id == name }?.kind
      if kind == .officer { try await register(officers.officer(value.spelled)) }
      var text = value.spelled
      if kind == .money, case .integer(let fen) = value { text = Money(fen: fen).description }
      arguments += ["--field", "\(name)=\(text)"]
    }
    return arguments
  }

  private func register(_ officer: ActOfficer) async throws {
    guard await known.isNew(officer.id) else { return }
    var arguments = ["officer", "add", officer.id, "--name", officer.name]
    for role in officer.roles { arguments += ["--role", role] }
    if let held = officer.certificate {
      arguments += [
        "--certificate", held.number, "--kind", held.kind, "--from", held.validFrom.description, "--to",
        held.validTo.description,
      ]
    }
    try await must(arguments)
  }
}
