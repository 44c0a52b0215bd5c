import Replication
import Testing

@testable import Casebook

@Suite("Who may have an attachment's content")
struct AttachmentLedgerTests {
  /// Records an attachment of a file, as the clerk does it.
  private func attach(
    _ region: Transferring, _ office: Replica, _ file: String, _ seed: UInt8, for audience: Audience = .up,
    length: Int64 = 700
  ) throws -> BlobID {
    let blob = BlobID(try #require(Digest([UInt8](repeating: seed, count: Digest.byteCount))))
    let values: [(UInt64, FieldValue)] = [
      (1, .text(try region.id(file).description)), (2, .text("a.jpg")), (4, .integer(length)), (5, .text(blob.description)),
    ]
    let write = RecordWrite(
      type: RecordType.attachment.number, id: office.newID(),
      fields: values.map { .init(number: $0.0, value: $0.1, replaces: []) })
    try office.record([.record(write)], for: audience)
    return blob
  }

  private func due(_ office: Replica, with peer: Replica) throws -> Set<BlobID> {
    Set(try AttachmentLedger.due(with: peer.context.office, office.context, in: office.storage).map(\.blob))
  }

  private func passing(_ blob: BlobID, _ office: Replica, _ peer: Replica) throws -> AttachmentLedger.Passing {
    try AttachmentLedger.passing(blob, with: peer.context.office, office.context, in: office.storage)
  }

  @Test("whoever may read the record, and nobody else; only an office between two others passes it on")
  func audience() throws {
    let region = try Transferring()
    let (province, city, east, west) = (region.province, region.city, region.east, region.west)
    let file = try region.filedCase()
    try region.settle()
    let up = try attach(region, east, file, 1)
    let sealed = try attach(region, east, file, 2, for: .own)
    let down = try attach(region, city, file, 3, for: .office(east.context.office))
    try region.settle()
    #expect(try passing(up, east, city) == .allowed && passing(up, city, east) == .allowed)
    #expect(try passing(up, city, province) == .relayed && passing(up, province, city) == .allowed)
    #expect(try passing(up, city, west) == .none && passing(up, west, city) == .none)
    #expect(try passing(sealed, east, city) == .none && passing(sealed, city, east) == .none)
    #expect(try passing(down, city, east) == .allowed && passing(down, city, west) == .none)
    #expect(try due(city, with: east) == [up, down] && due(city, with: province) == [up, down])
    #expect(try due(east, with: city) == [up, down] && due(west, with: city).isEmpty)
  }

  @Test("what came is not looked for; asked for, after a lost folder and after a rebuild it is again")
  func marks() throws {
    let region = try Transferring()
    let (city, east) = (region.city, region.east)
    let file = try region.filedCase()
    try region.settle()
    let blobs = try (UInt8(1)...3).map { try attach(region, east, file, $0) }
    try region.settle()
    let storage = city.storage
    try AttachmentLedger.compare(folder: [1], in: storage)
    try AttachmentLedger.settle(Array(blobs.prefix(2)), in: storage)
    try AttachmentLedger.settleStreams(in: storage)
    #expect(try due(city, with: east) == [blobs[2]])
    let count = try AttachmentLedger.count(in: storage)
    try AttachmentLedger.ask(for: blobs[0], in: storage)
    #expect(try due(city, with: east) == [blobs[0], blobs[2]] && AttachmentLedger.asked(in: storage) == [blobs[0]])
    #expect(try AttachmentLedger.count(in: storage) > count)
    try AttachmentLedger.settle(blobs, in: storage)
    try AttachmentLedger.settleStreams(in: storage)
    #expect(try due(city, with: east).isEmpty && AttachmentLedger.asked(in: storage).isEmpty)
    #expect(storage.values(prefix: "attachment-due").isEmpty)
    try AttachmentLedger.compare(folder: [1], in: storage)
    #expect(try due(city, with: east).isEmpty)
    try AttachmentLedger.compare(folder: [2], in: storage)
    #expect(try due(city, with: east) == Set(blobs))
    try AttachmentLedger.settle(blobs, in: storage)
    let named = storage.values(prefix: AttachmentLedger.prefix).map { $0.key }
    var projector = Projector(context: city.context)
    try projector.rebuild(in: storage)
    #expect(storage.values(prefix: AttachmentLedger.prefix).map { $0.key } == named && !named.isEmpty)
    #expect(try due(city, with: east) == Set(blobs))
  }

  @Test("a dossier names what it hands over: the receiver may have it from the common superior, others may not")
  func transferred() throws {
    let region = try Transferring()
    let (city, east, west) = (region.city, region.east, region.west)
    let file = try region.filedCase()
    try region.settle()
    let before = try attach(region, east, file, 1)
    let other = try attach(region, east, file, 2, for: .own)
    try region.settle()
    try east.transfer(file, to: "130505")
    try region.settle()
    #expect(try due(west, with: city) == [before])
    #expect(try passing(before, city, west) == .allowed && passing(other, city, west) == .none)
    #expect(try passing(before, city, region.south) == .none)
    // What the office that has the file now adds goes up, and not to the one that gave it.
    let after = try attach(region, west, file, 3)
    try region.settle()
    #expect(try passing(after, city, west) == .allowed && passing(after, city, east) == .none)
    #expect(try due(east, with: city) == [before])
  }

  @Test("a record of no length, of too much, or of another spelling of an id names nothing")
  func unreadable() throws {
    let region = try Transferring()
    let file = try region.filedCase()
    try region.settle()
    _ = try attach(region, region.east, file, 0xAB, length: Int64(BlobLimits.bytesMax) + 1)
    _ = try attach(region, region.east, file, 0xAC, length: -1)
    let write = RecordWrite(
      type: RecordType.attachment.number, id: region.east.newID(),
      fields: [
        .init(number: 4, value: .integer(1), replaces: []),
        .init(number: 5, value: .text(String(repeating: "AB", count: 32)), replaces: []),
      ])
    try region.east.record([.record(write)], for: .up)
    try region.settle()
    #expect(try due(region.city, with: region.east).isEmpty)
    #expect(try region.city.verifyProblems() == [])
  }
}
