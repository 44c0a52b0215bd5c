import Casebook
import Casework
import Replication

/// Looks over what is here of the content that records name.
extension BlobStore {
  private static let checking = Bilingual(zh: "核对附件", en: "checking the attachments")

  /// By names and lengths alone.
  func counts(of named: [(blob: BlobID, length: Int)]) -> AttachmentCounts {
    var counts = AttachmentCounts()
    for (blob, length) in named {
      switch state(of: blob, length: length).state {
      case .present: counts.present += 1
      case .partial: counts.partial += 1
      case .absent: counts.absent += 1
      case .refused: counts.refused += 1
      }
    }
    return counts
  }

  /// Reads every content that is here, also such as no record names.
  /// - Returns: the counts, and what is not as its name says.
  func audit(
    _ named: [(blob: BlobID, length: Int)], progress: (DeskProgress) -> Void
  ) -> (counts: AttachmentCounts, altered: [BlobID]) {
    var counts = counts(of: named)
    var altered: [BlobID] = []
    let present = layout.present()
    let total = present.reduce(0) { $0 + $1.bytes }
    for (blob, bytes) in present {
      if !isSound(blob) { altered.append(blob) }
      counts.bytesChecked += bytes
      progress(DeskProgress(work: Self.checking, done: counts.bytesChecked, total: total))
    }
    return (counts, altered)
  }
}
