package dev.sightglass.agent.replay;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceOutput;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceSplit;

/**
 * Gives records of Kafka as they were recorded, through the emitter of the real reader: the job's
 * deserializer works as it did. Kafka's and the connector's classes are the job's, by name.
 */
final class KafkaReader extends RecordedReader {
  private static final String KAFKA = "org.apache.kafka.";
  private static final String SPLIT =
      "org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit";

  /** Type of a record's time: the broker's. */
  private static final int APPENDED = 1;

  private final SourceReader<?, ?> real;
  private final Object emitter;
  private final Method emit;
  private final Constructor<?> record;
  private final Constructor<?> headers;
  private final Constructor<?> header;
  private final Constructor<?> partition;
  private final Constructor<?> split;
  private final Object created;
  private final Object appended;
  private final Object noTime;

  KafkaReader(SourceReader<?, ?> real, String operator) throws Exception {
    super(operator);
    this.real = real;
    emitter = Members.get(real, "recordEmitter");
    emit = Members.method(emitter.getClass(), "emitRecord", 3);
    ClassLoader loader = real.getClass().getClassLoader();
    Class<?> many = Class.forName(KAFKA + "common.header.Headers", true, loader);
    Class<?> type = Class.forName(KAFKA + "common.record.TimestampType", true, loader);
    record =
        Class.forName(KAFKA + "clients.consumer.ConsumerRecord", true, loader)
            .getConstructor(
                String.class,
                int.class,
                long.class,
                long.class,
                type,
                int.class,
                int.class,
                Object.class,
                Object.class,
                many,
                Optional.class);
    headers =
        Class.forName(KAFKA + "common.header.internals.RecordHeaders", true, loader)
            .getConstructor(Iterable.class);
    header =
        Class.forName(KAFKA + "common.header.internals.RecordHeader", true, loader)
            .getConstructor(String.class, byte[].class);
    Class<?> place = Class.forName(KAFKA + "common.TopicPartition", true, loader);
    partition = place.getConstructor(String.class, int.class);
    split = Class.forName(SPLIT, true, loader).getConstructor(place, long.class);
    created = type.getField("CREATE_TIME").get(null);
    appended = type.getField("LOG_APPEND_TIME").get(null);
    noTime = type.getField("NO_TIMESTAMP_TYPE").get(null);
  }

  @Override
  Object state(SourceSplit s) throws Exception {
    return Members.invoke(real, "initializedState", s);
  }

  @Override
  SourceSplit split(String id, Object state) throws Exception {
    return (SourceSplit) Members.invoke(real, "toSplitType", id, state);
  }

  @Override
  void emit(Feed step, ReaderOutput<Object> output) throws Exception {
    SourceSplit from =
        (SourceSplit)
            split.newInstance(partition.newInstance(step.text, (int) step.number2), step.number);
    String id = from.splitId();
    if (!splits.containsKey(id)) {
      // A recording that does not tell what coordinators say.
      Splits.assign(operator, from);
    }
    int keySize = step.key == null ? -1 : step.key.length;
    int valueSize = step.value == null ? -1 : step.value.length;
    Object r =
        record.newInstance(
            step.text,
            (int) step.number2,
            step.number,
            step.time,
            step.time < 0 ? noTime : step.timeType == APPENDED ? appended : created,
            keySize,
            valueSize,
            step.key,
            step.value,
            headers(step.bytes),
            step.epoch < 0 ? Optional.empty() : Optional.of(step.epoch));
    SourceOutput<Object> to = output.createOutputForSplit(id);
    Members.call(emitter, emit, new Object[] {r, to, splits.get(id)});
  }

  /** Layout: spec/block.md, column 50; nothing = none. */
  private Object headers(byte[] b) throws ReflectiveOperationException, IOException {
    Object[] all = new Object[0];
    if (b.length > 0) {
      DataInputStream in = new DataInputStream(new ByteArrayInputStream(b));
      all = new Object[varint(in)];
      for (int i = 0; i < all.length; i++) {
        byte[] name = new byte[varint(in)];
        in.readFully(name);
        int n = varint(in) - 1;
        byte[] value = n < 0 ? null : new byte[n];
        if (value != null) {
          in.readFully(value);
        }
        all[i] = header.newInstance(new String(name, StandardCharsets.UTF_8), value);
      }
    }
    return headers.newInstance(List.of(all));
  }

  private static int varint(DataInputStream in) throws IOException {
    int v = 0;
    for (int shift = 0; shift < 32; shift += 7) {
      int b = in.readUnsignedByte();
      v |= (b & 0x7f) << shift;
      if (b < 0x80) {
        return v;
      }
    }
    throw new EOFException("headers of a record");
  }

  @Override
  public void close() throws Exception {
    real.close();
  }
}
