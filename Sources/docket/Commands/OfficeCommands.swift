import ArgumentParser
import Casebook
import Casework
import Foundation
import OfficeNode

struct InitCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init", abstract: "设立根机构（最上级） set up the root office")

  @Argument(help: "机构代码 office code, e.g. 130500") var office: String
  @Option(help: "机构名称 the office's name") var name: String
  @Option(help: "签名算法 signature suite: ed25519, sm2") var suite = "ed25519"
  @OptionGroup var options: GlobalOptions

  func run() async throws {
    let node = try await Offices.found(
      DeskConnector.home(options), office: office, name: name, suite: suite, logger: DeskConnector.quiet)
    Printer(options).print(try await node.perform(.status))
  }
}

struct InviteCommand: DeskCommand {
  static let configuration = CommandConfiguration(
    commandName: "invite", abstract: "为下级机构签发一次性邀请码 issue a one-time code for a subordinate office")

  @Argument(help: "新机构的代码 code of the new office") var office: String
  @Option(help: "新机构的名称 name of the new office") var name: String
  @Option(help: "本节点对外地址 this node's address, host:port") var address: String
  @Option(help: "邀请码有效小时数 hours the code is valid") var hours = 48
  @Option(help: "授权书期限：最后一日，或 never（不定期，默认） the charter's last day, YYYY-MM-DD, or never")
  var until: String?
  @Option(help: "委托或下放的权限（可多次） a power delegated (repeatable)") var power: [String] = []
  @OptionGroup var options: GlobalOptions

  func request() -> DeskRequest {
    .invite(
      Invite(
        office: office, name: name, address: address, hours: hours, until: until,
        powers: power.isEmpty ? nil : power))
  }
}

struct JoinCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "join", abstract: "凭邀请码设立本机构并首次同步 set this office up by a code, and synchronise")

  @Argument(help: "邀请码 the code") var code: String
  @Option(help: "签名算法 signature suite: ed25519, sm2") var suite = "ed25519"
  @OptionGroup var options: GlobalOptions

  func run() async throws {
    let printer = Printer(options)
    printer.line("正在生成密钥并向上级提交邀请码……", "Making keys and presenting the code to the superior…")
    let node: OfficeNode
    do {
      node = try await Offices.join(
        DeskConnector.home(options), code: code, suite: suite, logger: DeskConnector.quiet)
    } catch {
      throw DeskFailures.failure(error)
    }
    let line = ProgressLine(options)
    defer { line.end() }
    let synced = try await node.perform(.sync(office: nil)) { line.show($0) }
    line.end()
    if !options.json { printer.print(synced) }
    printer.print(try await node.perform(.status))
  }
}

struct StatusCommand: DeskCommand {
  static let configuration = CommandConfiguration(commandName: "status", abstract: "本机构概况 how this office is")
  @OptionGroup var options: GlobalOptions
  func request() -> DeskRequest { .status }
}

struct OfficeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "office", abstract: "机构 offices", subcommands: [List.self, Renew.self])

  struct List: DeskCommand {
    static let configuration = CommandConfiguration(abstract: "列出机构及核对指纹 list offices and fingerprints")
    @OptionGroup var options: GlobalOptions
    func request() -> DeskRequest { .officeList }
  }

  struct Renew: DeskCommand {
    static let configuration = CommandConfiguration(
      abstract: "续签直接下级的授权书 renew the charter of a direct subordinate",
      discussion: """
        密钥、名称和上级不变，只改期限（和权限）。期满后本机构不再接受该下级的连接，其签发的记录照常有效，交换包照收；
        续签后即可照常同步。
        Keys, name and place stay, the term changes (and the powers). After its end this office admits no session of the
        subordinate; what that one signed stays valid, and its bundles are taken. Once renewed it may connect again.
        """)
    @Argument(help: "机构 office") var office: String
    @Option(help: "最后一日，或 never（不定期） the last day, YYYY-MM-DD, or never") var until: String
    @Option(help: "权限（可多次），取代原有各项；默认不变 a power (repeatable), in place of the present ones; by default as they are")
    var power: [String] = []
    @OptionGroup var options: GlobalOptions

    func request() -> DeskRequest {
      .officeRenew(CharterRenewalDraft(office: office, until: until, powers: power.isEmpty ? nil : power))
    }
  }
}

struct OfficerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "officer", abstract: "人员 officers", subcommands: [Add.self, List.self])

  struct Add: DeskCommand {
    static let configuration = CommandConfiguration(abstract: "登记或更新人员及证件 register an officer and the certificate")

    @Argument(help: "登录名 login") var login: String
    @Option(help: "姓名 name") var name: String
    @Option(help: "角色 role: window handler reviewer captain leader head recorder（可多次 repeatable）")
    var role: [String] = []
    @Option(help: "证号 certificate number") var certificate: String?
    @Option(help: "证件种类 kind: enforcement supervision audit") var kind = "enforcement"
    @Option(help: "有效期起 valid from, YYYY-MM-DD") var from: String?
    @Option(help: "有效期止 valid to, YYYY-MM-DD") var to: String?
    @OptionGroup var options: GlobalOptions

    func request() -> DeskRequest {
      .officerAdd(
        OfficerDraft(
          login: login, name: name, roles: role, certificateNumber: certificate,
          certificateKind: certificate == nil ? nil : kind, validFrom: from, validTo: to))
    }
  }

  struct List: DeskCommand {
    static let configuration = CommandConfiguration(abstract: "列出人员 list officers")
    @OptionGroup var options: GlobalOptions
    func request() -> DeskRequest { .officerList }
  }
}
