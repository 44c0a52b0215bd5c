import Casework
import Testing

@Suite("Masking")
struct MaskingTests {
  @Test("identification numbers")
  func residentID() {
    #expect(Masking.residentID("11010519491231002X") == "110105********002X")
    #expect(Masking.residentID("610104620927690") == "610104*****7690")
    #expect(Masking.residentID("11010519491") == "110105*9491")
  }

  @Test("telephone numbers")
  func phone() {
    #expect(Masking.phone("13812345678") == "138****5678")
    #expect(Masking.phone("0335-8051234") == "033*****1234")
  }

  @Test("names")
  func name() {
    #expect(Masking.name("张三") == "张＊")
    #expect(Masking.name("欧阳震华") == "欧＊＊＊")
    #expect(Masking.name("王") == "王")
    #expect(Masking.name("") == "")
  }

  @Test("what is too short is hidden whole")
  func short() {
    #expect(Masking.residentID("1101051949") == "**********")
    #expect(Masking.phone("8051234") == "*******")
    #expect(Masking.phone("") == "")
  }
}
