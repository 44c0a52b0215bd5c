/// The power goes: whatever the machine was doing stops between two effects.
struct SimulatedCrash: Error {}

/// Counts a machine's effects (writes, commits, frames, files) and stops it at the one that was drawn.
final class CrashPoint {
  /// How many effects are still carried out; `nil`: no crash is due.
  private(set) var effectsLeft: Int?

  func arm(afterEffects count: Int) { effectsLeft = count }
  func disarm() { effectsLeft = nil }

  /// - Throws: `SimulatedCrash` instead of the effect whose turn it is.
  func effect() throws {
    guard let left = effectsLeft else { return }
    if left == 0 {
      effectsLeft = nil
      throw SimulatedCrash()
    }
    effectsLeft = left - 1
  }
}
