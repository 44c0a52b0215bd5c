/// Where a node stands, for example `workflows[0].acts[3].to`. Written out only for a mistake: a sound pack has tens of
/// thousands of nodes and none of their paths is read.
indirect enum PackPath: CustomStringConvertible, Sendable {
  case root
  case key(PackPath, String)
  case index(PackPath, Int)

  var description: String {
    switch self {
    case .root: ""
    case .key(.root, let key): key
    case .key(let path, let key): "\(path).\(key)"
    case .index(let path, let index): "\(path)[\(index)]"
    }
  }
}
