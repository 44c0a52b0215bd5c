import Foundation
import OfficeNode

extension ConfigurationReading {
  /// What a command goes by: its flags, the environment, the file and the defaults.
  /// - Parameters:
  ///   - file: named on the command line.
  ///   - flags: by key, as they were typed.
  /// - Throws: `DeskFailure`.
  static func read(
    _ home: Home, file: String? = nil, flags: [ConfigurationKey: String] = [:]
  ) throws -> ConfigurationReading {
    do throws(ConfigurationProblem) {
      return try ConfigurationReading(
        home: home, file: file, flags: flags, environment: ProcessInfo.processInfo.environment)
    } catch {
      throw error.failure
    }
  }
}
