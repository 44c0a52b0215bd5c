import Foundation
import Replication
import SignatureSuites

/// Reads a backup's file from beginning to end; a byte that is not as it was written is noticed before it is used.
final class BackupReader {
  let path: String
  let prelude: BackupPrelude
  let manifest: BackupManifest
  /// Of the whole file.
  let byteCount: Int
  private let file: RawFile
  private let seal: ChunkSeal
  private var buffer: [UInt8] = []
  private var number: UInt64 = 0

  /// Reads as far as the manifest.
  /// - Throws: `DeskFailure`: no backup, another format, cut short, altered, wrong passphrase.
  init(path: String, passphrase: [UInt8]?) throws {
    self.path = path
    let (file, prelude, length) = try Self.open(path)
    (self.file, self.prelude) = (file, prelude)
    byteCount = Int(file.byteCount)
    seal = try Self.seal(prelude, passphrase, path: path)
    guard file.move(to: length) else { throw BackupProblem.cut(path) }
    let tag = try Self.mapped(path) { () throws(DurableFile.Failure) in try file.read(ChunkSeal.preludeTagBytes) }
    guard tag.count == ChunkSeal.preludeTagBytes else { throw BackupProblem.cut(path) }
    guard constantTimeEqual(tag, seal.preludeTag) else {
      throw prelude.isProtected ? BackupProblem.passphrase(path) : BackupProblem.altered(path)
    }
    // Asked after the tag: then the size is what was written.
    let expected = prelude.fileBytes(length: length)
    if file.byteCount < expected { throw BackupProblem.cut(path) }
    if file.byteCount > expected { throw BackupProblem.altered(path) }
    var first = FirstChunks(file: file, seal: seal, prelude: prelude, path: path)
    manifest = try first.manifest()
    (buffer, number) = (first.buffer, first.number)
  }

  /// The beginning and what it says; needs no passphrase.
  static func open(_ path: String) throws -> (RawFile, BackupPrelude, length: Int) {
    let file: RawFile
    let beginning: [UInt8]
    do throws(DurableFile.Failure) {
      file = try RawFile(reading: path)
      beginning = try file.read(BackupLimits.preludeBytesMax)
    } catch {
      throw BundleProblem.unreadable(path)
    }
    do throws(BackupPrelude.Failure) {
      let (prelude, length) = try BackupPrelude.read(beginning)
      return (file, prelude, length)
    } catch {
      switch error {
      case .notABackup: throw BackupProblem.notABackup(path)
      case .version(let version): throw BackupProblem.version(version, path)
      // What is cut off within so many bytes is a cut file; a longer one is no such thing.
      case .cut where beginning.count < BackupLimits.preludeBytesMax: throw BackupProblem.cut(path)
      case .cut: throw BackupProblem.notABackup(path)
      case .altered: throw BackupProblem.altered(path)
      }
    }
  }

  static func seal(_ prelude: BackupPrelude, _ passphrase: [UInt8]?, path: String) throws -> ChunkSeal {
    guard prelude.isProtected else { return ChunkSeal(prelude: prelude.encoded) }
    guard let passphrase else { throw BackupProblem.passphraseMissing(path) }
    guard
      let seal = ChunkSeal(prelude: prelude.encoded, passphrase: passphrase, salt: prelude.salt, cost: prelude.cost)
    else { throw BackupProblem.noKey(cost: prelude.cost) }
    return seal
  }

  /// Reads every part and compares it with the manifest.
  /// - Parameters:
  ///   - sink: told each piece with its part; the piece is as it was written.
  ///   - progress: payload bytes read so far.
  func readParts(_ sink: (BackupManifest.Part, [UInt8]) throws -> Void, progress: (Int) -> Void) throws {
    var done = 0
    for part in manifest.parts {
      var hash = RunningHash()
      var left = part.bytes
      while left > 0 {
        let piece = try next(Int(min(left, UInt64(ChunkSeal.chunkBytes))))
        hash.add(piece)
        try sink(part, piece)
        left -= UInt64(piece.count)
        done += piece.count
        progress(done)
      }
      guard Hexadecimal.string(hash.value) == part.hash else { throw BackupProblem.altered(path) }
    }
    guard buffer.isEmpty, number == prelude.chunkCount else { throw BackupProblem.altered(path) }
  }

  /// - Returns: at least one byte, at most `count`.
  private func next(_ count: Int) throws -> [UInt8] {
    if buffer.isEmpty {
      guard number < prelude.chunkCount else { throw BackupProblem.altered(path) }
      buffer = try Self.chunk(number, of: prelude, file, seal, path)
      number += 1
    }
    if buffer.count <= count {
      defer { buffer = [] }
      return buffer
    }
    let piece = Array(buffer.prefix(count))
    buffer.removeFirst(count)
    return piece
  }

  fileprivate static func chunk(
    _ number: UInt64, of prelude: BackupPrelude, _ file: RawFile, _ seal: ChunkSeal, _ path: String
  ) throws -> [UInt8] {
    let isLast = number + 1 == prelude.chunkCount
    let rest = prelude.payloadBytes - number * UInt64(ChunkSeal.chunkBytes)
    let count = Int(min(rest, UInt64(ChunkSeal.chunkBytes))) + ChunkSeal.tagBytes
    let sealed = try mapped(path) { () throws(DurableFile.Failure) in try file.read(count) }
    guard sealed.count == count else { throw BackupProblem.cut(path) }
    guard let chunk = seal.open(sealed, number: number, isLast: isLast) else { throw BackupProblem.altered(path) }
    return chunk
  }

  private static func mapped<Value>(
    _ path: String, _ body: () throws(DurableFile.Failure) -> Value
  ) throws -> Value {
    do throws(DurableFile.Failure) {
      return try body()
    } catch {
      throw BundleProblem.unreadable(path)
    }
  }
}

/// The chunks that hold the manifest: its length in four bytes, high byte first, and the JSON.
private struct FirstChunks {
  let file: RawFile
  let seal: ChunkSeal
  let prelude: BackupPrelude
  let path: String
  var buffer: [UInt8] = []
  var number: UInt64 = 0

  mutating func manifest() throws -> BackupManifest {
    try fill(4)
    let length = buffer.prefix(4).reduce(0) { $0 << 8 | Int($1) }
    guard (1...BackupLimits.manifestBytesMax).contains(length) else { throw BackupProblem.altered(path) }
    try fill(4 + length)
    let json = Data(buffer[4..<4 + length])
    buffer.removeFirst(4 + length)
    guard let manifest = try? JSONDecoder().decode(BackupManifest.self, from: json), manifest.isComplete,
      manifest.parts.count <= BackupLimits.keyFilesMax + 2,
      manifest.office == prelude.office.text, manifest.rootKey == Hexadecimal.string(prelude.root.bytes)
    else { throw BackupProblem.altered(path) }
    return manifest
  }

  private mutating func fill(_ count: Int) throws {
    while buffer.count < count {
      guard number < prelude.chunkCount else { throw BackupProblem.altered(path) }
      buffer += try BackupReader.chunk(number, of: prelude, file, seal, path)
      number += 1
    }
  }
}
