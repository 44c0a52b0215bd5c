import Casework
import Foundation
import Replication
import SignatureSuites
import TestKit

@testable import Casebook

/// A published draw with the seeds that its receipts give.
struct DrawVector: Codable {
  var suite: Int
  /// Hexadecimal, of each round.
  var receipts: [String]
  var publication: DrawPublication
}

extension VectorReading {
  func draw() throws -> JSONValue {
    let vector = try JSONDecoder().decode(DrawVector.self, from: Data(input))
    guard let suite = SuiteID(rawValue: UInt8(vector.suite)).flatMap({ SuiteSet.standard[$0] }) else {
      throw MalformedVector(what: "suite")
    }
    let found = DrawVerification.findings(
      in: vector.publication, receipts: vector.receipts.compactMap { Hexadecimal.bytes($0) }
    ) { suite.hash($0).bytes }
    return .object(["findings": .list(found.map { .text(DrawFinding($0).kind.rawValue) })])
  }
}

extension VectorDraft {
  private static let page = "draw.md"

  static func draws() throws -> [VectorDraft] {
    var drafts: [VectorDraft] = []
    for suite in SuiteID.allCases {
      let made = try vector(suite)
      drafts.append(try draft("\(suite)", made))
    }
    let made = try vector(.ed25519)
    func altered(_ name: String, _ change: (inout DrawVector) -> Void) throws -> VectorDraft {
      var vector = made
      change(&vector)
      return try draft(name, vector)
    }
    return drafts + [
      try altered("subjects") { $0.publication.result.rounds[0].drawn.swapAt(0, 1) },
      try altered("officers") { $0.publication.result.rounds[0].drawn[0].officers.reverse() },
      try altered("nonce") { $0.publication.reveal.nonce[0] ^= 1 },
      try altered("roster") { vector in
        vector.publication.roster = DrawRoster(
          vector.publication.roster.subjects.map { DrawSubject(id: $0.id, stratum: $0.id == "u1" ? "" : $0.stratum) })
      },
      // A recusal names a unit that is not there.
      try altered("impossible") { $0.publication.roster = DrawRoster($0.publication.roster.subjects.dropLast()) },
      try altered("parameters") { $0.publication.parameters.size = .count(5) },
      try altered("digest") { $0.publication.commitment.digest[0] ^= 1 },
      try altered("seed") { $0.receipts[1] = $0.receipts[0] },
      try altered("withheld-round") { $0.publication.reveal.redraws = [] },
      try altered("missing-round") { $0.publication.result.rounds.removeLast() },
      try altered("redraw") { $0.publication.result.rounds[1].redraw?.note = "other" },
    ]
  }

  private static func draft(_ name: String, _ vector: DrawVector) throws -> VectorDraft {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    return VectorDraft("draw-\(name)", page, "draw", Array(try encoder.encode(vector)))
  }

  /// Twelve units in two strata, five officers, recusals, and a second round for a unit and for an officer.
  private static func vector(_ suite: SuiteID) throws -> DrawVector {
    guard let hashing = SuiteSet.standard[suite] else { throw MalformedVector(what: "suite") }
    let roster = DrawRoster(
      (1...12).map { DrawSubject(id: "u\($0)", stratum: $0 % 4 == 0 ? "irregular-hours" : "其他") })
    let parameters = DrawParameters(
      size: .percent(50), minimums: [DrawMinimum(stratum: "irregular-hours", atLeast: .percent(30))],
      officers: ["zhang", "li", "wang", "zhao", "陈"].map { DrawOfficer(id: $0, certificate: "C-\($0)") },
      recusals: (1...12).map { DrawRecusal(subject: "u\($0)", officer: $0 % 2 == 0 ? "li" : "陈") })
    let draw = try Draw(roster: roster, parameters: parameters) { hashing.hash($0).bytes }
    let nonce = [UInt8](repeating: 7, count: 32)
    let seeds: [[UInt8]] = [1, 2].map { [UInt8](repeating: $0, count: 32) }
    let first = try draw.result(DrawReveal(nonce: nonce, seed: seeds[0]))
    let drawn = first.rounds[0].drawn
    let redraw = DrawRedraw(
      round: 2, reason: .closed, note: "注销",
      replaces: [
        DrawReplacement(subject: drawn[1].subject),
        DrawReplacement(subject: drawn[3].subject, officer: drawn[3].officers[0]),
      ], seed: seeds[1])
    let reveal = DrawReveal(nonce: nonce, seed: seeds[0], redraws: [redraw])
    return DrawVector(
      suite: Int(suite.rawValue), receipts: seeds.map { Hexadecimal.string($0) },
      publication: DrawPublication(
        roster: roster, parameters: parameters, commitment: try draw.commitment(nonce: nonce), reveal: reveal,
        result: try draw.result(reveal)))
  }
}
