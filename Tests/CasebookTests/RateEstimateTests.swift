import Casebook
import Casework
import Testing

@Suite("Rate and remaining time")
struct RateEstimateTests {
  /// Reports every `step` milliseconds of a work that does `rate` a second.
  private func steady(_ rate: Int, seconds: Int, step: UInt64 = 250) -> RateEstimate {
    var estimate = RateEstimate()
    var time: UInt64 = 0
    while time <= UInt64(seconds) * 1_000 {
      estimate.note(done: rate * Int(time) / 1_000, at: time)
      time += step
    }
    return estimate
  }

  @Test("nothing is said before a second has gone by")
  func early() {
    var estimate = RateEstimate()
    #expect(estimate.perThousandSeconds(at: 0) == nil)
    estimate.note(done: 0, at: 100)
    estimate.note(done: 500, at: 1_099)
    #expect(estimate.perThousandSeconds(at: 1_099) == nil && estimate.secondsLeft(until: 1_000, at: 1_099) == nil)
    #expect(estimate.perThousandSeconds(at: 1_100) == 500_000)
  }

  @Test("a steady rate is told, and what is left rounded up", arguments: [1, 7, 850, 1_000_000])
  func steadily(rate: Int) {
    let estimate = steady(rate, seconds: 30)
    #expect(estimate.perThousandSeconds(at: 30_000) == rate * 1_000)
    #expect(estimate.secondsLeft(until: rate * 45, at: 30_000) == 15)
    #expect(estimate.secondsLeft(until: rate * 30 + 1, at: 30_000) == 1)
    #expect(estimate.secondsLeft(until: rate * 30, at: 30_000) == 0)
    #expect(estimate.secondsLeft(until: 0, at: 30_000) == 0)
  }

  @Test("the last seconds count, not the whole: a link that slowed down a tenfold says so within the window")
  func slower() {
    var estimate = steady(1_000, seconds: 60)
    for second in 1...20 { estimate.note(done: 60_000 + 100 * second, at: 60_000 + UInt64(second) * 1_000) }
    #expect(estimate.perThousandSeconds(at: 80_000) == 100_000)
    #expect(estimate.secondsLeft(until: 63_000, at: 80_000) == 10)
  }

  @Test("work that stands still: the rate falls without a report, and at last nothing is promised")
  func standstill() throws {
    let estimate = steady(1_000, seconds: 20)
    let soon = try #require(estimate.perThousandSeconds(at: 25_000))
    #expect(soon < 700_000 && soon > 300_000)
    #expect(estimate.perThousandSeconds(at: 31_000) == 0)
    #expect(estimate.secondsLeft(until: 100_000, at: 31_000) == nil)
  }

  @Test("another piece of work, or a clock that went back, begins anew; little is kept however often it reports")
  func anew() {
    var estimate = steady(1_000, seconds: 10)
    estimate.note(done: 5, at: 10_100)
    #expect(estimate.perThousandSeconds(at: 10_500) == nil)
    estimate.note(done: 2_005, at: 12_100)
    #expect(estimate.perThousandSeconds(at: 12_100) == 1_000_000)
    var busy = RateEstimate()
    for index in 0..<100_000 { busy.note(done: index, at: UInt64(index) / 10) }
    // The first report of a millisecond stands for it.
    #expect(abs((busy.perThousandSeconds(at: 10_000) ?? 0) - 10_000_000) <= 1_000)
  }

  @Test("beyond a year nobody is told a number")
  func never() {
    let estimate = steady(1, seconds: 20)
    #expect(estimate.secondsLeft(until: 31_000_000, at: 20_000) != nil)
    #expect(estimate.secondsLeft(until: 40_000_000, at: 20_000) == nil)
  }

  @Test("the line: share, figures in their unit, rate and rest, in both languages")
  func line() {
    let estimate = steady(850, seconds: 30)
    let report = DeskProgress(work: Bilingual(zh: "核", en: "c"), done: 25_500, total: 100_000, unit: .entries)
    #expect(ProgressText.percent(report) == 25)
    let text = ProgressText.figures(report, estimate, at: 30_000)
    #expect(text.zh == "25500/100000 条  850 条/秒  约余 1 分 28 秒")
    #expect(text.en == "25500/100000 entries  850 entries/s  about 1 min 28 s left")
    let bytes = DeskProgress(work: report.work, done: 3 << 20, total: 5 << 30, unit: .bytes)
    #expect(ProgressText.figures(bytes, RateEstimate(), at: 0).zh == "3.0 MiB/5.0 GiB")
    let unknown = DeskProgress.catchingUp(with: "1305", done: 12, total: 0, bytes: 2_048)
    #expect(ProgressText.percent(unknown) == nil)
    #expect(ProgressText.figures(unknown, RateEstimate(), at: 0).zh == "12 条  2.0 KiB")
    // Only the share, where nobody counts what is done.
    let plain = DeskProgress(work: report.work, done: 200, total: 100)
    #expect(ProgressText.percent(plain) == 100 && ProgressText.figures(plain, RateEstimate(), at: 0).zh.isEmpty)
  }

  @Test("sizes with three digits", arguments: [
    (0, "0 bytes"), (1_023, "1023 bytes"), (1_024, "1.0 KiB"), (1_535, "1.4 KiB"), (102_400, "100 KiB"),
    (1_048_575, "1023 KiB"), (1_048_576, "1.0 MiB"), (5_000_000_000, "4.6 GiB"), (1 << 50, "1024 TiB"),
  ])
  func sizes(bytes: Int, text: String) {
    #expect(ByteText.of(bytes).en == text)
  }
}
