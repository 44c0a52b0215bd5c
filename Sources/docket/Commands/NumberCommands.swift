import ArgumentParser
import Casebook
import Casework

/// One of a pack's series and the year in its numbers.
struct SeriesOptions: ParsableArguments {
  @Argument(help: "文号系列 series: 制度包/系列 pack/series, renxian/case") var series: String
  @Option(help: "年份 year in the numbers") var year: Int

  func parts() throws -> (pack: String, series: String) {
    let parts = series.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, !parts.contains("") else { throw ValidationError("制度包/系列 pack/series: \(series)") }
    return (parts[0], parts[1])
  }
}

struct NumberCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "number", abstract: "文号 official numbers of documents",
    subcommands: [Lease.self, List.self, VoidNumber.self, Register.self])

  struct Lease: DeskCommand {
    static let configuration = CommandConfiguration(
      abstract: "向下级下达号段（根机构可为自己设立） lease a block of numbers to an office below; the root also to itself")
    @OptionGroup var series: SeriesOptions
    @Option(help: "起号 first number") var from: Int
    @Option(help: "止号 last number") var to: Int
    @Option(help: "下级机构 office below [本机构 this office]") var office: String?
    @OptionGroup var options: GlobalOptions

    func request() throws -> DeskRequest {
      let (pack, id) = try series.parts()
      return .numberLease(
        NumberLeaseDraft(pack: pack, series: id, year: series.year, first: from, last: to, office: office))
    }
  }

  struct List: DeskCommand {
    static let configuration = CommandConfiguration(abstract: "列出号段及余量 list leases and what is left of them")
    @OptionGroup var options: GlobalOptions
    func request() -> DeskRequest { .numberList }
  }

  struct VoidNumber: DeskCommand {
    static let configuration = CommandConfiguration(
      commandName: "void", abstract: "登记作废的文号（废纸、跳号） declare a number void: a spoiled form, a number passed over")
    @OptionGroup var series: SeriesOptions
    @Argument(help: "号 number") var number: Int
    @Option(help: "原因 reason") var reason: String
    @OptionGroup var options: GlobalOptions

    func request() throws -> DeskRequest {
      let (pack, id) = try series.parts()
      guard let officer = options.officer else { throw ValidationError("--as OFFICER") }
      return .numberVoid(
        NumberVoidDraft(
          pack: pack, series: id, year: series.year, number: number, reason: reason, officer: officer))
    }
  }

  struct Register: DeskCommand {
    static let configuration = CommandConfiguration(
      abstract: "文号登记簿：逐号列出使用、作废、未用、跳号 the register: every number used, void, unused or passed over")
    @OptionGroup var series: SeriesOptions
    @Option(help: "机构 office [本机构 this office]") var office: String?
    @OptionGroup var options: GlobalOptions

    func request() throws -> DeskRequest {
      let (pack, id) = try series.parts()
      return .numberRegister(pack: pack, series: id, year: series.year, office: office)
    }
  }
}
