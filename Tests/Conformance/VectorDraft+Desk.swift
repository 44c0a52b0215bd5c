import Casebook
import Casework
import Foundation

@testable import OfficeNode

/// Frames of the control socket: requests, answers, and what is neither.
extension VectorDraft {
  private static let deskPage = "10-desk.md"

  static func desk() throws -> [VectorDraft] { try requests() + answers() + failures() }

  /// One of the texts that say it: keys may stand in any order, so the vectors sort them.
  private static func text(_ value: some Encodable) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return Array(try encoder.encode(value))
  }

  private static func strange(_ name: String, _ reads: String, _ text: String) -> VectorDraft {
    VectorDraft("desk-\(name)", deskPage, reads, Array(text.utf8), refused: "unexpected")
  }

  private static func requests() throws -> [VectorDraft] {
    let act = ActDraft(
      file: "130526检〔2026〕1号", act: "record", officers: ["zhang", "li"], date: nil, facts: ["findings": "正常"])
    let order = FileDraft(
      kind: "order", pack: "renxian", regime: "hr-agencies", workflow: nil, title: "专项检查", subject: nil,
      openedOn: "2026-01-06", addressee: "130526", relatesTo: nil, checkKind: nil, complainantName: nil,
      complainantPhone: nil)
    let issue = ActDraft(file: "", act: "issue", officers: ["sun"], date: nil, facts: ["due": "2026-02-01"])
    let asked: [(String, DeskRequest)] = [
      ("status", .status), ("subjects", .subjectList(contains: "任县")), ("subjects-all", .subjectList(contains: nil)),
      ("explain", .explain(["130526", "up", "7"])), ("act", .fileAct(act)), ("order", .orderIssue(order, issue)),
      ("bundle", .bundleCreate(BundleDraft(office: "1305", since: .day("2026-01-06"), partBytes: nil, path: "/media"))),
    ]
    let reads = "desk-request"
    return try asked.map { VectorDraft("desk-request-\($0.0)", deskPage, reads, try text($0.1)) } + [
      VectorDraft(
        "desk-request-later-key", deskPage, reads, Array(#"{"fileShow":{"file":"1f2e","later":[1]}}"#.utf8)),
      strange("request-cut", reads, #"{"status":{}"#), strange("request-list", reads, "[]"),
      strange("request-none", reads, "{}"), strange("request-two", reads, #"{"peers":{},"status":{}}"#),
      strange("request-unknown", reads, #"{"later":{}}"#), strange("request-lacking", reads, #"{"fileShow":{}}"#),
      strange("request-value", reads, #"{"fileShow":{"file":7}}"#),
      strange("request-fraction", reads, #"{"log":{"limit":1.5}}"#),
    ]
  }

  private static func answers() throws -> [VectorDraft] {
    let limits = AttachmentLimitsView(quota: 10_737_418_240, largest: 2_147_483_648, eager: 4_194_304, used: 0)
    let given: [(String, DeskAnswer)] = [
      ("subjects", .reply(.subjects([]))), ("limits", .reply(.attachmentLimits(limits))), ("done", .reply(.done)),
      ("progress", .progress(.catchingUp(with: "1305", done: 40, total: 0, bytes: 9_000))),
      ("progress-share", .progress(DeskProgress(work: Bilingual(zh: "核查", en: "checking"), done: 1, total: 3))),
    ]
    let reads = "desk-answer"
    return try given.map { VectorDraft("desk-answer-\($0.0)", deskPage, reads, try text($0.1)) } + [
      strange("answer-two", reads, #"{"failure":{},"reply":{"_0":{"done":{}}}}"#),
      strange("answer-unknown", reads, #"{"later":{"_0":{"done":{}}}}"#),
      strange("answer-reply-unknown", reads, #"{"reply":{"_0":{"later":{}}}}"#),
      strange("answer-reply-value", reads, #"{"reply":{"_0":{"subjects":{"_0":{}}}}}"#),
      strange(
        "answer-progress-unit", reads,
        #"{"progress":{"_0":{"done":1,"total":2,"unit":"miles","work":{"en":"x","zh":"x"}}}}"#),
    ]
  }

  /// One of each exit code.
  private static func failures() throws -> [VectorDraft] {
    func failure(_ kind: DeskFailure.Kind, _ code: String, article: String? = nil) -> DeskFailure {
      DeskFailure(
        kind: kind, code: code, message: Bilingual(zh: "未办理。", en: "It was not done."),
        remedy: Bilingual(zh: "请更正。", en: "Correct it."), article: article)
    }
    let all: [(String, DeskFailure)] = [
      ("refused", failure(.refused, "wrong-state", article: "四(三)五(三)")), ("usage", failure(.usage, "no-superior")),
      ("input", failure(.badInput, "unknown-file")), ("unreachable", failure(.unreachable, "timeout")),
      ("io", failure(.io, "desk-busy")), ("protocol", failure(.protocolViolated, "protocol")),
      ("permitted", failure(.notPermitted, "invitation")), ("integrity", failure(.integrity, "database")),
    ]
    let reads = "desk-answer"
    return try all.map { VectorDraft("desk-failure-\($0.0)", deskPage, reads, try text(DeskAnswer.failure($0.1))) } + [
      strange(
        "failure-exit", reads,
        #"{"failure":{"_0":{"code":"x","kind":2,"message":{"en":"x","zh":"x"},"remedy":{"en":"x","zh":"x"}}}}"#),
      strange(
        "failure-language", reads,
        #"{"failure":{"_0":{"code":"x","kind":65,"message":{"en":"x"},"remedy":{"en":"x","zh":"x"}}}}"#),
      strange(
        "failure-no-remedy", reads, #"{"failure":{"_0":{"code":"x","kind":65,"message":{"en":"x","zh":"x"}}}}"#),
    ]
  }
}
