package dev.sightglass.agent.oracle;

import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
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
    k.add(new Kind("Kryo", kryo(BitSet.class), r -> new Sample(bits(r), opaque(BitSet.class))));
    TypeSerializer<?>[] fields = {StringSerializer.INSTANCE, kryo(BitSet.class), IntSerializer.INSTANCE};
    k.add(
        new Kind(
            "Kryo inside a tuple",
            new TupleSerializer(Tuple3.class, fields),
            r -> {
              String before = Values.torn(r);
              return new Sample(
                  Tuple3.of(before, bits(r), 7), Json.object("f0", Values.s(before), "f1", opaque(BitSet.class)));
            }));
    k.add(
        new Kind(
            "Value class of a job",
            new ValueSerializer<>(LongValue.class),
            r -> new Sample(new LongValue(r.nextLong()), opaque(ValueSerializer.class))));
    k.add(
        new Kind(
            "Value class of a job, copyable",
            new CopyableValueSerializer<>(LongValue.class),
            r -> new Sample(new LongValue(r.nextLong()), opaque(CopyableValueSerializer.class))));
    k.add(
        new Kind(
            "Java serialization (operator state)",
            new JavaSerializer<>(),
            r -> new Sample("text " + r.nextInt(), opaque(JavaSerializer.class))));
    k.add(
        new Kind(
            "SimpleVersionedSerializer",
            new SimpleVersionedSerializerTypeSerializerProxy<>(Committables::new),
            r -> new Sample(r.nextLong(), opaque(SimpleVersionedSerializerTypeSerializerProxy.class))));
    TypeSerializer<?> committables =
        CommittableMessageTypeInfo.of(Committables::new)
            .createSerializer(new ExecutionConfig().getSerializerConfig());
    k.add(
        new Kind(
            "Committable",
            committables,
            r ->
                new Sample(
                    new CommittableWithLineage<>(r.nextLong(), 5L, r.nextInt(8)),
                    opaque(committables.getClass()))));
    k.add(TableKinds.untyped());
    return k;
  }

  private static String opaque(Class<?> type) {
    return Json.one("opaque", type.getName());
  }

  private static BitSet bits(Random r) {
    return BitSet.valueOf(Values.bytes(r));
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
