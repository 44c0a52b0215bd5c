/// Limits of a bundle, the exchange as a file. A reader refuses what exceeds them.
public enum BundleLimits {
  /// Written into every bundle's head.
  public static let formatVersion: UInt64 = 1
  /// One part's file: it is hashed and checked in memory before anything of it is used. Larger bundles have several.
  public static let partBytesMax = 64 * 1024 * 1024
  /// The smallest size a part may be asked to have: an item of the largest size, head and end must fit.
  public static let partBytesMin = 512 * 1024
  /// One item: as a session's frame.
  public static let itemBytesMax = SessionLimits.frameBytesMax
  /// What head and end of a part take, generously.
  public static let frameBytes = 256
  /// Parts of one bundle: 64 GiB of them, more than a bureau writes in a lifetime.
  public static let partsMax = 1_024
  public static let idBytes = 16
  /// Bytes of a bundle's id that name the tree: as long as the write stamps' short authors.
  public static let treeBytes = 8
}
