import Glibc
import SignatureSuites

/// Writes a backup's file under another name beside its own, until it has been read back.
final class BackupWriter {
  static let unfinished = ".new"

  let path: String
  private let prelude: BackupPrelude
  private let seal: ChunkSeal
  private let file: RawFile
  private var buffer: [UInt8] = []
  private var number: UInt64 = 0

  var temporary: String { path + Self.unfinished }
  var isOwnerOnly: Bool { file.isOwnerOnly }

  /// - Throws: `DeskFailure`; nothing is left then.
  init(path: String, prelude: BackupPrelude, passphrase: [UInt8]?) throws {
    self.path = path
    self.prelude = prelude
    seal = try BackupReader.seal(prelude, passphrase, path: path)
    do throws(DurableFile.Failure) {
      file = try RawFile(writing: path + Self.unfinished)
    } catch {
      throw BackupProblem.unwritable(path, error)
    }
    Leftovers.add(temporary)
    do {
      try put(prelude.encoded + seal.preludeTag)
    } catch {
      discard()
      throw error
    }
  }

  /// The next bytes of the payload.
  func append(_ bytes: [UInt8]) throws {
    buffer += bytes
    var offset = 0
    while buffer.count - offset >= ChunkSeal.chunkBytes {
      try putChunk(Array(buffer[offset..<offset + ChunkSeal.chunkBytes]))
      offset += ChunkSeal.chunkBytes
    }
    buffer.removeFirst(offset)
  }

  /// The last chunk; the file is on the medium when this returns, under its other name.
  func finish() throws {
    if !buffer.isEmpty { try putChunk(buffer) }
    buffer = []
    do throws(DurableFile.Failure) {
      try file.settle()
    } catch {
      throw BackupProblem.unwritable(path, error)
    }
  }

  /// Gives the file its name.
  func publish() throws {
    guard BundleFiles.size(path) == nil else { throw BundleProblem.exists(path) }
    do throws(DurableFile.Failure) {
      guard rename(temporary, path) == 0 else { throw DurableFile.Failure(code: errno) }
      try RawFile.settleFolder(of: path)
    } catch {
      throw BackupProblem.unwritable(path, error)
    }
    Leftovers.forget(temporary)
  }

  /// Takes away what was written.
  func discard() {
    unlink(temporary)
    Leftovers.forget(temporary)
  }

  private func putChunk(_ chunk: [UInt8]) throws {
    try put(try seal.seal(chunk, number: number, isLast: number + 1 == prelude.chunkCount))
    number += 1
  }

  private func put(_ bytes: [UInt8]) throws {
    do throws(DurableFile.Failure) {
      try file.write(bytes)
    } catch {
      throw BackupProblem.unwritable(path, error)
    }
  }
}
