import ArgumentParser
import Casebook

struct ReferCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "refer", abstract: "移送其他部门 matters of other departments", subcommands: [Suggest.self])

  struct Suggest: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "按职责边界提示应移送的部门 departments that share a matter, by the boundaries in the documents")
    @Argument(help: "事项 the matter in words") var text: String
    @Option(help: "制度包 pack [全部 all]") var pack: String?
    @OptionGroup var options: GlobalOptions

    func run() async throws { Printer(options).print(try await RuleSource.referrals(text, pack, options)) }
  }
}
