import Replication
import SignatureSuites
import TestKit

/// Frames that pass content between two offices.
extension VectorDraft {
  private static let page = "9-attachments.md"

  static func attachmentFrames(_ pattern: [UInt8]) throws -> [VectorDraft] {
    var hasher = BlobHasher(using: Ed25519Suite())
    try hasher.add(VectorReading.repeated(pattern, to: BlobLimits.chunkBytes + 12))
    let manifest = try hasher.finished()
    let blob = manifest.id(using: Ed25519Suite())
    func draft(_ name: String, _ bytes: [UInt8], refused: String? = nil) -> VectorDraft {
      VectorDraft("attachment-\(name)", page, "attachment-frame", bytes, refused: refused)
    }
    func draft(_ name: String, _ frame: AttachmentFrame) -> VectorDraft { draft(name, frame.encoded) }
    let list = AttachmentFrame.Ask(blob: blob, part: .list, offset: 0, count: manifest.encoded.count)
    let end = AttachmentFrame.Ask(blob: blob, part: .content, offset: BlobLimits.chunkBytes, count: 12)
    let ask = AttachmentFrame.Ask(blob: blob, part: .content, offset: 4_096, count: 4_096)
    let content = VectorReading.repeated(pattern, from: BlobLimits.chunkBytes % pattern.count, to: 12)
    let refusals = AttachmentFrame.Refusal.allCases.map { draft("refuse-\($0)", .refuse(blob, $0)) }
    func asked(part: UInt64 = 1, offset: UInt64 = 0, count: UInt64 = 1, digest: [UInt8]? = nil) -> [UInt8] {
      Fixed.bytes {
        $0.arrayHead(5)
        $0.unsigned(12)
        $0.byteString(digest ?? blob.root.bytes)
        $0.unsigned(part)
        $0.unsigned(offset)
        $0.unsigned(count)
      }
    }
    func piece(_ head: [UInt8]) -> [UInt8] {
      Fixed.bytes {
        $0.arrayHead(5)
        $0.unsigned(13)
        $0.byteString(blob.root.bytes)
        $0.unsigned(1)
        $0.unsigned(0)
        $0.encoded(head)
      }
    }
    let code = Fixed.bytes {
      $0.arrayHead(3)
      $0.unsigned(14)
      $0.byteString(blob.root.bytes)
      $0.unsigned(5)
    }
    let largest = UInt64(AttachmentLimits.pieceBytesMax)
    return refusals + [
      draft("ask", .ask(ask)), draft("ask-list", .ask(list)), draft("piece", .piece(end, bytes: content)),
      draft("piece-list", .piece(list, bytes: manifest.encoded)), draft("rest", .rest),
      draft("ask-none", asked(count: 0), refused: "out-of-range"),
      draft("ask-much", asked(count: largest + 1), refused: "out-of-range"),
      draft("ask-part", asked(part: 2), refused: "out-of-range"),
      draft("ask-beyond", asked(offset: UInt64(BlobLimits.bytesMax)), refused: "out-of-range"),
      draft("ask-beyond-list", asked(part: 0, offset: UInt64(BlobLimits.manifestBytesMax)), refused: "out-of-range"),
      draft("ask-blob", asked(digest: [1, 2, 3]), refused: "out-of-range"),
      draft("piece-none", piece([0x40]), refused: "out-of-range"),
      draft("piece-long", piece([0x5A, 0x00, 0x01, 0x00, 0x01]), refused: "too-long"),
      draft("refuse-code", code, refused: "out-of-range"),
      draft("kind", Fixed.bytes { $0.arrayHead(1); $0.unsigned(16) }, refused: "unsupported"),
      draft("count", Fixed.bytes { $0.arrayHead(2); $0.unsigned(15); $0.null() }, refused: "unsupported"),
      draft("cut", Array(AttachmentFrame.ask(ask).encoded.dropLast()), refused: "truncated"),
      draft("trailing", AttachmentFrame.rest.encoded + [0], refused: "trailing-bytes"),
    ]
  }
}
