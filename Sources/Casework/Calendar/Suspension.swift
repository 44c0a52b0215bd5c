/// Days that do not count, from the day of suspension up to the day before resumption.
///
/// 任县 四(九)二(二): 自恢复调查之日起，调查期限继续计算. So the day of suspension no longer counts, and the day of
/// resumption is the first that counts again. The sources say nothing on the day of suspension itself; counted
/// so, as many days are left out as lie between the two acts, and a suspension lifted the day it was made
/// changes nothing.
public struct Suspension: Sendable, Hashable, Codable {
  /// First day that does not count.
  public var from: CivilDate
  /// Day of resumption, the first that counts again; `nil` while the suspension lasts.
  public var to: CivilDate?

  public init(from: CivilDate, to: CivilDate?) {
    self.from = from
    self.to = to
  }

  func contains(_ day: CivilDate) -> Bool { from <= day && day < to ?? .distantFuture }
}

extension [Suspension] {
  /// The suspended days after `anchor`, ascending, none twice and none empty.
  func normalized(after anchor: CivilDate) -> [Suspension] {
    let first = anchor + 1
    let clipped = map { Suspension(from: Swift.max($0.from, first), to: $0.to) }
      .filter { suspension in suspension.to.map { suspension.from < $0 } ?? true }
    // Those that end later come first, so that equals stand in one order whatever order they came in.
    let sorted = clipped.sorted { a, b in
      a.from != b.from ? a.from < b.from : a.to ?? .distantFuture > b.to ?? .distantFuture
    }
    var result: [Suspension] = []
    for next in sorted {
      guard let last = result.last, let end = last.to else {
        // What follows an open suspension lies in it.
        if result.isEmpty { result.append(next) }
        continue
      }
      if end <= next.from {
        result.append(next)
      } else if next.to ?? .distantFuture > end {
        result[result.count - 1].to = next.to
      }
    }
    return result
  }
}
