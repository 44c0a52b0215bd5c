import Casebook
import Casework
import Foundation
import Logging
import Testing

@testable import OfficeNode

@Suite("Where the configuration comes from")
struct ConfigurationReadingTests {
  /// A home that goes away with the test.
  private final class Folder {
    let path = NSTemporaryDirectory() + "docket-configuration-" + UUID().uuidString
    var home: Home { Home(path) }

    init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ text: String, to name: String = "docket.json") throws -> String {
      try Data(text.utf8).write(to: URL(fileURLWithPath: path + "/" + name))
      return path + "/" + name
    }

    func read(
      file: String? = nil, flags: [ConfigurationKey: String] = [:], environment: [String: String] = [:]
    ) throws(ConfigurationProblem) -> ConfigurationReading {
      try ConfigurationReading(home: home, file: file, flags: flags, environment: environment)
    }
  }

  @Test("every key: the flag beats the variable, the variable the file, the file the default")
  func strength() throws {
    let folder = try Folder()
    for key in ConfigurationKey.allCases {
      // Four values of the kind, told apart.
      let texts: [String]
      let file: [String]
      switch key.kind {
      case .address:
        texts = ["a:1", "b:2", "c:3"]
        file = texts.map { "\"\($0)\"" }
      case .loopback:
        texts = ["127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:3"]
        file = texts.map { "\"\($0)\"" }
      case .addresses:
        texts = ["a:1", "b:2", "c:3"]
        file = texts.map { "[\"\($0)\"]" }
      case .seconds, .bytes:
        texts = ["5", "6", "7"]
        file = texts
      case .flag:
        texts = ["true", "false", "true"]
        file = texts
      case .path:
        texts = ["/a", "/b", "/c"]
        file = texts.map { "\"\($0)\"" }
      case .word(let words):
        texts = [words[0], words[1], words[0]]
        file = texts.map { "\"\($0)\"" }
      }
      let path = try folder.write(
        key.components.count == 1
          ? "{\"\(key.components[0])\": \(file[2])}"
          : "{\"\(key.components[0])\": {\"\(key.components[1])\": \(file[2])}}")
      let most: [ConfigurationKey: String] = key == .syncBackoffSecondsMin ? [.syncBackoffSecondsMax: "9"] : [:]
      func line(_ reading: ConfigurationReading) throws -> ConfigurationReading.Line {
        try #require(reading.lines.first { $0.key == key })
      }
      let variable = [key.variable: texts[1]]
      let flagged = try line(folder.read(flags: most.merging([key: texts[0]]) { $1 }, environment: variable))
      #expect(flagged == .init(key: key, text: texts[0], source: .flag(key.flag)))
      let set = try line(folder.read(flags: most, environment: variable))
      #expect(set == .init(key: key, text: texts[1], source: .environment(key.variable)))
      // An empty variable is one that is not set.
      let filed = try line(folder.read(flags: most, environment: [key.variable: ""]))
      #expect(filed == .init(key: key, text: texts[2], source: .file(path)))
      try FileManager.default.removeItem(atPath: path)
      let standard = try folder.read()
      #expect(try line(standard) == .init(key: key, text: key.standard, source: .standard))
      #expect(standard.file == nil && standard.lines.map(\.key) == ConfigurationKey.allCases)
    }
  }

  @Test("the file: named by a flag, else by a variable, else in the home; one that is named must be there")
  func files() throws {
    let folder = try Folder()
    _ = try folder.write(#"{"log": {"level": "debug"}}"#)
    let other = try folder.write(#"{"log": {"level": "error"}}"#, to: "other.json")
    let third = try folder.write(#"{"log": {"level": "notice"}}"#, to: "third.json")
    #expect(try folder.read().configuration.logLevel == .debug)
    #expect(try folder.read(environment: ["DOCKET_CONFIG": other]).configuration.logLevel == .error)
    #expect(try folder.read(file: third, environment: ["DOCKET_CONFIG": other]).configuration.logLevel == .notice)
    let missing = #expect(throws: ConfigurationProblem.self) { try folder.read(file: folder.path + "/none.json") }
    #expect(missing?.code == "configuration-file" && missing?.failure.message.en.contains("none.json") == true)
  }

  @Test(
    "a key nobody knows is refused with the nearest one, at any depth",
    arguments: [
      (#"{"lisen": "none"}"#, "lisen", "listen"),
      (#"{"sync": {"backoffMin": 1}}"#, "sync.backoffMin", "sync.backoffSecondsMin"),
      (#"{"log": {"levle": "info"}}"#, "log.levle", "log.level"), (#"{"log": "info"}"#, "log", "log.level"),
      (#"{"sync.live": false}"#, "sync.live", "sync.live"),
      (#"{"sync": {"live": true}, "sync.live": false}"#, "sync.live", "sync.live"),
      (#"{"metrics": {"enable": true}}"#, "metrics.enable", "metrics.enabled"),
      (#"{"sync": {"live": true, "x": {"y": {"z": 1}}}}"#, "sync.x", "sync.live"), (#"{"": 1}"#, "", "listen"),
    ])
  func unknown(text: String, key: String, nearest: String) throws {
    let folder = try Folder()
    let path = try folder.write(text)
    let problem = #expect(throws: ConfigurationProblem.self) { try folder.read() }
    #expect(try #require(problem).reason == .unknownKey(key, path: path, nearest: nearest))
    let failure = try #require(problem).failure
    #expect(failure.code == "configuration-key" && failure.kind == .badInput)
    #expect(failure.remedy.en.contains(nearest) && failure.remedy.zh.contains(nearest))
  }

  @Test(
    "a value of another JSON type, or no object at all, is refused",
    arguments: [
      #"{"sync": {"live": 1}}"#, #"{"sync": {"live": "true"}}"#, #"{"sync": {"backoffSecondsMin": "5"}}"#,
      #"{"sync": {"backoffSecondsMin": true}}"#, #"{"sync": {"backoffSecondsMin": 1.5}}"#, #"{"listen": null}"#,
      #"{"listen": 7443}"#,
      #"{"superior": {"addresses": "a:1"}}"#, #"{"superior": {"addresses": ["a:1", 2]}}"#,
      #"{"superior": {"addresses": ["a:1,b:2"]}}"#,
      "[]", "", "{", "null", #"{"listen": "none"} {}"#,
    ])
  func types(text: String) throws {
    let folder = try Folder()
    _ = try folder.write(text)
    let problem = #expect(throws: ConfigurationProblem.self) { try folder.read() }
    #expect(["configuration-value", "configuration-file"].contains(try #require(problem).code))
  }

  @Test("a file that is too large to be a configuration is not read")
  func large() throws {
    let folder = try Folder()
    _ = try folder.write(
      "{\"listen\": \"none\"" + String(repeating: " ", count: ConfigurationLimits.fileBytesMax) + "}")
    let problem = #expect(throws: ConfigurationProblem.self) { try folder.read() }
    #expect(problem?.failure.message.en.contains("64 KiB") == true)
  }

  @Test("a variable that is nearly one is told of; this program's others are not")
  func slips() throws {
    let reading = try Folder().read(environment: [
      "DOCKET_LOG_LEVL": "debug", "DOCKET_HOME": "/x", "DOCKET_LANG": "zh", "DOCKET_BACKUPS": "/y",
      "DOCKET_BACKUPS_KEPT": "3",
      "LOG_LEVEL": "x",
    ])
    #expect(reading.likelySlips.map(\.variable) == ["DOCKET_LOG_LEVL"])
    #expect(reading.likelySlips.map(\.meant) == ["DOCKET_LOG_LEVEL"])
    #expect(reading.configuration.logLevel == .info)
  }

  @Test("distances between names")
  func distance() {
    #expect(NearestName.distance("", "abc") == 3 && NearestName.distance("kitten", "sitting") == 3)
    #expect(NearestName.distance("Listen", "listen") == 0)
    #expect(NearestName.of("x", among: []) == nil)
  }
}
