import ArgumentParser
import Casebook
import Casework
import Foundation
import OfficeNode

struct DrawCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "draw", abstract: "双随机抽取（可核验） random draws that anyone can verify",
    discussion: """
      先承诺（commit），与上级同步取得回执，再揭示（reveal）。种子是上级第一份回执，抽取机构无法选择。
      Commit, synchronise with the superior, reveal. The seed is the superior's first receipt, which nobody can choose.
      """,
    subcommands: [Commit.self, Reveal.self, Redraw.self, Show.self, List.self, Verify.self])

  struct Commit: DeskCommand {
    static let configuration = CommandConfiguration(abstract: "承诺名录、规则和随机数 commit to roster, rules and nonce")
    @Argument(help: "抽查事项 what is drawn for") var title: String
    @Option(help: "制度包 pack") var pack: String
    @Option(help: "制度 regime") var regime: String
    @Option(help: "检查类型 check kind: routine special full …") var check = "routine"
    @Option(help: "抽取户数 number of units") var count: Int?
    @Option(help: "抽取比例（进位） share of the roster in percent, rounded up") var percent: Int?
    @Option(help: "只从该类别抽取（可多次） draw from this kind of unit only (repeatable)") var kind: [String] = []
    @Option(help: "类别下限 at least so many of a kind: kind=2, kind=30%（可多次 repeatable）") var minimum: [String] = []
    @Option(help: "每户检查人员数 officers for each unit [制度规定 the regime's]") var perUnit: Int?
    @Option(help: "回避 recusal: 对象=登录名 unit=login（可多次 repeatable）") var recuse: [String] = []
    @Option(name: .customLong("officer"), help: "抽取人员登录名（可多次） officer's login (repeatable)") var officers: [String] = []
    @OptionGroup var options: GlobalOptions

    func validate() throws {
      if (count == nil) == (percent == nil) { throw ValidationError("--count N | --percent P") }
    }

    func request() throws -> DeskRequest {
      let size = count.map { DrawSize.count($0) } ?? .percent(percent ?? 0)
      return .drawCommit(
        DrawDraft(
          title: title, pack: pack, regime: regime, checkKind: check, size: size,
          minimums: try minimum.map { text in
            let (kind, size) = try DrawTexts.pair(text, "--minimum kind=2 | kind=30%")
            guard let number = Int(size.hasSuffix("%") ? String(size.dropLast()) : size) else {
              throw ValidationError("--minimum kind=2 | kind=30%: \(text)")
            }
            return DrawMinimum(stratum: kind, atLeast: size.hasSuffix("%") ? .percent(number) : .count(number))
          }, officersPerSubject: perUnit, kinds: kind,
          recusals: try recuse.map { text in
            let (subject, officer) = try DrawTexts.pair(text, "--recuse unit=login")
            return DrawRecusal(subject: subject, officer: officer)
          }, officers: DrawTexts.acting(officers, options)))
    }
  }

  struct Reveal: DeskCommand {
    static let configuration = CommandConfiguration(
      abstract: "揭示：按上级回执得出结果 reveal: the list follows from the superior's receipt")
    @Argument(help: "抽取编号 number of the draw") var number: String
    @OptionGroup var options: GlobalOptions
    func request() -> DeskRequest { .drawReveal(number) }
  }

  struct Redraw: DeskCommand {
    static let configuration = CommandConfiguration(
      abstract: "重新抽取一轮，写明原因 ask for a further round, with its reason")
    @Argument(help: "抽取编号 number of the draw") var number: String
    @Option(help: "原因 reason: recusal unavailable closed not-found elsewhere other") var reason: String
    @Option(help: "情况说明 what happened") var note: String
    @Option(help: "替换 replaced: 对象 unit, 对象=人员 unit=officer（可多次 repeatable）") var replace: [String] = []
    @Option(name: .customLong("officer"), help: "办理人员登录名（可多次） officer's login (repeatable)") var officers: [String] = []
    @OptionGroup var options: GlobalOptions

    func request() throws -> DeskRequest {
      guard let reason = DrawReason(rawValue: reason) else {
        throw ValidationError("--reason \(DrawReason.allCases.map(\.rawValue).joined(separator: " | ")): \(reason)")
      }
      return .drawRedraw(
        DrawRedrawDraft(
          draw: number, reason: reason, note: note,
          replaces: try replace.map { text in
            guard text.contains("=") else { return DrawReplacement(subject: text) }
            let (subject, officer) = try DrawTexts.pair(text, "--replace unit | unit=officer")
            return DrawReplacement(subject: subject, officer: officer)
          }, officers: DrawTexts.acting(officers, options)))
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "查看抽取，按日志重新推算 show a draw, derived again from the log")
    @Argument(help: "抽取编号 number of the draw") var number: String
    @Option(help: "写出公布文件 write the file to publish", completion: .file(extensions: ["json"])) var publish: String?
    @OptionGroup var options: GlobalOptions

    func run() async throws {
      let reply = try await DeskConnector.perform(.drawShow(number), options)
      guard let publish, case .draw(let view) = reply else {
        Printer(options).print(reply)
        return
      }
      guard let file = view.file else { throw DrawTexts.notRevealed(view.row.number) }
      try DrawTexts.write(JSONOutput.text(file) + "\n", to: publish)
      Printer(options).line("已写出 \(publish)。", "Written to \(publish).")
    }
  }

  struct List: DeskCommand {
    static let configuration = CommandConfiguration(abstract: "列出抽取 list draws")
    @OptionGroup var options: GlobalOptions
    func request() -> DeskRequest { .drawList }
  }

  struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "核验公布的文件（不需要机构目录）或日志中的抽取 verify a published file (needs no office) or a draw in the log")
    @Argument(help: "文件或抽取编号 file, or number of the draw", completion: .file(extensions: ["json"]))
    var reference: String
    @Option(help: "见证机构密钥指纹 fingerprint of the witness's key") var witness: String?
    @OptionGroup var options: GlobalOptions

    private struct Answer: Encodable {
      let number: String
      /// Fingerprint of the key that signed the receipts; absent when checked against the log.
      let witness: String?
      let findings: [DrawFinding]
    }

    func run() async throws {
      let answer = FileManager.default.fileExists(atPath: reference) ? try checkFile() : try await checkLog()
      let printer = Printer(options)
      if options.json {
        print(JSONOutput.text(answer))
      } else {
        printer.findings(answer.findings)
        if let key = answer.witness, witness == nil {
          printer.line(
            "见证机构密钥指纹：\(key)\n请与其公布的指纹核对，或用 --witness 指定。",
            "Fingerprint of the witness's key: \(key)\nCompare it with the published one, or give it with --witness.")
        }
      }
      if !answer.findings.isEmpty { throw DrawTexts.notVerified(answer.number, answer.findings.count) }
    }

    private func checkFile() throws -> Answer {
      let file = try PublishedDraw.read(try CommandFiles.read(reference), file: reference)
      return Answer(
        number: file.number, witness: PublishedDraw.witness(of: file),
        findings: PublishedDraw.findings(in: file, witness: witness))
    }

    private func checkLog() async throws -> Answer {
      guard case .draw(let view) = try await DeskConnector.perform(.drawShow(reference), options) else {
        throw DrawTexts.notRevealed(reference)
      }
      // An intact commitment is not yet a drawn list.
      guard view.row.state != .waiting, view.row.state != .ready else { throw DrawTexts.notRevealed(reference) }
      return Answer(number: view.row.number, witness: nil, findings: view.findings)
    }
  }
}

/// What the draw commands share.
private enum DrawTexts {
  /// Both sides of the last `=`, because names of units may contain one.
  static func pair(_ text: String, _ form: String) throws -> (String, String) {
    guard let mark = text.lastIndex(of: "="), mark > text.startIndex, text.index(after: mark) < text.endIndex else {
      throw ValidationError("\(form): \(text)")
    }
    return (String(text[..<mark]), String(text[text.index(after: mark)...]))
  }

  static func acting(_ officers: [String], _ options: GlobalOptions) -> [String] {
    officers.isEmpty ? options.officer.map { [$0] } ?? [] : officers
  }

  static func write(_ text: String, to path: String) throws {
    do {
      try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw DeskFailure(
        kind: .io, code: "file",
        message: Bilingual(zh: "无法写入文件 \(path)。", en: "Cannot write the file \(path)."),
        remedy: Bilingual(zh: "请核对目录和权限。", en: "Check the folder and its permissions."))
    }
  }

  static func notRevealed(_ number: String) -> DeskFailure {
    DeskFailure(
      kind: .refused, code: "not-revealed",
      message: Bilingual(
        zh: "抽取 \(number) 尚未揭示，没有可公布的结果。", en: "Draw \(number) is not revealed; there is nothing to publish."),
      remedy: Bilingual(zh: "请先揭示：docket draw reveal \(number)。", en: "Reveal it first: docket draw reveal \(number)."))
  }

  static func notVerified(_ number: String, _ count: Int) -> DeskFailure {
    DeskFailure(
      kind: .integrity, code: "draw-not-verified",
      message: Bilingual(
        zh: "抽取 \(number) 未通过核验：\(count) 处不符。", en: "Draw \(number) does not verify: \(count) findings."),
      remedy: Bilingual(
        zh: "请向抽取机构及其上级核实；日志用 docket verify 检查。",
        en: "Ask the office and its superior; check the log with docket verify."))
  }
}
