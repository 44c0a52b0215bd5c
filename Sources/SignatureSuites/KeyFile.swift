import Glibc

/// Private keys in PKCS#8 PEM files for their owner alone, optionally under a passphrase (DESIGN section 5).
public enum KeyFile {
  /// Read and write for the owner, nothing for anyone else.
  private static let modeMax: mode_t = 0o600
  /// Permissions with set-id and sticky bits, without the kind of file.
  private static let modeBits: mode_t = 0o7777

  /// Writes a new file, mode 0600, never over an old one. When it returns, file and folder entry are on disk;
  /// when it throws, no part of a file is left.
  /// - Parameter passphrase: UTF-8 as typed; `nil` leaves the key plain. Deriving a key from it takes a
  ///   fraction of a second of one core.
  /// - Throws: `KeyError`: `.exists`, `.io`, `.passphraseEmpty`, `.unsupported`.
  public static func write(_ signer: SoftwareSigner, to path: String, passphrase: [UInt8]?) throws {
    var pem = try PKCS8PEM.encode(signer.libcryptoKey(), passphrase: passphrase, path: path)
    defer { wipe(&pem) }
    let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, modeMax)
    guard file >= 0 else {
      throw errno == EEXIST ? KeyError(.exists, path: path) : ioError(path)
    }
    do {
      defer { close(file) }
      // The mode given to `open` is cut down by the process's mask, which may take the owner's rights too.
      guard fchmod(file, modeMax) == 0, writeAll(pem, to: file), fsync(file) == 0 else {
        throw ioError(path)
      }
      try syncFolder(of: path)
    } catch {
      // Made here a moment ago (O_EXCL), so nobody else's.
      unlink(path)
      throw error
    }
  }

  /// - Parameter passphrase: not looked at when the file is plain.
  /// - Throws: `KeyError`: `.missing`, `.permissions` when the mode is more than 0600, `.passphrase` when it is
  ///   wrong or lacking, `.damaged`, `.kind`, `.io`.
  public static func read(path: String, passphrase: [UInt8]?) throws -> SoftwareSigner {
    var pem = try contents(path)
    defer { wipe(&pem) }
    return try SoftwareSigner(PKCS8PEM.decode(pem, passphrase: passphrase, path: path), path: path)
  }

  /// Whether the file's key is under a passphrase, as its first line says.
  /// - Throws: `KeyError`: `.missing`, `.permissions`, `.damaged`, `.io`.
  public static func isProtected(_ path: String) throws -> Bool {
    var pem = try contents(path)
    defer { wipe(&pem) }
    return pem.starts(with: "-----BEGIN \(PKCS8PEM.protectedLabel)-----".utf8)
  }

  private static func contents(_ path: String) throws -> [UInt8] {
    // O_NONBLOCK: a pipe in the file's place must not hold the node up.
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else {
      throw errno == ENOENT || errno == ENOTDIR ? KeyError(.missing, path: path) : ioError(path)
    }
    defer { close(file) }
    // Asked of the open file, not of the path, behind which another could be put in between.
    var status = stat()
    guard fstat(file, &status) == 0 else { throw ioError(path) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw KeyError(.io, path: path, cause: "not a regular file")
    }
    guard status.st_mode & modeBits & ~modeMax == 0 else { throw KeyError(.permissions, path: path) }
    return try readAll(file, path: path)
  }

  private static func writeAll(_ bytes: [UInt8], to file: Int32) -> Bool {
    bytes.withUnsafeBytes { buffer in
      var done = 0
      while done < buffer.count {
        let count = Glibc.write(file, buffer.baseAddress.map { $0 + done }, buffer.count - done)
        if count > 0 { done += count } else if errno != EINTR { return false }
      }
      return true
    }
  }

  private static func readAll(_ file: Int32, path: String) throws -> [UInt8] {
    // One byte more than allowed, to see that there is more.
    var buffer = [UInt8](repeating: 0, count: PKCS8PEM.bytesMax + 1)
    defer { wipe(&buffer) }
    var length = 0
    while length < buffer.count {
      let count = buffer.withUnsafeMutableBytes {
        Glibc.read(file, $0.baseAddress.map { $0 + length }, $0.count - length)
      }
      if count == 0 { break }
      if count > 0 { length += count } else if errno != EINTR { throw ioError(path) }
    }
    guard length <= PKCS8PEM.bytesMax else { throw KeyError(.damaged, path: path) }
    return Array(buffer.prefix(length))
  }

  /// The file's name is in its folder, and survives a power cut only with that.
  private static func syncFolder(of path: String) throws {
    let folder: String
    switch path.lastIndex(of: "/") {
    case nil: folder = "."
    case path.startIndex?: folder = "/"
    case let slash?: folder = String(path[..<slash])
    }
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw ioError(path) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw ioError(path) }
  }

  /// To be called before anything else can change `errno`.
  private static func ioError(_ path: String) -> KeyError {
    KeyError(.io, path: path, cause: String(cString: strerror(errno)))
  }
}
