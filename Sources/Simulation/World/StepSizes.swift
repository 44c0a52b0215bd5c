/// What a machine does in one go, as far as crashes are concerned.
enum Step: Sendable, Hashable {
  case start, rebuild, enrol, work, dial, deliver, look, unpack, keys, attack, ratify
}

/// How many effects steps of each kind took in this run, so that a crash may fall on any of them, the last of the
/// largest too.
struct StepSizes {
  private struct Sizes {
    var recent: [Int] = []
    var next = 0
    var largest = 0
  }

  /// Before any was seen.
  private static let guess = 60
  private static let recentMax = 64
  private var sizes: [Step: Sizes] = [:]

  mutating func note(_ step: Step, _ effects: Int) {
    var known = sizes[step] ?? Sizes()
    known.largest = max(known.largest, effects)
    if known.recent.count < Self.recentMax {
      known.recent.append(effects)
    } else {
      known.recent[known.next] = effects
      known.next = (known.next + 1) % Self.recentMax
    }
    sizes[step] = known
  }

  /// How many effects the next step of a kind is left: half the time below what one of the last steps took, for most are
  /// small; else below twice the largest, for the next may be larger.
  func draw(_ step: Step, _ random: inout SeededRandom) -> Int {
    guard let known = sizes[step], let recent = random.pick(known.recent) else { return random.below(Self.guess) }
    return random.below(random.chance(500) ? recent + 1 : 2 * known.largest + 1)
  }
}
