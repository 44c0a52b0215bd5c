public import Casework

/// How far long work has come.
public struct DeskProgress: Sendable, Hashable, Codable {
  /// What `done` counts.
  public enum Unit: String, Sendable, Hashable, Codable, CaseIterable {
    case entries, bytes, rows, files
    /// Nothing that people count: only the share is shown.
    case none
  }

  /// What is being done.
  public var work: Bilingual
  public var done: Int
  /// What `done` will be in the end; 0: not known.
  public var total: Int
  public var unit: Unit
  /// Bytes moved so far, where `done` counts something else.
  public var bytes: Int?

  public init(work: Bilingual, done: Int, total: Int, unit: Unit = .none, bytes: Int? = nil) {
    self.work = work
    self.done = done
    self.total = total
    self.unit = unit
    self.bytes = bytes
  }

  /// Catching up with a peer.
  /// - Parameters:
  ///   - done: entries sent and received in this session.
  ///   - total: entries that either side lacks, as the frontiers tell; 0 before they are known.
  ///   - bytes: moved on the connection, both ways.
  public static func catchingUp(with peer: String, done: Int, total: Int, bytes: Int) -> DeskProgress {
    DeskProgress(
      work: Bilingual(zh: "与 \(peer) 同步", en: "synchronising with \(peer)"), done: done, total: total, unit: .entries,
      bytes: bytes)
  }

  /// Passing content of attachments to and from a peer.
  /// - Parameters:
  ///   - done: bytes sent and received in this session.
  ///   - total: with those that are known to be missing on either side.
  public static func passingContent(with peer: String, done: Int, total: Int) -> DeskProgress {
    DeskProgress(
      work: Bilingual(zh: "与 \(peer) 传送附件", en: "attachments with \(peer)"), done: done, total: total, unit: .bytes)
  }
}

extension DeskProgress.Unit {
  /// A count with its unit, bytes in binary thousands.
  public func text(_ count: Int) -> Bilingual {
    switch self {
    case .entries: Bilingual(zh: "\(count) 条", en: "\(count) entries")
    case .rows: Bilingual(zh: "\(count) 行", en: "\(count) rows")
    case .files: Bilingual(zh: "\(count) 份", en: "\(count) files")
    case .bytes: ByteText.of(count)
    case .none: Bilingual(zh: "\(count)", en: "\(count)")
    }
  }
}

/// A size as people read it: three digits and the unit.
public enum ByteText {
  private static let units = ["KiB", "MiB", "GiB", "TiB"]

  /// - Parameter bytes: not negative.
  public static func of(_ bytes: Int) -> Bilingual {
    guard bytes >= 1_024 else { return Bilingual(zh: "\(bytes) 字节", en: "\(bytes) bytes") }
    var unit = 0
    // Tenths, so that no binary fraction decides how it is rounded.
    var tenths = bytes / 1_024 * 10 + bytes % 1_024 * 10 / 1_024
    while tenths >= 10_240, unit + 1 < units.count {
      tenths /= 1_024
      unit += 1
    }
    let figure = tenths < 1_000 ? "\(tenths / 10).\(tenths % 10)" : "\(tenths / 10)"
    return Bilingual(zh: "\(figure) \(units[unit])", en: "\(figure) \(units[unit])")
  }
}
