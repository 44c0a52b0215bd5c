/// What happens when: a binary heap by virtual time, and by the order of scheduling within one millisecond.
struct EventQueue<Event> {
  private struct Item {
    let time: UInt64
    let ordinal: UInt64
    let event: Event

    func precedes(_ other: Item) -> Bool { time != other.time ? time < other.time : ordinal < other.ordinal }
  }

  private var heap: [Item] = []
  private var scheduled: UInt64 = 0

  var nextTime: UInt64? { heap.first?.time }

  mutating func schedule(_ event: Event, at time: UInt64) {
    heap.append(Item(time: time, ordinal: scheduled, event: event))
    scheduled += 1
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard heap[child].precedes(heap[parent]) else { return }
      heap.swapAt(child, parent)
      child = parent
    }
  }

  mutating func popFirst() -> (time: UInt64, event: Event)? {
    guard let first = heap.first else { return nil }
    heap.swapAt(0, heap.count - 1)
    heap.removeLast()
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && heap[child].precedes(heap[least]) {
        least = child
      }
      if least == parent { return (first.time, first.event) }
      heap.swapAt(parent, least)
      parent = least
    }
  }
}
