import Casebook
import Casework
import Foundation
import Glibc
import Replication

/// Files of bundles: their names, reading and writing.
enum BundleFiles {
  static let suffix = ".docket"

  /// Paths of a bundle's parts. In a folder they are named for both offices and the minute.
  /// - Parameter path: the file asked for, or a folder.
  static func paths(_ path: String, parts: Int, from: OfficeCode, to: OfficeCode, at milliseconds: UInt64) -> [String] {
    let isInFolder = isFolder(path)
    var stem = path
    if isInFolder {
      stem = (path.hasSuffix("/") ? path : path + "/") + "\(from)-\(to)-\(minute(milliseconds))"
    } else if path.hasSuffix(suffix) {
      stem = String(path.dropLast(suffix.count))
    }
    if parts == 1 { return [isInFolder ? stem + suffix : path] }
    return (1...parts).map { "\(stem)-\($0)of\(parts)\(suffix)" }
  }

  /// `YYYYMMDD-HHMM` in China's time.
  private static func minute(_ milliseconds: UInt64) -> String {
    let day = CivilDate.fromUnixMilliseconds(milliseconds).description.filter { $0 != "-" }
    let minutes = (milliseconds / 60_000 + 480) % 1440
    func two(_ number: UInt64) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "\(day)-\(two(minutes / 60))\(two(minutes % 60))"
  }

  static func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    if path.hasSuffix("/") { return true }
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
  }

  static func size(_ path: String) -> Int? {
    (try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? Int
  }

  /// The whole of a part.
  static func read(_ path: String) throws -> [UInt8] {
    guard let size = size(path), !isFolder(path) else { throw BundleProblem.unreadable(path) }
    guard size <= BundleLimits.partBytesMax else { throw BundleProblem.tooLarge(path) }
    guard let data = try? Data(contentsOf: URL(fileURLWithPath: path)) else { throw BundleProblem.unreadable(path) }
    return [UInt8](data)
  }

  /// A part's head alone; `nil` where there is none.
  static func head(_ path: String) -> BundleHead? {
    guard let file = FileHandle(forReadingAtPath: path) else { return nil }
    defer { try? file.close() }
    let bytes = [UInt8]((try? file.read(upToCount: BundleLimits.frameBytes)) ?? Data())
    return try? BundleReader(bytes).head
  }

  /// Writes a part; an unfinished one is never left behind.
  static func write(_ bytes: [UInt8], to path: String) throws {
    do throws(DurableFile.Failure) {
      try DurableFile.write(bytes, to: path)
    } catch {
      try? FileManager.default.removeItem(atPath: path + ".new")
      throw BundleProblem.unwritable(path, error, isFull: error.code == ENOSPC)
    }
  }
}
