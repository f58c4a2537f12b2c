package dev.sightglass.agent.oracle;

import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.base.BooleanValueSerializer;
import org.apache.flink.api.common.typeutils.base.ByteValueSerializer;
import org.apache.flink.api.common.typeutils.base.CharValueSerializer;
import org.apache.flink.api.common.typeutils.base.DoubleValueSerializer;
import org.apache.flink.api.common.typeutils.base.FloatValueSerializer;
import org.apache.flink.api.common.typeutils.base.IntValueSerializer;
import org.apache.flink.api.common.typeutils.base.LongValueSerializer;
import org.apache.flink.api.common.typeutils.base.NullValueSerializer;
import org.apache.flink.api.common.typeutils.base.ShortValueSerializer;
import org.apache.flink.api.common.typeutils.base.StringValueSerializer;
import org.apache.flink.api.common.typeutils.base.array.BooleanPrimitiveArraySerializer;
import org.apache.flink.api.common.typeutils.base.array.BytePrimitiveArraySerializer;
import org.apache.flink.api.common.typeutils.base.array.CharPrimitiveArraySerializer;
import org.apache.flink.api.common.typeutils.base.array.DoublePrimitiveArraySerializer;
import org.apache.flink.api.common.typeutils.base.array.FloatPrimitiveArraySerializer;
import org.apache.flink.api.common.typeutils.base.array.IntPrimitiveArraySerializer;
import org.apache.flink.api.common.typeutils.base.array.LongPrimitiveArraySerializer;
import org.apache.flink.api.common.typeutils.base.array.ShortPrimitiveArraySerializer;
import org.apache.flink.api.common.typeutils.base.array.StringArraySerializer;
import org.apache.flink.types.BooleanValue;
import org.apache.flink.types.ByteValue;
import org.apache.flink.types.CharValue;
import org.apache.flink.types.DoubleValue;
import org.apache.flink.types.FloatValue;
import org.apache.flink.types.IntValue;
import org.apache.flink.types.LongValue;
import org.apache.flink.types.NullValue;
import org.apache.flink.types.ShortValue;
import org.apache.flink.types.StringValue;

/** Primitive arrays, text arrays, and Flink's mutable value types. */
final class ArrayKinds {
  private ArrayKinds() {}

  static List<Kind> arrays() {
    List<Kind> k = new ArrayList<>();
    k.add(array(boolean.class, BooleanPrimitiveArraySerializer.INSTANCE, ArrayKinds::bool));
    k.add(array(short.class, ShortPrimitiveArraySerializer.INSTANCE, r -> whole((short) Values.number(r))));
    k.add(array(int.class, IntPrimitiveArraySerializer.INSTANCE, r -> whole((int) Values.number(r))));
    k.add(array(long.class, LongPrimitiveArraySerializer.INSTANCE, r -> whole(Values.number(r))));
    k.add(array(float.class, FloatPrimitiveArraySerializer.INSTANCE, ArrayKinds::single));
    k.add(array(double.class, DoublePrimitiveArraySerializer.INSTANCE, ArrayKinds::real));
    k.add(array(String.class, StringArraySerializer.INSTANCE, ArrayKinds::text));
    k.add(
        new Kind(
            "byte[]",
            BytePrimitiveArraySerializer.INSTANCE,
            r -> {
              byte[] v = Values.bytes(r);
              return new Sample(v, Values.hex(v));
            }));
    k.add(
        new Kind(
            "char[]",
            CharPrimitiveArraySerializer.INSTANCE,
            r -> {
              String v = Values.torn(r);
              return new Sample(v.toCharArray(), Values.s(v));
            }));
    return k;
  }

  private static Kind array(Class<?> of, TypeSerializer<?> s, Function<Random, Sample> element) {
    return new Kind(
        of.getSimpleName() + "[]",
        s,
        r -> {
          int n = r.nextInt(30) == 0 ? 2000 : r.nextInt(6);
          Object v = Array.newInstance(of, n);
          List<String> x = new ArrayList<>();
          for (int i = 0; i < n; i++) {
            Sample one = element.apply(r);
            Array.set(v, i, one.value);
            x.add(one.expect);
          }
          return new Sample(v, Json.list(x));
        });
  }

  private static Sample bool(Random r) {
    boolean v = r.nextBoolean();
    return new Sample(v, "" + v);
  }

  private static Sample whole(Number v) {
    return new Sample(v, Values.i(v.longValue()));
  }

  private static Sample single(Random r) {
    float v = Values.single(r);
    return new Sample(v, Values.f32(v));
  }

  private static Sample real(Random r) {
    double v = Values.real(r);
    return new Sample(v, Values.f64(v));
  }

  private static Sample text(Random r) {
    return BasicKinds.STRING.orNull(r);
  }

  /** Flink's own values, which jobs of the DataSet days still use. */
  static List<Kind> values() {
    List<Kind> k = new ArrayList<>();
    k.add(value(BooleanValueSerializer.INSTANCE, ArrayKinds::bool, v -> new BooleanValue((Boolean) v)));
    k.add(value(ByteValueSerializer.INSTANCE, r -> whole((byte) Values.number(r)), v -> new ByteValue((Byte) v)));
    k.add(value(ShortValueSerializer.INSTANCE, r -> whole((short) Values.number(r)), v -> new ShortValue((Short) v)));
    k.add(value(IntValueSerializer.INSTANCE, r -> whole((int) Values.number(r)), v -> new IntValue((Integer) v)));
    k.add(value(LongValueSerializer.INSTANCE, r -> whole(Values.number(r)), v -> new LongValue((Long) v)));
    k.add(value(FloatValueSerializer.INSTANCE, ArrayKinds::single, v -> new FloatValue((Float) v)));
    k.add(value(DoubleValueSerializer.INSTANCE, ArrayKinds::real, v -> new DoubleValue((Double) v)));
    k.add(value(CharValueSerializer.INSTANCE, ArrayKinds::character, v -> new CharValue((Character) v)));
    k.add(value(StringValueSerializer.INSTANCE, BasicKinds.STRING.sample, v -> new StringValue((String) v)));
    k.add(new Kind("NullValue", NullValueSerializer.INSTANCE, r -> new Sample(NullValue.getInstance(), "null")));
    return k;
  }

  private static Sample character(Random r) {
    char v = (char) r.nextInt(0x10000);
    return new Sample(v, Values.s("" + v));
  }

  private static Kind value(TypeSerializer<?> s, Function<Random, Sample> plain, Function<Object, Object> wrap) {
    String type = s.getClass().getSimpleName().replace("Serializer", "");
    return new Kind(
        type,
        s,
        r -> {
          Sample one = plain.apply(r);
          return new Sample(wrap.apply(one.value), one.expect);
        });
  }
}
