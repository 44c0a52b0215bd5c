import ArgumentParser
import Casebook
import Casework
import Foundation

/// Where a passphrase of a backup, or of key files, comes from: a file, or the terminal. Never an argument: those are
/// seen by every user of the machine.
struct PassphraseOptions: ParsableArguments {
  @Option(
    help: "口令文件，取第一行 file whose first line is the passphrase [在终端中询问 asked on a terminal]",
    completion: .file())
  var passphraseFile: String?

  /// Longer is no passphrase.
  private static let bytesMax = 1_024

  /// For a backup to be made: the private keys are in it, so going without one has to be said.
  /// - Parameter isPlain: it was said; `nil` then.
  func chosen(_ options: GlobalOptions, isPlain: Bool) throws -> Passphrase? {
    if let passphraseFile { return try Self.read(passphraseFile) }
    if isPlain { return nil }
    let printer = Printer(options)
    let first = Self.isOnTerminal && !options.json ? Self.ask(printer.word("备份口令：", "Passphrase: ")) : []
    guard !first.isEmpty else {
      throw DeskFailure(
        kind: .usage, code: "backup-unprotected",
        message: Bilingual(
          zh: "备份中有机构的私钥，没有口令。没有生成备份。", en: "The office's private keys go into a backup, and there is no passphrase. No backup was made."),
        remedy: Bilingual(
          zh: "请用 --passphrase-file 给出口令；存放处确属安全的，用 --plain 不加密。",
          en: "Give one by --passphrase-file, or say --plain where the place it is kept in is safe."))
    }
    try Self.askAgain(first, printer, outcome: Bilingual(zh: "没有生成备份", en: "no backup was made"))
    return Passphrase(first)
  }

  /// For key files to be put under one.
  func chosenForKeys(_ options: GlobalOptions) throws -> Passphrase {
    if let passphraseFile { return try Self.read(passphraseFile) }
    let printer = Printer(options)
    let first =
      Self.isOnTerminal && !options.json
      ? Self.ask(printer.word("新的密钥口令：", "New passphrase of the keys: ")) : []
    guard !first.isEmpty else {
      throw DeskFailure(
        kind: .usage, code: "passphrase-missing",
        message: Bilingual(zh: "没有给出口令，密钥文件没有改动。", en: "No passphrase was given; the key files are as they were."),
        remedy: Bilingual(zh: "请用 --passphrase-file 给出，或在终端中输入。", en: "Give one by --passphrase-file or on a terminal."))
    }
    try Self.askAgain(first, printer, outcome: Bilingual(zh: "密钥文件没有改动", en: "the key files are as they were"))
    return Passphrase(first)
  }

  private static func askAgain(_ first: [UInt8], _ printer: Printer, outcome: Bilingual) throws {
    guard ask(printer.word("再输入一次：", "Once more: ")) == first else {
      throw DeskFailure(
        kind: .badInput, code: "passphrase-differs",
        message: Bilingual(zh: "两次输入的口令不同。", en: "The two passphrases differ."),
        remedy: Bilingual(zh: "请重新执行；\(outcome.zh)。", en: "Run it again; \(outcome.en)."))
    }
  }

  /// For a backup to be read; asked for only where it is under one.
  func given(_ options: GlobalOptions, isProtected: Bool) throws -> Passphrase? {
    guard isProtected else { return nil }
    if let passphraseFile { return try Self.read(passphraseFile) }
    guard Self.isOnTerminal, !options.json else { return nil }
    return Passphrase(Self.ask(Printer(options).word("备份口令：", "Passphrase: ")))
  }

  /// Without asking.
  func ofFile() throws -> Passphrase? { try passphraseFile.map(Self.read) }

  static func read(_ path: String) throws -> Passphrase {
    // `nil` at the end of an empty file.
    guard let handle = FileHandle(forReadingAtPath: path), let data = try? handle.read(upToCount: bytesMax + 2) ?? Data()
    else {
      throw DeskFailure(
        kind: .badInput, code: "file",
        message: Bilingual(zh: "无法读取文件 \(path)。", en: "Cannot read the file \(path)."),
        remedy: Bilingual(zh: "请核对文件名和权限。", en: "Check its name and permissions."))
    }
    let line = data.prefix { $0 != 0x0A && $0 != 0x0D }
    guard !line.isEmpty, line.count <= bytesMax else {
      throw DeskFailure(
        kind: .badInput, code: "passphrase-file",
        message: Bilingual(
          zh: "\(path) 的第一行为空，或超过 \(bytesMax) 字节。", en: "The first line of \(path) is empty or longer than \(bytesMax) bytes."),
        remedy: Bilingual(zh: "请把口令写在文件的第一行。", en: "Write the passphrase on the file's first line."))
    }
    return Passphrase(Array(line))
  }

  static var isOnTerminal: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1 }

  /// A line from the terminal that does not show.
  static func ask(_ prompt: String) -> [UInt8] {
    FileHandle.standardError.write(Data(prompt.utf8))
    var shown = termios()
    tcgetattr(STDIN_FILENO, &shown)
    var hidden = shown
    hidden.c_lflag &= ~tcflag_t(ECHO)
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden)
    defer {
      tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown)
      FileHandle.standardError.write(Data("\n".utf8))
    }
    return Array((readLine() ?? "").utf8)
  }
}
