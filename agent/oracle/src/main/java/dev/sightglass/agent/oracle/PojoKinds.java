package vectors;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import org.apache.flink.api.common.ExecutionConfig;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;

/** POJOs by Flink's type extraction: subclasses with and without a tag, private fields, collections. */
final class PojoKinds {
  private PojoKinds() {}

  private static final String ANIMAL_FIELDS = "{\"name\":\"age\",\"s\":{\"t\":\"int\"}},{\"name\":\"name\",\"s\":{\"t\":\"string\"}}";
  private static final String DOG = "{\"t\":\"pojo\",\"of\":\"vectors.Shapes$Dog\",\"fields\":[{\"name\":\"age\",\"s\":{\"t\":\"int\"}},"
      + "{\"name\":\"good\",\"s\":{\"t\":\"bool\"}},{\"name\":\"name\",\"s\":{\"t\":\"string\"}},{\"name\":\"weight\",\"s\":{\"t\":\"double\"}}]}";
  private static final String CAT = "{\"t\":\"pojo\",\"of\":\"vectors.Shapes$Cat\",\"fields\":[{\"name\":\"age\",\"s\":{\"t\":\"int\"}},"
      + "{\"name\":\"lives\",\"s\":{\"t\":\"long\"}},{\"name\":\"name\",\"s\":{\"t\":\"string\"}}]}";
  // The same class of subclasses, as the agent would send them for a serializer that knows both.
  private static final String ANIMAL = "{\"t\":\"pojo\",\"class\":\"org.apache.flink.api.java.typeutils.runtime.PojoSerializer\",\"of\":\"vectors.Shapes$Animal\",\"fields\":["
      + ANIMAL_FIELDS + "],\"subclasses\":[{\"class\":\"vectors.Shapes$Dog\",\"tag\":0,\"s\":" + DOG + "},{\"class\":\"vectors.Shapes$Cat\",\"tag\":-1,\"s\":" + CAT + "}]}";

  private static Sample animal(java.util.Random r) {
    switch (r.nextInt(4)) {
      case 0: {
        Shapes.Animal a = new Shapes.Animal();
        a.name = r.nextBoolean() ? Values.string(r) : null;
        a.age = r.nextInt(20);
        return new Sample(a, "{\"obj\":[[\"age\"," + Values.i(a.age) + "],[\"name\"," + (a.name == null ? "null" : Values.s(a.name)) + "]]}");
      }
      case 1: {
        Shapes.Dog d = new Shapes.Dog();
        d.name = "Rex";
        d.age = r.nextInt(20);
        d.good = true;
        d.weight = r.nextBoolean() ? 12.5 : null;
        return new Sample(d, "{\"obj\":[[\"age\"," + Values.i(d.age) + "],[\"good\",true],[\"name\",\"Rex\"],[\"weight\","
            + (d.weight == null ? "null" : Values.f64(d.weight)) + "]]}");
      }
      case 2: {
        Shapes.Cat c = new Shapes.Cat();
        c.lives = 9L;
        return new Sample(c, "{\"obj\":[[\"age\"," + Values.i(0) + "],[\"lives\"," + Values.i(9) + "],[\"name\",null]]}");
      }
      default:
        return new Sample(null, "null");
    }
  }

  static List<Kind> all(boolean flink2) {
    SerializerConfigImpl config = (SerializerConfigImpl) new ExecutionConfig().getSerializerConfig();
    config.registerPojoType(Shapes.Dog.class);
    List<Kind> k = new ArrayList<>();
    TypeSerializer<?> animals = TypeInformation.of(Shapes.Animal.class).createSerializer(config);
    k.add(new Kind("extracted-subclasses", animals, ANIMAL, PojoKinds::animal));
    TypeSerializer<?> orders = TypeInformation.of(Shapes.Order.class).createSerializer(config);
    String order = "{\"t\":\"pojo\",\"of\":\"vectors.Shapes$Order\",\"fields\":[{\"name\":\"amount\",\"s\":{\"t\":\"double\"}},{\"name\":\"id\",\"s\":{\"t\":\"string\"}},"
        + "{\"name\":\"marks\",\"s\":{\"t\":\"primarray\",\"e\":\"long\"}},{\"name\":\"pet\",\"s\":" + ANIMAL + "},{\"name\":\"zip\",\"s\":{\"t\":\"int\"}}]}";
    k.add(new Kind("extracted-order", orders, order, r -> {
      Shapes.Order o = new Shapes.Order();
      o.setId(Values.string(r));
      o.amount = Values.real(r);
      o.marks = r.nextBoolean() ? new long[] {1, -2} : null;
      o.zip = r.nextBoolean() ? 12345 : null;
      Sample pet = animal(r);
      o.pet = (Shapes.Animal) pet.value;
      return new Sample(o, "{\"obj\":[[\"amount\"," + Values.f64(o.amount) + "],[\"id\"," + Values.s(o.getId()) + "],[\"marks\","
          + (o.marks == null ? "null" : "[" + Values.i(1) + "," + Values.i(-2) + "]") + "],[\"pet\"," + pet.expect + "],[\"zip\","
          + (o.zip == null ? "null" : Values.i(o.zip)) + "]]}");
    }));
    TypeSerializer<?> baskets = TypeInformation.of(Shapes.Basket.class).createSerializer(config);
    if (flink2) {
      String nullableText = "{\"t\":\"nullable\",\"s\":{\"t\":\"string\"}}";
      String basket = "{\"t\":\"pojo\",\"of\":\"vectors.Shapes$Basket\",\"fields\":[{\"name\":\"counts\",\"s\":{\"t\":\"nullable\",\"s\":{\"t\":\"map\",\"k\":" + nullableText
          + ",\"v\":{\"t\":\"int\"}}}},{\"name\":\"items\",\"s\":{\"t\":\"nullable\",\"s\":{\"t\":\"list\",\"e\":" + nullableText + "}}}]}";
      k.add(new Kind("extracted-basket", baskets, basket, r -> {
        Shapes.Basket b = new Shapes.Basket();
        if (r.nextInt(4) == 0) {
          return new Sample(b, "{\"obj\":[[\"counts\",null],[\"items\",null]]}");
        }
        b.items = Arrays.asList("a", null, "ä");
        b.counts = new LinkedHashMap<>();
        b.counts.put("x", 1);
        b.counts.put("y", null);
        return new Sample(b, "{\"obj\":[[\"counts\",{\"map\":[[\"x\"," + Values.i(1) + "],[\"y\",null]]}],[\"items\",[\"a\",null,\"\\u00e4\"]]]}");
      }));
    } else {
      String basket = "{\"t\":\"pojo\",\"of\":\"vectors.Shapes$Basket\",\"fields\":[{\"name\":\"counts\",\"s\":{\"t\":\"kryo\",\"of\":\"java.util.Map\"}},"
          + "{\"name\":\"items\",\"s\":{\"t\":\"kryo\",\"of\":\"java.util.List\"}}]}";
      k.add(new Kind("extracted-basket", baskets, basket, r -> {
        Shapes.Basket b = new Shapes.Basket();
        b.counts = new java.util.HashMap<>();
        b.counts.put("x", 1);
        return new Sample(b, "{\"obj\":[[\"counts\",{\"opaque\":\"java.util.Map\"}]]}");
      }));
    }
    return k;
  }
}
