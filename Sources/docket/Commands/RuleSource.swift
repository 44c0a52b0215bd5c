import ArgumentParser
import Casebook
import Casework
import OfficeNode
import RegimePacks

/// Where rules are read from: what was published to the office, else what the program brings.
enum RuleSource {
  /// - Returns: `nil` where there is no office, or none of its packs is meant.
  static func published(_ request: DeskRequest, _ options: GlobalOptions) async throws -> DeskReply? {
    do {
      return try await DeskConnector.perform(request, options)
    } catch let failure as DeskFailure where ["no-office", Clerk.unpublishedCode].contains(failure.code) {
      return nil
    }
  }

  static func regime(_ code: String, _ regime: String, _ options: GlobalOptions) async throws -> DeskReply {
    if let reply = try await published(.regimeShow(pack: code, regime: regime), options) { return reply }
    let pack = try bundled(code)
    guard let found = pack.regime(regime) else { throw Clerk.unknownRegime(regime, in: pack) }
    return .regime(RegimePage(found, of: pack))
  }

  static func pack(_ code: String, _ options: GlobalOptions) async throws -> DeskReply {
    if let reply = try await published(.regimeShow(pack: code, regime: nil), options) { return reply }
    return .pack(PackPage(try bundled(code)))
  }

  static func referrals(_ text: String, _ code: String?, _ options: GlobalOptions) async throws -> DeskReply {
    if let reply = try await published(.referSuggest(text: text, pack: code), options) { return reply }
    let packs = try code.map { [try bundled($0)] } ?? BundledPacks.all().map { try bundled($0.code) }
    return .referrals(ReferralView.suggestions(for: text, in: packs))
  }

  /// The text of a bundled pack, or of a file without mistakes.
  static func draft(_ pack: String) throws -> String {
    if let bundled = try BundledPacks.all().first(where: { $0.code == pack }) { return bundled.yaml }
    let yaml = try CommandFiles.readPack(pack)
    let mistakes = PackPreview.mistakes(inYAML: yaml, file: pack)
    if !mistakes.isEmpty { throw CommandFailure.mistakes(mistakes.count, in: pack) }
    return yaml
  }

  private static func bundled(_ code: String) throws -> RegimePack {
    guard let pack = try BundledPacks.all().first(where: { $0.code == code }) else { throw CommandFailure.noPack(code) }
    return try PackLoader.load(yaml: pack.yaml, file: "\(code).yaml")
  }
}
