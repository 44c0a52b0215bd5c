import Casebook
import Casework
import Foundation
import Glibc
import Replication
import SignatureSuites

/// Content that leaves the store as a person's file.
extension BlobStore {
  private static let writing = Bilingual(zh: "写出附件", en: "writing the attachment")

  /// Writes a blob to a new file; each chunk is verified before it is written.
  /// - Throws: `DeskFailure`; no part of a file is left then.
  func write(_ blob: BlobID, to path: String, progress: (DeskProgress) -> Void) throws {
    if FileStatus(path) != nil { throw BundleProblem.exists(path) }
    // Of a name that nobody else has: what lies beside is not ours to write over.
    let temporary = path + "." + Hexadecimal.string(randomBytes(4)) + ".new"
    Leftovers.add(temporary)
    defer { Leftovers.forget(temporary) }
    do {
      let total = try manifest(of: blob).length
      let file = try RawFile(writing: temporary)
      var done = 0
      try read(blob) { chunk in
        try file.write(chunk)
        done += chunk.count
        progress(DeskProgress(work: Self.writing, done: done, total: total))
      }
      try file.settle()
      guard link(temporary, path) == 0 || errno != EEXIST else { throw BundleProblem.exists(path) }
      // A medium without links has only renaming.
      if FileStatus(path) == nil, rename(temporary, path) != 0 { throw DurableFile.Failure(code: errno) }
      unlink(temporary)
      try RawFile.settleFolder(of: path)
    } catch {
      unlink(temporary)
      guard let failure = error as? DurableFile.Failure else { throw error }
      throw AttachmentProblem.unwritten(path, failure)
    }
  }
}
