public import Casebook
import Casework
public import RegimePacks

/// Looks into a pack without publishing it.
public enum PackPreview {
  /// - Throws: `PackError`.
  public static func views(ofYAML yaml: String, file: String) throws -> [RegimeView] {
    let pack = try PackLoader.load(yaml: yaml, file: file)
    return pack.regimes.map { Clerk.preview($0, of: pack) }
  }

  public static func mistakes(inYAML yaml: String, file: String) -> [PackMistake] {
    do throws(PackError) {
      _ = try PackLoader.load(yaml: yaml, file: file)
      // As it would be published: with the library's templates written into it.
      _ = try PackLoader.load(yaml: WorkflowLibrary.selfContained(yaml), file: file)
      return []
    } catch {
      return error.mistakes
    }
  }
}
