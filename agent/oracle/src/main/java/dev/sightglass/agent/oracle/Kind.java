package vectors;

import java.util.Random;
import java.util.function.Function;
import org.apache.flink.api.common.typeutils.TypeSerializer;

/** A serializer with its descriptor and a source of random values. */
final class Kind {
  final String name;
  final TypeSerializer<Object> serializer;
  final String descriptor;
  final Function<Random, Sample> sample;

  @SuppressWarnings("unchecked")
  Kind(String name, TypeSerializer<?> serializer, String descriptor, Function<Random, Sample> sample) {
    this.name = name;
    this.serializer = (TypeSerializer<Object>) serializer;
    this.descriptor = descriptor;
    this.sample = sample;
  }

  /** The descriptor of a kind without members. */
  static String plain(String t, TypeSerializer<?> s) {
    return "{\"t\":\"" + t + "\",\"class\":" + Json.text(s.getClass().getName()) + "}";
  }

  /** A descriptor with members, given as JSON. */
  static String with(String t, TypeSerializer<?> s, String members) {
    return "{\"t\":\"" + t + "\",\"class\":" + Json.text(s.getClass().getName()) + "," + members + "}";
  }
}
