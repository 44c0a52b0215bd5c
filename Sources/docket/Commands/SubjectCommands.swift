import ArgumentParser
import Casebook
import Casework

struct SubjectCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "subject", abstract: "监督检查对象 supervised units", subcommands: [Add.self, Import.self, List.self])

  struct Add: DeskCommand {
    static let configuration = CommandConfiguration(abstract: "登记一户 register one")
    @Argument(help: "名称 name") var name: String
    @Option(help: "统一社会信用代码 unified social credit code") var code = ""
    @Option(help: "类别 kind") var kind = "employer"
    @Option(help: "地址 address") var address = ""
    @OptionGroup var options: GlobalOptions

    func request() -> DeskRequest {
      .subjectAdd(SubjectDraft(code: code, name: name, kind: kind, address: address, line: nil))
    }
  }

  struct Import: DeskCommand {
    static let configuration = CommandConfiguration(
      abstract: "从 CSV 导入，逐行报告 import a CSV with the columns code,name,kind,address")
    @Argument(help: "文件 file", completion: .file(extensions: ["csv"])) var file: String
    @OptionGroup var options: GlobalOptions

    func request() throws -> DeskRequest { .subjectImport(try SubjectTable.read(try CommandFiles.read(file), file: file)) }
  }

  struct List: DeskCommand {
    static let configuration = CommandConfiguration(abstract: "列出或查找 list or find")
    @Argument(help: "名称或代码的一部分 part of a name or code") var text: String?
    @OptionGroup var options: GlobalOptions
    func request() -> DeskRequest { .subjectList(contains: text) }
  }
}

/// Reads a register's CSV (RFC 4180): a header with the columns' names in any order.
enum SubjectTable {
  private static let names = ["code", "name", "kind", "address"]
  private static let chinese = ["统一社会信用代码": "code", "名称": "name", "类别": "kind", "地址": "address"]

  static func read(_ text: String, file: String) throws -> [SubjectDraft] {
    let records = try CSV.records(text, file: file)
    guard let header = records.first else { throw CSV.failure(file, 1, "文件为空", "the file is empty") }
    let columns = header.fields.map { field in
      let name = field.trimmingPrefix("\u{FEFF}").lowercased()
      return chinese[name] ?? name
    }
    guard columns.contains("name") else {
      throw CSV.failure(file, 1, "首行须有列名 name（名称），可有 code、kind、address", "the first line must name the columns: name, and any of code, kind, address")
    }
    if let unknown = columns.first(where: { !names.contains($0) }) {
      throw CSV.failure(file, 1, "不认识的列“\(unknown)”", "unknown column “\(unknown)”")
    }
    return try records.dropFirst().map { record in
      guard record.fields.count == columns.count else {
        throw CSV.failure(
          file, record.line, "应有 \(columns.count) 列，现有 \(record.fields.count) 列",
          "\(columns.count) columns are needed, there are \(record.fields.count)")
      }
      func value(_ name: String) -> String { columns.firstIndex(of: name).map { record.fields[$0] } ?? "" }
      return SubjectDraft(
        code: value("code"), name: value("name"), kind: value("kind"), address: value("address"), line: record.line)
    }
  }
}

/// Comma-separated values (RFC 4180), with the line each record begins on.
enum CSV {
  struct Record {
    let line: Int
    let fields: [String]
  }

  static func records(_ text: String, file: String) throws -> [Record] {
    var records: [Record] = []
    var fields: [String] = []
    var field = ""
    var isQuoted = false
    var wasQuoted = false
    var line = 1
    var start = 1
    var characters = Array(text.unicodeScalars)[...]
    func end() {
      fields.append(field)
      field = ""
      wasQuoted = false
    }
    while let character = characters.popFirst() {
      switch character {
      case "\"" where isQuoted && characters.first == "\"":
        characters.removeFirst()
        field.unicodeScalars.append(character)
      case "\"" where isQuoted: isQuoted = false
      case "\"" where field.isEmpty && !wasQuoted:
        isQuoted = true
        wasQuoted = true
      case "\"": throw failure(file, line, "引号位置不对", "a quotation mark stands where none may")
      case "," where !isQuoted: end()
      case "\n" where !isQuoted:
        end()
        if fields != [""] { records.append(Record(line: start, fields: fields)) }
        fields = []
        line += 1
        start = line
      case "\r" where !isQuoted: continue
      default:
        if wasQuoted, !isQuoted { throw failure(file, line, "引号后有多余内容", "text follows a closing quotation mark") }
        if character == "\n" { line += 1 }
        field.unicodeScalars.append(character)
      }
    }
    if isQuoted { throw failure(file, start, "引号没有结束", "a quotation mark is not closed") }
    if !field.isEmpty || !fields.isEmpty || wasQuoted {
      end()
      records.append(Record(line: start, fields: fields))
    }
    return records
  }

  static func failure(_ file: String, _ line: Int, _ zh: String, _ en: String) -> DeskFailure {
    DeskFailure(
      kind: .badInput, code: "csv",
      message: Bilingual(zh: "\(file) 第 \(line) 行：\(zh)。", en: "\(file), line \(line): \(en)."),
      remedy: Bilingual(zh: "请更正后重新导入；没有导入任何一行。", en: "Mend it and import again; no row was imported."))
  }
}
