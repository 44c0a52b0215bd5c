import ArgumentParser
import Casebook

struct KeyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "key", abstract: "密钥 keys of offices",
    subcommands: [List.self, Rotate.self, Revoke.self, Protect.self, Unprotect.self],
    defaultSubcommand: List.self)

  struct List: DeskCommand {
    static let configuration = CommandConfiguration(abstract: "各机构现用、曾用和已撤销的密钥 keys in use, former and revoked")
    @OptionGroup var options: GlobalOptions
    func request() -> DeskRequest { .keyList }
  }

  struct Rotate: DeskCommand {
    static let configuration = CommandConfiguration(
      abstract: "更换本机构的密钥 change this office's own keys",
      discussion: """
        生成新的签名密钥和传输密钥。上级在下次同步时自动确认，此前仍用原密钥签名，登记照常；最上级机构立即更换。
        更换后请重新备份：更换前的备份不含新密钥。
        Makes a new signing and a new transport key. The superior confirms at the next exchange; until then the old key
        signs, and work goes on. The root office's keys change at once. Make a backup afterwards: an earlier one lacks
        the new keys.
        """)
    @Option(help: "新签名密钥的算法 ed25519 或 sm2，默认不变 the new signing key's suite, by default as it is") var suite: String?
    @Option(help: "只更换 signing（签名密钥）或 transport（传输密钥） change only this one") var only: String?
    @OptionGroup var options: GlobalOptions
    func request() -> DeskRequest { .keyRotate(KeyRotationDraft(suite: suite, only: only)) }
  }

  struct Revoke: DeskCommand {
    static let configuration = CommandConfiguration(
      abstract: "撤销下级机构的密钥 take a subordinate's key out of office",
      discussion: """
        截止点之前的记录有效。之后的：撤销前已取得回执的，retired 有效、compromised 有争议；没有回执的暂存，待追认。
        What lies before the cut stands. Beyond it: receipted before the revocation stands (retired) or is disputed
        (compromised); without a receipt it is quarantined until ratified.
        """)
    @Argument(help: "机构 office") var office: String
    @Option(help: "retired（停用）或 compromised（可能被盗） retired or compromised") var reason: String
    @Option(help: "事由 why") var text: String
    @Option(help: "只认到该日终了前取得回执的记录 only what was receipted by the end of that day stands") var notAfter: String?
    @OptionGroup var options: GlobalOptions
    func request() -> DeskRequest {
      .keyRevoke(KeyRevocationDraft(office: office, reason: reason, text: text, notAfter: notAfter))
    }
  }
}

extension KeyCommand {
  struct Protect: DeskCommand {
    static let configuration = CommandConfiguration(
      abstract: "给本机的密钥文件设置或更换口令 put this machine's key files under a passphrase, or another one",
      discussion: """
        设置后，打开本目录的每个命令和 docket serve 都须有口令：由配置项 keys.passphraseFile（环境变量
        DOCKET_KEYS_PASSPHRASE_FILE）指明的文件给出，或在终端中输入。忘记口令的，密钥无法找回，须由上级撤销后重新接入；
        此前的备份中，密钥仍是原来的样子。
        From then on every command that opens this folder, and docket serve, need it: from the file that
        keys.passphraseFile (DOCKET_KEYS_PASSPHRASE_FILE) names, or typed on a terminal. A passphrase that is forgotten
        cannot be found again: the superior has to revoke the key and let the office join anew. In backups made before,
        the keys are as they were.
        """)
    @OptionGroup var passphrase: PassphraseOptions
    @OptionGroup var options: GlobalOptions
    func request() throws -> DeskRequest { .keyProtect(try passphrase.chosenForKeys(options)) }
  }

  struct Unprotect: DeskCommand {
    static let configuration = CommandConfiguration(
      abstract: "取消密钥文件的口令 leave this machine's key files without a passphrase")
    @OptionGroup var options: GlobalOptions
    func request() -> DeskRequest { .keyProtect(nil) }
  }
}

struct AdoptCommand: DeskCommand {
  static let configuration = CommandConfiguration(
    commandName: "adopt",
    abstract: "确认本目录是唯一在用的数据（恢复、移动或复制之后，无法联系上级时） say that this home is the only one in use, after a restore, a move or a copy",
    discussion: """
      能联系上级时请用 docket sync，无须此命令。确认后登记进入新的日志代次；另一份数据若还在使用，双方的登记都会保留。
      With a superior in reach use docket sync instead. Work then goes on in a new incarnation; should another copy be
      in use after all, the work of both is kept.
      """)
  @OptionGroup var options: GlobalOptions
  func request() -> DeskRequest { .adopt }
}
