package dev.sightglass.agent.oracle;

import dev.sightglass.agent.hooks.serializers.SerializerDescriber;
import java.util.Random;
import java.util.function.Function;
import org.apache.flink.api.common.typeutils.TypeSerializer;

/** A serializer with a source of random values. */
final class Kind {
  /** What the figures are counted by. */
  final String type;

  final TypeSerializer<Object> serializer;
  final Function<Random, Sample> sample;
  private final String[] rowNames;

  Kind(String type, TypeSerializer<?> serializer, Function<Random, Sample> sample) {
    this(type, serializer, null, sample);
  }

  /** As above, with the names of a table row's fields. */
  @SuppressWarnings("unchecked")
  Kind(
      String type,
      TypeSerializer<?> serializer,
      String[] rowNames,
      Function<Random, Sample> sample) {
    this.type = type;
    this.serializer = (TypeSerializer<Object>) serializer;
    this.rowNames = rowNames;
    this.sample = sample;
  }

  /** The same values under another name. */
  Kind as(String other) {
    return new Kind(other, serializer, rowNames, sample);
  }

  /** What the agent says of the serializer as it is now. */
  String descriptor() {
    return SerializerDescriber.describe(serializer, rowNames);
  }

  /** A value that is not null, for places that allow none. */
  Sample something(Random r) {
    Sample s = sample.apply(r);
    while (s.value == null) {
      s = sample.apply(r);
    }
    return s;
  }

  /** Null now and then. */
  Sample orNull(Random r) {
    return r.nextInt(5) == 0 ? Sample.NULL : sample.apply(r);
  }
}
