package dev.sightglass.agent.oracle;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.scala.typeutils.EitherSerializer;
import org.apache.flink.api.scala.typeutils.EnumValueSerializer;
import org.apache.flink.api.scala.typeutils.OptionSerializer;
import org.apache.flink.api.scala.typeutils.ScalaCaseClassSerializer;
import org.apache.flink.api.scala.typeutils.TraversableSerializer;
import org.apache.flink.api.scala.typeutils.TrySerializer;
import org.apache.flink.api.scala.typeutils.UnitSerializer;
import scala.Enumeration;
import scala.Option;
import scala.Some;
import scala.Tuple2;
import scala.collection.JavaConverters;
import scala.runtime.BoxedUnit;
import scala.util.Left;
import scala.util.Right;
import scala.util.Success;

/** What only Flink 1.x has: the Scala API. */
final class LineKinds {
  static final boolean COLLECTIONS_IN_POJOS = false;

  private LineKinds() {}

  static List<TableTypes.Type> types() {
    return new ArrayList<>();
  }

  static List<Kind> all(Kind a, Kind b, Kind throwable) {
    List<Kind> k = new ArrayList<>();
    k.add(
        new Kind(
            "scala.Option",
            new OptionSerializer<>(a.serializer),
            r -> {
              if (r.nextInt(3) == 0) {
                return new Sample(Option.empty(), "null");
              }
              Sample v = a.something(r);
              return new Sample(new Some<>(v.value), v.expect);
            }));
    k.add(
        new Kind(
            "scala.Either",
            new EitherSerializer<>(a.serializer, b.serializer),
            r -> {
              boolean left = r.nextBoolean();
              Sample v = (left ? a : b).something(r);
              return new Sample(
                  left ? new Left<>(v.value) : new Right<>(v.value), Json.object(left ? "left" : "right", v.expect));
            }));
    k.add(
        new Kind(
            "scala.util.Try",
            new TrySerializer<>(a.serializer, (TypeSerializer<Throwable>) (TypeSerializer<?>) throwable.serializer),
            r -> {
              Sample v = a.something(r);
              return new Sample(new Success<>(v.value), Json.object("success", v.expect));
            }));
    k.add(new Kind("scala.Unit", new UnitSerializer(), r -> new Sample(BoxedUnit.UNIT, "null")));
    k.add(caseClass("scala.Tuple2", Tuple2.class, "_1", a, "_2", b));
    k.add(caseClass("Scala case class", Purchase.class, "customer", a, "amount", b));
    Object pairs =
        ByName.create(
            "org.apache.flink.api.scala.package$Tuple2CaseClassSerializer",
            new Class<?>[] {Class.class, TypeSerializer[].class},
            Tuple2.class,
            new TypeSerializer<?>[] {a.serializer, b.serializer});
    k.add(
        new Kind(
            "scala.Tuple2 (Scala API)",
            (TypeSerializer<?>) pairs,
            r -> {
              Sample x = a.something(r);
              Sample y = b.something(r);
              return new Sample(
                  new Tuple2<>(x.value, y.value), Json.object("_1", x.expect, "_2", y.expect));
            }));
    k.add(enumeration());
    k.add(list(a));
    return k;
  }

  private static Kind caseClass(String type, Class<?> of, String first, Kind a, String second, Kind b) {
    TypeSerializer<?>[] fields = {a.serializer, b.serializer};
    return new Kind(
        type,
        new ScalaCaseClassSerializer<>((Class<? extends scala.Product>) of.asSubclass(scala.Product.class), fields),
        r -> {
          Sample x = a.something(r);
          Sample y = b.something(r);
          Object v = of == Tuple2.class ? new Tuple2<>(x.value, y.value) : new Purchase(x.value, y.value);
          return new Sample(v, Json.object(first, x.expect, second, y.expect));
        });
  }

  /** What scalac makes of {@code case class Purchase(customer: Object, amount: Object)}. */
  public static final class Purchase implements scala.Product, java.io.Serializable {
    private final Object customer;
    private final Object amount;

    public Purchase(Object customer, Object amount) {
      this.customer = customer;
      this.amount = amount;
    }

    @Override
    public int productArity() {
      return 2;
    }

    @Override
    public Object productElement(int n) {
      return n == 0 ? customer : amount;
    }

    @Override
    public boolean canEqual(Object that) {
      return that instanceof Purchase;
    }
  }

  /** An enumeration with a hole in its ids. */
  public static final class Weekday extends Enumeration {
    public static final Weekday MODULE$ = new Weekday();

    private Weekday() {
      Value(0, "Mon");
      Value(1, "Tue");
      Value(4, "Fri");
    }
  }

  private static Kind enumeration() {
    int[] ids = {0, 1, 4};
    return new Kind(
        "scala.Enumeration",
        new EnumValueSerializer<>(Weekday.MODULE$),
        r -> {
          Enumeration.Value v = Weekday.MODULE$.apply(ids[r.nextInt(ids.length)]);
          return new Sample(v, Values.symbol(v.toString()));
        });
  }

  private static Kind list(Kind e) {
    String builder =
        "implicitly[scala.collection.generic.CanBuildFrom[List[Object], Object, List[Object]]]";
    TypeSerializer<?> s = new TraversableSerializer<>(e.serializer, builder);
    return new Kind("scala.List", s, LineKinds.elements(e));
  }

  private static java.util.function.Function<Random, Sample> elements(Kind e) {
    return r -> {
      Sample list = ComposedKinds.list(e, r, true);
      return new Sample(
          JavaConverters.asScalaBufferConverter((List<?>) list.value).asScala().toList(), list.expect);
    };
  }
}
