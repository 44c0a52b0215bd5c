// The visible definition of `timespec`, which both modules have.
import CoreFoundation
import Glibc

/// The machine's own clock, from its start on, the time it was suspended included (clock_gettime(2)).
public enum BootClock {
  /// Seconds since the machine started.
  public static func seconds() -> Double? {
    var now = timespec()
    guard clock_gettime(CLOCK_BOOTTIME, &now) == 0 else { return nil }
    return Double(now.tv_sec) + Double(now.tv_nsec) / 1e9
  }
}
