import Foundation

/// What the file system says of a file.
///
/// Through Foundation: which module C's `stat` belongs to depends on what else the compiler has read.
struct FileStatus {
  let device: Int
  let inode: Int
  let owner: Int
  let group: Int
  let permissions: Int
  let isRegular: Bool

  /// - Returns: `nil` where there is none, or it may not be looked at. Links are not followed.
  init?(_ path: String) {
    guard let values = try? FileManager.default.attributesOfItem(atPath: path) else { return nil }
    func number(_ key: FileAttributeKey) -> Int { (values[key] as? NSNumber)?.intValue ?? -1 }
    device = number(.systemNumber)
    inode = number(.systemFileNumber)
    owner = number(.ownerAccountID)
    group = number(.groupOwnerAccountID)
    permissions = number(.posixPermissions)
    isRegular = values[.type] as? FileAttributeType == .typeRegular
  }
}
