package dev.sightglass.agent.oracle;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.base.IntSerializer;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.dataview.ListView;
import org.apache.flink.table.api.dataview.MapView;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RawValueData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.binary.BinaryRowData;
import org.apache.flink.table.dataview.ListViewSerializer;
import org.apache.flink.table.dataview.MapViewSerializer;
import org.apache.flink.table.dataview.NullAwareMapSerializer;
import org.apache.flink.table.dataview.NullSerializer;
import org.apache.flink.table.runtime.operators.window.CountWindow;
import org.apache.flink.table.runtime.operators.window.TimeWindow;
import org.apache.flink.table.runtime.typeutils.ArrayDataSerializer;
import org.apache.flink.table.runtime.typeutils.BinaryRowDataSerializer;
import org.apache.flink.table.runtime.typeutils.DecimalDataSerializer;
import org.apache.flink.table.runtime.typeutils.ExternalSerializer;
import org.apache.flink.table.runtime.typeutils.LinkedListSerializer;
import org.apache.flink.table.runtime.typeutils.MapDataSerializer;
import org.apache.flink.table.runtime.typeutils.RawValueDataSerializer;
import org.apache.flink.table.runtime.typeutils.RowDataSerializer;
import org.apache.flink.table.runtime.typeutils.SortedMapSerializer;
import org.apache.flink.table.runtime.typeutils.StringDataSerializer;
import org.apache.flink.table.runtime.typeutils.TimestampDataSerializer;
import org.apache.flink.table.runtime.typeutils.WindowKeySerializer;
import org.apache.flink.table.runtime.util.WindowKey;
import org.apache.flink.table.types.logical.BigIntType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.types.RowKind;

/** Rows, arrays and maps of the table stack, and what SQL operators keep in state. */
@SuppressWarnings({"unchecked", "rawtypes"})
final class TableKinds {
  private TableKinds() {}

  /** A row of the given types, named c0, c1, …; now and then all of it is null. */
  static Kind row(String type, List<TableTypes.Type> fs) {
    LogicalType[] types = fs.stream().map(t -> t.type).toArray(LogicalType[]::new);
    String[] names = new String[types.length];
    for (int i = 0; i < names.length; i++) {
      names[i] = "c" + i;
    }
    return new Kind(
        type,
        new RowDataSerializer(types),
        names,
        r -> TableTypes.row(fs, r, RowKind.values()[r.nextInt(4)], r.nextInt(10) == 0));
  }

  static Kind row(Random seed, List<TableTypes.Type> leaves, int arity) {
    List<TableTypes.Type> fs = new ArrayList<>();
    for (int i = 0; i < arity; i++) {
      fs.add(TableTypes.any(seed, leaves, 2));
    }
    return row("RowData", fs);
  }

  /** Each type alone in a row, with a neighbour that would show a shift. */
  static List<Kind> byType(List<TableTypes.Type> leaves, Random seed) {
    List<TableTypes.Type> all = new ArrayList<>(leaves);
    for (int i = 0; i < 6; i++) {
      all.add(TableTypes.array(TableTypes.any(seed, leaves, 1)));
      all.add(TableTypes.map(TableTypes.key(seed, leaves), TableTypes.any(seed, leaves, 1)));
      all.add(TableTypes.multiset(TableTypes.key(seed, leaves)));
      List<TableTypes.Type> fs = List.of(TableTypes.any(seed, leaves, 1), TableTypes.any(seed, leaves, 1));
      all.add(TableTypes.row(fs, false));
      all.add(TableTypes.row(fs, true));
    }
    List<Kind> k = new ArrayList<>();
    for (TableTypes.Type t : all) {
      k.add(row("RowData of " + t.name, List.of(t, leaves.get(3), t)));
    }
    return k;
  }

  static List<Kind> arraysAndMaps(List<TableTypes.Type> leaves, Random seed) {
    List<Kind> k = new ArrayList<>();
    for (TableTypes.Type t : leaves) {
      k.add(new Kind("ArrayData", new ArrayDataSerializer(t.type), r -> TableTypes.array(t, r)));
      TableTypes.Type key = TableTypes.key(seed, leaves);
      k.add(new Kind("MapData", new MapDataSerializer(key.type, t.type), r -> TableTypes.map(key, t, r, true)));
    }
    return k;
  }

  static List<Kind> others() {
    List<Kind> k = new ArrayList<>();
    for (int[] ps : new int[][] {{10, 2}, {18, 18}, {19, 0}, {38, 10}}) {
      k.add(
          new Kind(
              "DecimalData",
              new DecimalDataSerializer(ps[0], ps[1]),
              r -> {
                BigDecimal v = Values.decimal(r, ps[0], ps[1]);
                return new Sample(DecimalData.fromBigDecimal(v, ps[0], ps[1]), Values.dec(v));
              }));
    }
    for (int p : new int[] {0, 3, 4, 9}) {
      k.add(new Kind("TimestampData", new TimestampDataSerializer(p), r -> TableTypes.stamp(r, p, false)));
    }
    k.add(
        new Kind(
            "StringData",
            StringDataSerializer.INSTANCE,
            r -> {
              String v = Values.string(r);
              return new Sample(StringData.fromString(v), Values.s(v));
            }));
    k.add(
        new Kind(
            "RawValueData",
            new RawValueDataSerializer<>(IntSerializer.INSTANCE),
            r -> {
              int v = r.nextInt();
              return new Sample(RawValueData.fromObject(v), Values.i(v));
            }));
    k.add(
        new Kind(
            "TimeWindow (SQL)",
            new TimeWindow.Serializer(),
            r -> {
              long start = r.nextInt() * 1000L;
              return new Sample(
                  new TimeWindow(start, start + 5000),
                  Json.object("start", Values.millisOf(start), "end", Values.millisOf(start + 5000)));
            }));
    k.add(
        new Kind(
            "CountWindow (SQL)",
            new CountWindow.Serializer(),
            r -> {
              long v = Values.number(r);
              return new Sample(new CountWindow(v), Values.i(v));
            }));
    String global = "org.apache.flink.table.runtime.operators.window.GlobalWindow";
    if (ByName.exists(global)) {
      Object s = ByName.create(global + "$Serializer", new Class<?>[0]);
      Object only = ByName.call(ByName.type(global), null, "get");
      k.add(new Kind("GlobalWindow (SQL)", (TypeSerializer<?>) s, r -> new Sample(only, "null")));
    }
    k.add(new Kind("null (SQL state)", NullSerializer.INSTANCE, r -> Sample.NULL));
    return k;
  }

  /** Views and collections that aggregates and joins keep. */
  static List<Kind> state(Kind key, Kind value) {
    List<Kind> k = new ArrayList<>();
    k.add(
        new Kind(
            "ListView",
            new ListViewSerializer<>((TypeSerializer) ComposedKinds.list(value).serializer),
            r -> {
              Sample one = ComposedKinds.list(value, r, false);
              ListView<Object> v = new ListView<>();
              v.setList(cast(one.value));
              return new Sample(v, one.expect);
            }));
    k.add(
        new Kind(
            "MapView",
            new MapViewSerializer<>((TypeSerializer) ComposedKinds.map(key, value).serializer),
            r -> {
              Sample one = ComposedKinds.map(key, value, r, false);
              MapView<Object, Object> v = new MapView<>();
              v.setMap(cast(one.value));
              return new Sample(v, one.expect);
            }));
    k.add(
        new Kind(
            "Map with null keys",
            new NullAwareMapSerializer<>(key.serializer, value.serializer),
            r -> ComposedKinds.map(key, value, r, true)));
    for (boolean mask : new boolean[] {false, true}) {
      k.add(
          new Kind(
              mask ? "LinkedList with nulls" : "LinkedList",
              linkedList(value, mask),
              r -> {
                Sample one = ComposedKinds.list(value, r, mask);
                return new Sample(new LinkedList<>((List<?>) one.value), one.expect);
              }));
    }
    k.add(sortedMap(value));
    k.add(windowKey());
    k.add(new Kind("External", external(), r -> TableTypes.row(List.of(bigint()), r, RowKind.INSERT, false)));
    return k;
  }

  /** Whether nulls are allowed is a parameter on 2.x; on 1.20 they always are. */
  private static TypeSerializer<?> linkedList(Kind value, boolean mask) {
    return new LinkedListSerializer<>(value.serializer, mask);
  }

  @SuppressWarnings("unchecked")
  private static <T> T cast(Object o) {
    return (T) o;
  }

  private static Kind sortedMap(Kind value) {
    return new Kind(
        "SortedMap",
        new SortedMapSerializer<>(new ByNumber(), BasicKinds.LONG.serializer, value.serializer),
        r -> {
          SortedMap<Object, Object> m = new TreeMap<>(new ByNumber());
          Map<Long, String> x = new TreeMap<>();
          for (int n = r.nextInt(4); n > 0; n--) {
            long key = Values.number(r);
            Sample one = value.orNull(r);
            m.put(key, one.value);
            x.put(key, "[" + Values.i(key) + "," + one.expect + "]");
          }
          return new Sample(m, Json.map(new ArrayList<>(x.values())));
        });
  }

  /** A comparator of the job's. */
  public static final class ByNumber implements java.util.Comparator<Object>, java.io.Serializable {
    @Override
    public int compare(Object a, Object b) {
      return Long.compare((Long) a, (Long) b);
    }
  }

  private static TableTypes.Type bigint() {
    return new TableTypes.Type(
        "BIGINT",
        new BigIntType(),
        r -> {
          long v = Values.number(r);
          return new Sample(v, Values.i(v));
        });
  }

  private static Kind windowKey() {
    return new Kind(
        "WindowKey (SQL)",
        new WindowKeySerializer(new RowDataSerializer(new BigIntType())),
        r -> {
          long window = r.nextInt() * 1000L;
          long key = Values.number(r);
          RowData row = GenericRowData.of(key);
          return new Sample(
              new WindowKey(window, row),
              Json.object("window", Values.millisOf(window), "key", Json.row("+I", "f0", Values.i(key))));
        });
  }

  /** What a function of the Table API sees is converted; what is written is the internal form. */
  private static TypeSerializer<?> external() {
    return ExternalSerializer.of(
        DataTypes.ROW(
                DataTypes.FIELD("c0", DataTypes.BIGINT()))
            .bridgedTo(RowData.class));
  }

  /** Rows of a serializer that does not know their types: bytes, and said so. */
  static Kind untyped() {
    return new Kind(
        "BinaryRowData",
        new BinaryRowDataSerializer(1),
        r -> {
          BinaryRowData row =
              new RowDataSerializer(new BigIntType()).toBinaryRow(GenericRowData.of(Values.number(r))).copy();
          return new Sample(row, Json.one("opaque", "BinaryRowData"));
        });
  }
}
