package dev.sightglass.agent.replay;

import java.io.Serializable;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Stands in for the function of a legacy source: gives nothing by itself, {@link LegacySource}
 * gives what the recording says. A proxy of all that the function implements, since the operator
 * looks at that; its state stays as it was restored.
 */
final class RecordedFunction implements InvocationHandler, Serializable {
  private static final long serialVersionUID = 1;

  /**
   * Such a function makes checkpoints itself, and its task waits for it to. Here they come as the
   * recording says, as to any other source.
   */
  private static final String INDUCING =
      "org.apache.flink.streaming.api.checkpoint.ExternallyInducedSource";

  private static final String OPERATOR = "org.apache.flink.streaming.api.operators.StreamSource";

  private RecordedFunction() {}

  /** Whether an operator runs the function of a legacy source. */
  static boolean isFor(Object operator) {
    for (Class<?> c = operator.getClass(); c != null; c = c.getSuperclass()) {
      if (c.getName().equals(OPERATOR)) {
        return true;
      }
    }
    return false;
  }

  static Object of(Object function, ClassLoader user) {
    Set<Class<?>> all = new LinkedHashSet<>();
    for (Class<?> c = function.getClass(); c != null; c = c.getSuperclass()) {
      interfaces(c, all);
    }
    all.removeIf(RecordedFunction::isInducing);
    return Proxy.newProxyInstance(user, all.toArray(new Class<?>[0]), new RecordedFunction());
  }

  private static void interfaces(Class<?> of, Set<Class<?>> to) {
    for (Class<?> i : of.getInterfaces()) {
      if (to.add(i)) {
        interfaces(i, to);
      }
    }
  }

  private static boolean isInducing(Class<?> c) {
    if (c.getName().equals(INDUCING)) {
      return true;
    }
    for (Class<?> i : c.getInterfaces()) {
      if (isInducing(i)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public Object invoke(Object self, Method m, Object[] a) throws Throwable {
    switch (m.getName()) {
      case "run":
        LegacySource.run(a[0]);
        return null;
      case "equals":
        return self == a[0];
      case "hashCode":
        return System.identityHashCode(self);
      case "toString":
        return "recorded source";
      default:
        return SilentFunction.nothing(m);
    }
  }
}
