import Foundation

/// What the shell passed to the tests, for long runs by hand.
public enum ProcessEnvironment {
  public static func value(_ name: String) -> String? { ProcessInfo.processInfo.environment[name] }
}
