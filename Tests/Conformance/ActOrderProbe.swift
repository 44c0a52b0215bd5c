@testable import Casework

/// The product's order of acts, by ids.
enum ActOrderProbe {
  static func ordered(_ acts: [Act]) -> (placed: [String], waiting: [String]) {
    let order = ActOrder.ordered(acts)
    return (order.ordered.map(\.id), order.waiting.map(\.act.id))
  }
}
