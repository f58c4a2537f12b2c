package vectors;

import java.math.BigInteger;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.base.BigDecSerializer;
import org.apache.flink.api.common.typeutils.base.BigIntSerializer;
import org.apache.flink.api.common.typeutils.base.BooleanSerializer;
import org.apache.flink.api.common.typeutils.base.ByteSerializer;
import org.apache.flink.api.common.typeutils.base.CharSerializer;
import org.apache.flink.api.common.typeutils.base.DateSerializer;
import org.apache.flink.api.common.typeutils.base.DoubleSerializer;
import org.apache.flink.api.common.typeutils.base.EnumSerializer;
import org.apache.flink.api.common.typeutils.base.FloatSerializer;
import org.apache.flink.api.common.typeutils.base.InstantSerializer;
import org.apache.flink.api.common.typeutils.base.IntSerializer;
import org.apache.flink.api.common.typeutils.base.LocalDateSerializer;
import org.apache.flink.api.common.typeutils.base.LocalDateTimeSerializer;
import org.apache.flink.api.common.typeutils.base.LocalTimeSerializer;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.api.common.typeutils.base.LongValueSerializer;
import org.apache.flink.api.common.typeutils.base.ShortSerializer;
import org.apache.flink.api.common.typeutils.base.SqlDateSerializer;
import org.apache.flink.api.common.typeutils.base.SqlTimeSerializer;
import org.apache.flink.api.common.typeutils.base.SqlTimestampSerializer;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.apache.flink.api.common.typeutils.base.StringValueSerializer;
import org.apache.flink.api.common.typeutils.base.VoidSerializer;
import org.apache.flink.api.common.typeutils.base.array.BooleanPrimitiveArraySerializer;
import org.apache.flink.api.common.typeutils.base.array.BytePrimitiveArraySerializer;
import org.apache.flink.api.common.typeutils.base.array.CharPrimitiveArraySerializer;
import org.apache.flink.api.common.typeutils.base.array.DoublePrimitiveArraySerializer;
import org.apache.flink.api.common.typeutils.base.array.FloatPrimitiveArraySerializer;
import org.apache.flink.api.common.typeutils.base.array.IntPrimitiveArraySerializer;
import org.apache.flink.api.common.typeutils.base.array.LongPrimitiveArraySerializer;
import org.apache.flink.api.common.typeutils.base.array.ShortPrimitiveArraySerializer;
import org.apache.flink.api.common.typeutils.base.array.StringArraySerializer;
import org.apache.flink.api.common.typeutils.base.BooleanValueSerializer;
import org.apache.flink.api.common.typeutils.base.ByteValueSerializer;
import org.apache.flink.api.common.typeutils.base.ShortValueSerializer;
import org.apache.flink.api.common.typeutils.base.IntValueSerializer;
import org.apache.flink.api.common.typeutils.base.CharValueSerializer;
import org.apache.flink.api.common.typeutils.base.FloatValueSerializer;
import org.apache.flink.api.common.typeutils.base.DoubleValueSerializer;
import org.apache.flink.api.common.typeutils.base.NullValueSerializer;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.streaming.api.windowing.windows.GlobalWindow;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.apache.flink.types.BooleanValue;
import org.apache.flink.types.ByteValue;
import org.apache.flink.types.ShortValue;
import org.apache.flink.types.IntValue;
import org.apache.flink.types.CharValue;
import org.apache.flink.types.FloatValue;
import org.apache.flink.types.DoubleValue;
import org.apache.flink.types.NullValue;
import org.apache.flink.types.LongValue;
import org.apache.flink.types.StringValue;

/** Kinds without children. */
final class BasicKinds {
  private BasicKinds() {}

  enum Colour { RED, GREEN, BLUE }

  private static Kind kind(String t, TypeSerializer<?> s, Function<Random, Sample> f) {
    return new Kind(t, s, Kind.plain(t, s), f);
  }

  /** Kinds that may stand anywhere, also as keys of maps. */
  static List<Kind> all() {
    List<Kind> k = new ArrayList<>();
    k.add(kind("bool", BooleanSerializer.INSTANCE, r -> { boolean v = r.nextBoolean(); return new Sample(v, "" + v); }));
    k.add(kind("byte", ByteSerializer.INSTANCE, r -> { byte v = (byte) Values.number(r); return new Sample(v, Values.i(v)); }));
    k.add(kind("short", ShortSerializer.INSTANCE, r -> { short v = (short) Values.number(r); return new Sample(v, Values.i(v)); }));
    k.add(kind("int", IntSerializer.INSTANCE, r -> { int v = (int) Values.number(r); return new Sample(v, Values.i(v)); }));
    k.add(kind("long", LongSerializer.INSTANCE, r -> { long v = Values.number(r); return new Sample(v, Values.i(v)); }));
    k.add(kind("float", FloatSerializer.INSTANCE, r -> { float v = (float) Values.real(r); return new Sample(v, Values.f32(v)); }));
    k.add(kind("double", DoubleSerializer.INSTANCE, r -> { double v = Values.real(r); return new Sample(v, Values.f64(v)); }));
    k.add(kind("char", CharSerializer.INSTANCE, r -> { char v = (char) (0x20 + r.nextInt(0x3000)); return new Sample(v, Values.s("" + v)); }));
    k.add(kind("string", StringSerializer.INSTANCE, r -> { String v = Values.string(r); return new Sample(v, Values.s(v)); }));
    k.add(kind("bigint", BigIntSerializer.INSTANCE, r -> { BigInteger v = Values.big(r); return new Sample(v, Json.one("dec", v.toString())); }));
    k.add(kind("bigdec", BigDecSerializer.INSTANCE, r -> { java.math.BigDecimal v = Values.decimal(r); return new Sample(v, Values.dec(v)); }));
    k.add(kind("instant", InstantSerializer.INSTANCE, r -> { Instant v = Values.instant(r); return new Sample(v, Values.instantOf(v)); }));
    k.add(kind("localdate", LocalDateSerializer.INSTANCE, r -> { LocalDate v = Values.date(r); return new Sample(v, Values.dateOf(v)); }));
    k.add(kind("localtime", LocalTimeSerializer.INSTANCE, r -> { LocalTime v = Values.time(r); return new Sample(v, Values.timeOf(v)); }));
    k.add(kind("localdatetime", LocalDateTimeSerializer.INSTANCE, r -> {
      LocalDateTime v = LocalDateTime.of(Values.date(r), Values.time(r));
      return new Sample(v, Values.dateTimeOf(v));
    }));
    k.add(kind("date", DateSerializer.INSTANCE, r -> {
      Date v = new Date(r.nextLong() >> 20);
      return new Sample(v, Values.instantOf(v.toInstant()));
    }));
    k.add(kind("sqltimestamp", SqlTimestampSerializer.INSTANCE, r -> {
      Instant at = Instant.ofEpochSecond(r.nextInt(), r.nextInt(1_000_000_000));
      return new Sample(Timestamp.from(at), Values.instantOf(at));
    }));
    k.add(kind("sqldate", SqlDateSerializer.INSTANCE, r -> {
      LocalDate v = LocalDate.ofEpochDay(r.nextInt(40000) - 10000);
      return new Sample(new java.sql.Date(v.toEpochDay() * 86_400_000L), Values.dateOf(v));
    }));
    k.add(kind("sqltime", SqlTimeSerializer.INSTANCE, r -> {
      int ms = r.nextInt(86_400_000);
      return new Sample(new java.sql.Time(ms), Values.timeOf(LocalTime.ofNanoOfDay(ms * 1_000_000L)));
    }));
    EnumSerializer<Colour> colours = new EnumSerializer<>(Colour.class);
    k.add(new Kind("enum", colours, Kind.with("enum", colours, "\"of\":\"vectors.Colour\",\"names\":[\"RED\",\"GREEN\",\"BLUE\"]"), r -> {
      Colour v = Colour.values()[r.nextInt(3)];
      return new Sample(v, Json.one("enum", v.name()));
    }));
    return k;
  }

  /** Kinds that are tried alone: forms of null, arrays, windows, value types. */
  static List<Kind> others() {
    List<Kind> k = new ArrayList<>();
    for (TypeSerializer<?> s : Arrays.<TypeSerializer<?>>asList(StringSerializer.INSTANCE, BigIntSerializer.INSTANCE, BigDecSerializer.INSTANCE,
        InstantSerializer.INSTANCE, LocalDateSerializer.INSTANCE, LocalTimeSerializer.INSTANCE, LocalDateTimeSerializer.INSTANCE,
        DateSerializer.INSTANCE, SqlDateSerializer.INSTANCE, SqlTimeSerializer.INSTANCE, SqlTimestampSerializer.INSTANCE, VoidSerializer.INSTANCE)) {
      String t = s.getClass().getSimpleName().replace("Serializer", "").toLowerCase().replace("bigdec", "bigdec");
      k.add(new Kind("null-" + t, s, Kind.plain(t, s), r -> new Sample(null, "null")));
    }
    k.add(kind("voidnamespace", VoidNamespaceSerializer.INSTANCE, r -> new Sample(VoidNamespace.INSTANCE, "null")));
    k.add(kind("globalwindow", new GlobalWindow.Serializer(), r -> new Sample(GlobalWindow.get(), "null")));
    k.add(kind("timewindow", new TimeWindow.Serializer(), r -> {
      long start = r.nextInt() * 1000L;
      long end = start + r.nextInt(1_000_000);
      return new Sample(new TimeWindow(start, end), "{\"obj\":[[\"start\"," + Values.instantOf(Instant.ofEpochMilli(start)) + "],[\"end\","
          + Values.instantOf(Instant.ofEpochMilli(end)) + "]]}");
    }));
    k.add(new Kind("long-value", LongValueSerializer.INSTANCE, Kind.plain("long", LongValueSerializer.INSTANCE), r -> {
      long v = Values.number(r);
      return new Sample(new LongValue(v), Values.i(v));
    }));
    k.add(new Kind("string-value", StringValueSerializer.INSTANCE, Kind.plain("stringvalue", StringValueSerializer.INSTANCE), r -> {
      String v = Values.string(r);
      return new Sample(new StringValue(v), Values.s(v));
    }));
    value(k, "bool", BooleanValueSerializer.INSTANCE, new BooleanValue(true), "true");
    value(k, "byte", ByteValueSerializer.INSTANCE, new ByteValue((byte) -3), Values.i(-3));
    value(k, "short", ShortValueSerializer.INSTANCE, new ShortValue((short) -300), Values.i(-300));
    value(k, "int", IntValueSerializer.INSTANCE, new IntValue(-70000), Values.i(-70000));
    value(k, "char", CharValueSerializer.INSTANCE, new CharValue('ä'), Values.s("ä"));
    value(k, "float", FloatValueSerializer.INSTANCE, new FloatValue(0.1f), Values.f32(0.1f));
    value(k, "double", DoubleValueSerializer.INSTANCE, new DoubleValue(0.1), Values.f64(0.1));
    value(k, "nullvalue", NullValueSerializer.INSTANCE, NullValue.getInstance(), "null");
    k.add(kind("stringarray", StringArraySerializer.INSTANCE, r -> {
      String[] v = new String[r.nextInt(4)];
      List<String> e = new ArrayList<>();
      for (int i = 0; i < v.length; i++) {
        v[i] = r.nextInt(4) == 0 ? null : Values.string(r);
        e.add(v[i] == null ? "null" : Values.s(v[i]));
      }
      return new Sample(v, Json.list(e));
    }));
    k.add(prim("byte", BytePrimitiveArraySerializer.INSTANCE, r -> { byte[] v = Values.bytes(r); return new Sample(v, Values.hex(v)); }));
    k.add(prim("char", CharPrimitiveArraySerializer.INSTANCE, r -> { String v = Values.string(r); return new Sample(v.toCharArray(), Values.s(v)); }));
    k.add(prim("bool", BooleanPrimitiveArraySerializer.INSTANCE, r -> new Sample(new boolean[] {true, false}, "[true,false]")));
    k.add(prim("short", ShortPrimitiveArraySerializer.INSTANCE, r -> new Sample(new short[] {-1, 2}, "[" + Values.i(-1) + "," + Values.i(2) + "]")));
    k.add(prim("int", IntPrimitiveArraySerializer.INSTANCE, r -> {
      int a = (int) Values.number(r);
      return new Sample(new int[] {a, 7}, "[" + Values.i(a) + "," + Values.i(7) + "]");
    }));
    k.add(prim("long", LongPrimitiveArraySerializer.INSTANCE, r -> {
      long a = Values.number(r);
      return new Sample(new long[] {a}, "[" + Values.i(a) + "]");
    }));
    k.add(prim("float", FloatPrimitiveArraySerializer.INSTANCE, r -> new Sample(new float[] {0.1f}, "[" + Values.f32(0.1f) + "]")));
    k.add(prim("double", DoublePrimitiveArraySerializer.INSTANCE, r -> {
      double a = Values.real(r);
      return new Sample(new double[] {a}, "[" + Values.f64(a) + "]");
    }));
    return k;
  }

  private static void value(List<Kind> to, String t, TypeSerializer<?> s, Object v, String expect) {
    to.add(new Kind(t + "-value", s, Kind.plain(t, s), r -> new Sample(v, expect)));
  }

  private static Kind prim(String e, TypeSerializer<?> s, Function<Random, Sample> f) {
    return new Kind("primarray-" + e, s, Kind.with("primarray", s, "\"e\":\"" + e + "\""), f);
  }
}
