import ArgumentParser
import Casebook

struct OutboxCommand: DeskCommand {
  static let configuration = CommandConfiguration(
    commandName: "outbox", abstract: "待送出的记录、大小、等了多久、为什么 what waits to go out, how much, how long, and why",
    discussion: """
      按对方和流列出：尚未送到的，以及已送到而未取得回执的。不读日志，登记再多也即刻答复。
      By peer and stream: what has not reached it, and what it holds without having receipted it. The log is not read.
      """)
  @Argument(help: "上级或直接下级 the superior or a direct subordinate [全部 all]") var office: String?
  @OptionGroup var options: GlobalOptions
  func request() -> DeskRequest { .outbox(office: office) }
}

struct ExplainCommand: DeskCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "说明一条日志或一个机构：是什么、为何如此、如何处理 explain an entry or an office",
    discussion: """
      条目：docket log 所列的哈希（前 4 位以上）、“机构#序号”，或“机构 流 序号”。
      An entry: the hash that docket log prints (4 digits or more), OFFICE#SEQ, or OFFICE STREAM SEQ.

        docket explain 130526
        docket explain 130526 up 12
        docket explain 9f3a52
      """)
  @Argument(help: "机构代码，或条目 an office's code, or an entry") var words: [String]
  @OptionGroup var options: GlobalOptions
  func request() -> DeskRequest { .explain(words) }
}
