import ArgumentParser
import Casebook
import Foundation
import OfficeNode

struct AttachCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "attach", abstract: "附件：照片、扫描件、录音录像 attachments: photographs, scans, recordings",
    subcommands: [Add.self, List.self, Get.self, Limits.self])

  struct Add: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "为案卷或检查添加附件 add a file to a case or an inspection",
      discussion: """
        复制时计算哈希；同一内容只存一份。原文件不动，复制后可以删除。能看案卷的机构都能取得附件，附件不能密封：写明投诉举报人身份的材料不要作为附件。
        Hashed while it is copied; the same content is kept once. The original is left alone and may go afterwards.
        Every office that reads the file may fetch it, and it cannot be sealed: add nothing that names a complainant.
        """)
    @Argument(help: "案卷编号 number of the file") var file: String
    @Argument(help: "文件 the file to add", completion: .file()) var path: String
    @Option(help: "名称 what to call it [文件名 the file's name]") var name: String?
    @Option(help: "说明 note") var note: String?
    @Option(help: "取得日期（拍摄、录制） day it was taken, YYYY-MM-DD") var takenOn: String?
    @Option(help: "媒体类型 media type [按扩展名 by the name's ending]") var mediaType: String?
    @OptionGroup var options: GlobalOptions

    func run() async throws {
      let draft = AttachmentDraft(
        file: file, path: CommandFiles.absolute(path), name: name, note: note, takenOn: takenOn, mediaType: mediaType,
        officer: options.officer)
      Printer(options).print(
        try await Interruption.guarded { try await DeskConnector.perform(.attachAdd(draft), options) })
    }
  }

  struct List: DeskCommand {
    static let configuration = CommandConfiguration(
      abstract: "列出案卷的附件及其内容是否在本机 a file's attachments, and whether their content is here")
    @Argument(help: "案卷编号 number of the file") var file: String
    @OptionGroup var options: GlobalOptions
    func request() -> DeskRequest { .attachList(file: file) }
  }

  struct Get: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "把附件写成文件，逐块核对 write an attachment to a file, verified",
      discussion: """
        内容不在本机的，登记取回：下次同步时取回，不论大小；退出码 69，之后再执行一次。
        Content that is not here is asked for and comes with the next synchronisation, whatever its size; exit 69, run it
        again then.
        """)
    @Argument(help: "案卷编号 number of the file") var file: String
    @Argument(help: "附件序号，或其编号的前八位 its number in the list, or eight digits of its id") var attachment: String
    @Option(help: "文件或目录 file or folder [当前目录 this folder]", completion: .file()) var out: String?
    @Option(help: "服务中的节点等待内容的秒数 seconds that a serving node waits for the content") var wait: Int?
    @OptionGroup var options: GlobalOptions

    func run() async throws {
      let take = AttachmentTake(
        file: file, attachment: attachment, path: CommandFiles.absolute(out ?? "."), wait: wait)
      Printer(options).print(
        try await Interruption.guarded { try await DeskConnector.perform(.attachGet(take), options) })
    }
  }

  struct Limits: DeskCommand {
    static let configuration = CommandConfiguration(
      abstract: "查看或修改附件的配额和上限 show or change quota and limits",
      discussion: "大小写作 500M、20G。 Sizes are written 500M, 20G.")
    @Option(help: "全部附件 all attachments") var quota: String?
    @Option(help: "单个附件，至多 2G one attachment, at most 2G") var largest: String?
    @Option(help: "不超过此大小的自动取回 up to this size fetched without being asked for") var eager: String?
    @OptionGroup var options: GlobalOptions

    func request() throws -> DeskRequest {
      .attachLimits(
        AttachmentLimitsDraft(
          quota: try quota.map(Self.bytes), largest: try largest.map(Self.bytes), eager: try eager.map(Self.bytes)))
    }

    /// `512K`, `4M`, `20G`, or bytes.
    private static func bytes(_ text: String) throws -> Int {
      let factors: [Character: Int] = ["K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40]
      let factor = text.last.flatMap { factors[$0] }
      guard let count = Int(factor == nil ? text[...] : text.dropLast()), count >= 0 else {
        throw ValidationError("\(text): 512K, 4M, 20G")
      }
      let (bytes, isTooLarge) = count.multipliedReportingOverflow(by: factor ?? 1)
      if isTooLarge { throw ValidationError("\(text): 512K, 4M, 20G") }
      return bytes
    }
  }
}
