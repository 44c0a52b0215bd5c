import ArgumentParser
import Casebook
import Casework

struct SubjectCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "subject", abstract: "监督检查对象 supervised units and persons",
    subcommands: [
      Add.self, Import.self, List.self, Show.self, Duplicates.self, Merge.self, Unmerge.self, Reveal.self,
    ])

  struct Add: DeskCommand {
    static let configuration = CommandConfiguration(abstract: "登记一户 register one")
    @Argument(help: "名称 name") var name: String
    @Option(help: "统一社会信用代码 unified social credit code") var code = ""
    @Option(help: "类别（自然人为 person） kind; person for a natural person") var kind = "employer"
    @Option(help: "地址 address") var address = ""
    @Option(help: "法定代表人 legal representative") var representative = ""
    @Option(help: "证件号（自然人本人或法定代表人，仅存本机构） identification number; kept at this office alone") var residentID = ""
    @OptionGroup var options: GlobalOptions

    func request() -> DeskRequest {
      .subjectAdd(
        SubjectDraft(
          code: code, name: name, kind: kind, address: address, representative: representative,
          residentID: residentID, line: nil))
    }
  }

  struct Import: DeskCommand {
    static let configuration = CommandConfiguration(
      abstract: "从 CSV 导入，逐行报告 import a CSV, row by row",
      discussion: """
        首行列名，次序不限，除名称外均可省略。 The first line names the columns, in any order; only the name must be there.
        代码 code · 名称 name · 类别 kind · 地址 address · 法定代表人 representative · 证件号 resident_id
        """)
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

  struct Show: DeskCommand {
    static let configuration = CommandConfiguration(
      abstract: "查看一户：代码、曾用名、合并、案卷、本年检查 show one: codes, former names, merges, files, inspections")
    @Argument(help: "名称、代码或编号 name, code or id") var subject: String
    @OptionGroup var options: GlobalOptions
    func request() -> DeskRequest { .subjectShow(subject) }
  }

  struct Duplicates: DeskCommand {
    static let configuration = CommandConfiguration(
      abstract: "列出疑似重复登记 pairs suspected to be one unit registered twice")
    @OptionGroup var options: GlobalOptions
    func request() -> DeskRequest { .subjectDuplicates }
  }

  struct Merge: DeskCommand {
    static let configuration = CommandConfiguration(
      abstract: "将前者并入后者（两者的案卷归于后者，可撤销） merge the first into the second; can be undone")
    @Argument(help: "并入的对象：名称、代码或编号 the one that goes: name, code or id") var from: String
    @Argument(help: "保留的对象 the one that stays") var into: String
    @Option(help: "理由 reason") var reason: String
    @OptionGroup var options: GlobalOptions

    func request() throws -> DeskRequest {
      guard let officer = options.officer else { throw ValidationError("--as OFFICER") }
      return .subjectMerge(SubjectMergeDraft(from: from, into: into, reason: reason, officer: officer))
    }
  }

  struct Unmerge: DeskCommand {
    static let configuration = CommandConfiguration(abstract: "撤销合并 part a merged one again")
    @Argument(help: "被并入的对象：名称、代码或编号 the one that was merged: name, code or id") var subject: String
    @Option(help: "理由 reason") var reason: String
    @OptionGroup var options: GlobalOptions

    func request() throws -> DeskRequest {
      guard let officer = options.officer else { throw ValidationError("--as OFFICER") }
      return .subjectUnmerge(SubjectUnmergeDraft(subject: subject, reason: reason, officer: officer))
    }
  }

  struct Reveal: DeskCommand {
    static let configuration = CommandConfiguration(
      abstract: "查看完整证件号（查看本身被记录） show the whole identification number; the look is recorded")
    @Argument(help: "名称、代码或编号 name, code or id") var subject: String
    @Option(help: "用途 purpose") var purpose: String
    @OptionGroup var options: GlobalOptions

    func request() throws -> DeskRequest {
      guard let officer = options.officer else { throw ValidationError("--as OFFICER") }
      return .subjectReveal(subject: subject, purpose: purpose, officer: officer)
    }
  }
}

/// Reads a register's CSV (RFC 4180): a header with the columns' names in any order.
enum SubjectTable {
  private static let names = ["code", "name", "kind", "address", "representative", "resident_id"]
  private static let chinese = [
    "统一社会信用代码": "code", "代码": "code", "名称": "name", "类别": "kind", "地址": "address", "法定代表人": "representative",
    "证件号": "resident_id",
  ]

  static func read(_ text: String, file: String) throws -> [SubjectDraft] {
    let records = try CSV.records(text, file: file)
    guard let header = records.first else { throw CSV.failure(file, 1, "文件为空", "the file is empty") }
    let columns = header.fields.map { field in
      let name = String(field.filter { !$0.isWhitespace }).lowercased()
      return chinese[name] ?? name
    }
    guard columns.contains("name") else {
      throw CSV.failure(
        file, 1, "首行须有列名 name（名称），可有 code、kind、address、representative、resident_id",
        "the first line must name the columns: name, and any of code, kind, address, representative, resident_id")
    }
    if let unknown = columns.first(where: { !names.contains($0) }) {
      throw CSV.failure(file, 1, "不认识的列“\(unknown)”", "unknown column “\(unknown)”")
    }
    if let twice = names.first(where: { name in columns.count { $0 == name } > 1 }) {
      throw CSV.failure(file, 1, "列“\(twice)”出现两次", "the column “\(twice)” stands there twice")
    }
    return try records.dropFirst().map { record in
      guard record.fields.count == columns.count else {
        throw CSV.failure(
          file, record.line, "应有 \(columns.count) 列，现有 \(record.fields.count) 列",
          "\(columns.count) columns are needed, there are \(record.fields.count)")
      }
      func value(_ name: String) -> String { columns.firstIndex(of: name).map { record.fields[$0] } ?? "" }
      return SubjectDraft(
        code: value("code"), name: value("name"), kind: value("kind"), address: value("address"),
        representative: value("representative"), residentID: value("resident_id"), line: record.line)
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
    // A byte order mark, which Excel writes.
    if characters.first == "\u{FEFF}" { characters.removeFirst() }
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
