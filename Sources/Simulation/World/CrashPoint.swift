/// The power goes: whatever the machine was doing stops between two effects.
struct SimulatedCrash: Error {}

/// Counts a machine's effects (writes, commits, frames, files) and stops it at the one that was drawn.
final class CrashPoint {
  /// How many effects are still carried out; `nil`: no crash is due.
  private(set) var effectsLeft: Int?
  /// Effects carried out so far, to tell how many a step took.
  private(set) var count = 0

  func arm(afterEffects count: Int) { effectsLeft = count }
  func disarm() { effectsLeft = nil }

  /// - Throws: `SimulatedCrash` instead of the effect whose turn it is.
  func effect() throws {
    if let left = effectsLeft {
      guard left > 0 else {
        effectsLeft = nil
        throw SimulatedCrash()
      }
      effectsLeft = left - 1
    }
    count += 1
  }
}
