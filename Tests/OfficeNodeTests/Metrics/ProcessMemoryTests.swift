import Foundation
import Testing

@testable import OfficeNode

@Suite("Giving memory back")
struct ProcessMemoryTests {
  @Test("only code of files is let go of: nothing that was or may be written")
  func ranges() {
    func mapping(_ line: String, anonymous: Int) -> String {
      "\(line)\nSize: 4 kB\nRss: 4 kB\nAnonymous: \(anonymous) kB\nVmFlags: rd ex mr mw me\n"
    }
    let program = "/usr/bin/docket", library = "/usr/lib/libstdc++.so.6"
    let maps = [
      mapping("55da3f48e000-55da423e6000 r-xp 00000000 08:01 123                        \(program)", anonymous: 0),
      mapping("55da423e7000-55da4251e000 r--p 02f58000 08:01 123                        \(program)", anonymous: 0),
      mapping("55da4251e000-55da44ab9000 rw-p 0308f000 08:01 123                        \(program)", anonymous: 0),
      mapping(
        "7fabae899000-7fabae99a000 r-xp 00099000 08:01 9                          \(library) (deleted)", anonymous: 0),
      mapping("7fabae99b000-7fabae99c000 rwxp 00000000 08:01 9                          /usr/lib/odd.so", anonymous: 0),
      // A debugger has set a stop here.
      mapping(
        "7fabae99d000-7fabae99e000 r-xp 00000000 08:01 9                          /usr/lib/seen.so", anonymous: 4),
      mapping("7faba8000000-7faba8090000 rw-p 00000000 00:00 0", anonymous: 0),
      mapping("7fabae000000-7fabae001000 r-xp 00000000 00:00 0", anonymous: 0),
      mapping("7ffc0e3d5000-7ffc0e3d7000 r-xp 00000000 00:00 0                          [vdso]", anonymous: 0),
      mapping("ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]", anonymous: 0),
      "garbage\n",
    ].joined()
    #expect(
      ProcessMemory.codeRanges(maps) == [0x55da_3f48_e000..<0x55da_423e_6000, 0x7fab_ae89_9000..<0x7fab_ae99_a000])
    // Only `maps`, which says nothing of what is in them: nothing is let go of.
    #expect(ProcessMemory.codeRanges("55da3f48e000-55da423e6000 r-xp 00000000 08:01 123 \(program)\n").isEmpty)
  }

  /// Kibibytes of files' pages that this process has mapped and touched.
  private func fileKibibytes() throws -> Int {
    let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    return try #require(status.firstMatch(of: /RssFile:\s+(\d+) kB/).flatMap { Int($0.1) })
  }

  @Test("a process that gave its code back goes on, with less of it than before")
  func release() throws {
    let before = try fileKibibytes()
    ProcessMemory.release()
    #expect(try fileKibibytes() < before)
  }

  @Test("a file of the kernel's is read to its end, not to that of its first page")
  func whole() throws {
    let maps = try #require(KernelFile.text("/proc/self/smaps"))
    #expect(maps.utf8.count > 4_096 && maps.contains("[stack]") && maps.contains("libc.so"))
    #expect(ProcessMemory.codeRanges(maps).count > 2)
    #expect(KernelFile.text("/proc/none") == nil)
  }
}
