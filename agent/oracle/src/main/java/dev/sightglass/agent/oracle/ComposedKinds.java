package vectors;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.apache.flink.api.common.ExecutionConfig;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.base.GenericArraySerializer;
import org.apache.flink.api.common.typeutils.base.ListSerializer;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.api.common.typeutils.base.MapSerializer;
import org.apache.flink.api.java.tuple.Tuple;
import org.apache.flink.api.java.tuple.Tuple0;
import org.apache.flink.api.java.typeutils.runtime.EitherSerializer;
import org.apache.flink.api.java.typeutils.runtime.NullableSerializer;
import org.apache.flink.api.java.typeutils.runtime.PojoSerializer;
import org.apache.flink.api.java.typeutils.runtime.RowSerializer;
import org.apache.flink.api.java.typeutils.runtime.Tuple0Serializer;
import org.apache.flink.api.java.typeutils.runtime.TupleSerializer;
import org.apache.flink.runtime.state.ttl.TtlStateFactory;
import org.apache.flink.runtime.state.ttl.TtlValue;
import org.apache.flink.streaming.api.datastream.CoGroupedStreams;
import org.apache.flink.types.Either;
import org.apache.flink.types.Row;
import org.apache.flink.types.RowKind;

/** Kinds made of other kinds. */
@SuppressWarnings({"unchecked", "rawtypes"})
final class ComposedKinds {
  private ComposedKinds() {}

  static Kind list(Kind e) {
    ListSerializer<Object> s = new ListSerializer<>(e.serializer);
    return new Kind("list<" + e.name + ">", s, Kind.with("list", s, "\"e\":" + e.descriptor), r -> {
      List<Object> v = new ArrayList<>();
      List<String> x = new ArrayList<>();
      for (int n = r.nextInt(4); n > 0; n--) {
        Sample one = e.sample.apply(r);
        v.add(one.value);
        x.add(one.expect);
      }
      return new Sample(v, Json.list(x));
    });
  }

  /** null on Flink lines that have no SetSerializer. */
  static Kind set(Kind e) {
    TypeSerializer<?> s;
    try {
      s = (TypeSerializer<?>) Class.forName("org.apache.flink.api.common.typeutils.base.SetSerializer")
          .getConstructor(TypeSerializer.class).newInstance(e.serializer);
    } catch (ReflectiveOperationException absent) {
      return null;
    }
    return new Kind("set<" + e.name + ">", s, Kind.with("set", s, "\"e\":" + e.descriptor), r -> {
      Set<Object> v = new LinkedHashSet<>();
      List<String> x = new ArrayList<>();
      for (int n = r.nextInt(4); n > 0; n--) {
        Sample one = r.nextInt(5) == 0 ? new Sample(null, "null") : e.sample.apply(r);
        if (v.add(one.value)) {
          x.add(one.expect);
        }
      }
      return new Sample(v, Json.list(x));
    });
  }

  static Kind map(Kind k, Kind v) {
    MapSerializer<Object, Object> s = new MapSerializer<>(k.serializer, v.serializer);
    return new Kind("map<" + k.name + "," + v.name + ">", s, Kind.with("map", s, "\"k\":" + k.descriptor + ",\"v\":" + v.descriptor), r -> {
      Map<Object, Object> m = new LinkedHashMap<>();
      List<String> x = new ArrayList<>();
      for (int n = r.nextInt(4); n > 0; n--) {
        Sample key = k.sample.apply(r);
        Sample value = r.nextInt(5) == 0 ? new Sample(null, "null") : v.sample.apply(r);
        if (!m.containsKey(key.value)) {
          m.put(key.value, value.value);
          x.add("[" + key.expect + "," + value.expect + "]");
        }
      }
      return new Sample(m, "{\"map\":" + Json.list(x) + "}");
    });
  }

  static Kind array(Kind e) {
    GenericArraySerializer s = new GenericArraySerializer(Object.class, e.serializer);
    return new Kind("array<" + e.name + ">", s, Kind.with("array", s, "\"e\":" + e.descriptor), r -> {
      Object v = Array.newInstance(Object.class, r.nextInt(4));
      List<String> x = new ArrayList<>();
      for (int i = 0; i < Array.getLength(v); i++) {
        Sample one = r.nextInt(4) == 0 ? new Sample(null, "null") : e.sample.apply(r);
        Array.set(v, i, one.value);
        x.add(one.expect);
      }
      return new Sample(v, Json.list(x));
    });
  }

  static Kind nullable(Kind e, boolean padded) {
    if (e.serializer instanceof NullableSerializer) {
      return e; // wrap would give it back as it is
    }
    boolean fixed = padded && e.serializer.getLength() > 0;
    TypeSerializer<Object> s = NullableSerializer.wrap(e.serializer, fixed);
    String members = "\"s\":" + e.descriptor + (fixed ? ",\"padding\":" + e.serializer.getLength() : "");
    return new Kind((fixed ? "padded<" : "nullable<") + e.name + ">", s, Kind.with("nullable", s, members),
        r -> r.nextInt(3) == 0 ? new Sample(null, "null") : e.sample.apply(r));
  }

  static Kind either(Kind l, Kind x) {
    EitherSerializer<Object, Object> s = new EitherSerializer<>(l.serializer, x.serializer);
    return new Kind("either<" + l.name + "," + x.name + ">", s, Kind.with("either", s, "\"l\":" + l.descriptor + ",\"r\":" + x.descriptor), r -> {
      boolean left = r.nextBoolean();
      Sample one = notNull(left ? l : x, r);
      return new Sample(left ? Either.Left(one.value) : Either.Right(one.value),
          "{\"obj\":[[" + (left ? "\"left\"" : "\"right\"") + "," + one.expect + "]]}");
    });
  }

  private static Sample notNull(Kind k, Random r) {
    Sample s = k.sample.apply(r);
    while (s.value == null) {
      s = k.sample.apply(r);
    }
    return s;
  }

  static Kind union(Kind l, Kind x) {
    CoGroupedStreams.UnionSerializer<Object, Object> s = new CoGroupedStreams.UnionSerializer<>(l.serializer, x.serializer);
    return new Kind("taggedunion", s, Kind.with("taggedunion", s, "\"l\":" + l.descriptor + ",\"r\":" + x.descriptor), r -> {
      boolean one = r.nextBoolean();
      Sample v = notNull(one ? l : x, r);
      return new Sample(tagged(one ? "one" : "two", v.value), "{\"obj\":[[" + (one ? "\"one\"" : "\"two\"") + "," + v.expect + "]]}");
    });
  }

  /** TaggedUnion is a nested class on 1.x and a class of its own on 2.x. */
  private static Object tagged(String side, Object value) {
    for (String c : new String[] {"org.apache.flink.streaming.api.datastream.CoGroupedStreams$TaggedUnion", "org.apache.flink.util.TaggedUnion"}) {
      try {
        return Class.forName(c).getMethod(side, Object.class).invoke(null, value);
      } catch (ClassNotFoundException other) {
        continue;
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException(e);
      }
    }
    throw new IllegalStateException("no TaggedUnion");
  }

  static Kind ttl(Kind of) {
    // Flink refuses a TTL value in a TTL value.
    Kind e = of.serializer instanceof TtlStateFactory.TtlSerializer || of.serializer instanceof NullableSerializer ? list(of) : of;
    TtlStateFactory.TtlSerializer<Object> s = new TtlStateFactory.TtlSerializer<>(LongSerializer.INSTANCE, e.serializer);
    return new Kind("ttl<" + e.name + ">", s, Kind.with("ttl", s, "\"s\":" + e.descriptor), r -> {
      long at = r.nextInt() * 1000L;
      Sample one = notNull(e, r);
      return new Sample(new TtlValue<>(one.value, at), "{\"obj\":[[\"lastAccess\"," + Values.instantOf(java.time.Instant.ofEpochMilli(at))
          + "],[\"value\"," + one.expect + "]]}");
    });
  }

  static Kind tuple0() {
    return new Kind("tuple0", Tuple0Serializer.INSTANCE, Kind.with("tuple", Tuple0Serializer.INSTANCE, "\"fields\":[]"),
        r -> new Sample(Tuple0.INSTANCE, "{\"obj\":[]}"));
  }

  private static String fieldList(List<Kind> ks, String prefix) {
    List<String> fs = new ArrayList<>();
    for (int i = 0; i < ks.size(); i++) {
      fs.add("{\"name\":\"" + prefix + i + "\",\"s\":" + ks.get(i).descriptor + "}");
    }
    return "\"fields\":" + Json.list(fs);
  }

  private static String members(List<String> names, List<Sample> vs) {
    List<String> x = new ArrayList<>();
    for (int i = 0; i < vs.size(); i++) {
      x.add("[" + Json.text(names.get(i)) + "," + vs.get(i).expect + "]");
    }
    return "\"obj\":" + Json.list(x);
  }

  private static TypeSerializer<Object>[] serializers(List<Kind> ks) {
    return ks.stream().map(k -> k.serializer).toArray(TypeSerializer[]::new);
  }

  static Kind tuple(List<Kind> ks) {
    Class<? extends Tuple> c = Tuple.getTupleClass(ks.size());
    TupleSerializer<?> s = new TupleSerializer(c, serializers(ks));
    return new Kind("tuple" + ks.size(), s, Kind.with("tuple", s, "\"of\":\"" + c.getName() + "\"," + fieldList(ks, "f")), r -> {
      Tuple t = Tuple.newInstance(ks.size());
      List<Sample> vs = new ArrayList<>();
      List<String> names = new ArrayList<>();
      for (int i = 0; i < ks.size(); i++) {
        vs.add(ks.get(i).sample.apply(r));
        t.setField(vs.get(i).value, i);
        names.add("f" + i);
      }
      return new Sample(t, "{" + members(names, vs) + "}");
    });
  }

  static Kind row(List<Kind> ks, boolean rowKind, boolean named) {
    LinkedHashMap<String, Integer> positions = null;
    List<String> names = new ArrayList<>();
    for (int i = 0; i < ks.size(); i++) {
      names.add((named ? "n" : "f") + i);
    }
    if (named) {
      positions = new LinkedHashMap<>();
      for (int i = 0; i < ks.size(); i++) {
        positions.put("n" + i, i);
      }
    }
    RowSerializer s = new RowSerializer(serializers(ks), positions, rowKind);
    String d = Kind.with("row", s, fieldList(ks, named ? "n" : "f") + ",\"rowkind\":" + rowKind);
    return new Kind("row" + ks.size() + (rowKind ? "k" : "") + (named ? "n" : ""), s, d, r -> {
      RowKind kind = RowKind.values()[rowKind ? r.nextInt(4) : 0];
      Row row = named ? Row.withNames(kind) : new Row(kind, ks.size());
      List<Sample> vs = new ArrayList<>();
      for (int i = 0; i < ks.size(); i++) {
        vs.add(r.nextInt(4) == 0 ? new Sample(null, "null") : ks.get(i).sample.apply(r));
      }
      for (int i = ks.size() - 1; i >= 0; i--) { // names in another order than positions
        if (named) {
          row.setField("n" + i, vs.get(i).value);
        } else {
          row.setField(i, vs.get(i).value);
        }
      }
      return new Sample(row, "{" + members(names, vs) + (rowKind ? ",\"kind\":\"" + kind.shortString() + "\"" : "") + "}");
    });
  }

  /** A POJO whose fields hold anything; the serializer is told what. */
  public static class Bag {
    public Object a;
    public Object b;
    public Object c;
    public Object d;
  }

  static Kind pojo(List<Kind> ks) {
    String[] names = {"a", "b", "c", "d"};
    Field[] fields = new Field[ks.size()];
    List<String> fs = new ArrayList<>();
    List<String> used = new ArrayList<>();
    for (int i = 0; i < ks.size(); i++) {
      try {
        fields[i] = Bag.class.getField(names[i]);
      } catch (NoSuchFieldException e) {
        throw new IllegalStateException(e);
      }
      used.add(names[i]);
      fs.add("{\"name\":\"" + names[i] + "\",\"s\":" + ks.get(i).descriptor + "}");
    }
    PojoSerializer<Bag> s = new PojoSerializer<>(Bag.class, serializers(ks), fields, new ExecutionConfig().getSerializerConfig());
    return new Kind("pojo" + ks.size(), s, Kind.with("pojo", s, "\"of\":\"vectors.Bag\",\"fields\":" + Json.list(fs)), r -> {
      if (r.nextInt(12) == 0) {
        return new Sample(null, "null");
      }
      Bag bag = new Bag();
      List<Sample> vs = new ArrayList<>();
      for (int i = 0; i < ks.size(); i++) {
        vs.add(r.nextInt(5) == 0 ? new Sample(null, "null") : ks.get(i).sample.apply(r));
        try {
          fields[i].set(bag, vs.get(i).value);
        } catch (IllegalAccessException e) {
          throw new IllegalStateException(e);
        }
      }
      return new Sample(bag, "{" + members(used, vs) + "}");
    });
  }

  /** A random kind, nested up to depth. */
  static Kind any(Random r, List<Kind> basic, int depth) {
    if (depth == 0 || r.nextInt(4) == 0) {
      return basic.get(r.nextInt(basic.size()));
    }
    switch (r.nextInt(11)) {
      case 0: return list(any(r, basic, depth - 1));
      case 1: return map(basic.get(r.nextInt(basic.size())), any(r, basic, depth - 1));
      case 2: return array(any(r, basic, depth - 1));
      case 3: return nullable(any(r, basic, depth - 1), r.nextBoolean());
      case 4: return either(any(r, basic, depth - 1), any(r, basic, depth - 1));
      case 5: return ttl(any(r, basic, depth - 1));
      case 6: return tuple(many(r, basic, depth, 1 + r.nextInt(6)));
      case 7: return row(many(r, basic, depth, r.nextInt(20)), r.nextBoolean(), false);
      case 8: return row(many(r, basic, depth, 1 + r.nextInt(3)), true, true);
      case 9: {
        Kind s = set(basic.get(r.nextInt(basic.size())));
        return s != null ? s : list(any(r, basic, depth - 1));
      }
      default: return pojo(many(r, basic, depth, 1 + r.nextInt(4)));
    }
  }

  private static List<Kind> many(Random r, List<Kind> basic, int depth, int n) {
    List<Kind> ks = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      ks.add(any(r, basic, depth - 1));
    }
    return ks;
  }
}
