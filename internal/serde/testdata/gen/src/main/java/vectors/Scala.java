package vectors;

import java.util.List;
import java.util.Random;
import org.apache.flink.api.common.typeutils.TypeSerializer;

/** Scala's serializers, which exist on Flink 1.x only; reached by name so that this compiles without them. */
final class Scala {
  private Scala() {}

  static void write(Main main, List<Kind> basic, Random r) throws Exception {
    Class<?> options;
    try {
      options = Class.forName("org.apache.flink.api.scala.typeutils.OptionSerializer");
    } catch (ClassNotFoundException absent) {
      return;
    }
    Kind e = basic.get(8);
    TypeSerializer<?> option = (TypeSerializer<?>) options.getConstructor(TypeSerializer.class).newInstance(e.serializer);
    Class<?> some = Class.forName("scala.Some");
    Object none = Class.forName("scala.None$").getField("MODULE$").get(null);
    main.write(new Kind("option", option, Kind.with("option", option, "\"e\":" + e.descriptor), x -> {
      if (x.nextInt(3) == 0) {
        return new Sample(none, "null");
      }
      Sample v = e.sample.apply(x);
      try {
        return new Sample(some.getConstructor(Object.class).newInstance(v.value), v.expect);
      } catch (ReflectiveOperationException ex) {
        throw new IllegalStateException(ex);
      }
    }), r, 6);

    Kind second = basic.get(4);
    Class<?> pair = Class.forName("scala.Tuple2");
    TypeSerializer<?> tuple = (TypeSerializer<?>) Class.forName("org.apache.flink.api.scala.typeutils.ScalaCaseClassSerializer")
        .getConstructor(Class.class, TypeSerializer[].class).newInstance(pair, new TypeSerializer<?>[] {e.serializer, second.serializer});
    main.write(new Kind("case", tuple, Kind.with("case", tuple, "\"of\":\"scala.Tuple2\",\"fields\":[{\"name\":\"_1\",\"s\":" + e.descriptor + "},{\"name\":\"_2\",\"s\":"
        + second.descriptor + "}]"), x -> {
      Sample a = e.sample.apply(x);
      Sample b = second.sample.apply(x);
      try {
        return new Sample(pair.getConstructor(Object.class, Object.class).newInstance(a.value, b.value),
            "{\"obj\":[[\"_1\"," + a.expect + "],[\"_2\"," + b.expect + "]]}");
      } catch (ReflectiveOperationException ex) {
        throw new IllegalStateException(ex);
      }
    }), r, 4);
  }
}
