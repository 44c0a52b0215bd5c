import Casebook
import Casework
import Foundation
import Synchronization

/// A line on the terminal that shows how far long work has come, how fast it goes and what is left; nothing where
/// standard error is no terminal, and nothing with `--json`.
final class ProgressLine: Sendable {
  private struct State {
    var report: DeskProgress?
    var rate = RateEstimate()
    /// When the line was drawn last, milliseconds; `nil`: it is not there.
    var drawn: UInt64?
    var ticker: Task<Void, Never>?
  }

  private let language: Language
  private let isShown: Bool
  private let state = Mutex(State())
  private let begun = ContinuousClock.now

  private static let columns = 20
  /// Often enough to look alive, seldom enough to cost nothing.
  private static let drawMilliseconds: UInt64 = 200
  /// Work that stands still reports nothing; its rate falls all the same.
  private static let tick = Duration.seconds(1)

  init(_ options: GlobalOptions) {
    language = Printer(options).language
    isShown = !options.json && isatty(STDERR_FILENO) == 1
  }

  func show(_ report: DeskProgress) {
    guard isShown else { return }
    let now = milliseconds
    state.withLock { state in
      if state.report?.work != report.work {
        state.rate = RateEstimate()
        state.drawn = nil
      }
      state.report = report
      state.rate.note(done: report.done, at: now)
      if state.ticker == nil { state.ticker = ticking() }
      if let drawn = state.drawn, now < drawn + Self.drawMilliseconds { return }
      draw(&state, at: now)
    }
  }

  /// Clears the line; it may be drawn again.
  func end() {
    state.withLock { state in
      state.ticker?.cancel()
      if state.report != nil { write("\r\u{1B}[2K") }
      state = State()
    }
  }

  private func ticking() -> Task<Void, Never> {
    Task { [weak self] in
      while (try? await Task.sleep(for: Self.tick)) != nil {
        guard let self else { return }
        redraw()
      }
    }
  }

  private func redraw() {
    let now = milliseconds
    // Ended meanwhile, there is nothing to draw.
    state.withLock { if $0.report != nil { draw(&$0, at: now) } }
  }

  private func draw(_ state: inout State, at now: UInt64) {
    guard let report = state.report else { return }
    state.drawn = now
    var text = report.work[language]
    if let percent = ProgressText.percent(report) {
      let filled = percent * Self.columns / 100
      text += "  " + String(repeating: "█", count: filled) + String(repeating: "░", count: Self.columns - filled)
      text += " \(percent)%"
    }
    let figures = ProgressText.figures(report, state.rate, at: now)[language]
    if !figures.isEmpty { text += "  " + figures }
    // One column is left free: a full line wraps. The rest of a longer line before it goes.
    write("\r" + Table.clipped(text, Table.terminalWidth(STDERR_FILENO) - 1) + "\u{1B}[K")
  }

  private var milliseconds: UInt64 {
    let (seconds, attoseconds) = (ContinuousClock.now - begun).components
    return UInt64(seconds) * 1_000 + UInt64(attoseconds / 1_000_000_000_000_000)
  }

  private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
