import PeerTransport
import Testing

@Suite("Addresses with alternates")
struct PeerAddressTests {
  @Test("endpoints are read in order, each once")
  func reading() throws {
    let address = try PeerAddress("bureau.example:7443, 10.1.2.3:80 ,[2001:db8::1]:443,[::1],10.1.2.3:80")
    #expect(address.endpoints.map(\.description) == [
      "bureau.example:7443", "10.1.2.3:80", "[2001:db8::1]:443", "[::1]:\(TransportLimits.defaultPort)",
    ])
    #expect(try PeerAddress(address.description) == address)
    #expect(try PeerAddress("host").endpoints == [Endpoint("host")])
  }

  @Test("the one that answered comes first, a stranger changes nothing")
  func beginning() throws {
    let address = try PeerAddress("a:1,b:2,c:3")
    #expect(address.beginning(with: try Endpoint("b:2")).description == "b:2,a:1,c:3")
    #expect(address.beginning(with: try Endpoint("d:4")) == address && address.beginning(with: nil) == address)
  }

  @Test("what is no list of addresses", arguments: [
    "", ",", "a:1,", ",a:1", "a:1,,b:2", "a b:1", "a:1 b:2", "a:1;b:2:3", "[1.2.3.4]:5", "[::1", "a\u{0}b", "例.cn:1",
    "user@host:1", "a:1,a:2,a:3,a:4,a:5,a:6,a:7,a:8,a:9",
  ])
  func refused(_ text: String) {
    #expect(throws: TransportError(.badAddress)) { try PeerAddress(text) }
  }
}
