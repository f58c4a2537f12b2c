package vectors;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.base.IntSerializer;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericMapData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RawValueData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.runtime.typeutils.ArrayDataSerializer;
import org.apache.flink.table.runtime.typeutils.DecimalDataSerializer;
import org.apache.flink.table.runtime.typeutils.MapDataSerializer;
import org.apache.flink.table.runtime.typeutils.RawValueDataSerializer;
import org.apache.flink.table.runtime.typeutils.RowDataSerializer;
import org.apache.flink.table.runtime.typeutils.StringDataSerializer;
import org.apache.flink.table.runtime.typeutils.TimestampDataSerializer;
import org.apache.flink.table.types.logical.ArrayType;
import org.apache.flink.table.types.logical.BigIntType;
import org.apache.flink.table.types.logical.BinaryType;
import org.apache.flink.table.types.logical.BooleanType;
import org.apache.flink.table.types.logical.CharType;
import org.apache.flink.table.types.logical.DateType;
import org.apache.flink.table.types.logical.DayTimeIntervalType;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.DoubleType;
import org.apache.flink.table.types.logical.FloatType;
import org.apache.flink.table.types.logical.IntType;
import org.apache.flink.table.types.logical.LocalZonedTimestampType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.MapType;
import org.apache.flink.table.types.logical.MultisetType;
import org.apache.flink.table.types.logical.RawType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.SmallIntType;
import org.apache.flink.table.types.logical.TimeType;
import org.apache.flink.table.types.logical.TimestampType;
import org.apache.flink.table.types.logical.TinyIntType;
import org.apache.flink.table.types.logical.VarBinaryType;
import org.apache.flink.table.types.logical.VarCharType;
import org.apache.flink.table.types.logical.YearMonthIntervalType;
import org.apache.flink.types.RowKind;

/** Rows, arrays and maps of the table stack over random logical types. */
final class TableKinds {
  private TableKinds() {}

  /** A logical type, its JSON and a source of internal values. */
  static final class Type {
    final LogicalType type;
    final String json;
    final java.util.function.Function<Random, Sample> sample;

    Type(LogicalType type, String members, java.util.function.Function<Random, Sample> sample) {
      this.type = type;
      this.json = "{\"t\":\"" + type.getTypeRoot().name() + "\"" + (members.isEmpty() ? "" : "," + members) + "}";
      this.sample = sample;
    }
  }

  private static TimestampData stamp(Random r, int precision, boolean local, String[] text) {
    Instant at = Instant.ofEpochSecond(r.nextInt() * 4L, r.nextInt(1_000_000_000));
    if (precision <= 3) {
      at = Instant.ofEpochMilli(at.toEpochMilli());
    }
    text[0] = local ? Values.instantOf(at) : Values.dateTimeOf(LocalDateTime.ofInstant(at, ZoneOffset.UTC));
    return TimestampData.fromInstant(at);
  }

  private static Type decimal(int p, int s) {
    return new Type(new DecimalType(p, s), "\"p\":" + p + ",\"s\":" + s, r -> {
      BigDecimal v = unscaled(r, p, s);
      return new Sample(DecimalData.fromBigDecimal(v, p, s), Values.dec(v));
    });
  }

  private static BigDecimal unscaled(Random r, int p, int s) {
    BigInteger bound = BigInteger.TEN.pow(1 + r.nextInt(p));
    BigInteger v = new BigInteger(130, r).mod(bound);
    return new BigDecimal(r.nextBoolean() ? v : v.negate(), s);
  }

  static Type leaf(Random seed) {
    switch (seed.nextInt(21)) {
      case 0: return new Type(new BooleanType(), "", r -> { boolean v = r.nextBoolean(); return new Sample(v, "" + v); });
      case 1: return new Type(new TinyIntType(), "", r -> { byte v = (byte) Values.number(r); return new Sample(v, Values.i(v)); });
      case 2: return new Type(new SmallIntType(), "", r -> { short v = (short) Values.number(r); return new Sample(v, Values.i(v)); });
      case 3: return new Type(new IntType(), "", r -> { int v = (int) Values.number(r); return new Sample(v, Values.i(v)); });
      case 4: return new Type(new BigIntType(), "", r -> { long v = Values.number(r); return new Sample(v, Values.i(v)); });
      case 5: return new Type(new FloatType(), "", r -> { float v = (float) Values.real(r); return new Sample(v, Values.f32(v)); });
      case 6: return new Type(new DoubleType(), "", r -> { double v = Values.real(r); return new Sample(v, Values.f64(v)); });
      case 7: return new Type(new CharType(5), "\"p\":5", r -> new Sample(StringData.fromString("abcde"), "\"abcde\""));
      case 8: return new Type(new BinaryType(3), "\"p\":3", r -> new Sample(new byte[] {1, 2, -1}, Json.one("hex", "0102ff")));
      case 9: return new Type(new VarBinaryType(VarBinaryType.MAX_LENGTH), "", r -> { byte[] v = Values.bytes(r); return new Sample(v, Values.hex(v)); });
      case 10: return decimal(10, 2);
      case 11: return decimal(18, 0);
      case 12: return decimal(38, 18);
      case 13: return decimal(19, 3);
      case 14: return new Type(new DateType(), "", r -> { LocalDate d = Values.date(r); return new Sample((int) d.toEpochDay(), Values.dateOf(d)); });
      case 15: return new Type(new TimeType(3), "\"p\":3", r -> {
        int ms = r.nextInt(86_400_000);
        return new Sample(ms, Values.timeOf(LocalTime.ofNanoOfDay(ms * 1_000_000L)));
      });
      case 16: {
        int p = new int[] {0, 3, 6, 9}[seed.nextInt(4)];
        return new Type(new TimestampType(p), "\"p\":" + p, r -> { String[] x = new String[1]; return new Sample(stamp(r, p, false, x), x[0]); });
      }
      case 17: {
        int p = new int[] {3, 6}[seed.nextInt(2)];
        return new Type(new LocalZonedTimestampType(p), "\"p\":" + p, r -> { String[] x = new String[1]; return new Sample(stamp(r, p, true, x), x[0]); });
      }
      case 18: return new Type(new YearMonthIntervalType(YearMonthIntervalType.YearMonthResolution.YEAR_TO_MONTH), "",
          r -> new Sample(14, Json.one("duration", "P1Y2M")));
      case 19: return new Type(new DayTimeIntervalType(DayTimeIntervalType.DayTimeResolution.DAY_TO_SECOND), "",
          r -> new Sample(-3500L, Json.one("duration", "-PT3.500S")));
      default: return new Type(new VarCharType(VarCharType.MAX_LENGTH), "", r -> {
        String v = Values.string(r);
        return new Sample(StringData.fromString(v), Values.s(v));
      });
    }
  }

  static Type any(Random seed, int depth) {
    if (depth == 0 || seed.nextInt(3) == 0) {
      return leaf(seed);
    }
    switch (seed.nextInt(5)) {
      case 0: {
        Type e = any(seed, depth - 1);
        return new Type(new ArrayType(e.type), "\"e\":" + e.json, r -> array(e, r));
      }
      case 1: {
        Type k = leaf(seed);
        Type v = any(seed, depth - 1);
        return new Type(new MapType(k.type, v.type), "\"k\":" + k.json + ",\"v\":" + v.json, r -> map(k, v, r, true));
      }
      case 2: {
        Type e = leaf(seed);
        Type count = new Type(new IntType(), "", r -> { int n = 1 + r.nextInt(3); return new Sample(n, Values.i(n)); });
        return new Type(new MultisetType(e.type), "\"e\":" + e.json, r -> map(e, count, r, false));
      }
      case 3: {
        RawType<String> raw = new RawType<>(String.class, StringSerializer.INSTANCE);
        return new Type(raw, "\"raw\":{\"t\":\"string\"}", r -> {
          String v = Values.string(r);
          return new Sample(RawValueData.fromObject(v), Values.s(v));
        });
      }
      default: {
        List<Type> fs = new ArrayList<>();
        List<RowType.RowField> rf = new ArrayList<>();
        for (int n = 1 + seed.nextInt(4); n > 0; n--) {
          Type t = any(seed, depth - 1);
          rf.add(new RowType.RowField("c" + fs.size(), t.type));
          fs.add(t);
        }
        return new Type(new RowType(rf), fields(fs), r -> row(fs, r, null));
      }
    }
  }

  private static String fields(List<Type> fs) {
    List<String> x = new ArrayList<>();
    for (int i = 0; i < fs.size(); i++) {
      x.add("{\"name\":\"c" + i + "\",\"type\":" + fs.get(i).json + "}");
    }
    return "\"fields\":" + Json.list(x);
  }

  private static Sample orNull(Type t, Random r) {
    return r.nextInt(4) == 0 ? new Sample(null, "null") : t.sample.apply(r);
  }

  private static Sample array(Type e, Random r) {
    Object[] v = new Object[r.nextInt(3) * r.nextInt(14)];
    List<String> x = new ArrayList<>();
    for (int i = 0; i < v.length; i++) {
      Sample one = orNull(e, r);
      v[i] = one.value;
      x.add(one.expect);
    }
    return new Sample(new GenericArrayData(v), Json.list(x));
  }

  /** A single key, since the order of several in a map is not ours to say. */
  private static Sample map(Type k, Type v, Random r, boolean nullValues) {
    Map<Object, Object> m = new LinkedHashMap<>();
    List<String> x = new ArrayList<>();
    if (r.nextInt(5) > 0) {
      Sample key = k.sample.apply(r);
      Sample value = nullValues ? orNull(v, r) : v.sample.apply(r);
      m.put(key.value, value.value);
      x.add("[" + key.expect + "," + value.expect + "]");
    }
    return new Sample(new GenericMapData(m), "{\"map\":" + Json.list(x) + "}");
  }

  /** kind null is a row inside another value, whose kind is not shown. */
  private static Sample row(List<Type> fs, Random r, RowKind kind) {
    GenericRowData row = new GenericRowData(kind == null ? RowKind.INSERT : kind, fs.size());
    List<String> x = new ArrayList<>();
    for (int i = 0; i < fs.size(); i++) {
      Sample one = orNull(fs.get(i), r);
      row.setField(i, one.value);
      x.add("[\"c" + i + "\"," + one.expect + "]");
    }
    return new Sample(row, "{\"obj\":" + Json.list(x) + (kind == null ? "" : ",\"kind\":\"" + kind.shortString() + "\"") + "}");
  }

  static Kind rowData(Random seed, int arity) {
    List<Type> fs = new ArrayList<>();
    for (int i = 0; i < arity; i++) {
      fs.add(any(seed, 2));
    }
    RowDataSerializer s = new RowDataSerializer(fs.stream().map(t -> t.type).toArray(LogicalType[]::new));
    return new Kind("rowdata" + arity, s, Kind.with("rowdata", s, fields(fs)), r -> row(fs, r, RowKind.values()[r.nextInt(4)]));
  }

  static List<Kind> others(Random seed) {
    List<Kind> k = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      Type e = any(seed, 2);
      ArrayDataSerializer a = new ArrayDataSerializer(e.type);
      k.add(new Kind("arraydata", a, Kind.with("arraydata", a, "\"type\":{\"t\":\"ARRAY\",\"e\":" + e.json + "}"), r -> array(e, r)));
      Type key = leaf(seed);
      MapDataSerializer m = new MapDataSerializer(key.type, e.type);
      k.add(new Kind("mapdata", m, Kind.with("mapdata", m, "\"type\":{\"t\":\"MAP\",\"k\":" + key.json + ",\"v\":" + e.json + "}"), r -> map(key, e, r, true)));
    }
    for (int[] ps : new int[][] {{10, 2}, {18, 18}, {38, 10}}) {
      DecimalDataSerializer d = new DecimalDataSerializer(ps[0], ps[1]);
      k.add(new Kind("decimaldata", d, Kind.with("decimaldata", d, "\"p\":" + ps[0] + ",\"s\":" + ps[1]), r -> {
        BigDecimal v = unscaled(r, ps[0], ps[1]);
        return new Sample(DecimalData.fromBigDecimal(v, ps[0], ps[1]), Values.dec(v));
      }));
    }
    for (int p : new int[] {3, 9}) {
      TimestampDataSerializer t = new TimestampDataSerializer(p);
      k.add(new Kind("timestampdata", t, Kind.with("timestampdata", t, "\"p\":" + p), r -> {
        String[] x = new String[1];
        return new Sample(stamp(r, p, false, x), x[0]);
      }));
    }
    k.add(new Kind("stringdata", StringDataSerializer.INSTANCE, Kind.plain("stringdata", StringDataSerializer.INSTANCE), r -> {
      String v = Values.string(r);
      return new Sample(StringData.fromString(v), Values.s(v));
    }));
    RawValueDataSerializer<Integer> raw = new RawValueDataSerializer<>(IntSerializer.INSTANCE);
    k.add(new Kind("rawdata", raw, Kind.with("rawdata", raw, "\"s\":{\"t\":\"int\"}"), r -> {
      int v = r.nextInt();
      return new Sample(RawValueData.fromObject(v), Values.i(v));
    }));
    return k;
  }
}
