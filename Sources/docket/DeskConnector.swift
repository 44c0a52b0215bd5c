import ArgumentParser
import Casebook
import Foundation
import Logging
import OfficeNode

/// Finds the desk: the node that is serving at this home, or the node in this process.
enum DeskConnector {
  /// Another command may hold the home for a moment; longer than this it is in use.
  private static let patience = Duration.seconds(5)

  static func home(_ options: GlobalOptions) -> Home {
    options.home.map { Home($0) } ?? Home.standard(environment: ProcessInfo.processInfo.environment)
  }

  /// - Throws: `DeskFailure`.
  static func perform(_ request: DeskRequest, _ options: GlobalOptions) async throws -> DeskReply {
    let home = home(options)
    let line = ProgressLine(options)
    defer { line.end() }
    let deadline = ContinuousClock.now + patience
    var passphrase: Passphrase?
    while true {
      if let remote = await RemoteDesk.connect(home) {
        do {
          let reply = try await remote.perform(request) { line.show($0) }
          await remote.close()
          return reply
        } catch {
          await remote.close()
          throw DeskFailures.failure(error)
        }
      }
      do {
        // Asked for once, however long the home is in use.
        if passphrase == nil {
          passphrase = try KeyPassphrase.find(home, options) { try configuration(home) }
        }
        let node = try OfficeNode.open(
          home, effects: .live, logger: quiet, isForRepair: request == .doctor(rebuild: true),
          configuration: try configuration(home, for: request), keyPassphrase: passphrase)
        return try await node.perform(request) { line.show($0) }
      } catch let failure as DeskFailure where failure.code == "home-in-use" && ContinuousClock.now < deadline {
        try await Task.sleep(for: .milliseconds(20))
      } catch {
        throw DeskFailures.failure(error)
      }
    }
  }

  /// `nil`: others work with a configuration that is damaged.
  private static func configuration(_ home: Home, for request: DeskRequest) throws -> NodeConfiguration? {
    switch request {
    case .sync, .attachAdd, .attachGet, .attachLimits: try configuration(home)
    // They show where the superior is called.
    case .peers, .outbox, .status, .explain: try? configuration(home)
    default: nil
    }
  }

  /// What file and environment say, for commands that work without a serving node.
  /// - Throws: `DeskFailure`.
  static func configuration(_ home: Home) throws -> NodeConfiguration {
    try ConfigurationReading.read(home).configuration
  }

  /// Commands print their own results; the log is for serving.
  static var quiet: Logger {
    var logger = Logger(label: "docket") { StreamLogHandler.standardError(label: $0) }
    logger.logLevel = .critical
    return logger
  }
}

/// A command that asks the desk one thing and prints the answer.
protocol DeskCommand: AsyncParsableCommand {
  var options: GlobalOptions { get }
  func request() throws -> DeskRequest
}

extension DeskCommand {
  func run() async throws {
    Printer(options).print(try await DeskConnector.perform(try request(), options))
  }
}
