import Foundation
import Replication
import SignatureSuites
import TestKit
import Testing

@testable import OfficeNode

@Suite("Content that comes in pieces", .timeLimit(.minutes(20)))
struct PartialBlobTests {
  private static let content = StoreFixture.content(5 * BlobLimits.chunkBytes + 100, seed: 3)

  private func begin(_ store: BlobStore, _ policy: BlobPolicy = StoreFixture.policy) throws -> PartialBlob? {
    let manifest = try StoreFixture.manifest(Self.content)
    return try store.fetch(
      manifest.id(using: Ed25519Suite()), list: manifest.encoded, length: Self.content.count, under: policy)
  }

  /// A chunk whole.
  private func give(_ number: Int, to partial: PartialBlob, altered: Bool = false) throws -> PartialBlob.Outcome {
    var chunk = StoreFixture.chunk(number, of: Self.content)
    if altered { chunk[chunk.count - 1] ^= 1 }
    return try partial.write(chunk, at: number * BlobLimits.chunkBytes)
  }

  @Test("in any order, each once, over several starts; a wrong one counts for nothing", arguments: UInt64(1)...8)
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
        let before = partial.progress
        #expect(try give(number, to: partial, altered: true) == .altered)
        #expect(partial.progress == before)
        let isWhole = try partial.finish()
        #expect(!isWhole)
        let expected: PartialBlob.Outcome = index == 5 ? .whole : .kept
        for _ in 0..<2 { #expect(try give(number, to: partial) == expected) }
        try partial.checkpoint()
      }
      if index == 2 || index == 4 {
        // The process ends here, and the next one goes on with the list that it has.
        let before = held?.progress
        held = nil
        store = fixture.store()
        #expect(store.state(of: blob, length: length).state == .partial)
        held = try store.fetch(blob, list: nil, length: length, under: StoreFixture.policy)
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

  @Test("a chunk is gone on with where it was broken off, in a later process too", arguments: [1, 4_096, 100_000])
  func begun(piece: Int) throws {
    let fixture = try StoreFixture()
    var store = fixture.store()
    let chunk = BlobLimits.chunkBytes
    do {
      let partial = try #require(try begin(store))
      #expect(try give(0, to: partial) == .kept)
      #expect(try partial.write(Array(Self.content[chunk..<(chunk + piece)]), at: chunk) == .kept)
      #expect(partial.missing == [(chunk + piece)..<Self.content.count])
      // Behind a hole nothing can be verified.
      #expect(try partial.write([1, 2, 3], at: chunk + piece + 1) == .again(chunk..<(2 * chunk)))
      // Across a chunk's end nothing is taken.
      #expect(try partial.write([1, 2], at: 3 * chunk - 1) == .altered)
      try partial.checkpoint()
      #expect(store.state(of: partial.blob, length: Self.content.count).held == chunk + piece)
    }
    store = fixture.store()
    let partial = try #require(try begin(store))
    var missing = partial.missing
    #expect(missing == [(chunk + piece)..<Self.content.count])
    var received = 0
    while let range = missing.first {
      let end = min(range.upperBound, (range.lowerBound / chunk + 1) * chunk)
      _ = try partial.write(Array(Self.content[range.lowerBound..<end]), at: range.lowerBound)
      received += end - range.lowerBound
      missing = partial.missing
    }
    #expect(received == Self.content.count - chunk - piece)
    let isWhole = try partial.finish()
    #expect(isWhole && store.isSound(partial.blob))
  }

  @Test("a blob of one chunk needs no list; what has not its id is not taken", arguments: [0, 1, 90_000, BlobLimits.chunkBytes])
  func withoutList(length: Int) throws {
    let fixture = try StoreFixture()
    let store = fixture.store()
    let content = StoreFixture.content(length, seed: 6)
    let blob = try StoreFixture.manifest(content).id(using: Ed25519Suite())
    let partial = try #require(try store.fetch(blob, list: nil, length: length, under: StoreFixture.policy))
    if length > 0 {
      var wrong = content
      wrong[0] ^= 1
      #expect(try partial.write(wrong, at: 0) == .altered)
      #expect(try partial.write(content, at: 0) == .whole)
    }
    let isWhole = try partial.finish()
    #expect(isWhole && store.isSound(blob) && store.used() == length)
    #expect(fixture.files().count == 1)
    // Of the empty blob's length, and another.
    let other = try StoreFixture.manifest(StoreFixture.content(9, seed: 7)).id(using: Ed25519Suite())
    let never = try #require(try store.fetch(other, list: nil, length: 0, under: StoreFixture.policy))
    let isTaken = try never.finish()
    #expect(!isTaken && !store.isPresent(other))
  }

  @Test("progress that says more than the disk holds is found out before the content gets its name")
  func lyingDisk() throws {
    let fixture = try StoreFixture()
    let store = fixture.store()
    let partial = try #require(try begin(store))
    for number in 0..<6 { _ = try give(number, to: partial) }
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
    #expect(try give(2, to: partial) == .whole)
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
      _ = try store.fetch(blob, list: other.encoded, length: Self.content.count, under: StoreFixture.policy)
    }
    #expect(throws: BlobFailure.otherManifest) {
      _ = try store.fetch(blob, list: nil, length: Self.content.count, under: StoreFixture.policy)
    }
    #expect(fixture.files().isEmpty)
    func refusal(_ length: Int, _ policy: BlobPolicy) throws -> BlobProgress.Refusal? {
      let partial = try store.fetch(blob, list: manifest.encoded, length: length, under: policy)
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
      _ = try give(1, to: partial)
      try partial.checkpoint()
      blob = partial.blob
    }
    #expect(try fixture.take(Self.content, into: store).blob == blob)
    #expect(store.state(of: blob, length: Self.content.count).state == .present)
    #expect(!fixture.files().contains { $0.hasPrefix("partial/") } && store.used() == Self.content.count)
  }
}
