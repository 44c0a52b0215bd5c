import Casebook
import Foundation
import Logging
import OfficeNode
import ServiceLifecycle
import UnixSignals

/// `docket sync --watch`: a node that takes no calls but stays in contact with its superior, and says what it exchanges.
/// Where a node is serving already, that one does it; its news are shown.
struct SyncWatch {
  let options: GlobalOptions

  /// Between two looks at a node that serves elsewhere.
  private static let look = Duration.seconds(2)

  func run() async throws {
    let printer = Printer(options)
    do {
      let home = DeskConnector.home(options)
      // Where one serves already nobody is asked for its keys' passphrase.
      if let remote = await RemoteDesk.connect(home) {
        await remote.close()
        return try await follow(printer)
      }
      let configuration = try DeskConnector.configuration(home)
      let node = try OfficeNode.open(
        home, effects: .live, logger: DeskConnector.quiet, configuration: configuration,
        keyPassphrase: try KeyPassphrase.find(home, options) { configuration })
      let service = try NodeService(
        node: node, plan: configuration.watchPlan, logger: DeskConnector.quiet, onReady: { _ in },
        onExchange: { result in
          switch result {
          case .success(let view):
            printer.print(.synced(view))
            Self.flush()
          case .failure(let failure): ErrorOutput.print(failure, language: printer.language, isJSON: options.json)
          }
        })
      try await ServiceGroup(
        configuration: ServiceGroupConfiguration(
          services: [.init(service: service)], gracefulShutdownSignals: [.sigterm, .sigint],
          logger: DeskConnector.quiet)
      ).run()
    } catch let failure as DeskFailure where failure.code == "home-in-use" {
      try await follow(printer)
    } catch {
      throw DeskFailures.failure(error)
    }
  }

  /// Whoever reads through a pipe sees each exchange when it happened.
  private static func flush() { fflush(nil) }

  /// Shows the state of a serving node whenever it changes, until interrupted.
  private func follow(_ printer: Printer) async throws {
    var shown: DeskReply?
    while !Task.isCancelled {
      let reply = try await DeskConnector.perform(.peers, options)
      if reply != shown {
        printer.print(reply)
        Self.flush()
      }
      shown = reply
      try await Task.sleep(for: Self.look)
    }
  }
}
