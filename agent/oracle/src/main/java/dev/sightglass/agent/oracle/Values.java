package vectors;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.util.Random;

/** Random plain values, biased towards borders, and their expected forms. */
final class Values {
  private Values() {}

  static long number(Random r) {
    switch (r.nextInt(8)) {
      case 0: return 0;
      case 1: return Long.MAX_VALUE;
      case 2: return Long.MIN_VALUE;
      case 3: return -1;
      case 4: return r.nextInt(100);
      default: return r.nextLong() >> r.nextInt(64);
    }
  }

  static double real(Random r) {
    switch (r.nextInt(9)) {
      case 0: return 0;
      case 1: return -0.0;
      case 2: return Double.NaN;
      case 3: return Double.NEGATIVE_INFINITY;
      case 4: return Double.MIN_VALUE;
      case 5: return 12.5;
      default: return Double.longBitsToDouble(r.nextLong());
    }
  }

  private static final String[] TEXTS = {
    "", "o-1", "hello", "ä", "naïve café", "日本語", "a\u0000b", "\u007f\u0080\u07ff\u0800\uffff", "😀 emoji 🎉", "line\nbreak\t\"quoted\" \\",
    "0123456", "01234567", "0123456789abcdef"
  };

  static String string(Random r) {
    if (r.nextInt(3) > 0) {
      return TEXTS[r.nextInt(TEXTS.length)];
    }
    int n = r.nextInt(40);
    StringBuilder b = new StringBuilder();
    for (int i = 0; i < n; i++) {
      int c;
      switch (r.nextInt(4)) {
        case 0: c = 0x80 + r.nextInt(0x780); break;
        case 1: c = r.nextInt(0x3fff - 0x800) + 0x800; break;
        case 2: c = 0x10000 + r.nextInt(0x10ffff - 0x10000); break;
        default: c = 0x20 + r.nextInt(0x5f);
      }
      b.appendCodePoint(c);
    }
    return b.toString();
  }

  static byte[] bytes(Random r) {
    byte[] b = new byte[r.nextInt(20)];
    r.nextBytes(b);
    return b;
  }

  static BigInteger big(Random r) {
    switch (r.nextInt(7)) {
      case 0: return BigInteger.ZERO;
      case 1: return BigInteger.ONE;
      case 2: return BigInteger.TEN;
      case 3: return BigInteger.valueOf(-1);
      case 4: return BigInteger.valueOf(128);
      default:
        BigInteger b = new BigInteger(1 + r.nextInt(200), r);
        return r.nextBoolean() ? b : b.negate();
    }
  }

  static BigDecimal decimal(Random r) {
    switch (r.nextInt(6)) {
      case 0: return new BigDecimal("12.50");
      case 1: return new BigDecimal("0.000001");
      case 2: return new BigDecimal("1E+10");
      case 3: return new BigDecimal("-1E-80");
      default: return new BigDecimal(big(r), r.nextInt(30) - 3);
    }
  }

  static Instant instant(Random r) {
    switch (r.nextInt(5)) {
      case 0: return Instant.EPOCH;
      case 1: return Instant.MAX;
      case 2: return Instant.MIN;
      case 3: return Instant.ofEpochMilli(1785592931482L);
      default: return Instant.ofEpochSecond(r.nextInt() * 10L, r.nextInt(1_000_000_000));
    }
  }

  static LocalDate date(Random r) {
    switch (r.nextInt(5)) {
      case 0: return LocalDate.of(2024, 2, 29);
      case 1: return LocalDate.of(-5, 1, 1);
      case 2: return LocalDate.of(12345, 12, 31);
      default: return LocalDate.ofEpochDay(r.nextInt(80000) - 40000);
    }
  }

  static LocalTime time(Random r) {
    switch (r.nextInt(4)) {
      case 0: return LocalTime.MIDNIGHT;
      case 1: return LocalTime.MAX;
      case 2: return LocalTime.of(14, 2, 11, 482_000_000);
      default: return LocalTime.ofNanoOfDay((long) (r.nextDouble() * 86_399_999_999_999L));
    }
  }

  static String i(long v) { return Json.one("i", Long.toString(v)); }

  static String f32(float v) { return Json.one("f32", String.format("%08x", Float.floatToIntBits(v))); }

  static String f64(double v) { return Json.one("f64", String.format("%016x", Double.doubleToLongBits(v))); }

  static String s(String v) { return Json.text(v); }

  static String hex(byte[] v) { return Json.one("hex", Json.hex(v)); }

  /** Plain for a scale of 0 to 64, scientific otherwise. */
  static String dec(BigDecimal v) {
    return Json.one("dec", v.scale() >= 0 && v.scale() <= 64 ? v.toPlainString() : scientific(v));
  }

  private static String scientific(BigDecimal v) {
    String digits = v.unscaledValue().abs().toString();
    long exp = digits.length() - 1L - v.scale();
    String m = digits.length() > 1 ? digits.charAt(0) + "." + digits.substring(1) : digits;
    return (v.signum() < 0 ? "-" : "") + m + (exp == 0 ? "" : "E" + (exp > 0 ? "+" : "") + exp);
  }

  static String instantOf(Instant v) { return Json.one("instant", v.toString()); }

  static String clock(LocalTime v) {
    String s = v.toString();
    return s.length() == 5 ? s + ":00" : s;
  }

  static String dateOf(LocalDate v) { return Json.one("date", v.format(DateTimeFormatter.ISO_LOCAL_DATE)); }

  static String timeOf(LocalTime v) { return Json.one("time", clock(v)); }

  static String dateTimeOf(LocalDateTime v) {
    return Json.one("datetime", v.toLocalDate().format(DateTimeFormatter.ISO_LOCAL_DATE) + "T" + clock(v.toLocalTime()));
  }
}
