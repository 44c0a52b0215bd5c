import Foundation
import Replication
import SignatureSuites
import TestKit
import Testing

@testable import OfficeNode

@Suite("Content that comes in chunks", .timeLimit(.minutes(5)))
struct PartialBlobTests {
  private static let content = StoreFixture.content(5 * BlobLimits.chunkBytes + 100, seed: 3)

  private func begin(_ store: BlobStore, _ policy: BlobPolicy = StoreFixture.policy) throws -> PartialBlob? {
    let manifest = try StoreFixture.manifest(Self.content)
    return try store.fetch(
      manifest.id(using: Ed25519Suite()), manifest: manifest.encoded, length: Self.content.count, under: policy)
  }

  @Test("in any order, each once, over several starts; a wrong one is refused and changes nothing", arguments: UInt64(1)...8)
  func anyOrder(seed: UInt64) throws {
    let fixture = try StoreFixture()
    var generator = SeededGenerator(seed: seed)
    var order = Array(0..<6)
    order.shuffle(using: &generator)
    var store = fixture.store()
    var held = try begin(store)
    let blob = try #require(held).blob
    let length = Self.content.count
    #expect(store.state(of: blob, length: length).state == .absent)
    for (index, number) in order.enumerated() {
      do {
        let partial = try #require(held)
        var wrong = StoreFixture.chunk(number, of: Self.content)
        wrong[wrong.count - 1] ^= 1
        #expect(throws: BlobFailure.chunkAltered) { try partial.add(wrong, number: number) }
        let isWhole = try partial.finish()
        #expect(!isWhole)
        let outcomes = try (0..<2).map { _ in
          try partial.add(StoreFixture.chunk(number, of: Self.content), number: number)
        }
        #expect(outcomes == [true, false])
        try partial.checkpoint()
      }
      if index == 2 || index == 4 {
        // The process ends here, and the next one goes on.
        let before = held?.progress
        held = nil
        store = fixture.store()
        #expect(store.state(of: blob, length: length).state == .partial)
        held = try begin(store)
        #expect(held?.progress == before)
      }
    }
    let isWhole = try #require(held).finish()
    #expect(isWhole)
    let (state, bytes) = store.state(of: blob, length: length)
    #expect(state == .present && bytes == length)
    #expect(store.isSound(blob) && store.used() == length)
    #expect(!fixture.files().contains { $0.hasPrefix("partial/") })
  }

  @Test("progress that says more than the disk holds is found out before the content gets its name")
  func lyingDisk() throws {
    let fixture = try StoreFixture()
    let store = fixture.store()
    let partial = try #require(try begin(store))
    for number in 0..<6 { try partial.add(StoreFixture.chunk(number, of: Self.content), number: number) }
    let path = store.layout.partialContent(of: partial.blob)
    var bytes = try #require(fixture.read(path))
    bytes[2 * BlobLimits.chunkBytes] ^= 1
    let file = try #require(FileHandle(forWritingAtPath: path))
    file.write(Data(bytes))
    try file.close()
    let isWhole = try partial.finish()
    #expect(!isWhole)
    #expect(partial.progress.wanted(atMost: 9) == 2..<3)
    #expect(!store.isPresent(partial.blob))
    try partial.add(StoreFixture.chunk(2, of: Self.content), number: 2)
    let isMended = try partial.finish()
    #expect(isMended && store.isSound(partial.blob))
  }

  @Test("another blob's manifest, another length than the record's, the quota: refused, and the reason is kept")
  func refusals() throws {
    let fixture = try StoreFixture()
    let store = fixture.store()
    let manifest = try StoreFixture.manifest(Self.content)
    let blob = manifest.id(using: Ed25519Suite())
    let other = try StoreFixture.manifest(Array(Self.content.dropLast()))
    #expect(throws: BlobFailure.otherManifest) {
      _ = try store.fetch(blob, manifest: other.encoded, length: Self.content.count, under: StoreFixture.policy)
    }
    #expect(fixture.files().isEmpty)
    func refusal(_ length: Int, _ policy: BlobPolicy) throws -> BlobProgress.Refusal? {
      let partial = try store.fetch(blob, manifest: manifest.encoded, length: length, under: policy)
      #expect(partial == nil)
      #expect(store.state(of: blob, length: length).state == .refused)
      return store.progress(of: blob)?.refusal
    }
    #expect(try refusal(7, StoreFixture.policy) == .otherLength)
    #expect(try refusal(Self.content.count, BlobPolicy(bytesMax: 1_000, quota: .max, eagerMax: 0)) == .tooLarge)
    let tight = BlobPolicy(bytesMax: BlobLimits.bytesMax, quota: Self.content.count - 1, eagerMax: 0)
    #expect(try refusal(Self.content.count, tight) == .quota)
    #expect(store.used() == 0)
    // There is room again.
    let partial = try begin(store)
    #expect(partial != nil && store.used() == Self.content.count)
  }

  @Test("content that comes by another way meanwhile takes the place of what was fetched")
  func overtaken() throws {
    let fixture = try StoreFixture()
    let store = fixture.store()
    let blob: BlobID
    do {
      let partial = try #require(try begin(store))
      try partial.add(StoreFixture.chunk(1, of: Self.content), number: 1)
      try partial.checkpoint()
      blob = partial.blob
    }
    #expect(try fixture.take(Self.content, into: store).blob == blob)
    #expect(store.state(of: blob, length: Self.content.count).state == .present)
    #expect(!fixture.files().contains { $0.hasPrefix("partial/") } && store.used() == Self.content.count)
  }
}
