import Foundation
import Replication

/// Frames as they come over a connection: a big-endian u32 length and a `SyncFrame` each.
final class FrameWriter {
  private let file: FileHandle
  private var buffer: [UInt8] = []

  init(path: String) throws {
    guard FileManager.default.createFile(atPath: path, contents: nil), let file = FileHandle(forWritingAtPath: path) else {
      throw CocoaError(.fileWriteUnknown)
    }
    self.file = file
  }

  /// - Returns: bytes on the wire.
  func write(_ frame: SyncFrame) throws -> Int {
    let bytes = frame.encoded
    for shift in [24, 16, 8, 0] as [UInt32] { buffer.append(UInt8(truncatingIfNeeded: UInt32(bytes.count) >> shift)) }
    buffer += bytes
    if buffer.count > 1 << 20 { try flush() }
    return bytes.count + FrameFile.lengthBytes
  }

  func close() throws {
    try flush()
    try file.close()
  }

  private func flush() throws {
    try file.write(contentsOf: Data(buffer))
    buffer.removeAll(keepingCapacity: true)
  }
}

enum FrameFile {
  /// What the transport puts before each frame.
  static let lengthBytes = 4
}

/// Reads frame after frame, so that memory holds one at a time.
final class FrameReader {
  private let file: UnsafeMutablePointer<FILE>

  struct CutOff: Error {}

  init(path: String) throws {
    guard let file = fopen(path, "rb") else { throw CocoaError(.fileReadNoSuchFile) }
    self.file = file
  }

  deinit { fclose(file) }

  /// - Returns: `nil` at the end.
  func next() throws -> SyncFrame? {
    var head = [UInt8](repeating: 0, count: FrameFile.lengthBytes)
    guard fread(&head, 1, head.count, file) == head.count else { return nil }
    let length = head.reduce(0) { $0 << 8 | Int($1) }
    let bytes = [UInt8](unsafeUninitializedCapacity: length) { target, count in
      count = fread(target.baseAddress, 1, length, file)
    }
    guard bytes.count == length else { throw CutOff() }
    return try SyncFrame(decoding: bytes)
  }
}
