import Casebook

/// A machine's database, with what tests do to disks. Either kind holds a real `ReplicaStorage`.
protocol SimulatedDisk: AnyObject {
  /// All of it is there afterwards, or nothing when `body` throws; `SimulatedCrash` leaves what a power cut leaves.
  func transaction<Value>(_ body: (any ReplicaStorage) throws -> Value) throws -> Value
  func read<Value>(_ body: (any ReplicaStorage) throws -> Value) throws -> Value
  /// Everything as it stands, to be put back later.
  func backup() throws -> DiskImage
  func restore(_ image: DiskImage) throws
  /// The power goes between two transactions: whoever opens it next finds what was written by now.
  func cutPower()
}

/// What a backup holds.
enum DiskImage {
  case memory(MemoryStorage)
  /// Path of a folder with copies of the database's files.
  case files(String)
}

/// The model: contents are values, a transaction works on a copy.
final class MemoryDisk: SimulatedDisk {
  private var storage = MemoryStorage()

  func transaction<Value>(_ body: (any ReplicaStorage) throws -> Value) throws -> Value {
    let before = storage.copy()
    do {
      return try body(storage)
    } catch {
      storage = before
      throw error
    }
  }

  func read<Value>(_ body: (any ReplicaStorage) throws -> Value) throws -> Value { try body(storage) }
  func backup() -> DiskImage { .memory(storage.copy()) }

  func cutPower() {}

  func restore(_ image: DiskImage) {
    if case .memory(let image) = image { storage = image.copy() }
  }
}
