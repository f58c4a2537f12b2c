package dev.sightglass.bootstrap;

import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * What Kafka's producer says in a process in which a recorded task runs again: nothing is sent, and
 * each record that is written got the place that the recording says. Calls of these are all that is
 * left in the producer's methods there.
 */
public final class HollowProbe {
  /** Rows of written records and of transactions, spec/replay.md. */
  static final int WRITTEN = 48;

  static final int TRANSACTION = 61;

  private static final String KAFKA = "org.apache.kafka.";

  private static final String[] METRICS = {
    "outgoing-byte-total", "outgoing-byte-rate", "record-send-total", "record-error-total"
  };

  private HollowProbe() {}

  private static ServedReads served() {
    TaskContext t = TaskContext.current();
    return t != null && t.reads instanceof ServedReads ? (ServedReads) t.reads : null;
  }

  /** {@code KafkaProducer.send}: acknowledged at once. Gives a future of the record's place. */
  public static Object send(Object producer, Object record, Object callback) {
    try {
      String topic = (String) record.getClass().getMethod("topic").invoke(record);
      Object asked = record.getClass().getMethod("partition").invoke(record);
      long[] place = {asked == null ? -1 : (Integer) asked, -1, -1};
      ServedReads r = served();
      if (r != null) {
        r.written(place);
      }
      Object metadata = metadata(producer.getClass().getClassLoader(), topic, place);
      if (callback != null) {
        Class<?> type = of(producer.getClass().getClassLoader(), "clients.producer.Callback");
        for (Method m : type.getMethods()) {
          if (m.getName().equals("onCompletion")) {
            m.invoke(callback, metadata, null);
          }
        }
      }
      return CompletableFuture.completedFuture(metadata);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("a producer that sends nothing", e);
    }
  }

  private static Class<?> of(ClassLoader loader, String name) throws ClassNotFoundException {
    return Class.forName(KAFKA + name, false, loader);
  }

  /** Kafka's {@code RecordMetadata}, whose constructors differ between its versions. */
  private static Object metadata(ClassLoader loader, String topic, long[] place)
      throws ReflectiveOperationException {
    Object partition =
        of(loader, "common.TopicPartition")
            .getConstructor(String.class, int.class)
            .newInstance(topic, (int) Math.max(0, place[0]));
    for (Constructor<?> c : of(loader, "clients.producer.RecordMetadata").getConstructors()) {
      if (c.getParameterCount() == 6) {
        return c.newInstance(partition, Math.max(0, place[1]), 0, place[2], 0, 0);
      }
      if (c.getParameterCount() == 5 && c.getParameterTypes()[3] == int.class) {
        return c.newInstance(partition, Math.max(0, place[1]), place[2], 0, 0);
      }
    }
    throw new NoSuchMethodException("RecordMetadata");
  }

  /** What Flink's writer looks for among the producer's metrics; all of them stand at zero. */
  public static Map<?, ?> metrics(Object producer) {
    Map<Object, Object> all = new HashMap<>();
    try {
      ClassLoader loader = producer.getClass().getClassLoader();
      Class<?> metric = of(loader, "common.Metric");
      Constructor<?> name =
          of(loader, "common.MetricName")
              .getConstructor(String.class, String.class, String.class, Map.class);
      for (String m : METRICS) {
        Object n = name.newInstance(m, "producer-metrics", "", Map.of());
        all.put(
            n,
            Proxy.newProxyInstance(
                loader,
                new Class<?>[] {metric},
                (self, method, a) -> {
                  switch (method.getName()) {
                    case "metricName":
                      return n;
                    case "hashCode":
                      return n.hashCode();
                    case "equals":
                      return self == a[0];
                    case "toString":
                      return m;
                    default:
                      return 0.0;
                  }
                }));
      }
    } catch (ReflectiveOperationException e) {
      // Another version of the client: who looks for metrics there finds none.
    }
    return all;
  }

  /** The number that brokers gave a producer under that transactional id. */
  public static long producer(Object producer) {
    return transaction(producer)[0];
  }

  public static short epoch(Object producer) {
    return (short) transaction(producer)[1];
  }

  private static long[] transaction(Object producer) {
    // Flink's search for transactions left open ends at an id that nobody used: at epoch 0.
    long[] none = {-1, 0};
    ServedReads r = served();
    try {
      Method name = producer.getClass().getMethod("getTransactionalId");
      name.setAccessible(true); // the class is not public in connectors for Flink 1
      Object id = name.invoke(producer);
      long[] known = r == null || id == null ? null : r.transaction((String) id);
      return known == null ? none : known;
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("a producer whose transactional id cannot be read", e);
    }
  }

  static String text(byte[] b) {
    return new String(b, StandardCharsets.UTF_8);
  }
}
