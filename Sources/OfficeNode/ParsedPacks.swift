import Casebook
import Casework
import RegimePacks
import Replication
import SignatureSuites
import Synchronization

/// Packs parsed once and remembered by the hash of their text: comparing texts as Swift does, whatever their
/// normalisation, takes milliseconds for each.
final class ParsedPacks: PackShelf {
  /// An office holds a handful of packs in a few versions.
  private static let rememberedMax = 64
  private let assembled = Mutex<(mark: Digest?, packs: RememberedPacks)>((nil, RememberedPacks()))
  private let packs = Mutex<[Digest: RegimePack]>([:])

  func pack(fromYAML yaml: String) -> RegimePack? {
    let digest = Ed25519Suite().hash(Array(yaml.utf8))
    if let pack = packs.withLock({ $0[digest] }) { return pack }
    guard let pack = try? PackLoader.load(yaml: yaml, file: "pack") else { return nil }
    packs.withLock { packs in
      if packs.count >= Self.rememberedMax { packs = [:] }
      packs[digest] = pack
    }
    return pack
  }

  func remembered(under mark: Digest) -> RememberedPacks? {
    assembled.withLock { $0.mark == mark ? $0.packs : nil }
  }

  func remember(_ packs: RememberedPacks, under mark: Digest) { assembled.withLock { $0 = (mark, packs) } }

  func selfContained(_ yaml: String) -> String { WorkflowLibrary.selfContained(yaml) }
}
