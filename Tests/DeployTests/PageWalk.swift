import Foundation
import Testing

/// The page's commands carried out. `new-ren` takes the place of `ren` for good at the end of its section.
final class PageWalk {
  private(set) var machines: [String: OfficeMachine] = [:]
  private let page: AdministratorPage
  private let scratch: ScratchFolder
  private var all: [OfficeMachine] = []
  private var code = ""
  private var port = 0
  /// Machines that the section gave a command to.
  private var used: Set<String> = []
  private var last = ""
  /// Offices for which the last bundle had nothing to tell.
  private var untold: Set<String> = []

  /// Building takes minutes: `PackageTests` has what is built.
  private static let elsewhere = [
    "deploy/package --out /media/usb", "DOCKET_PACKAGE=$PWD/$(deploy/package) swift test --filter DeployTests",
  ]

  init() throws {
    page = try AdministratorPage("README.md")
    scratch = try ScratchFolder()
    try FileManager.default.createDirectory(atPath: stick, withIntermediateDirectories: true)
    for version in ["0.1.0", "0.2.0"] {
      _ = FileManager.default.createFile(atPath: "\(stick)/docket_\(version)_amd64.deb", contents: nil)
    }
  }

  private var stick: String { scratch.path + "/usb" }

  /// - Throws: an expectation that did not hold, at the first command that failed.
  func run() async throws {
    for item in page.items {
      switch item {
      case .heading: settle()
      case .prose(let line):
        // Each office does what the section on backups says of the first.
        guard line.contains("the backup, as above") else { continue }
        for command in try AdministratorPage("README.md").section("Backup") { try await perform(command.line, at: last) }
      case .command(let command) where command.machine == "build":
        try #require(Self.elsewhere.contains(command.line), "\(command.line)")
      case .command(let command):
        try await perform(command.line, at: command.machine)
      }
    }
    settle()
  }

  func end() async { for machine in all { try? await machine.lose() } }

  private func settle() {
    for (name, machine) in machines where name.hasPrefix("new-") {
      machines[String(name.dropFirst(4))] = machine
      machines[name] = nil
    }
    used = []
  }

  private func perform(_ line: String, at name: String) async throws {
    let office = name.hasPrefix("new-") ? String(name.dropFirst(4)) : name
    let machine = try await found(name, office: office)
    used.insert(name)
    last = name
    var line = line.replacing("10.1.0.5:7443", with: "127.0.0.1:\(port)").replacing("docket1-…", with: code)
      .replacing("/media/usb", with: stick)
    // A person would be asked.
    if line.contains("docket-office restore ") || line.contains("backup create ") {
      line += " --passphrase-file \(scratch.path)/\(office).passphrase"
    } else if line.contains("; cat >") {
      line += " <\(scratch.path)/\(office).passphrase"
    }
    if let files = line.firstMatch(of: /-(\d+)-\*\.docket/), untold.contains(String(files.1)) { return }
    let result = try await machine.run(line)
    if let bundle = line.firstMatch(of: /bundle create --for (\d+)/) {
      // Here both can reach each other, and may have told everything by themselves: then there is no file.
      let made = try await machine.run("ls /var/spool/docket/*-\(bundle.1)-*.docket")
      if made.status == 0 { untold.remove(String(bundle.1)) } else { untold.insert(String(bundle.1)) }
    }
    try #require(result.status == 0, "\(name)# \(line)\n\(result.out)\(result.err)")
    if let found = result.out.firstMatch(of: /docket1-[a-z0-9]+/) { code = String(found.0) }
    if office == "city", port == 0, let ready = machine.port { try listen(machine, on: ready) }
    if line == "cat /etc/docket/backup-passphrase" {
      #expect(result.out.count == 21)
      try Data(result.out.utf8).write(to: URL(fileURLWithPath: "\(scratch.path)/\(office).passphrase"))
    }
  }

  /// The same one from now on: the offices below call it.
  private func listen(_ machine: OfficeMachine, on ready: Int) throws {
    port = ready
    try Data("DOCKET_LISTEN=127.0.0.1:\(ready)\n".utf8).write(
      to: URL(fileURLWithPath: machine.root + "/etc/default/docket"))
  }

  private func found(_ name: String, office: String) async throws -> OfficeMachine {
    if let machine = machines[name] { return machine }
    if name != office {
      // Moved, it was stopped as the page says; otherwise it is gone.
      let former = try #require(machines[office])
      if used.contains(office) { #expect(try await !former.isRunning) } else { try await former.lose() }
    }
    let machine = try await OfficeMachine(
      "m\(all.count)", in: scratch, disk: "\(scratch.path)/\(office)-disk", port: office == "city" ? port : 0)
    machines[name] = machine
    all.append(machine)
    return machine
  }
}

extension AdministratorPage {
  /// The commands below a heading.
  fileprivate func section(_ title: String) -> [Command] {
    var heading = ""
    return items.compactMap { item in
      if case .heading(let text) = item { heading = text }
      guard heading == title, case .command(let command) = item else { return nil }
      return command
    }
  }
}
