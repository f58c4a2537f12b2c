package dev.sightglass.agent.oracle;

import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.apache.flink.api.common.typeutils.SingleThreadAccessCheckingTypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.base.GenericArraySerializer;
import org.apache.flink.api.common.typeutils.base.ListSerializer;
import org.apache.flink.api.common.typeutils.base.MapSerializer;
import org.apache.flink.api.java.tuple.Tuple;
import org.apache.flink.api.java.tuple.Tuple0;
import org.apache.flink.api.java.typeutils.runtime.EitherSerializer;
import org.apache.flink.api.java.typeutils.runtime.NullableSerializer;
import org.apache.flink.api.java.typeutils.runtime.RowSerializer;
import org.apache.flink.api.java.typeutils.runtime.Tuple0Serializer;
import org.apache.flink.api.java.typeutils.runtime.TupleSerializer;
import org.apache.flink.runtime.state.ArrayListSerializer;
import org.apache.flink.types.Either;
import org.apache.flink.types.Row;
import org.apache.flink.types.RowKind;

/** Kinds made of other kinds. */
@SuppressWarnings({"unchecked", "rawtypes"})
final class ComposedKinds {
  private ComposedKinds() {}

  static Kind list(Kind e) {
    return list("List", new ListSerializer<>(e.serializer), e);
  }

  static Kind arrayList(Kind e) {
    return list("ArrayList (operator state)", new ArrayListSerializer<>(e.serializer), e);
  }

  static Kind checked(Kind e) {
    TypeSerializer<?> s = new SingleThreadAccessCheckingTypeSerializer<>(e.serializer);
    return new Kind("SingleThreadAccessChecking", s, e.sample);
  }

  private static Kind list(String type, TypeSerializer<?> s, Kind e) {
    return new Kind(type, s, r -> list(e, r, false));
  }

  static Sample list(Kind e, Random r, boolean nulls) {
    List<Object> v = new ArrayList<>();
    List<String> x = new ArrayList<>();
    for (int n = r.nextInt(30) == 0 ? 300 : r.nextInt(4); n > 0; n--) {
      Sample one = nulls ? e.orNull(r) : e.sample.apply(r);
      v.add(one.value);
      x.add(one.expect);
    }
    return new Sample(v, Json.list(x));
  }

  /** null on Flink lines that have no SetSerializer. */
  static Kind set(Kind e) {
    TypeSerializer<?> s =
        ByName.make("org.apache.flink.api.common.typeutils.base.SetSerializer", TypeSerializer.class, e.serializer);
    if (s == null) {
      return null;
    }
    return new Kind(
        "Set",
        s,
        r -> {
          Set<Object> v = new LinkedHashSet<>();
          List<String> x = new ArrayList<>();
          for (int n = r.nextInt(4); n > 0; n--) {
            Sample one = e.orNull(r);
            if (v.add(one.value)) {
              x.add(one.expect);
            }
          }
          return new Sample(v, Json.list(x));
        });
  }

  static Kind map(Kind k, Kind v) {
    return new Kind("Map", new MapSerializer<>(k.serializer, v.serializer), r -> map(k, v, r, false));
  }

  static Sample map(Kind k, Kind v, Random r, boolean nullKeys) {
    Map<Object, Object> m = new LinkedHashMap<>();
    List<String> x = new ArrayList<>();
    for (int n = r.nextInt(4); n > 0; n--) {
      Sample key = nullKeys ? k.orNull(r) : k.sample.apply(r);
      Sample value = v.orNull(r);
      if (!m.containsKey(key.value)) {
        m.put(key.value, value.value);
        x.add("[" + key.expect + "," + value.expect + "]");
      }
    }
    return new Sample(m, Json.map(x));
  }

  static Kind array(Kind e) {
    return new Kind(
        "Object[]",
        new GenericArraySerializer(Object.class, e.serializer),
        r -> {
          Object v = Array.newInstance(Object.class, r.nextInt(4));
          List<String> x = new ArrayList<>();
          for (int i = 0; i < Array.getLength(v); i++) {
            Sample one = e.orNull(r);
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
    return new Kind(
        fixed ? "Nullable, padded" : "Nullable", NullableSerializer.wrap(e.serializer, fixed), e::orNull);
  }

  static Kind either(Kind l, Kind x) {
    return new Kind(
        "Either",
        new EitherSerializer<>(l.serializer, x.serializer),
        r -> {
          boolean left = r.nextBoolean();
          Sample one = (left ? l : x).something(r);
          return new Sample(
              left ? Either.Left(one.value) : Either.Right(one.value),
              Json.object(left ? "left" : "right", one.expect));
        });
  }

  static Kind tuple0() {
    return new Kind("Tuple0", Tuple0Serializer.INSTANCE, r -> new Sample(Tuple0.INSTANCE, Json.object()));
  }

  private static TypeSerializer<Object>[] serializers(List<Kind> ks) {
    return ks.stream().map(k -> k.serializer).toArray(TypeSerializer[]::new);
  }

  static Kind tuple(List<Kind> ks) {
    Class<? extends Tuple> c = Tuple.getTupleClass(ks.size());
    return new Kind(
        "Tuple" + ks.size(),
        new TupleSerializer(c, serializers(ks)),
        r -> {
          Tuple t = Tuple.newInstance(ks.size());
          String[] x = new String[2 * ks.size()];
          for (int i = 0; i < ks.size(); i++) {
            Sample one = ks.get(i).sample.apply(r);
            t.setField(one.value, i);
            x[2 * i] = "f" + i;
            x[2 * i + 1] = one.expect;
          }
          return new Sample(t, Json.object(x));
        });
  }

  static Kind row(List<Kind> ks, boolean rowKind, boolean named) {
    LinkedHashMap<String, Integer> positions = named ? new LinkedHashMap<>() : null;
    String[] names = new String[ks.size()];
    for (int i = 0; i < names.length; i++) {
      names[i] = (named ? "n" : "f") + i;
      if (named) {
        positions.put(names[i], i);
      }
    }
    return new Kind(
        "Row" + (named ? " by name" : "") + (rowKind ? "" : " without kind"),
        new RowSerializer(serializers(ks), positions, rowKind),
        r -> {
          RowKind kind = RowKind.values()[rowKind ? r.nextInt(4) : 0];
          Row row = named ? Row.withNames(kind) : new Row(kind, ks.size());
          String[] x = new String[2 * names.length];
          boolean allNull = r.nextInt(10) == 0;
          for (int i = names.length - 1; i >= 0; i--) { // names in another order than positions
            Sample one = allNull ? Sample.NULL : ks.get(i).orNull(r);
            x[2 * i] = names[i];
            x[2 * i + 1] = one.expect;
            if (named) {
              row.setField(names[i], one.value);
            } else {
              row.setField(i, one.value);
            }
          }
          return new Sample(row, Json.row(rowKind ? kind.shortString() : null, x));
        });
  }

  /** A random kind, nested up to depth. */
  static Kind any(Random r, List<Kind> basic, int depth) {
    if (depth == 0 || r.nextInt(4) == 0) {
      return basic.get(r.nextInt(basic.size()));
    }
    switch (r.nextInt(12)) {
      case 0:
        return list(any(r, basic, depth - 1));
      case 1:
        return map(basic.get(r.nextInt(basic.size())), any(r, basic, depth - 1));
      case 2:
        return array(any(r, basic, depth - 1));
      case 3:
        return nullable(any(r, basic, depth - 1), r.nextBoolean());
      case 4:
        return either(any(r, basic, depth - 1), any(r, basic, depth - 1));
      case 5:
        return OperatorKinds.ttl(any(r, basic, depth - 1));
      case 6:
        return tuple(many(r, basic, depth, 1 + r.nextInt(6)));
      case 7:
        return row(many(r, basic, depth, r.nextInt(20)), r.nextBoolean(), false);
      case 8:
        return row(many(r, basic, depth, 1 + r.nextInt(3)), true, true);
      case 9:
        Kind s = set(basic.get(r.nextInt(basic.size())));
        return s != null ? s : list(any(r, basic, depth - 1));
      case 10:
        return OperatorKinds.tagged(any(r, basic, depth - 1), any(r, basic, depth - 1));
      default:
        return PojoKinds.bag(many(r, basic, depth, 1 + r.nextInt(4)));
    }
  }

  static List<Kind> many(Random r, List<Kind> basic, int depth, int n) {
    List<Kind> ks = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      ks.add(any(r, basic, depth - 1));
    }
    return ks;
  }
}
