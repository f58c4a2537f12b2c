package dev.sightglass.agent.oracle;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.Year;
import java.time.format.DateTimeFormatter;
import java.util.Random;

/** Random plain values, biased towards borders, and their expected forms. */
final class Values {
  private static final String[] TEXTS = {
    "",
    "o-1",
    "hello",
    "ä",
    "naïve café",
    "日本語",
    "a\u0000b",
    "\u007f\u0080\u07ff\u0800\uffff",
    "😀 emoji 🎉",
    "line\nbreak\t\"quoted\" \\",
    "0123456",
    "01234567",
    "0123456789abcdef"
  };

  private Values() {}

  static long number(Random r) {
    switch (r.nextInt(8)) {
      case 0:
        return 0;
      case 1:
        return Long.MAX_VALUE;
      case 2:
        return Long.MIN_VALUE;
      case 3:
        return -1;
      case 4:
        return r.nextInt(100);
      default:
        return r.nextLong() >> r.nextInt(64);
    }
  }

  static double real(Random r) {
    switch (r.nextInt(9)) {
      case 0:
        return 0;
      case 1:
        return -0.0;
      case 2:
        return Double.NaN;
      case 3:
        return Double.NEGATIVE_INFINITY;
      case 4:
        return Double.MIN_VALUE;
      case 5:
        return 12.5;
      default:
        return Double.longBitsToDouble(r.nextLong());
    }
  }

  static float single(Random r) {
    return r.nextInt(3) == 0 ? (float) real(r) : Float.intBitsToFloat(r.nextInt());
  }

  /** Text that is whole in any encoding. */
  static String string(Random r) {
    if (r.nextInt(3) > 0) {
      return TEXTS[r.nextInt(TEXTS.length)];
    }
    StringBuilder b = new StringBuilder();
    for (int n = r.nextInt(50) == 0 ? 20_000 : r.nextInt(40); n > 0; n--) {
      b.appendCodePoint(codePoint(r));
    }
    return b.toString();
  }

  private static int codePoint(Random r) {
    switch (r.nextInt(4)) {
      case 0:
        return 0x80 + r.nextInt(0x780);
      case 1:
        return 0x800 + r.nextInt(0x37ff);
      case 2:
        return 0x10000 + r.nextInt(0xfffff);
      default:
        return 0x20 + r.nextInt(0x5f);
    }
  }

  /** As Java allows it: now and then with half a surrogate pair. */
  static String torn(Random r) {
    String s = string(r);
    if (r.nextInt(6) > 0) {
      return s;
    }
    int at = r.nextInt(s.length() + 1);
    char half = (char) (0xd800 + r.nextInt(0x800));
    return s.substring(0, at) + half + s.substring(at);
  }

  static byte[] bytes(Random r) {
    byte[] b = new byte[r.nextInt(20)];
    r.nextBytes(b);
    return b;
  }

  static BigInteger big(Random r) {
    switch (r.nextInt(7)) {
      case 0:
        return BigInteger.ZERO;
      case 1:
        return BigInteger.ONE;
      case 2:
        return BigInteger.TEN;
      case 3:
        return BigInteger.valueOf(-1);
      case 4:
        return BigInteger.valueOf(128);
      default:
        BigInteger b = new BigInteger(1 + r.nextInt(200), r);
        return r.nextBoolean() ? b : b.negate();
    }
  }

  static BigDecimal decimal(Random r) {
    switch (r.nextInt(8)) {
      case 0:
        return new BigDecimal("12.50");
      case 1:
        return new BigDecimal("0.000001");
      case 2:
        return new BigDecimal("1E+10");
      case 3:
        return new BigDecimal("-1E-80");
      case 4:
        return BigDecimal.ZERO;
      case 5:
        return BigDecimal.ONE;
      default:
        return new BigDecimal(big(r), r.nextInt(30) - 3);
    }
  }

  /** A decimal of at most {@code p} digits with scale {@code s}. */
  static BigDecimal decimal(Random r, int p, int s) {
    BigInteger v = new BigInteger(130, r).mod(BigInteger.TEN.pow(1 + r.nextInt(p)));
    return new BigDecimal(r.nextBoolean() ? v : v.negate(), s);
  }

  static Instant instant(Random r) {
    switch (r.nextInt(6)) {
      case 0:
        return Instant.EPOCH;
      case 1:
        return Instant.MIN;
      case 2:
        return Instant.MAX;
      case 3:
        return Instant.ofEpochMilli(1785592931482L);
      default:
        return Instant.ofEpochSecond(r.nextInt() * 8L, r.nextInt(1_000_000_000));
    }
  }

  static LocalDate date(Random r) {
    switch (r.nextInt(6)) {
      case 0:
        return LocalDate.of(2024, 2, 29);
      case 1:
        return LocalDate.of(-5, 1, 1);
      case 2:
        return LocalDate.of(12345, 12, 31);
      case 3:
        return LocalDate.of(r.nextBoolean() ? Year.MAX_VALUE : Year.MIN_VALUE, 7, 4);
      default:
        return nearDate(r);
    }
  }

  /** A date that every type of Flink can hold. */
  static LocalDate nearDate(Random r) {
    return LocalDate.ofEpochDay(r.nextInt(80000) - 40000);
  }

  static LocalTime time(Random r) {
    switch (r.nextInt(4)) {
      case 0:
        return LocalTime.MIDNIGHT;
      case 1:
        return LocalTime.MAX;
      case 2:
        return LocalTime.of(14, 2, 11, 482_000_000);
      default:
        return LocalTime.ofNanoOfDay((long) (r.nextDouble() * 86_399_999_999_999L));
    }
  }

  static String i(long v) {
    return Json.one("i", Long.toString(v));
  }

  static String f32(float v) {
    return Json.one("f32", String.format("%08x", Float.floatToIntBits(v)));
  }

  static String f64(double v) {
    return Json.one("f64", String.format("%016x", Double.doubleToLongBits(v)));
  }

  /** A reader has no way to show half a surrogate pair, and must say so. */
  static String s(String v) {
    for (int i = 0; i < v.length(); i++) {
      char c = v.charAt(i);
      if (!Character.isSurrogate(c)) {
        continue;
      }
      if (Character.isLowSurrogate(c) || i + 1 == v.length() || !Character.isLowSurrogate(v.charAt(i + 1))) {
        return Json.one("torn", v);
      }
      i++;
    }
    return Json.text(v);
  }

  static String hex(byte[] v) {
    return Json.one("hex", Json.hex(v));
  }

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

  static String symbol(String v) {
    return Json.one("enum", v);
  }

  static String instantOf(Instant v) {
    return Json.one("instant", v.toString());
  }

  static String millisOf(long v) {
    return instantOf(Instant.ofEpochMilli(v));
  }

  static String clock(LocalTime v) {
    String s = v.toString();
    return s.length() == 5 ? s + ":00" : s;
  }

  static String dateOf(LocalDate v) {
    return Json.one("date", day(v));
  }

  private static String day(LocalDate v) {
    return v.format(DateTimeFormatter.ISO_LOCAL_DATE);
  }

  static String timeOf(LocalTime v) {
    return Json.one("time", clock(v));
  }

  static String dateTimeOf(LocalDateTime v) {
    return Json.one("datetime", day(v.toLocalDate()) + "T" + clock(v.toLocalTime()));
  }
}
