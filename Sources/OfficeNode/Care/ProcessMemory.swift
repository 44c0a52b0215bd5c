import Glibc

/// The memory of a process that works in bursts and idles for hours.
public enum ProcessMemory {
  /// Threads share so many of malloc's arenas: glibc's own rule, eight for each core, leaves freed memory in many of them
  /// (mallopt(3), M_ARENA_MAX). Of this program's threads one writes and some carry bytes.
  private static let arenas: CInt = 2
  /// `M_ARENA_MAX` of malloc.h, which Swift's Glibc module leaves out as it does the two functions; so they are looked up
  /// by name, and where a C library has none, nothing is done.
  private static let arenaMax: CInt = -8

  private static func function<Function>(_ name: String, _ type: Function.Type) -> Function? {
    dlsym(nil, name).map { unsafeBitCast($0, to: type) }
  }

  /// To be called once, before threads are started.
  public static func prepare() {
    _ = function("mallopt", (@convention(c) (CInt, CInt) -> CInt).self)?(arenaMax, arenas)
  }

  /// Gives back to the system what was freed, and the pages of program code that nothing uses.
  ///
  /// Starting runs code all over the program and its libraries, and the kernel maps sixteen pages for each one it needs:
  /// 43 MB, of which an idle node looks at 13 again. They are copies of the files; a page that is wanted after all is
  /// mapped again from the page cache, in microseconds (madvise(2), MADV_DONTNEED).
  static func release() {
    for range in codeRanges(KernelFile.text("/proc/self/smaps") ?? "") {
      _ = madvise(UnsafeMutableRawPointer(bitPattern: range.lowerBound), range.count, MADV_DONTNEED)
    }
    _ = function("malloc_trim", (@convention(c) (Int) -> CInt).self)?(0)
  }

  /// Mappings of files that may be run and not written, and in which nothing but the file is: a page that a debugger or
  /// a tracer has changed in memory would be lost.
  /// - Parameter maps: the text of proc(5)'s `smaps`: a line for each mapping, and then lines of what it holds.
  static func codeRanges(_ maps: String) -> [Range<UInt>] {
    var ranges: [Range<UInt>] = []
    var code: Range<UInt>?
    for line in maps.split(separator: "\n") {
      let fields = line.split(separator: " ", omittingEmptySubsequences: true)
      if fields.count == 3, fields[0] == "Anonymous:" {
        if let found = code, fields[1] == "0" { ranges.append(found) }
        code = nil
      } else if let bounds = bounds(fields) {
        let isCode = fields.count >= 6 && fields[1] == "r-xp" && fields[5].hasPrefix("/")
        code = isCode ? bounds : nil
      }
    }
    return ranges
  }

  /// - Returns: `nil` where `fields` are not those of a mapping.
  private static func bounds(_ fields: [Substring]) -> Range<UInt>? {
    let ends = fields.first?.split(separator: "-").compactMap { UInt($0, radix: 16) } ?? []
    return ends.count == 2 && ends[0] < ends[1] ? ends[0]..<ends[1] : nil
  }
}
