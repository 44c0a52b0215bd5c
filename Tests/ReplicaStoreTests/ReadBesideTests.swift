import Casebook
import Foundation
import ReplicaStore
import Replication
import SignatureSuites
import Testing

@Suite("Reading beside a transaction")
struct ReadBesideTests {
  @Test("sees what is committed, and waits for no transaction; the log file is put away at the end")
  func committed() throws {
    let folder = try StoreFolder()
    do {
      let store = try ReplicaStore.create(path: folder.database, suites: .standard)
      try store.transaction { try $0.setValue("a", [1]) }
      try store.transaction { storage in
        try storage.setValue("a", [2])
        // Within the transaction, on its own thread: would it wait, it would for ever.
        #expect(try store.readBeside { try $0.value("a") } == [1])
      }
      #expect(try store.readBeside { try $0.value("a") } == [2])
      try store.releaseMemory()
      #expect(try store.readBeside { try $0.value("a") } == [2])
      #expect(FileManager.default.fileExists(atPath: folder.database + "-wal"))
    }
    #expect(!FileManager.default.fileExists(atPath: folder.database + "-wal"))
  }

  @Test("writes nothing")
  func readOnly() throws {
    let folder = try StoreFolder()
    let store = try ReplicaStore.create(path: folder.database, suites: .standard)
    #expect(throws: StoreError.self) { try store.readBeside { try $0.setValue("a", [1]) } }
    #expect(throws: StoreError.self) { try store.read { try $0.setValue("a", [1]) } }
    #expect(try store.read { try $0.value("a") } == nil)
    // And neither stands in the way of who comes after it.
    try store.transaction { try $0.setValue("a", [2]) }
    #expect(try store.readBeside { try $0.value("a") } == [2])
  }
}
