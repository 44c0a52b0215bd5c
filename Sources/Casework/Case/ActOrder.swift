/// An act that waits for acts it builds on (待前序).
public struct WaitingAct: Sendable, Hashable {
  public var act: Act
  /// Ids of the acts it names that are not in order: not arrived, or waiting themselves. Ascending.
  public var missing: [String]

  public init(act: Act, missing: [String]) {
    self.act = act
    self.missing = missing
  }
}

/// The deterministic order of a file's acts: causal first; among acts that are ready the superior's (greater
/// rank), then the smaller stamp, then the id. The same acts in any order of arrival give the same lists.
enum ActOrder {
  /// Acts naming one that is absent, and acts in a circle, wait; the same id twice is one act.
  /// - Complexity: O(n log n + edges).
  static func ordered(_ acts: [Act]) -> (ordered: [Act], waiting: [WaitingAct]) {
    if let chain = chain(acts) { return (chain, []) }
    let byID = distinct(acts)
    var children: [String: [String]] = [:]
    var openParents: [String: Int] = [:]
    for act in byID.values {
      let parents = Set(act.parents)
      openParents[act.id] = parents.count
      for parent in parents { children[parent, default: []].append(act.id) }
    }
    // Neither loop over a dictionary shows: the heap decides the order whatever the order of insertion.
    var ready = ReadyActs()
    for act in byID.values where openParents[act.id] == 0 { ready.insert(act) }
    var ordered: [Act] = []
    ordered.reserveCapacity(byID.count)
    var placed: Set<String> = []
    while let next = ready.popFirst() {
      ordered.append(next)
      placed.insert(next.id)
      for child in children[next.id] ?? [] {
        openParents[child, default: 0] -= 1
        if openParents[child] == 0, let act = byID[child] { ready.insert(act) }
      }
    }
    let waiting = byID.values.filter { !placed.contains($0.id) }
      .sorted(by: precedes)
      .map { WaitingAct(act: $0, missing: Set($0.parents).subtracting(placed).sorted()) }
    return (ordered, waiting)
  }

  /// The usual file: each act built on the one before it alone. Nothing is left to order then.
  private static func chain(_ acts: [Act]) -> [Act]? {
    let chain = acts.sorted { $0.stamp < $1.stamp }
    var ids: Set<String> = []
    for (index, act) in chain.enumerated() {
      guard act.parents == (index == 0 ? [] : [chain[index - 1].id]), ids.insert(act.id).inserted else { return nil }
    }
    return chain
  }

  /// Whether `left` goes first when both are ready.
  static func precedes(_ left: Act, _ right: Act) -> Bool {
    if left.rank != right.rank { return left.rank > right.rank }
    if left.stamp != right.stamp { return left.stamp < right.stamp }
    return left.id < right.id
  }

  private static func distinct(_ acts: [Act]) -> [String: Act] {
    var byID: [String: Act] = [:]
    byID.reserveCapacity(acts.count)
    for act in acts {
      // Two contents under one id are a forgery that the log refuses; should one come this far, every replica
      // keeps the same one whichever came first.
      if let present = byID[act.id], !isKept(act, over: present) { continue }
      byID[act.id] = act
    }
    return byID
  }

  private static func isKept(_ act: Act, over present: Act) -> Bool {
    if precedes(act, present) { return true }
    if precedes(present, act) { return false }
    return contents(act).lexicographicallyPrecedes(contents(present))
  }

  /// Everything the act says, in one order.
  private static func contents(_ act: Act) -> [UInt8] {
    var parts = [act.rule, act.office, act.date.description] + act.parents
    for officer in act.officers {
      parts += [officer.id, officer.name] + officer.roles
      if let held = officer.certificate {
        parts += [held.number, held.kind, held.validFrom.description, held.validTo.description]
      }
    }
    for (name, value) in act.facts.sorted(by: { $0.key < $1.key }) { parts += [name, "\(value)"] }
    return parts.flatMap { Array($0.utf8) + [0] }
  }
}

/// A binary heap of the acts whose parents are all in order.
private struct ReadyActs {
  private var heap: [Act] = []

  mutating func insert(_ act: Act) {
    heap.append(act)
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard ActOrder.precedes(heap[child], heap[parent]) else { return }
      heap.swapAt(child, parent)
      child = parent
    }
  }

  mutating func popFirst() -> Act? {
    guard let first = heap.first else { return nil }
    heap.swapAt(0, heap.count - 1)
    heap.removeLast()
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count {
        if ActOrder.precedes(heap[child], heap[least]) { least = child }
      }
      if least == parent { return first }
      heap.swapAt(parent, least)
      parent = least
    }
  }
}
