import ArgumentParser
import Casebook
import Casework

struct DoctorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "检查数据库、日志、时钟、磁盘和版本，并说明如何处理 look the node over, with what to do",
    discussion: """
      --rebuild 在一个事务中由日志重建全部汇总，并报告哪些表原先不符；日志本身不变。
      --rebuild makes every table again from the log in one transaction and says which differed; the log stays.
      """)
  @Flag(help: "由日志重建汇总 make the projection again") var rebuild = false
  @OptionGroup var options: GlobalOptions

  func run() async throws {
    let reply = try await DeskConnector.perform(.doctor(rebuild: rebuild), options)
    Printer(options).print(reply)
    guard case .doctor(let view) = reply, let bad = view.checks.first(where: { $0.finding == .bad }) else { return }
    throw DeskFailure(
      kind: .integrity, code: bad.id, message: bad.message, remedy: bad.remedy ?? Bilingual(zh: "", en: ""))
  }
}
