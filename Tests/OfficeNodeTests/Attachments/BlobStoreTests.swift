import Casebook
import Casework
import Foundation
import Glibc
import Replication
import SignatureSuites
import Testing

@testable import OfficeNode

@Suite("Content of attachments in the home", .timeLimit(.minutes(20)))
struct BlobStoreTests {
  private func refused(_ body: () throws -> Void) -> DeskFailure? {
    do {
      try body()
      return nil
    } catch {
      let failure = DeskFailures.failure(error)
      #expect(!failure.remedy.zh.isEmpty && !failure.remedy.en.isEmpty)
      return failure
    }
  }

  @Test("a file is hashed while it is copied, kept once for its owner alone, and comes out as it went in",
    arguments: [0, 1, BlobLimits.chunkBytes, 2 * BlobLimits.chunkBytes + 3])
  func roundTrip(length: Int) throws {
    let fixture = try StoreFixture()
    let store = fixture.store()
    let content = StoreFixture.content(length)
    let taken = try fixture.take(content, into: store)
    #expect(try taken.manifest == StoreFixture.manifest(content))
    #expect(!taken.wasHeld)
    #expect(taken.blob == taken.manifest.id(using: Ed25519Suite()))
    let name = taken.blob.description
    let place = "\(name.prefix(2))/\(name.dropFirst(2).prefix(2))/\(name)"
    let files = length > BlobLimits.chunkBytes ? [place, place + ".list"] : [place]
    #expect(fixture.files() == files)
    #expect(FileStatus(fixture.home.blobs + "/" + place)?.permissions == 0o600)
    #expect(store.state(of: taken.blob, length: length).state == .present)
    #expect(store.state(of: taken.blob, length: length + 1).state == .absent)
    // The same content under another name takes no room again.
    #expect(try fixture.take(content, as: "b.jpg", into: store).wasHeld)
    #expect(fixture.files() == files && store.used() == length && fixture.store().used() == length)
    let out = fixture.folder + "/out.jpg"
    try store.write(taken.blob, to: out) { _ in }
    #expect(fixture.read(out) == content)
    #expect(refused { try store.write(taken.blob, to: out) { _ in } }?.code == "file-exists")
    #expect(try FileManager.default.contentsOfDirectory(atPath: fixture.folder).filter { $0.hasSuffix(".new") }.isEmpty)
  }

  @Test("too large, beyond the quota, no file, a folder, a pipe: each refused with its reason, and nothing is left")
  func refusals() throws {
    let fixture = try StoreFixture()
    let store = fixture.store()
    let policy = StoreFixture.policy
    func code(_ path: String) -> String? { refused { _ = try store.take(path, under: policy) { _ in } }?.code }
    #expect(code(try fixture.write(StoreFixture.content(policy.bytesMax + 1), to: "large")) == "attachment-too-large")
    #expect(code(fixture.folder + "/none") == "file")
    #expect(code(fixture.folder) == "file")
    #expect(mkfifo(fixture.folder + "/pipe", 0o600) == 0)
    #expect(code(fixture.folder + "/pipe") == "file")
    #expect(fixture.files().isEmpty)
    let first = StoreFixture.content(policy.bytesMax, seed: 1)
    let blob = try fixture.take(first, into: store).blob
    _ = try fixture.take(StoreFixture.content(policy.bytesMax - 1, seed: 2), into: store)
    let before = fixture.files()
    // One byte is left.
    #expect(code(try fixture.write([1, 2], to: "two")) == "attachment-quota")
    #expect(fixture.files() == before)
    let again = try fixture.take(first, into: store)
    #expect(again.blob == blob && again.wasHeld)
    #expect(try fixture.take([7], into: store).wasHeld == false)
    #expect(store.used() == policy.quota && fixture.store().used() == policy.quota)
  }

  @Test("a file that is written while it is read is refused")
  func changing() throws {
    let fixture = try StoreFixture()
    let store = fixture.store()
    let path = try fixture.write(StoreFixture.content(3 * BlobLimits.chunkBytes), to: "recording")
    for change in [[UInt8](repeating: 1, count: 5), []] {
      var isDone = false
      let failure = refused {
        _ = try store.take(path, under: StoreFixture.policy) { _ in
          if isDone { return }
          isDone = true
          guard let file = FileHandle(forWritingAtPath: path) else { return }
          // It grows, or it is begun anew.
          if change.isEmpty { try? file.truncate(atOffset: 1) } else { file.seekToEndOfFile() }
          file.write(Data(change))
          try? file.close()
        }
      }
      #expect(failure?.code == "attachment-changed" && isDone)
    }
    #expect(fixture.files().isEmpty && store.used() == 0)
    #expect(try store.take(path, under: StoreFixture.policy, progress: { _ in }).wasHeld == false)
  }

  @Test("what a killed process left is no content: additions go at the next start, the rest is as it was")
  func killed() throws {
    let fixture = try StoreFixture()
    let taken = try fixture.take(StoreFixture.content(1_000), into: fixture.store())
    let layout = BlobLayout(fixture.home)
    // Killed while copying; and between the list's name and the content's.
    try FileManager.default.createDirectory(atPath: layout.incoming, withIntermediateDirectories: true)
    try Data([1, 2, 3]).write(to: URL(fileURLWithPath: layout.incoming + "/half"))
    let length = BlobLimits.chunkBytes + 2_000
    let content = StoreFixture.content(length, seed: 9)
    let manifest = try StoreFixture.manifest(content)
    let blob = manifest.id(using: Ed25519Suite())
    try layout.makeFolder(layout.folder(of: blob))
    try Data(manifest.encoded).write(to: URL(fileURLWithPath: layout.list(of: blob)))
    let store = fixture.store()
    #expect(store.state(of: blob, length: length).state == .absent && !store.isPresent(blob))
    #expect(!fixture.files().contains { $0.hasPrefix("incoming/") } && store.used() == 1_000)
    #expect(try fixture.take(content, into: store).wasHeld == false)
    #expect(store.isSound(blob) && store.isSound(taken.blob))
    // A list that is lost or damaged is made again.
    for bytes in [nil, Data([1])] {
      if let bytes { try bytes.write(to: URL(fileURLWithPath: layout.list(of: blob))) } else { unlink(layout.list(of: blob)) }
      #expect(try store.manifest(of: blob) == manifest)
      #expect(fixture.read(layout.list(of: blob)) == manifest.encoded)
    }
  }

  @Test("altered, shortened and lengthened content is found, never handed out, and mended by adding the original again")
  func altered() throws {
    let fixture = try StoreFixture()
    let store = fixture.store()
    let content = StoreFixture.content(2 * BlobLimits.chunkBytes + 10)
    let blob = try fixture.take(content, into: store).blob
    let path = BlobLayout(fixture.home).content(of: blob)
    var flipped = content
    flipped[BlobLimits.chunkBytes + 1] ^= 1
    for bytes in [flipped, Array(content.dropLast()), content + [0]] {
      try Data(bytes).write(to: URL(fileURLWithPath: path))
      #expect(!store.isSound(blob))
      let (counts, altered) = store.audit([(blob, content.count)]) { _ in }
      #expect(altered == [blob] && counts.bytesChecked == bytes.count)
      let out = fixture.folder + "/out"
      #expect(refused { try store.write(blob, to: out) { _ in } }?.code == "attachment-altered")
      #expect(FileStatus(out) == nil)
      _ = try fixture.take(content, into: store)
      #expect(store.isSound(blob))
    }
  }
}
