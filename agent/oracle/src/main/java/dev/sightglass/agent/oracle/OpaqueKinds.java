package dev.sightglass.agent.oracle;

import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.flink.api.common.ExecutionConfig;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.base.IntSerializer;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.apache.flink.api.java.tuple.Tuple3;
import org.apache.flink.api.java.typeutils.GenericTypeInfo;
import org.apache.flink.api.java.typeutils.runtime.CopyableValueSerializer;
import org.apache.flink.api.java.typeutils.runtime.TupleSerializer;
import org.apache.flink.api.java.typeutils.runtime.ValueSerializer;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.core.io.SimpleVersionedSerializerTypeSerializerProxy;
import org.apache.flink.runtime.state.JavaSerializer;
import org.apache.flink.streaming.api.connector.sink2.CommittableMessageTypeInfo;
import org.apache.flink.streaming.api.connector.sink2.CommittableWithLineage;
import org.apache.flink.types.LongValue;

/** What no descriptor says enough of: named as what it is, never as something else. */
final class OpaqueKinds {
  private OpaqueKinds() {}

  static <T> TypeSerializer<T> kryo(Class<T> type) {
    return new GenericTypeInfo<>(type).createSerializer(new ExecutionConfig().getSerializerConfig());
  }

  /** Never asked for a value here: it stands for the throwable of a Try. */
  static final Kind THROWABLE = new Kind("Throwable", kryo(Throwable.class), r -> Sample.NULL);

  @SuppressWarnings({"unchecked", "rawtypes"})
  static List<Kind> all() {
    List<Kind> k = new ArrayList<>();
    k.add(new Kind("Kryo", kryo(BitSet.class), r -> bits(r, opaque(BitSet.class))));
    k.add(new Kind("Kryo of a job's class", kryo(Basket.class), Basket::sample));
    TypeSerializer<?>[] fields = {StringSerializer.INSTANCE, kryo(BitSet.class), IntSerializer.INSTANCE};
    k.add(
        new Kind(
            "Kryo inside a tuple",
            new TupleSerializer(Tuple3.class, fields),
            r -> {
              String before = Values.torn(r);
              return new Sample(
                  Tuple3.of(before, bits(r, "").value, 7),
                  Json.object("f0", Values.s(before), "f1", opaque(BitSet.class)));
            }));
    k.add(
        new Kind(
            "Value class of a job",
            new ValueSerializer<>(LongValue.class),
            r -> number(r, ValueSerializer.class)));
    k.add(
        new Kind(
            "Value class of a job, copyable",
            new CopyableValueSerializer<>(LongValue.class),
            r -> number(r, CopyableValueSerializer.class)));
    k.add(
        new Kind(
            "Java serialization (operator state)",
            new JavaSerializer<>(),
            r -> {
              String text = "text " + r.nextInt();
              return new Sample(text, opaque(JavaSerializer.class), Json.text(text));
            }));
    k.add(
        new Kind(
            "SimpleVersionedSerializer",
            new SimpleVersionedSerializerTypeSerializerProxy<>(Committables::new),
            r -> {
              byte b = (byte) r.nextInt();
              return new Sample(
                  (long) b, opaque(SimpleVersionedSerializerTypeSerializerProxy.class), integer(b));
            }));
    TypeSerializer<?> committables =
        CommittableMessageTypeInfo.of(Committables::new)
            .createSerializer(new ExecutionConfig().getSerializerConfig());
    k.add(
        new Kind(
            "Committable",
            committables,
            r -> {
              byte b = (byte) r.nextInt();
              int subtask = r.nextInt(8);
              return new Sample(
                  new CommittableWithLineage<>((long) b, 5L, subtask),
                  opaque(committables.getClass()),
                  Json.object(
                      "committable", integer(b), "checkpointId", integer(5), "subtaskId", integer(subtask)));
            }));
    k.add(TableKinds.untyped());
    return k;
  }

  private static String opaque(Class<?> type) {
    return Json.one("opaque", type.getName());
  }

  private static String integer(long i) {
    return Json.one("i", Long.toString(i));
  }

  private static Sample number(Random r, Class<?> serializer) {
    long n = Values.number(r);
    return new Sample(new LongValue(n), opaque(serializer), Json.object("value", integer(n)));
  }

  private static Sample bits(Random r, String expect) {
    BitSet bits = BitSet.valueOf(Values.bytes(r));
    List<String> set = new ArrayList<>();
    bits.stream().forEach(i -> set.add(integer(i)));
    return new Sample(bits, expect, Json.list(set));
  }

  /** A class that Flink sees nothing in: no getters, no empty constructor that is public. */
  static final class Basket {
    private final String id;
    private final double weight;
    private final List<Object> parts = new ArrayList<>();
    private final Map<String, Long> counts = new LinkedHashMap<>();

    private Basket() {
      this("", 0);
    }

    private Basket(String id, double weight) {
      this.id = id;
      this.weight = weight;
    }

    static Sample sample(Random r) {
      Basket b = new Basket("b-" + r.nextInt(), r.nextInt(1000) / 8.0);
      List<String> parts = new ArrayList<>();
      List<String> counts = new ArrayList<>();
      for (int i = r.nextInt(4); i > 0; i--) {
        Sample part = bits(r, "");
        b.parts.add(part.value);
        parts.add(part.byJob);
        b.parts.add(null);
        parts.add("null");
        long n = Values.number(r);
        b.counts.put("k" + i, n);
        counts.add(Json.list(List.of(Json.text("k" + i), integer(n))));
      }
      String weight = String.format("%016x", Double.doubleToLongBits(b.weight));
      return new Sample(
          b,
          opaque(Basket.class),
          Json.object(
              "id", Json.text(b.id),
              "weight", Json.one("f64", weight),
              "parts", Json.list(parts),
              "counts", Json.map(counts)));
    }
  }

  /** What a sink's committables are written with. */
  static final class Committables implements SimpleVersionedSerializer<Long> {
    @Override
    public int getVersion() {
      return 3;
    }

    @Override
    public byte[] serialize(Long v) {
      return new byte[] {v.byteValue()};
    }

    @Override
    public Long deserialize(int version, byte[] bytes) throws IOException {
      return (long) bytes[0];
    }
  }
}
