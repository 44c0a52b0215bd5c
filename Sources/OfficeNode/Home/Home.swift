import Foundation

/// The folder of one office's node: keys, database, settings, lock and control socket.
public struct Home: Sendable, Hashable {
  public let path: String

  public init(_ path: String) { self.path = path }

  /// Where a node lives unless `--home` or `DOCKET_HOME` says otherwise.
  public static func standard(environment: [String: String]) -> Home {
    if let path = environment["DOCKET_HOME"], !path.isEmpty { return Home(path) }
    return Home((environment["HOME"] ?? ".") + "/.docket")
  }

  public var database: String { path + "/docket.sqlite" }
  public var signingKey: String { path + "/keys/signing.pem" }
  public var transportKey: String { path + "/keys/transport.pem" }
  /// Keys of a rotation that is under way, on disk before any entry names them.
  public var nextSigningKey: String { path + "/keys/signing-next.pem" }
  public var nextTransportKey: String { path + "/keys/transport-next.pem" }
  public var settings: String { path + "/office.json" }
  /// The node's configuration, where it is not kept elsewhere (`ConfigurationReading`).
  public var configuration: String { path + "/docket.json" }
  public var lock: String { path + "/lock" }
  public var socket: String { path + "/docket.sock" }
  /// How far this office's own log had come: outside the database, so that an older database shows.
  public var highWater: String { path + "/high-water" }

  /// Content of attachments (`BlobLayout`).
  public var blobs: String { path + "/blobs" }

  /// Where the database was when this machine was last sure of it (`HomeMark`).
  public var mark: String { path + "/home-mark" }

  public var isOccupied: Bool { FileManager.default.fileExists(atPath: settings) }

  /// Makes the folders, for the owner alone.
  func create() throws {
    do {
      for folder in [path, path + "/keys"] {
        try FileManager.default.createDirectory(
          atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
      }
    } catch {
      throw NodeFailure.folder(path, error)
    }
  }
}

/// A transport key that gave way to another one, hexadecimal: what its owner's certificate says about it.
struct TransportLink: Sendable, Hashable, Codable {
  var key: String
  var next: String
  /// By `key` (`TransportSuccession.signedBytes`).
  var signature: String
}

/// What a node must know before its database is open.
public struct OfficeSettings: Sendable, Hashable, Codable {
  public var office: String
  public var name: String
  /// Fingerprint of the root office's key, hexadecimal: the trust everything hangs on.
  public var rootKey: String
  public var incarnation: UInt64
  public var superior: String?
  /// `host:port` under which the superior is reached.
  public var superiorAddress: String?
  /// How the transport key came to be, the oldest link first; `nil`: it is the first one.
  var transportSuccession: [TransportLink]?
  /// Limits of attachments; `nil`: the standard ones.
  var attachments: AttachmentSettings?

  static func read(_ home: Home) throws -> OfficeSettings {
    guard home.isOccupied else { throw NodeFailure.noOffice(home) }
    do {
      return try JSONDecoder().decode(
        OfficeSettings.self, from: Data(contentsOf: URL(fileURLWithPath: home.settings)))
    } catch {
      throw NodeFailure.settingsDamaged(home, error)
    }
  }

  func write(_ home: Home) throws {
    do {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
      try DurableFile.write(Array(try encoder.encode(self)), to: home.settings)
    } catch let failure as DurableFile.Failure {
      throw NodeFailure.folder(home.path, failure)
    }
  }
}
