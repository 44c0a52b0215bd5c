import Casebook
import Casework
import Foundation
import ReplicaStore
import Replication
import SignatureSuites

/// Makes a backup of what the node took hold of: copies the database, looks it over, packs everything into one file,
/// reads that back, and only then gives it its name.
struct BackupMaker: Sendable {
  let source: BackupSource
  let path: String
  let passphrase: Passphrase?
  /// Where the copy of the database lies meanwhile.
  let scratch: String
  /// log2 of scrypt's N.
  var cost = PassphraseKey.cost
  let progress: @Sendable (DeskProgress) -> Void

  private static let copying = Bilingual(zh: "复制数据库", en: "copying the database")
  private static let packing = Bilingual(zh: "写入备份文件", en: "writing the backup")
  private static let checking = Bilingual(zh: "读回核对", en: "reading it back")

  private var copy: String { scratch + "/" + BackupManifest.databasePart }

  /// - Throws: `DeskFailure`; no part of a file is left at the target then.
  func make() throws -> (manifest: BackupManifest, view: BackupMadeView) {
    let clock = ContinuousClock.now
    let manifest = try copyDatabase()
    let json = try Self.encoded(manifest)
    var payload = UInt64(4 + json.count)
    for part in manifest.parts { payload += part.bytes }
    let prelude = BackupPrelude(
      office: source.context.office, root: source.context.root, created: manifest.created, payloadBytes: payload,
      cost: passphrase == nil ? 0 : cost,
      salt: passphrase == nil ? [] : randomBytes(PassphraseKey.saltBytes))
    try room(for: prelude)
    let writer = try BackupWriter(path: path, prelude: prelude, passphrase: passphrase?.bytes)
    var view: BackupMadeView
    do {
      try pack(json, manifest, into: writer)
      let bytes = try readBack(writer, manifest)
      try writer.publish()
      view = BackupMadeView(
        path: path, office: manifest.office, created: manifest.created, bytes: bytes, isProtected: prelude.isProtected,
        streams: manifest.heads.count, entries: Int(manifest.entries),
        milliseconds: (ContinuousClock.now - clock).milliseconds)
      if let left = manifest.leftOut { view.attachmentsLeftOut = left.attachments }
    } catch {
      writer.discard()
      throw error
    }
    if let left = manifest.leftOut { view.warnings.append(Self.leftOutWarning(left)) }
    if !prelude.isProtected { view.warnings.append(Self.plainWarning(isOwnerOnly: writer.isOwnerOnly)) }
    return (manifest, view)
  }

  private static func leftOutWarning(_ left: BackupManifest.LeftOut) -> Bilingual {
    let size = AttachmentProblem.size(left.bytes)
    return Bilingual(
      zh: "\(left.attachments) 份附件内容（\(size)）不在备份文件中：请另行复制机构目录下的 blobs 目录（已有的文件不会改变，只须复制新增的）。",
      en: "The content of \(left.attachments) attachments (\(size)) is not in the file: copy the folder blobs of the office's home as well. Its files never change; only new ones need copying.")
  }

  private static func plainWarning(isOwnerOnly: Bool) -> Bilingual {
    isOwnerOnly
      ? Bilingual(
        zh: "没有设口令：文件中有本机构的私钥和全部数据，权限为 0600，请妥善保管；用 --passphrase-file 可加密。",
        en: "No passphrase: the file holds this office's private keys and all its data, with mode 0600. Keep it safe; --passphrase-file encrypts it.")
      : Bilingual(
        zh: "没有设口令，且该介质不保留文件权限：任何拿到它的人都能取得本机构的私钥和全部数据。请改用 --passphrase-file 加密后重做。",
        en: "No passphrase, and this medium keeps no permissions: whoever holds it has this office's private keys and all its data. Make it again with --passphrase-file.")
  }

  // MARK: Copy

  private func copyDatabase() throws -> BackupManifest {
    defer { source.snapshot.close() }
    do {
      try source.snapshot.copy(to: copy) { done, total in
        progress(DeskProgress(work: Self.copying, done: done, total: total))
      }
    } catch let error as StoreError where error.code == .diskFull {
      let free = RawFile.freeBytes(at: scratch) ?? 0
      throw BackupProblem.noRoom(scratch, needed: UInt64(try source.snapshot.byteCount()), free: free)
    } catch {
      throw StoreFailures.mapped(error)
    }
    var manifest = try StoreFailures.mapped { try describe() }
    for suffix in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: copy + suffix) }
    manifest.parts = source.small.map { name, bytes in
      .init(name: name, bytes: UInt64(bytes.count), hash: Self.hash(bytes))
    }
    let (bytes, hash) = try hashCopy()
    manifest.parts.append(.init(name: BackupManifest.databasePart, bytes: bytes, hash: hash))
    return manifest
  }

  /// Looks the copy over, not the original, which must not wait for it.
  private func describe() throws -> BackupManifest {
    let snapshot = try StoreSnapshot.open(path: copy, suites: .standard)
    defer { snapshot.close() }
    if let problem = try snapshot.integrityProblems().first { throw BackupProblem.damagedSource(problem) }
    let context = source.context
    let content = source.blobs.layout.present()
    let leftOut = content.isEmpty
      ? nil : BackupManifest.LeftOut(attachments: content.count, bytes: content.reduce(0) { $0 + $1.bytes })
    return try snapshot.read { storage in
      BackupManifest(
        office: context.office.text, name: source.settings.name, superior: source.settings.superior,
        rootKey: Hexadecimal.string(context.root.bytes), key: Hexadecimal.string(context.key.bytes),
        fingerprint: context.fingerprint, incarnation: context.incarnation, created: source.time,
        software: OfficeNode.software, records: try SchemaUpgrade.storedVersion(in: storage),
        entries: try storage.entryCount(),
        heads: try BackupAudit.heads(in: storage, offices: context.offices),
        tables: try BackupAudit.tables(in: storage, suites: context.suites), parts: [],
        leftOut: leftOut)
    }
  }

  // MARK: Pack

  private static func encoded(_ manifest: BackupManifest) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return Array(try encoder.encode(manifest))
  }

  private static func hash(_ bytes: [UInt8]) -> String {
    var hash = RunningHash()
    hash.add(bytes)
    return Hexadecimal.string(hash.value)
  }

  private func hashCopy() throws -> (UInt64, String) {
    var hash = RunningHash()
    var count: UInt64 = 0
    try readCopy { piece in
      hash.add(piece)
      count += UInt64(piece.count)
    }
    return (count, Hexadecimal.string(hash.value))
  }

  private func readCopy(_ sink: ([UInt8]) throws -> Void) throws {
    let file: RawFile
    do throws(DurableFile.Failure) {
      file = try RawFile(reading: copy)
    } catch {
      throw NodeFailure.folder(copy, error)
    }
    while true {
      let piece: [UInt8]
      do throws(DurableFile.Failure) {
        piece = try file.read(1 << 20)
      } catch {
        throw NodeFailure.folder(copy, error)
      }
      if piece.isEmpty { return }
      try sink(piece)
    }
  }

  private func pack(_ json: [UInt8], _ manifest: BackupManifest, into writer: BackupWriter) throws {
    let length = UInt32(json.count)
    try writer.append((0..<4).map { UInt8(truncatingIfNeeded: length >> UInt32(24 - 8 * $0)) } + json)
    for (_, bytes) in source.small { try writer.append(bytes) }
    let total = manifest.parts.reduce(0) { $0 + Int($1.bytes) }
    var done = 0
    try readCopy { piece in
      try writer.append(piece)
      done += piece.count
      progress(DeskProgress(work: Self.packing, done: done, total: total, unit: .bytes))
    }
    try writer.finish()
  }

  /// From the medium, as somebody will who restores it.
  private func readBack(_ writer: BackupWriter, _ manifest: BackupManifest) throws -> Int {
    let reader = try BackupReader(path: writer.temporary, passphrase: passphrase?.bytes)
    guard reader.manifest == manifest else { throw BackupProblem.altered(path) }
    let total = manifest.parts.reduce(0) { $0 + Int($1.bytes) }
    try reader.readParts({ _, _ in }) { progress(DeskProgress(work: Self.checking, done: $0, total: total, unit: .bytes)) }
    return reader.byteCount
  }

  private func room(for prelude: BackupPrelude) throws {
    let folder = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
    let needed = prelude.fileBytes(length: prelude.encoded.count)
    guard let free = RawFile.freeBytes(at: folder.isEmpty ? "/" : folder), free < needed else { return }
    throw BackupProblem.noRoom(path, needed: needed, free: free)
  }
}
