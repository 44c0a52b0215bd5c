import Glibc
import PeerTransport
import TestKit
import Testing

@Suite("The service manager's socket")
struct ServiceManagerTests {
  @Test("who is told, and how often")
  func environment() {
    #expect(ServiceManager(environment: [:]) == nil)
    for bad in ["", "@", "/", "relative", "unix:/x"] {
      #expect(ServiceManager(environment: ["NOTIFY_SOCKET": bad]) == nil, "\(bad)")
    }
    let socket = ["NOTIFY_SOCKET": "/x"]
    func pause(_ extra: [String: String]) -> Duration? {
      ServiceManager(environment: socket.merging(extra) { $1 }, process: 7)?.aliveEvery
    }
    #expect(pause([:]) == nil && pause(["WATCHDOG_USEC": "x"]) == nil && pause(["WATCHDOG_USEC": "0"]) == nil)
    #expect(pause(["WATCHDOG_USEC": "20000000"]) == .seconds(10))
    #expect(pause(["WATCHDOG_USEC": "20000000", "WATCHDOG_PID": "7"]) == .seconds(10))
    #expect(pause(["WATCHDOG_USEC": "20000000", "WATCHDOG_PID": "8"]) == nil)
  }

  @Test("a socket that is not there, and a name that is too long, are errors")
  func failures() throws {
    let missing = try #require(ServiceManager(environment: ["NOTIFY_SOCKET": "/nonexistent/notify"]))
    #expect(throws: TransportError(.unreachable)) { try missing.send([.ready]) }
    let long = try #require(ServiceManager(environment: ["NOTIFY_SOCKET": "/" + String(repeating: "x", count: 200)]))
    #expect(throws: TransportError(.badAddress)) { try long.send([.ready]) }
  }

  @Test("messages arrive in one datagram, at a path and at a name of the kernel's", arguments: [false, true])
  func messages(isAbstract: Bool) throws {
    let name = "docket-notify-\(getpid())-\(UInt64.random(in: 0...UInt64.max))"
    let inbox = try DatagramInbox(isAbstract ? "@\(name)" : "/tmp/\(name)")
    let manager = try #require(ServiceManager(environment: ["NOTIFY_SOCKET": inbox.address]))
    try manager.send([.ready, .status("port 7443\nREADY=0")])
    #expect(inbox.next() == "READY=1\nSTATUS=port 7443 READY=0")
    try manager.send([.alive])
    try manager.send([.stopping])
    #expect(inbox.next() == "WATCHDOG=1" && inbox.next() == "STOPPING=1")
  }
}
