import Casebook
import Casework
import RegimePacks
import Synchronization

/// Packs parsed once and remembered by their text.
final class ParsedPacks: PackShelf {
  /// An office holds a handful of packs in a few versions.
  private static let rememberedMax = 64
  private let packs = Mutex<[String: RegimePack]>([:])

  func pack(fromYAML yaml: String) -> RegimePack? {
    if let pack = packs.withLock({ $0[yaml] }) { return pack }
    guard let pack = try? PackLoader.load(yaml: yaml, file: "pack") else { return nil }
    packs.withLock { packs in
      if packs.count >= Self.rememberedMax { packs = [:] }
      packs[yaml] = pack
    }
    return pack
  }

  func selfContained(_ yaml: String) -> String { WorkflowLibrary.selfContained(yaml) }
}
