import Casebook
import Casework
import Foundation
import Synchronization

/// A line on the terminal that shows how far long work has come; nothing where standard error is no terminal.
final class ProgressLine: Sendable {
  private let language: Language
  private let isShown: Bool
  /// Percent shown last; -1 before the first.
  private let percent = Mutex(-1)

  private static let columns = 30

  init(_ options: GlobalOptions) {
    language = Printer(options).language
    isShown = !options.json && isatty(STDERR_FILENO) == 1
  }

  func show(_ report: DeskProgress) {
    guard isShown, report.total > 0 else { return }
    let now = min(100, report.done * 100 / report.total)
    let isNew = percent.withLock { shown in
      defer { shown = now }
      return shown != now
    }
    guard isNew else { return }
    let filled = now * Self.columns / 100
    let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: Self.columns - filled)
    // The rest of a longer line before it goes.
    write("\r\(report.work[language])  \(bar) \(now)%\u{1B}[K")
  }

  /// Clears the line.
  func end() {
    let wasShown = percent.withLock { $0 >= 0 }
    if wasShown { write("\r\u{1B}[2K") }
  }

  private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
