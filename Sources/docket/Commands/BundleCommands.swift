import ArgumentParser
import Casebook
import Casework
import Foundation

struct BundleCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bundle", abstract: "用文件交换，供不联网的机构使用 exchange by files, for offices without a network",
    subcommands: [Create.self, Apply.self])

  struct Create: DeskCommand {
    static let configuration = CommandConfiguration(
      abstract: "为另一机构生成交换包 make a bundle for another office",
      discussion: """
        默认从对方已确认收到之处起；回执随包送回。对方丢失数据时用 --whole；交给同级机构也用 --whole，只含根机构发给全体机构的内容，供双方核对。
        From where the other office is known to hold the entries on; receipts travel in it. --whole after a loss, and for an
        office beside: it gets what the root says to all, so that the two can compare.
        """)
    @Option(name: .customLong("for"), help: "机构 office") var office: String
    @Option(
      help: "起点：日期、上一个交换包的文件，或 last（上次生成之后） from a day, an earlier bundle's file, or last (since the last one made)")
    var since: String?
    @Flag(help: "对方可以持有的全部内容 everything it may hold") var whole = false
    @Option(help: "每个文件的上限，如 4M、700M most bytes a file: 4M, 700K") var size: String?
    @Option(help: "文件或目录 file or folder", completion: .file()) var out: String
    @OptionGroup var options: GlobalOptions

    func request() throws -> DeskRequest {
      if whole, since != nil { throw ValidationError("--since | --whole") }
      return .bundleCreate(
        BundleDraft(office: office, since: point, partBytes: try size.map(Self.bytes), path: CommandFiles.absolute(out)))
    }

    private var point: BundleDraft.Since {
      switch since {
      case nil: return whole ? .whole : .acknowledged
      case "last": return .last
      case let text?: return CivilDate(text) == nil ? .file(CommandFiles.absolute(text)) : .day(text)
      }
    }

    /// `512K`, `4M`, or bytes.
    private static func bytes(_ text: String) throws -> Int {
      let factor = text.hasSuffix("K") ? 1 << 10 : text.hasSuffix("M") ? 1 << 20 : 1
      guard let count = Int(factor == 1 ? text[...] : text.dropLast()), count > 0, count <= 1 << 40 else {
        throw ValidationError("--size \(text): 512K, 4M")
      }
      return count * factor
    }
  }

  struct Apply: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "应用交换包，次序不限，重复无妨 take bundles in, in any order, twice if need be")
    @Argument(help: "文件 files", completion: .file(extensions: ["docket"])) var files: [String]
    @OptionGroup var options: GlobalOptions

    func run() async throws {
      let reply = try await DeskConnector.perform(.bundleApply(paths: files.map(CommandFiles.absolute)), options)
      Printer(options).print(reply)
      if case .bundlesApplied(let view) = reply, let problem = view.files.compactMap(\.problem).first { throw problem }
    }
  }
}
