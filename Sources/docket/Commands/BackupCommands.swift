import ArgumentParser
import Casebook
import Casework
import Foundation
import OfficeNode

struct BackupCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backup", abstract: "备份、核对备份和恢复演练 back up, verify backups, drill a restore",
    subcommands: [Create.self, Verify.self, List.self, Drill.self])

  struct Create: DeskCommand {
    static let configuration = CommandConfiguration(
      abstract: "备份为一个文件，节点照常工作 back up into one file while the node works on",
      discussion: """
        写完后从介质读回核对，才给文件定名。文件中有私钥，用口令加密；用 --plain 则不加密，权限为 0600。
        It is read back from the medium before it gets its name. The private keys are in it, encrypted by a passphrase;
        with --plain they lie open in it, mode 0600.
        """)
    @Argument(help: "文件，或目录（按机构和时间命名） file, or folder (named for office and time)", completion: .file())
    var target: String
    @OptionGroup var passphrase: PassphraseOptions
    @Option(help: "目录中保留最新的几份经核对的备份，更旧的删除 how many verified backups stay in the folder")
    var keep: Int?
    @Flag(help: "并核对备份中全部签名 check every signature in it too") var audit = false
    @Flag(help: "不加密，文件中的私钥不受保护 not encrypted: the private keys in it are not protected") var plain = false
    @OptionGroup var options: GlobalOptions

    func request() throws -> DeskRequest {
      .backupCreate(
        BackupDraft(
          path: CommandFiles.absolute(target), passphrase: try passphrase.chosen(options, isPlain: plain), keep: keep, isAudited: audit))
    }

    func run() async throws {
      let request = try request()
      let reply = try await Interruption.guarded { try await DeskConnector.perform(request, options) }
      Printer(options).print(reply)
      if case .backupMade(let view) = reply, let audit = view.audit { try AuditFailure.check(audit) }
    }
  }

  struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "从头到尾读一份备份并打开其中的数据库 read a backup from end to end and open the database in it",
      discussion: """
        解开的副本在临时目录（TMPDIR）中，用完即删。
        The opened copy lies among the temporary files (TMPDIR) and goes away.
        """)
    @Argument(help: "备份文件 the backup", completion: .file(extensions: ["docket-backup"])) var file: String
    @OptionGroup var passphrase: PassphraseOptions
    @Flag(help: "并核对全部签名、链接和汇总 check every signature, link and the projection too") var audit = false
    @OptionGroup var options: GlobalOptions

    func run() async throws {
      let path = CommandFiles.absolute(file)
      let line = ProgressLine(options)
      defer { line.end() }
      do {
        let given = try passphrase.given(options, isProtected: try Backups.isProtected(path))
        // Opening the restored office takes its keys; a configuration that is damaged is none of this command's business.
        let configuration = audit ? try? DeskConnector.configuration(DeskConnector.home(options)) : nil
        let keys = try configuration?.keysPassphraseFile.map(PassphraseOptions.read)
        let view = try await Interruption.guarded {
          try await Backups.verify(
            path, passphrase: given, keyPassphrase: keys, isAudited: audit, logger: DeskConnector.quiet
          ) { line.show($0) }
        }
        line.end()
        Printer(options).backupChecked(view)
        if let audit = view.audit { try AuditFailure.check(audit) }
      } catch {
        throw DeskFailures.failure(error)
      }
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "列出目录中的备份，不需口令 list the backups in a folder; needs no passphrase")
    @Argument(help: "目录 folder", completion: .directory) var folder: String
    @OptionGroup var options: GlobalOptions

    func run() async throws {
      do {
        Printer(options).backups(try Backups.list(CommandFiles.absolute(folder)))
      } catch {
        throw DeskFailures.failure(error)
      }
    }
  }

  struct Drill: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "恢复演练：备份、恢复到临时目录、核对、比较、清除 drill: back up, restore aside, audit, compare, clear away",
      discussion: """
        不改动现用数据。--to 把备份写到真正的介质上并保留。
        The home in use stays as it is. --to writes the backup to the real medium, and keeps it.
        """)
    @Option(help: "备份写到此处并保留 write the backup here and keep it", completion: .file()) var to: String?
    @Flag(help: "不加密 not encrypted") var plain = false
    @OptionGroup var passphrase: PassphraseOptions
    @OptionGroup var options: GlobalOptions

    func run() async throws {
      let draft = BackupDraft(
        path: to.map(CommandFiles.absolute) ?? "",
        passphrase: to == nil ? try passphrase.ofFile() : try passphrase.chosen(options, isPlain: plain))
      let isKept = to != nil
      let reply = try await Interruption.guarded {
        try await DeskConnector.perform(.backupDrill(draft, isKept: isKept), options)
      }
      Printer(options).print(reply)
      guard case .backupDrilled(let view) = reply else { return }
      try AuditFailure.check(view.audit)
      if let problem = view.problems.first { throw AuditFailure.drill(problem) }
    }
  }
}

struct RestoreCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "restore", abstract: "由备份建立机构目录，并说明随后要做什么 make the office's folder from a backup, and say what comes next",
    discussion: """
      恢复的目录在与上级核对（docket sync）之前不能登记，以免日志分叉。
      A restored folder records nothing before it was compared with the superior (docket sync), so that no log forks.
      """)
  @Argument(help: "备份文件 the backup", completion: .file(extensions: ["docket-backup"])) var file: String
  @OptionGroup var passphrase: PassphraseOptions
  @Flag(help: "已有机构目录改名保留，由备份取代 keep the folder that is there under another name, and take its place")
  var replace = false
  @OptionGroup var options: GlobalOptions

  func run() async throws {
    let path = CommandFiles.absolute(file)
    let line = ProgressLine(options)
    defer { line.end() }
    do {
      let given = try passphrase.given(options, isProtected: try Backups.isProtected(path))
      let home = DeskConnector.home(options)
      let view = try await Interruption.guarded {
        try await Backups.restore(path, passphrase: given, to: home, isReplacing: replace) { line.show($0) }
      }
      line.end()
      Printer(options).restored(view)
    } catch {
      throw DeskFailures.failure(error)
    }
  }
}

/// What an audit found, as the command's error.
enum AuditFailure {
  static func check(_ view: VerifyView) throws {
    guard let first = view.problems.first else { return }
    throw DeskFailure(
      kind: .integrity, code: first.code,
      message: Bilingual(
        zh: "备份中的数据与签名不符，第一处：\(first.office) \(first.stream)\(first.seq.map { " 第 \($0) 条" } ?? "")。",
        en: "The data in the backup is not what was signed; first at \(first.office) \(first.stream)\(first.seq.map { " #\($0)" } ?? "")."),
      remedy: Bilingual(
        zh: "请用 docket verify 核对现用数据；现用数据完好的，重新备份。", en: "Check the home in use with docket verify; if it is sound, back up again."))
  }

  static func drill(_ problem: Bilingual) -> DeskFailure {
    DeskFailure(
      kind: .integrity, code: "drill",
      message: Bilingual(zh: "恢复演练不通过：\(problem.zh)", en: "The drill failed: \(problem.en)"),
      remedy: Bilingual(
        zh: "请勿依赖这份备份；用 docket doctor 和 docket verify 检查现用数据后再演练。",
        en: "Do not rely on this backup; look the home in use over with docket doctor and docket verify, then drill again."))
  }
}
