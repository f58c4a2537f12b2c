package dev.sightglass.agent.oracle;

import java.math.BigDecimal;
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
import java.util.function.Function;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.apache.flink.table.catalog.ObjectIdentifier;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericMapData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RawValueData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
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
import org.apache.flink.table.types.logical.StructuredType;
import org.apache.flink.table.types.logical.TimeType;
import org.apache.flink.table.types.logical.TimestampType;
import org.apache.flink.table.types.logical.TinyIntType;
import org.apache.flink.table.types.logical.VarBinaryType;
import org.apache.flink.table.types.logical.VarCharType;
import org.apache.flink.table.types.logical.YearMonthIntervalType;
import org.apache.flink.types.RowKind;

/** Logical types of SQL with random values in the form that operators hand around. */
final class TableTypes {
  private static final ObjectIdentifier SOME = ObjectIdentifier.of("c", "d", "t");

  private TableTypes() {}

  /** A logical type and a source of internal values. */
  static final class Type {
    final String name;
    final LogicalType type;
    final Function<Random, Sample> sample;

    Type(String name, LogicalType type, Function<Random, Sample> sample) {
      this.name = name;
      this.type = type;
      this.sample = sample;
    }

    Sample orNull(Random r) {
      return r.nextInt(4) == 0 ? Sample.NULL : sample.apply(r);
    }
  }

  /** Every type without children. */
  static List<Type> leaves() {
    List<Type> t = new ArrayList<>();
    t.add(
        new Type(
            "BOOLEAN",
            new BooleanType(),
            r -> {
              boolean v = r.nextBoolean();
              return new Sample(v, "" + v);
            }));
    t.add(new Type("TINYINT", new TinyIntType(), r -> whole((byte) Values.number(r))));
    t.add(new Type("SMALLINT", new SmallIntType(), r -> whole((short) Values.number(r))));
    t.add(new Type("INT", new IntType(), r -> whole((int) Values.number(r))));
    t.add(new Type("BIGINT", new BigIntType(), r -> whole(Values.number(r))));
    t.add(
        new Type(
            "FLOAT",
            new FloatType(),
            r -> {
              float v = Values.single(r);
              return new Sample(v, Values.f32(v));
            }));
    t.add(
        new Type(
            "DOUBLE",
            new DoubleType(),
            r -> {
              double v = Values.real(r);
              return new Sample(v, Values.f64(v));
            }));
    t.add(new Type("CHAR(5)", new CharType(5), r -> text("a" + (1000 + r.nextInt(9000)))));
    t.add(new Type("VARCHAR(9)", new VarCharType(9), r -> text("abcdefghi".substring(r.nextInt(10)))));
    t.add(new Type("STRING", new VarCharType(VarCharType.MAX_LENGTH), r -> text(Values.string(r))));
    t.add(new Type("BINARY(3)", new BinaryType(3), r -> bytes(r, 3)));
    t.add(new Type("BYTES", new VarBinaryType(VarBinaryType.MAX_LENGTH), r -> bytes(r, r.nextInt(20))));
    for (int[] ps : new int[][] {{1, 0}, {5, 5}, {9, 2}, {10, 2}, {18, 0}, {18, 18}, {19, 3}, {20, 0}, {38, 0}, {38, 18}, {38, 38}}) {
      t.add(decimal(ps[0], ps[1]));
    }
    t.add(
        new Type(
            "DATE",
            new DateType(),
            r -> {
              LocalDate d = LocalDate.ofEpochDay(r.nextInt(4) == 0 ? r.nextInt() : Values.nearDate(r).toEpochDay());
              return new Sample((int) d.toEpochDay(), Values.dateOf(d));
            }));
    for (int p : new int[] {0, 3, 9}) {
      t.add(new Type("TIME(" + p + ")", new TimeType(p), TableTypes::time));
    }
    for (int p : new int[] {0, 2, 3, 4, 6, 9}) {
      t.add(new Type("TIMESTAMP(" + p + ")", new TimestampType(p), r -> stamp(r, p, false)));
      t.add(new Type("TIMESTAMP_LTZ(" + p + ")", new LocalZonedTimestampType(p), r -> stamp(r, p, true)));
    }
    t.add(
        new Type(
            "INTERVAL YEAR TO MONTH",
            new YearMonthIntervalType(YearMonthIntervalType.YearMonthResolution.YEAR_TO_MONTH),
            TableTypes::months));
    t.add(
        new Type(
            "INTERVAL DAY TO SECOND",
            new DayTimeIntervalType(DayTimeIntervalType.DayTimeResolution.DAY_TO_SECOND),
            TableTypes::millis));
    t.add(
        new Type(
            "RAW",
            new RawType<>(String.class, StringSerializer.INSTANCE),
            r -> {
              String v = Values.torn(r);
              return new Sample(RawValueData.fromObject(v), Values.s(v));
            }));
    t.addAll(LineKinds.types());
    return t;
  }

  private static Sample whole(Number v) {
    return new Sample(v, Values.i(v.longValue()));
  }

  private static Sample text(String v) {
    return new Sample(StringData.fromString(v), Values.s(v));
  }

  private static Sample bytes(Random r, int n) {
    byte[] v = new byte[n];
    r.nextBytes(v);
    return new Sample(v, Values.hex(v));
  }

  private static Type decimal(int p, int s) {
    return new Type(
        "DECIMAL(" + p + ", " + s + ")",
        new DecimalType(p, s),
        r -> {
          BigDecimal v = Values.decimal(r, p, s);
          return new Sample(DecimalData.fromBigDecimal(v, p, s), Values.dec(v));
        });
  }

  private static Sample time(Random r) {
    int ms = r.nextInt(86_400_000);
    return new Sample(ms, Values.timeOf(LocalTime.ofNanoOfDay(ms * 1_000_000L)));
  }

  static Sample stamp(Random r, int precision, boolean local) {
    Instant at = Instant.ofEpochSecond(r.nextInt(5) == 0 ? r.nextLong() >> 12 : r.nextInt() * 4L, r.nextInt(1_000_000_000));
    if (precision <= 3) {
      at = Instant.ofEpochMilli(at.toEpochMilli());
    }
    String text = local ? Values.instantOf(at) : Values.dateTimeOf(LocalDateTime.ofInstant(at, ZoneOffset.UTC));
    return new Sample(TimestampData.fromInstant(at), text);
  }

  private static Sample months(Random r) {
    int v = (int) Values.number(r);
    long abs = Math.abs((long) v);
    String y = abs >= 12 ? abs / 12 + "Y" : "";
    String m = abs % 12 > 0 || abs == 0 ? abs % 12 + "M" : "";
    return new Sample(v, Json.one("duration", (v < 0 ? "-P" : "P") + y + m));
  }

  private static Sample millis(Random r) {
    long v = Values.number(r);
    BigDecimal seconds = BigDecimal.valueOf(v, 3).abs();
    String s = v % 1000 == 0 ? seconds.toBigInteger().toString() : seconds.toPlainString();
    return new Sample(v, Json.one("duration", (v < 0 ? "-PT" : "PT") + s + "S"));
  }

  static Type array(Type e) {
    return new Type("ARRAY", new ArrayType(e.type), r -> array(e, r));
  }

  static Type map(Type k, Type v) {
    return new Type("MAP", new MapType(k.type, v.type), r -> map(k, v, r, true));
  }

  static Type multiset(Type e) {
    Type count = new Type("INT", new IntType(), r -> whole(1 + r.nextInt(3)));
    return new Type("MULTISET", new MultisetType(e.type), r -> map(e, count, r, false));
  }

  /** A row, or a structured type of the same attributes. */
  static Type row(List<Type> fs, boolean structured) {
    List<RowType.RowField> fields = new ArrayList<>();
    List<StructuredType.StructuredAttribute> attributes = new ArrayList<>();
    for (int i = 0; i < fs.size(); i++) {
      fields.add(new RowType.RowField("c" + i, fs.get(i).type));
      attributes.add(new StructuredType.StructuredAttribute("c" + i, fs.get(i).type));
    }
    LogicalType type = structured ? StructuredType.newBuilder(SOME).attributes(attributes).build() : new RowType(fields);
    return new Type(structured ? "STRUCTURED" : "ROW", type, r -> row(fs, r, null, false));
  }

  /** A random type, nested up to depth. */
  static Type any(Random seed, List<Type> leaves, int depth) {
    if (depth == 0 || seed.nextInt(3) == 0) {
      return leaves.get(seed.nextInt(leaves.size()));
    }
    switch (seed.nextInt(5)) {
      case 0:
        return array(any(seed, leaves, depth - 1));
      case 1:
        return map(key(seed, leaves), any(seed, leaves, depth - 1));
      case 2:
        return multiset(key(seed, leaves));
      default:
        List<Type> fs = new ArrayList<>();
        for (int n = 1 + seed.nextInt(4); n > 0; n--) {
          fs.add(any(seed, leaves, depth - 1));
        }
        return row(fs, seed.nextBoolean());
    }
  }

  /** A type whose values can be told apart, as keys must. */
  static Type key(Random seed, List<Type> leaves) {
    Type t = leaves.get(seed.nextInt(leaves.size()));
    while (t.name.startsWith("B") && t.name.length() > 4 && !t.name.equals("BIGINT") && !t.name.equals("BOOLEAN")
        || t.name.equals("RAW")
        || t.name.equals("VARIANT")) {
      t = leaves.get(seed.nextInt(leaves.size()));
    }
    return t;
  }

  static Sample array(Type e, Random r) {
    Object[] v = new Object[r.nextInt(3) * r.nextInt(14)];
    List<String> x = new ArrayList<>();
    for (int i = 0; i < v.length; i++) {
      Sample one = e.orNull(r);
      v[i] = one.value;
      x.add(one.expect);
    }
    return new Sample(new GenericArrayData(v), Json.list(x));
  }

  static Sample map(Type k, Type v, Random r, boolean nullValues) {
    Map<Object, Object> m = new LinkedHashMap<>();
    List<String> x = new ArrayList<>();
    for (int n = r.nextInt(4); n > 0; n--) {
      Sample key = k.sample.apply(r);
      Sample value = nullValues ? v.orNull(r) : v.sample.apply(r);
      if (!m.containsKey(key.value)) {
        m.put(key.value, value.value);
        x.add("[" + key.expect + "," + value.expect + "]");
      }
    }
    return new Sample(new GenericMapData(m), Json.map(x));
  }

  /** kind null is a row inside another value, whose kind is not shown. */
  static Sample row(List<Type> fs, Random r, RowKind kind, boolean allNull) {
    GenericRowData row = new GenericRowData(kind == null ? RowKind.INSERT : kind, fs.size());
    String[] x = new String[2 * fs.size()];
    for (int i = 0; i < fs.size(); i++) {
      Sample one = allNull ? Sample.NULL : fs.get(i).orNull(r);
      row.setField(i, one.value);
      x[2 * i] = "c" + i;
      x[2 * i + 1] = one.expect;
    }
    return new Sample(row, Json.row(kind == null ? null : kind.shortString(), x));
  }
}
