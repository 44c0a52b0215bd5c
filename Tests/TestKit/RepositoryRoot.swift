/// The checkout the tests run in, for tests that read files of it.
public enum RepositoryRoot {
  public static let path: String = {
    let file = #filePath
    // <root>/Tests/TestKit/RepositoryRoot.swift
    return file.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }
  }()
}
