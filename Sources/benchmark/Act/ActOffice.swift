import ArgumentParser
import Casebook
import Foundation
import Logging
import OfficeNode
import RegimePacks
import Replication

/// Founds the office whose acts are measured: a bundled pack in force, a clerk, and a case for each act. Prints the
/// cases' numbers.
struct ActOffice: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "act-office", shouldDisplay: false)

  struct Impossible: Error {}

  @Option var home: String
  @Option var cases: Int

  private static let pack = "renxian"
  static let clerk = "wang"

  func run() async throws {
    guard let office = OfficeCode("130526"), let pack = try BundledPacks.all().first(where: { $0.code == Self.pack })
    else { throw Impossible() }
    let node = try OfficeNode.found(
      Home(home), office: office, name: office.text, suite: .ed25519, effects: .live, logger: Logger(label: "benchmark"))
    _ = try await node.perform(.regimePublish(yaml: pack.yaml))
    _ = try await node.perform(
      .officerAdd(
        OfficerDraft(
          login: Self.clerk, name: "王芳", roles: ["window"], certificateNumber: nil, certificateKind: nil,
          validFrom: nil, validTo: nil)))
    let draft = FileDraft(
      kind: "case", pack: Self.pack, regime: "case-handling", workflow: nil, title: "某劳务公司拖欠农民工工资", subject: nil,
      openedOn: nil, addressee: nil, relatesTo: nil, checkKind: nil, complainantName: nil, complainantPhone: nil)
    var numbers: [String] = []
    for _ in 0..<cases {
      guard case .acted(let view) = try await node.perform(.fileOpen(draft)) else { throw Impossible() }
      numbers.append(view.file.number)
    }
    print(String(decoding: try JSONEncoder().encode(numbers), as: UTF8.self))
  }
}
