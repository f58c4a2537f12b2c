package dev.sightglass.agent.replay;

import java.io.Serializable;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.api.connector.sink2.CommittingSinkWriter;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.StatefulSinkWriter;

/**
 * Stands in for a job's sink: its serializers and its types, a writer that writes nothing and has
 * nothing to commit, a committer that commits nothing. A writer's state stays what it was restored
 * with. A proxy of all that the sink implements, since operators look at that.
 */
final class RecordedSink implements InvocationHandler, Serializable {
  private static final long serialVersionUID = 1;

  /** What writers are of sinks that were made for Flink before 1.19. */
  private static final String[] OLD = {
    "org.apache.flink.api.connector.sink2.StatefulSink$StatefulSinkWriter",
    "org.apache.flink.api.connector.sink2.TwoPhaseCommittingSink$PrecommittingSinkWriter"
  };

  private final Object sink;

  private RecordedSink(Object sink) {
    this.sink = sink;
  }

  static Object of(Object sink, ClassLoader user) {
    return Members.proxy(sink, user, new RecordedSink(sink));
  }

  @Override
  public Object invoke(Object self, Method m, Object[] a) throws Throwable {
    switch (m.getName()) {
      case "createWriter":
        return writer(List.of());
      case "restoreWriter":
        return writer((Collection<?>) a[1]);
      case "createCommitter":
        // A request that nobody says anything of is committed.
        return Proxy.newProxyInstance(
            Committer.class.getClassLoader(),
            new Class<?>[] {Committer.class},
            (p, method, args) -> null);
      default:
        return Members.call(sink, m, a);
    }
  }

  private static Object writer(Collection<?> state) {
    List<Class<?>> types = new ArrayList<>();
    types.add(SinkWriter.class);
    types.add(StatefulSinkWriter.class);
    types.add(CommittingSinkWriter.class);
    for (String old : OLD) {
      try {
        types.add(Class.forName(old));
      } catch (ClassNotFoundException e) {
        // The line does not have them any more.
      }
    }
    List<?> restored = new ArrayList<>(state);
    return Proxy.newProxyInstance(
        SinkWriter.class.getClassLoader(),
        types.toArray(new Class<?>[0]),
        (p, method, args) -> {
          switch (method.getName()) {
            case "prepareCommit":
              return new ArrayList<>();
            case "snapshotState":
              return restored;
            case "hashCode":
              return System.identityHashCode(p);
            default:
              return null;
          }
        });
  }
}
