import Casebook
import Casework
import Foundation

/// Prints a reply: a table or a few lines for people, one JSON object for programs.
struct Printer {
  let language: Language
  let isJSON: Bool

  init(_ options: GlobalOptions) {
    let arguments = options.lang.map { ["--lang", $0] } ?? []
    language = GlobalOptions.language(of: arguments, environment: ProcessInfo.processInfo.environment)
    isJSON = options.json
  }

  func line(_ zh: String, _ en: String) {
    if !isJSON { Swift.print(language == .zh ? zh : en) }
  }

  func text(_ value: Bilingual) -> String { value[language] }
  func word(_ zh: String, _ en: String) -> String { language == .zh ? zh : en }

  func table(_ header: [(String, String)], _ rows: [[String]]) {
    if rows.isEmpty {
      line("（没有）", "(none)")
      return
    }
    var table = Table(header.map { word($0.0, $0.1) })
    for row in rows { table.add(row) }
    Swift.print(table.text(width: Table.terminalWidth()))
  }

  /// China's time, to the minute.
  func time(_ milliseconds: UInt64?) -> String {
    milliseconds.map(ClockText.of) ?? "—"
  }

  func due(_ row: FileRow) -> String {
    if row.isFinal { return "—" }
    if row.isSuspended { return word("中止", "suspended") }
    guard let due = row.nextDue else { return "—" }
    let mark = row.isProvisional ? word("（暂定）", " (provisional)") : ""
    guard let left = row.daysLeft else { return due + mark }
    return left < 0
      ? due + mark + word(" 超期\(-left)工作日", " \(-left)wd overdue") : due + mark + word(" 余\(left)工作日", " \(left)wd left")
  }

  /// Prints any reply.
  func print(_ reply: DeskReply) {
    if isJSON {
      Swift.print(JSONOutput.reply(reply))
      return
    }
    switch reply {
    case .status(let view): status(view)
    case .verified(let view): verified(view)
    case .offices(let views): offices(views)
    case .invitation(let view): invitation(view)
    case .officers(let views):
      table(
        [("登录名", "login"), ("姓名", "name"), ("角色", "roles"), ("机构", "office"), ("证件", "certificate"), ("有效期至", "valid to")],
        views.map {
          [$0.login, $0.name, $0.roles.joined(separator: " "), $0.office, $0.certificateNumber ?? "—", $0.validTo ?? "—"]
        })
    case .subjects(let views): subjects(views)
    case .subject(let view): subject(view)
    case .duplicates(let pairs): duplicates(pairs)
    case .subjectRevealed(let view): revealed(view)
    case .imported(let view): imported(view)
    case .regimes(let views): regimes(views)
    case .regime(let page): regime(page)
    case .pack(let page): pack(page)
    case .packDiff(let view): packDiff(view)
    case .referrals(let views): referrals(views)
    case .calendarImport(let view): calendarImport(view)
    case .calendarYear(let view): calendarYear(view)
    case .due(let view): due(view)
    case .indicators(let views): indicators(views)
    case .leases(let views): leases(views)
    case .numberRegister(let rows): numberRegister(rows)
    case .files(let rows): files(rows)
    case .file(let view): file(view)
    case .acted(let view): acted(view)
    case .revealed(let view):
      line("\(view.number) 投诉举报人：\(view.name) \(view.phone)（查看已记录，用途：\(view.purpose)）", "\(view.number) complainant: \(view.name) \(view.phone) (recorded, for: \(view.purpose))")
    case .draw(let view): draw(view)
    case .draws(let rows): draws(rows)
    case .attached(let view): attached(view)
    case .attachments(let views): attachments(views)
    case .attachmentTaken(let view): attachmentTaken(view)
    case .attachmentLimits(let view): attachmentLimits(view)
    case .board(let view): board(view)
    case .coverage(let rows): coverage(rows)
    case .tallies(let rows): tallies(rows)
    case .conflicts(let views): conflicts(views)
    case .keys(let views):
      table(
        [("机构", "office"), ("密钥", "key"), ("算法", "suite"), ("状态", "state"), ("事由", "why")],
        views.map { [$0.office, $0.key, $0.suite, keyState($0), $0.text ?? "—"] })
    case .held(let views):
      table(
        [("机构", "office"), ("流", "stream"), ("序号", "seq"), ("原因", "reason")],
        views.map { [$0.office, $0.stream, "\($0.seq)", text($0.message)] })
    case .peers(let views): peers(views)
    case .outbox(let view): outbox(view)
    case .entry(let view): explained(view)
    case .office(let view): explained(view)
    case .log(let rows):
      table(
        [("时间", "time"), ("机构", "office"), ("流", "stream"), ("序号", "seq"), ("变更", "changes"), ("哈希", "hash")],
        rows.map { [time($0.time), $0.office, $0.stream, "\($0.seq)", "\($0.changes)", $0.hash] })
    case .synced(let view): synced(view)
    case .bundleMade(let view): bundleMade(view)
    case .bundlesApplied(let view): bundlesApplied(view)
    case .doctor(let view): doctor(view)
    case .backupMade(let view): backupMade(view)
    case .backupDrilled(let view): backupDrilled(view)
    case .done: line("完成。", "Done.")
    }
  }
}
