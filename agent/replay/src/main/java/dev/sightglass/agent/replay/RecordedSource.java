package dev.sightglass.agent.replay;

import java.io.Serializable;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
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

  private RecordedSource(Source<?, ?, ?> source, String operator) {
    this.source = source;
    this.operator = operator;
  }

  /**
   * @param operator id of its operator, hex
   */
  static Object of(Source<?, ?, ?> source, String operator, ClassLoader user) {
    return Members.proxy(source, user, new RecordedSource(source, operator));
  }

  @Override
  public Object invoke(Object self, Method m, Object[] a) throws Throwable {
    if (m.getName().equals("createReader")) {
      return reader((SourceReaderContext) a[0]);
    }
    return Members.call(source, m, a);
  }

  private SourceReader<?, ?> reader(SourceReaderContext context) throws Exception {
    for (Class<?> c = source.getClass(); c != null; c = c.getSuperclass()) {
      if (c.getName().equals(KAFKA)) {
        // It connects to nothing before it is told of splits, which it is not.
        return new KafkaReader(source.createReader(context), operator);
      }
    }
    return new RecordedReader(operator);
  }
}
