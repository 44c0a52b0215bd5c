internal import CYaml

/// Why a text is no YAML that a pack may be written in.
enum YAMLFault: Error {
  case syntax(line: Int, problem: String)
  case alias(line: Int)
  case repeatedKey(String, line: Int)
  /// More than `PackLimits.nodesMax` nodes.
  case tooManyNodes
}

/// The events of a YAML text, one after the other, as libyaml finds them. Yams' own tree costs several times as much as
/// finding them: it keeps tags, styles and anchors, which mean nothing in a pack.
final class YAMLEvents {
  enum Event {
    /// A whole text, whatever its style.
    case text(String)
    case listStart, listEnd
    case mappingStart, mappingEnd
    case alias
    case documentStart
    /// The end of a document, and of the whole.
    case end
  }

  private let bytes: UnsafeBufferPointer<UInt8>
  private let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
  /// Where the last event began, from 1.
  private(set) var line = 1

  /// - Parameter bytes: UTF-8; they must stay until the last event is read.
  init(_ bytes: UnsafeBufferPointer<UInt8>) throws(YAMLFault) {
    self.bytes = bytes
    guard yaml_parser_initialize(parser) == 1 else { throw .syntax(line: 1, problem: "out of memory") }
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
  }

  deinit {
    yaml_parser_delete(parser)
    parser.deallocate()
  }

  func next() throws(YAMLFault) -> Event {
    var event = yaml_event_t()
    guard yaml_parser_parse(parser, &event) == 1 else {
      let problem = parser.pointee.problem.map { String(cString: $0) } ?? "unreadable"
      // What cannot be decoded is found far ahead of the marks, and has its place in bytes.
      let before =
        parser.pointee.error == YAML_READER_ERROR
        ? bytes.prefix(parser.pointee.problem_offset).count { $0 == 0x0A } : parser.pointee.problem_mark.line
      throw .syntax(line: before + 1, problem: problem)
    }
    defer { yaml_event_delete(&event) }
    line = event.start_mark.line + 1
    switch event.type {
    case YAML_SCALAR_EVENT:
      let scalar = event.data.scalar
      return .text(String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self))
    case YAML_SEQUENCE_START_EVENT: return .listStart
    case YAML_SEQUENCE_END_EVENT: return .listEnd
    case YAML_MAPPING_START_EVENT: return .mappingStart
    case YAML_MAPPING_END_EVENT: return .mappingEnd
    case YAML_ALIAS_EVENT: return .alias
    case YAML_DOCUMENT_START_EVENT: return .documentStart
    case YAML_STREAM_START_EVENT: return try next()
    default: return .end
    }
  }
}
