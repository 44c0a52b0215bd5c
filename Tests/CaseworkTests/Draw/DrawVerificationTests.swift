import Casework
import Foundation
import Testing

private typealias Fix = DrawFixture

@Suite("Anyone can verify a draw")
struct DrawVerificationTests {
  @Test("a third party, from the published bytes and the superior's receipts alone")
  func published() throws {
    let bytes = try JSONEncoder().encode(try Fix.publication())
    let received = try JSONDecoder().decode(DrawPublication.self, from: bytes)
    #expect(received.result.rounds.count == 2)
    #expect(Fix.findings(received).isEmpty)
  }

  @Test("the order of a received roster does not matter")
  func order() throws {
    let published = try Fix.publication()
    let text = try #require(String(data: JSONEncoder().encode(published.roster), encoding: .utf8))
    let halves = Fix.subjects(24).reversed().map { #"{"stratum":"\#($0.stratum)","id":"\#($0.id)"}"# }
    let turned = #"{"subjects":["# + halves.joined(separator: ",") + "]}"
    #expect(text != turned)
    #expect(try JSONDecoder().decode(DrawRoster.self, from: Data(turned.utf8)) == published.roster)
  }

  struct Change: Sendable, CustomTestStringConvertible {
    var name: String
    var found: [DrawVerification]
    var change: @Sendable (inout DrawPublication) throws -> Void

    var testDescription: String { name }
  }

  private static func parameters(_ change: @escaping @Sendable (inout DrawParameters) -> Void) -> Change {
    Change(name: "parameters", found: [.parameters]) { change(&$0.parameters) }
  }

  private static func roster(_ name: String, _ change: @escaping @Sendable (inout [DrawSubject]) -> Void) -> Change {
    Change(name: name, found: [.roster]) { publication in
      var subjects = publication.roster.subjects
      change(&subjects)
      publication.roster = DrawRoster(subjects)
    }
  }

  static let inputs: [Change] = [
    roster("a unit left out") { $0.removeLast() }, roster("a unit more") { $0.append(DrawSubject(id: "S0025")) },
    roster("another stratum") { $0[4].stratum += "x" }, roster("another id") { $0[4].id += "x" },
    roster("a byte moved from id to stratum") { subjects in
      let last = subjects[4].id.removeLast()
      subjects[4].stratum = String(last) + subjects[4].stratum
    },
    parameters { $0.size = .percent(26) }, parameters { $0.size = .count(7) }, parameters { $0.size = .count(6) },
    parameters { $0.minimums = [] }, parameters { $0.minimums[0].atLeast = .percent(49) },
    parameters { $0.minimums[0].stratum = "dispatch" }, parameters { $0.officersPerSubject = 1 },
    parameters { $0.officers.removeLast() }, parameters { $0.officers[1].certificate = "C9" },
    parameters { $0.officers[5].id = "P9" }, parameters { $0.recusals = [] },
    parameters { $0.recusals[0].officer = "P002" }, parameters { $0.recusals[0].subject = "S0002" },
    Change(name: "nonce", found: [.nonce]) { $0.reveal.nonce[31] ^= 1 },
    Change(name: "committed roster", found: [.roster, .commitment]) { $0.commitment.roster[0] ^= 1 },
    Change(name: "committed parameters", found: [.parameters, .commitment]) { $0.commitment.parameters[0] ^= 1 },
    Change(name: "committed nonce", found: [.nonce, .commitment]) { $0.commitment.nonce[0] ^= 1 },
    Change(name: "digest", found: [.commitment, .otherCommitment]) { $0.commitment.digest[0] ^= 1 },
    Change(name: "other commitment", found: [.otherCommitment]) { $0.result.commitment[0] ^= 1 },
    Change(name: "seed", found: [.seed(round: 1)]) { $0.reveal.seed[0] ^= 1 },
    Change(name: "seed of a re-draw", found: [.seed(round: 2)]) { $0.reveal.redraws[0].seed[0] ^= 1 },
    Change(name: "a re-draw kept back", found: [.rounds(1, expected: 2)]) { $0.reveal.redraws = [] },
    Change(name: "short nonce", found: [.impossible(.nonceLength(31))]) { $0.reveal.nonce.removeLast() },
  ]

  static let outputs: [Change] = [
    Change(name: "units in another order", found: [.subjects(round: 1)]) { $0.result.rounds[0].drawn.swapAt(0, 1) },
    Change(name: "another unit", found: [.subjects(round: 2)]) { $0.result.rounds[1].drawn[0].subject = "S0024x" },
    Change(name: "a unit left out", found: [.subjects(round: 1)]) { $0.result.rounds[0].drawn.removeLast() },
    Change(name: "a round left out", found: [.rounds(1, expected: 2)]) { $0.result.rounds.removeLast() },
    Change(name: "another reason", found: [.redraw(round: 2)]) { $0.result.rounds[1].redraw?.reason = .other },
    Change(name: "another number", found: [.redraw(round: 2)]) { $0.result.rounds[1].number = 3 },
    Change(name: "no reason", found: [.redraw(round: 2)]) { $0.result.rounds[1].redraw = nil },
  ]

  @Test("a change of what was committed, and of the list, is found and named", arguments: inputs + outputs)
  func found(_ change: Change) throws {
    var publication = try Fix.publication()
    try change.change(&publication)
    #expect(Fix.findings(publication) == change.found)
    for finding in change.found { #expect(!finding.message.zh.isEmpty && !finding.message.en.isEmpty) }
  }

  @Test("other officers are found, with the unit")
  func officers() throws {
    var publication = try Fix.publication()
    let units = publication.result.rounds[0].drawn
    publication.result.rounds[0].drawn[2].officers.swapAt(0, 1)
    publication.result.rounds[0].drawn[4].officers[0] = "P999"
    #expect(
      Fix.findings(publication) == [
        .officers(round: 1, subject: units[2].subject), .officers(round: 1, subject: units[4].subject),
      ])
  }

  @Test("a seed without a receipt is found")
  func noReceipt() throws {
    let publication = try Fix.publication()
    #expect(
      DrawVerification.findings(in: publication, receipts: [Fix.seed(1)], hash: SHA256.hash) == [.seed(round: 2)])
    #expect(
      DrawVerification.findings(in: publication, receipts: [], hash: SHA256.hash)
        == [.seed(round: 1), .seed(round: 2)])
  }

  @Test("a change of nonce, roster or parameters changes the digest, and all of them and the seed the list")
  func digests() throws {
    let reveal = DrawReveal(nonce: Fix.nonce, seed: Fix.seed(1))
    var (nonce, seed) = (reveal, reveal)
    nonce.nonce[0] ^= 1
    seed.seed[0] ^= 1
    var parameters = Fix.quarter
    parameters.minimums = []
    let draw = try Fix.draw(Fix.roster24, Fix.quarter)
    let results = try [
      draw.result(reveal), draw.result(nonce), Fix.draw(Fix.roster(23), Fix.quarter).result(reveal),
      Fix.draw(Fix.roster24, parameters).result(reveal), draw.result(seed),
    ]
    #expect(Set(results.prefix(4).map(\.commitment)).count == 4)
    #expect(results[4].commitment == results[0].commitment)
    #expect(Set(results.map(\.rounds)).count == 5)
  }
}
