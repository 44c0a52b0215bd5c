import ArgumentParser
import Casebook

struct TransferCommand: DeskCommand {
  static let configuration = CommandConfiguration(
    commandName: "transfer", abstract: "移交：将案件移交同级机构 hand a case to an office beside",
    discussion: """
      本机构此后不再收到本案情况；共同上级同步后，接收机构得到案卷。退回时由接收机构再行移交。
      This office hears nothing more of the file; the receiving one gets it once the common superior has synchronised. To
      return it, the receiving office transfers it back.
      """)
  @Argument(help: "案卷编号 number of the file") var file: String
  @Option(help: "接收机构代码 code of the receiving office") var to: String
  @Option(help: "移交理由 reason") var reason: String
  @OptionGroup var acting: ActOptions
  @OptionGroup var options: GlobalOptions
  func request() throws -> DeskRequest {
    .fileAct(try acting.draft(file, "transfer", options, extra: ["transferTo": to, "transferReason": reason]))
  }
}
