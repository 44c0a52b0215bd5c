import Replication
import SignatureSuites
import TestKit

/// Attachments: ids, manifests, chunks and progress. Content is a short pattern repeated, so that a blob of several
/// chunks fits into a line.
extension VectorDraft {
  private static let page = "9-attachments.md"

  static func blobs() throws -> [VectorDraft] {
    let pattern = Array("案卷附件".utf8)
    let chunk = BlobLimits.chunkBytes
    let ids = [("empty", 0), ("small", 12), ("one-chunk", chunk), ("chunks", 2 * chunk + 1)].map { name, length in
      VectorDraft("blob-\(name)", page, "blob", pattern, given: .object(["length": .number(Int64(length))]))
    }
    return ids + (try manifests(pattern)) + (try chunks(pattern)) + progress() + (try attachmentFrames(pattern))
  }

  private static func manifest(_ pattern: [UInt8], _ length: Int) throws -> BlobManifest {
    var hasher = BlobHasher(using: Ed25519Suite())
    try hasher.add(VectorReading.repeated(pattern, to: length))
    return try hasher.finished()
  }

  private static func manifests(_ pattern: [UInt8]) throws -> [VectorDraft] {
    let suite = Ed25519Suite()
    let good = try manifest(pattern, BlobLimits.chunkBytes + 12)
    let given = JSONValue.object(["blob": Shown.hex(good.id(using: suite).root.bytes)])
    var other = good.encoded
    other[other.count - 1] ^= 1
    func raw(_ length: UInt64, hashes: Int, extra: [UInt8] = []) -> [UInt8] {
      Fixed.bytes {
        $0.arrayHead(2)
        $0.unsigned(length)
        $0.byteString([UInt8](repeating: 7, count: hashes * Digest.byteCount))
        $0.encoded(extra)
      }
    }
    let tooLong = Fixed.bytes {
      $0.arrayHead(2)
      $0.unsigned(1)
      $0.encoded([0x5A, 0x00, 0x04, 0x00, 0x20])
    }
    return [
      VectorDraft("blob-manifest", page, "blob-manifest", good.encoded, given: given),
      VectorDraft("blob-manifest-other", page, "blob-manifest", other, given: given, refused: "other-manifest"),
      VectorDraft("blob-manifest-hashes", page, "blob-manifest", raw(1, hashes: 2), refused: "out-of-range"),
      VectorDraft("blob-manifest-none", page, "blob-manifest", raw(1, hashes: 0), refused: "out-of-range"),
      VectorDraft(
        "blob-manifest-length", page, "blob-manifest", raw(UInt64(BlobLimits.bytesMax) + 1, hashes: 1),
        refused: "out-of-range"),
      VectorDraft("blob-manifest-long", page, "blob-manifest", tooLong, refused: "too-long"),
      VectorDraft("blob-manifest-trailing", page, "blob-manifest", raw(1, hashes: 1, extra: [0]), refused: "trailing-bytes"),
    ]
  }

  private static func chunks(_ pattern: [UInt8]) throws -> [VectorDraft] {
    let length = BlobLimits.chunkBytes + 12
    let manifest = try manifest(pattern, length)
    func draft(_ name: String, _ number: Int, _ length: Int, from start: Int = 0, refused: String? = nil) -> VectorDraft {
      VectorDraft(
        "blob-chunk\(name)", page, "blob-chunk", pattern,
        given: .object([
          "manifest": Shown.hex(manifest.encoded), "number": .number(Int64(number)), "length": .number(Int64(length)),
          "from": .number(Int64(start)),
        ]), refused: refused)
    }
    return [
      // The pattern's twelve bytes do not divide a chunk: the last one begins within it.
      draft("", 0, BlobLimits.chunkBytes), draft("-last", 1, 12, from: BlobLimits.chunkBytes % pattern.count),
      draft("-altered", 1, 12, refused: "chunk-altered"), draft("-short", 0, 12, refused: "chunk-length"),
      draft("-number", 2, 12, refused: "chunk-number"),
    ]
  }

  private static func progress() -> [VectorDraft] {
    var some = BlobProgress(chunkCount: 10)
    for number in [0, 1, 4, 9] { some.insert(number) }
    some.begun = .init(chunk: 2, bytes: 4_096)
    var refused = BlobProgress(chunkCount: 3)
    refused.refusal = .quota
    var whole = BlobProgress(chunkCount: 2)
    for number in [1, 0] { whole.insert(number) }
    func raw(
      _ chunks: UInt64, _ numbers: [UInt64], refusal: UInt64? = nil, begun: (UInt64, UInt64)? = nil
    ) -> [UInt8] {
      Fixed.bytes {
        $0.arrayHead(4)
        $0.unsigned(chunks)
        $0.arrayHead(numbers.count)
        for number in numbers { $0.unsigned(number) }
        if let refusal { $0.unsigned(refusal) } else { $0.null() }
        guard let begun else { return $0.null() }
        $0.arrayHead(2)
        $0.unsigned(begun.0)
        $0.unsigned(begun.1)
      }
    }
    var first = BlobProgress(chunkCount: 3)
    first.begun = .init(chunk: 0, bytes: 1)
    func draft(_ name: String, _ bytes: [UInt8], refused: String? = nil) -> VectorDraft {
      VectorDraft("blob-progress\(name)", page, "blob-progress", bytes, refused: refused)
    }
    return [
      draft("", some.encoded), draft("-none", BlobProgress(chunkCount: 4).encoded), draft("-refused", refused.encoded),
      draft("-whole", whole.encoded), draft("-touching", raw(9, [0, 2, 2, 1]), refused: "key-order"),
      draft("-order", raw(9, [4, 1, 0, 1]), refused: "key-order"), draft("-beyond", raw(9, [8, 2]), refused: "out-of-range"),
      draft("-empty", raw(9, [8, 0]), refused: "out-of-range"), draft("-odd", raw(9, [8]), refused: "out-of-range"),
      draft("-reason", raw(9, [], refusal: 9), refused: "out-of-range"),
      draft("-chunks", raw(UInt64(BlobLimits.chunksMax) + 1, []), refused: "out-of-range"),
      draft("-first", first.encoded), draft("-begun-there", raw(9, [4, 1], begun: (4, 1)), refused: "out-of-range"),
      draft("-begun-beyond", raw(9, [], begun: (9, 1)), refused: "out-of-range"),
      draft("-begun-none", raw(9, [], begun: (0, 0)), refused: "out-of-range"),
      draft("-begun-whole", raw(9, [], begun: (0, UInt64(BlobLimits.chunkBytes))), refused: "out-of-range"),
    ]
  }
}
