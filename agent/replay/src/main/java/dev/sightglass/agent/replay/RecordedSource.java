package dev.sightglass.agent.replay;

import java.io.Serializable;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;

/**
 * Stands in for a job's source: its serializers, its types, and a reader that gives what the
 * recording says. A proxy of all that the source implements, since an operator looks at that.
 */
final class RecordedSource implements InvocationHandler, Serializable {
  private static final long serialVersionUID = 1;
  private static final String KAFKA = "org.apache.flink.connector.kafka.source.KafkaSource";

  /** The source that stands behind, and the operator that reads it. */
  private final Source<?, ?, ?> source;

  private final String operator;

  private final TypeSerializer<Object> type;

  private RecordedSource(Source<?, ?, ?> source, String operator, TypeSerializer<Object> type) {
    this.source = source;
    this.operator = operator;
    this.type = type;
  }

  static boolean isKafka(Source<?, ?, ?> source) {
    for (Class<?> c = source.getClass(); c != null; c = c.getSuperclass()) {
      if (c.getName().equals(KAFKA)) {
        return true;
      }
    }
    return false;
  }

  /**
   * @param operator id of its operator, hex
   * @param type its output serializer
   */
  static Object of(
      Source<?, ?, ?> source, String operator, TypeSerializer<Object> type, ClassLoader user) {
    return Members.proxy(source, user, new RecordedSource(source, operator, type));
  }

  @Override
  public Object invoke(Object self, Method m, Object[] a) throws Throwable {
    if (m.getName().equals("createReader")) {
      return reader((SourceReaderContext) a[0]);
    }
    return Members.call(source, m, a);
  }

  private SourceReader<?, ?> reader(SourceReaderContext context) throws Exception {
    if (isKafka(source)) {
      // It connects to nothing before it is told of splits, which it is not.
      return new KafkaReader(source.createReader(context), operator);
    }
    return new OtherReader(operator, type);
  }
}
