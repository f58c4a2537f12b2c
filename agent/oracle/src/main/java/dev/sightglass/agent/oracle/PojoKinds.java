package dev.sightglass.agent.oracle;

import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Random;
import org.apache.flink.api.common.ExecutionConfig;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.java.typeutils.runtime.PojoSerializer;

/** POJOs and records by Flink's type extraction, subclasses with and without a tag. */
final class PojoKinds {
  private static final String[] NAMES = {"a", "b", "c", "d"};

  private PojoKinds() {}

  static List<Kind> all(boolean collections) {
    List<Kind> k = new ArrayList<>();
    k.add(new Kind("POJO", serializer(Shapes.Animal.class), r -> animal(r, 1)));
    k.add(new Kind("POJO registered subclass", serializer(Shapes.Animal.class), r -> animal(r, 2)));
    k.add(new Kind("POJO subclass", serializer(Shapes.Animal.class), r -> animal(r, 3)));
    k.add(new Kind("POJO nested", serializer(Shapes.Order.class), PojoKinds::order));
    k.add(new Kind("POJO null", serializer(Shapes.Animal.class), r -> Sample.NULL));
    k.add(new Kind("Java record", serializer(Shapes.Point.class), PojoKinds::point));
    if (collections) {
      k.add(new Kind("POJO with collections", serializer(Shapes.Basket.class), PojoKinds::basket));
    }
    return k;
  }

  static <T> TypeSerializer<T> serializer(Class<T> type) {
    SerializerConfigImpl config = (SerializerConfigImpl) new ExecutionConfig().getSerializerConfig();
    config.registerPojoType(Shapes.Dog.class);
    return TypeInformation.of(type).createSerializer(config);
  }

  /** One of the first {@code classes} of Animal, Dog (registered) and Cat (not). */
  private static Sample animal(Random r, int classes) {
    String name = r.nextBoolean() ? Values.torn(r) : null;
    String named = name == null ? "null" : Values.s(name);
    int age = r.nextInt();
    Shapes.Animal a;
    String x;
    switch (r.nextInt(classes)) {
      case 0:
        a = new Shapes.Animal();
        x = Json.object("age", Values.i(age), "name", named);
        break;
      case 1:
        Shapes.Dog d = new Shapes.Dog();
        d.good = r.nextBoolean();
        d.weight = r.nextBoolean() ? Values.real(r) : null;
        a = d;
        // A subclass that is registered has its fields in the order of their names.
        x =
            Json.object(
                "age", Values.i(age), "good", "" + d.good, "name", named, "weight", d.weight == null ? "null" : Values.f64(d.weight));
        break;
      default:
        Shapes.Cat c = new Shapes.Cat();
        c.lives = r.nextBoolean() ? Values.number(r) : null;
        a = c;
        x = Json.object("age", Values.i(age), "lives", c.lives == null ? "null" : Values.i(c.lives), "name", named);
    }
    a.name = name;
    a.age = age;
    return new Sample(a, x);
  }

  private static Sample order(Random r) {
    Shapes.Order o = new Shapes.Order();
    o.setId(Values.torn(r));
    o.amount = Values.real(r);
    o.marks = r.nextBoolean() ? new long[] {Values.number(r), -2} : null;
    o.zip = r.nextBoolean() ? r.nextInt() : null;
    Sample pet = r.nextInt(5) == 0 ? Sample.NULL : animal(r, 3);
    o.pet = (Shapes.Animal) pet.value;
    return new Sample(
        o,
        Json.object(
            "amount",
            Values.f64(o.amount),
            "id",
            Values.s(o.getId()),
            "marks",
            o.marks == null ? "null" : "[" + Values.i(o.marks[0]) + "," + Values.i(-2) + "]",
            "pet",
            pet.expect,
            "zip",
            o.zip == null ? "null" : Values.i(o.zip)));
  }

  private static Sample point(Random r) {
    Shapes.Inner inner = r.nextInt(4) == 0 ? null : new Shapes.Inner(Values.number(r));
    String label = r.nextInt(4) == 0 ? null : Values.torn(r);
    Double y = r.nextInt(4) == 0 ? null : Values.real(r);
    Shapes.Point p = new Shapes.Point(label, r.nextInt(), y, inner);
    return new Sample(
        p,
        Json.object(
            "inner",
            inner == null ? "null" : Json.object("id", Values.i(inner.id())),
            "label",
            label == null ? "null" : Values.s(label),
            "x",
            Values.i(p.x()),
            "y",
            y == null ? "null" : Values.f64(y)));
  }

  private static Sample basket(Random r) {
    Shapes.Basket b = new Shapes.Basket();
    if (r.nextInt(4) == 0) {
      return new Sample(b, Json.object("counts", "null", "items", "null"));
    }
    String text = Values.torn(r);
    b.items = Arrays.asList("a", null, text);
    b.counts = new LinkedHashMap<>();
    b.counts.put("x", r.nextInt());
    b.counts.put("y", null);
    String counts = Json.map(List.of("[\"x\"," + Values.i(b.counts.get("x")) + "]", "[\"y\",null]"));
    return new Sample(b, Json.object("counts", counts, "items", "[\"a\",null," + Values.s(text) + "]"));
  }

  /** A POJO of up to four fields of any kind. */
  @SuppressWarnings({"unchecked", "rawtypes"})
  static Kind bag(List<Kind> ks) {
    Field[] fields = new Field[ks.size()];
    for (int i = 0; i < fields.length; i++) {
      try {
        fields[i] = Shapes.Bag.class.getField(NAMES[i]);
      } catch (NoSuchFieldException e) {
        throw new IllegalStateException(e);
      }
    }
    TypeSerializer<Object>[] serializers = ks.stream().map(k -> k.serializer).toArray(TypeSerializer[]::new);
    PojoSerializer<Shapes.Bag> s =
        new PojoSerializer<>(Shapes.Bag.class, serializers, fields, new ExecutionConfig().getSerializerConfig());
    return new Kind(
        "POJO",
        s,
        r -> {
          if (r.nextInt(12) == 0) {
            return Sample.NULL;
          }
          Shapes.Bag bag = new Shapes.Bag();
          String[] x = new String[2 * fields.length];
          for (int i = 0; i < fields.length; i++) {
            Sample one = ks.get(i).orNull(r);
            x[2 * i] = NAMES[i];
            x[2 * i + 1] = one.expect;
            try {
              fields[i].set(bag, one.value);
            } catch (IllegalAccessException e) {
              throw new IllegalStateException(e);
            }
          }
          return new Sample(bag, Json.object(x));
        });
  }
}
