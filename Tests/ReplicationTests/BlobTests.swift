import SignatureSuites
import TestKit
import Testing

@testable import Replication

@Suite("Attachments: ids, manifests, chunks, progress")
struct BlobTests {
  private static let suite = Ed25519Suite()

  private static func content(_ length: Int, seed: UInt64 = 1) -> [UInt8] {
    var generator = SeededGenerator(seed: seed)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(length + 8)
    while bytes.count < length {
      let word = generator.next()
      for shift in stride(from: UInt64(0), to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: word >> shift)) }
    }
    return Array(bytes.prefix(length))
  }

  private static func manifest(_ content: [UInt8], pieces: Int = BlobLimits.chunkBytes) throws -> BlobManifest {
    var hasher = BlobHasher(using: suite)
    for start in stride(from: 0, to: content.count, by: pieces) {
      try hasher.add(Array(content[start..<min(content.count, start + pieces)]))
    }
    return try hasher.finished()
  }

  private static func chunk(_ number: Int, of content: [UInt8], _ manifest: BlobManifest) throws -> [UInt8] {
    Array(content[try #require(manifest.range(ofChunk: number))])
  }

  @Test(
    "the id is of the content alone, in whatever pieces it came, and of its length",
    arguments: [
      0, 1, BlobLimits.chunkBytes - 1, BlobLimits.chunkBytes, BlobLimits.chunkBytes + 1, 3 * BlobLimits.chunkBytes + 77,
    ])
  func pieces(length: Int) throws {
    let content = Self.content(length)
    let whole = try Self.manifest(content)
    #expect(whole.length == length && whole.chunkCount == BlobLimits.chunkCount(ofLength: length))
    for size in [4_093, 65_536, BlobLimits.chunkBytes * 2 + 1] {
      #expect(try Self.manifest(content, pieces: size) == whole)
    }
    let longer = try Self.manifest(content + [0])
    #expect(longer.id(using: Self.suite) != whole.id(using: Self.suite))
    if length > 0 {
      var other = content
      other[length - 1] ^= 1
      #expect(try Self.manifest(other).id(using: Self.suite) != whole.id(using: Self.suite))
    }
  }

  @Test("a manifest is read back, and one of another blob is refused")
  func manifests() throws {
    let manifest = try Self.manifest(Self.content(BlobLimits.chunkBytes + 5))
    let blob = manifest.id(using: Self.suite)
    #expect(try BlobManifest(manifest.encoded, of: blob, using: Self.suite) == manifest)
    #expect(BlobID(hex: blob.description) == blob)
    for place in 0..<manifest.encoded.count {
      var altered = manifest.encoded
      altered[place] ^= 4
      #expect(throws: BlobFailure.otherManifest) { try BlobManifest(altered, of: blob, using: Self.suite) }
    }
    for count in 0..<manifest.encoded.count {
      #expect(throws: CBORReader.Failure.self) { try BlobManifest(decoding: Array(manifest.encoded.prefix(count))) }
    }
    // The bytes of a chunk can never be taken for a manifest, nor the other way round.
    #expect(Self.suite.hash(Domain.blobChunk.prefix + manifest.encoded) != blob.root)
  }

  @Test("chunks verify in any order; a wrong, a short, a long and a misplaced one are refused")
  func chunks() throws {
    let content = Self.content(3 * BlobLimits.chunkBytes + 9)
    let manifest = try Self.manifest(content)
    for number in [3, 0, 2, 1] {
      try manifest.check(try Self.chunk(number, of: content, manifest), number: number, using: Self.suite)
    }
    let second = try Self.chunk(1, of: content, manifest)
    func refused(_ chunk: [UInt8], _ number: Int) -> BlobFailure? {
      do throws(BlobFailure) {
        try manifest.check(chunk, number: number, using: Self.suite)
        return nil
      } catch {
        return error
      }
    }
    #expect(refused(second, 0) == .chunkAltered)
    #expect(refused(second, 3) == .chunkLength)
    #expect(refused(second, 4) == .chunkNumber && refused(second, -1) == .chunkNumber)
    #expect(refused(Array(second.dropLast()), 1) == .chunkLength && refused(second + [0], 1) == .chunkLength)
    #expect(refused([], 1) == .chunkLength)
    var altered = second
    altered[altered.count / 2] ^= 0x80
    #expect(refused(altered, 1) == .chunkAltered)
  }

  /// Takes any bytes for nothing: the limit is asked before anything is hashed.
  private struct NoHash: SignatureSuite {
    var id: SuiteID { .ed25519 }
    func hash(_ message: [UInt8]) -> Digest { .zero }
    func isValid(signature: [UInt8], of message: [UInt8], by publicKey: [UInt8]) -> Bool { false }
  }

  @Test("the largest blob has 8,192 chunks, its manifest is within its limit, and one byte more is refused")
  func largest() throws {
    #expect(BlobLimits.chunksMax == 8_192)
    var hasher = BlobHasher(using: NoHash())
    let piece = [UInt8](repeating: 0, count: 16 * BlobLimits.chunkBytes)
    for _ in 0..<(BlobLimits.chunksMax / 16) { try hasher.add(piece) }
    #expect(throws: BlobFailure.tooLarge) { try hasher.add([0]) }
    let manifest = try hasher.finished()
    #expect(manifest.chunkCount == BlobLimits.chunksMax && manifest.encoded.count <= BlobLimits.manifestBytesMax)
    #expect(try BlobManifest(decoding: manifest.encoded) == manifest)
  }

  @Test("progress is a set of numbers, however they come, and reads back", arguments: UInt64(1)...40)
  func progress(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let count = 1 + Int(generator.next() % 40)
    var progress = BlobProgress(chunkCount: count)
    var model: Set<Int> = []
    for _ in 0..<80 {
      let number = Int(generator.next() % UInt64(count + 2)) - 1
      if generator.next() % 4 == 0 {
        progress.remove(number)
        model.remove(number)
      } else {
        let isNew = (0..<count).contains(number) && !model.contains(number)
        #expect(progress.insert(number) == isNew)
        if isNew { model.insert(number) }
      }
      #expect(Set(progress.ranges.flatMap { $0 }) == model && progress.presentCount == model.count)
      #expect(zip(progress.ranges, progress.ranges.dropFirst()).allSatisfy { $0.upperBound < $1.lowerBound })
      #expect((-1...count).allSatisfy { progress.contains($0) == model.contains($0) })
      let start = Int(generator.next() % UInt64(count + 1))
      let first = (start..<max(start, count)).first { !model.contains($0) }
      #expect(progress.wanted(from: start, atMost: 3)?.lowerBound == first)
      if let wanted = progress.wanted(from: start, atMost: 3) {
        #expect(wanted.count <= 3 && wanted.allSatisfy { !model.contains($0) } && wanted.upperBound <= count)
      }
      #expect(try BlobProgress(decoding: progress.encoded) == progress)
    }
    #expect(progress.state == (model.count == count ? .present : model.isEmpty ? .absent : .partial))
    progress.refusal = .quota
    #expect(progress.wanted(atMost: 1) == nil && (progress.isWhole || progress.state == .refused))
    #expect(try BlobProgress(decoding: progress.encoded) == progress)
  }

  @Test("what an office takes: by size and quota, small ones at once, large ones when asked for")
  func policy() {
    let policy = BlobPolicy(bytesMax: 1_000, quota: 5_000, eagerMax: 100)
    #expect(policy.decision(of: 100, used: 0, isAsked: false) == .eager)
    #expect(policy.decision(of: 101, used: 0, isAsked: false) == .onDemand)
    #expect(policy.decision(of: 101, used: 0, isAsked: true) == .eager)
    #expect(policy.decision(of: 1_001, used: 0, isAsked: true) == .refused(.tooLarge))
    #expect(policy.decision(of: 1_000, used: 4_000, isAsked: true) == .eager)
    #expect(policy.decision(of: 1_000, used: 4_001, isAsked: true) == .refused(.quota))
    #expect(policy.decision(of: 1, used: .max, isAsked: true) == .refused(.quota))
    #expect(BlobPolicy(bytesMax: .max, quota: 1, eagerMax: 0).bytesMax == BlobLimits.bytesMax)
  }
}
