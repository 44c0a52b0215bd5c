/// What happened, as lines for people and as one number for comparing runs: the same seed gives the same number, on
/// every machine and over either store.
public struct Trace: Sendable {
  /// FNV-1a, 64 bits: cheap, and nobody tries to cheat it.
  public private(set) var hash: UInt64 = 0xCBF2_9CE4_8422_2325
  public private(set) var events = 0
  /// Called with each line, when somebody looks on.
  private let show: (@Sendable (String) -> Void)?

  init(show: (@Sendable (String) -> Void)?) { self.show = show }

  /// - Parameter time: true virtual time since the run began, milliseconds.
  mutating func note(_ time: UInt64, _ text: @autoclosure () -> String) {
    let line = text()
    events += 1
    for shift in stride(from: UInt64(0), to: 64, by: 8) { mix(UInt8(truncatingIfNeeded: time >> shift)) }
    for byte in line.utf8 { mix(byte) }
    show?("\(Self.clock(time)) \(line)")
  }

  private mutating func mix(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }

  /// `hhh:mm:ss.mmm`.
  static func clock(_ milliseconds: UInt64) -> String {
    func padded(_ number: UInt64, _ count: Int) -> String {
      let text = String(number)
      return String(repeating: "0", count: max(0, count - text.count)) + text
    }
    let seconds = milliseconds / 1_000
    return padded(seconds / 3_600, 3) + ":" + padded(seconds / 60 % 60, 2) + ":" + padded(seconds % 60, 2) + "."
      + padded(milliseconds % 1_000, 3)
  }
}
