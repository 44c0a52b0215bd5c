/// First item of every part of a bundle: `["docket-bundle", version, from, to, created, part, parts, id]`.
public struct BundleHead: Sendable, Hashable {
  public static let name = "docket-bundle"

  public var from: OfficeCode
  public var to: OfficeCode
  /// The writer's wall clock, Unix milliseconds.
  public var created: UInt64
  /// From 1.
  public var part: Int
  public var parts: Int
  /// The same in all parts: eight bytes of the root key's fingerprint, so that a bundle of another tree shows at its
  /// head, and eight random ones.
  public var id: [UInt8]

  public init(from: OfficeCode, to: OfficeCode, created: UInt64, part: Int, parts: Int, id: [UInt8]) {
    self.from = from
    self.to = to
    self.created = created
    self.part = part
    self.parts = parts
    self.id = id
  }

  /// - Parameter random: at least eight unpredictable bytes.
  public static func id(root: KeyFingerprint, random: [UInt8]) -> [UInt8] {
    Array(root.bytes.prefix(BundleLimits.treeBytes)) + random.prefix(BundleLimits.idBytes - BundleLimits.treeBytes)
  }

  public func isOfTree(_ root: KeyFingerprint) -> Bool {
    id.prefix(BundleLimits.treeBytes).elementsEqual(root.bytes.prefix(BundleLimits.treeBytes))
  }

  public var encoded: [UInt8] {
    var writer = CBORWriter()
    writer.arrayHead(8)
    writer.text(Self.name)
    writer.unsigned(BundleLimits.formatVersion)
    writer.text(from.text)
    writer.text(to.text)
    writer.unsigned(created)
    writer.unsigned(UInt64(part))
    writer.unsigned(UInt64(parts))
    writer.byteString(id)
    return writer.bytes
  }

  init(from reader: inout CBORReader) throws(BundleFailure) {
    let (count, version) = try Self.opening(&reader)
    guard version == BundleLimits.formatVersion else { throw .version(version) }
    do throws(CBORReader.Failure) {
      guard count == 8, let from = OfficeCode(try reader.text(atMost: OfficeCode.lengthMax)),
        let to = OfficeCode(try reader.text(atMost: OfficeCode.lengthMax))
      else { throw .outOfRange }
      self.from = from
      self.to = to
      created = try reader.unsigned()
      part = try reader.count(atMost: BundleLimits.partsMax)
      parts = try reader.count(atMost: BundleLimits.partsMax)
      id = try reader.byteString(atMost: BundleLimits.idBytes)
      guard part >= 1, part <= parts, id.count == BundleLimits.idBytes else { throw .outOfRange }
    } catch {
      throw .head(error)
    }
  }

  /// Name and version, which every version begins with, so that another one's number can be told.
  private static func opening(_ reader: inout CBORReader) throws(BundleFailure) -> (count: Int, version: UInt64) {
    do throws(CBORReader.Failure) {
      let count = try reader.arrayHead(atMost: 64)
      guard try reader.text(atMost: name.utf8.count) == name else { throw .unexpectedType }
      return (count, try reader.unsigned())
    } catch {
      throw error == .truncated ? .head(error) : .notABundle
    }
  }
}

/// Why a file was not read as a bundle at all. Each has a message of its own.
public enum BundleFailure: Error, Sendable, Hashable {
  case notABundle
  /// A format of another release.
  case version(UInt64)
  /// The head is damaged, or the file ends in it.
  case head(CBORReader.Failure)
}
