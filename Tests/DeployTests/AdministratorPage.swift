import Foundation
import TestKit

/// The page for the administrator, as a list of what it tells to do.
struct AdministratorPage {
  enum Item {
    case heading(String)
    case prose(String)
    case command(Command)
  }

  struct Command: Equatable {
    /// What stands before `#`: `city`, `ren`, `new-ren`…
    let machine: String
    /// Without the comment behind it.
    let line: String
  }

  let items: [Item]

  var commands: [Command] {
    items.compactMap { if case .command(let command) = $0 { command } else { nil } }
  }

  /// - Throws: what reading the file throws, or `Unread` for a line in a block that has no machine.
  init(_ name: String) throws {
    let text = try String(contentsOfFile: RepositoryRoot.path + "/deploy/" + name, encoding: .utf8)
    var items: [Item] = []
    var isBlock = false
    for line in text.components(separatedBy: "\n") {
      if line.hasPrefix("```") {
        isBlock.toggle()
      } else if isBlock {
        guard let found = line.wholeMatch(of: /([a-z-]+)# (.+?)(?: +# .*)?/) else { throw Unread(line: line) }
        items.append(.command(Command(machine: String(found.1), line: String(found.2))))
      } else if line.hasPrefix("## ") {
        items.append(.heading(String(line.dropFirst(3))))
      } else {
        items.append(.prose(line))
      }
    }
    self.items = items
  }

  struct Unread: Error {
    let line: String
  }
}
