package dev.sightglass.agent.hooks.flink;

import dev.sightglass.agent.core.Keys;
import dev.sightglass.bootstrap.LateCounters;
import dev.sightglass.bootstrap.TaskContext;
import dev.sightglass.bootstrap.TaskNote;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/** Whose a dropped record was, its bytes, and metrics that count such records. */
final class DropParts {
  /** Fields through which something that emits leads to its operator's output. */
  private static final String[] OUTPUTS = {"output", "underlyingOutput"};

  private static final String COUNTER = "org.apache.flink.metrics.Counter";

  private DropParts() {}

  /** The operator that emits through {@code collector}, or -1. */
  static int ofOutput(OperatorParts[] parts, Object collector) {
    for (String field : OUTPUTS) {
      Object output = Mirror.fieldOr(collector, field, null);
      for (OperatorParts p : parts) {
        if (output != null && p != null && p.owns(output)) {
          return p.index;
        }
      }
    }
    return -1;
  }

  /** Writes key and value of a dropped record, by the serializers of its operator. */
  static void write(
      TaskContext t,
      OperatorParts[] parts,
      int operator,
      int input,
      Object value,
      TaskNote note,
      Omissions omissions) {
    OperatorParts p = operator >= 0 && operator < parts.length ? parts[operator] : null;
    if (p == null) {
      note.withheld();
      return;
    }
    int in = input < 0 && p.inputs() == 1 ? 0 : input;
    String record = p.record(in);
    if (record == null) {
      note.withheld();
      return;
    }
    note.state(t.word(record));
    omissions.get(
        () -> {
          Object key = p.currentKey();
          if (key != null && p.key().write(key)) {
            note.key(p.key().bytes(), 0, p.key().length());
          }
          return "";
        },
        "");
    ValueWriter w = p.input(in);
    if (w != null && w.write(value)) {
      note.value(w.bytes(), 0, w.length());
    } else {
      note.withheld();
    }
  }

  /** A metric was registered whose name says that it counts late records. */
  static void lateMetric(
      TaskContext t, ChainReader chain, Object group, String name, Object metric) {
    if (!Mirror.isA(metric.getClass(), COUNTER)) {
      return; // a rate of the same
    }
    int operator = -1;
    for (Object g = group; g != null && operator < 0; g = Mirror.fieldOr(g, "parent", null)) {
      Object id = Mirror.fieldOr(g, "operatorID", null);
      if (id != null && chain != null) {
        operator = chain.indexOf(Keys.hex(Mirror.id(id)));
      }
    }
    try {
      Class<?> counter = Class.forName(COUNTER, false, metric.getClass().getClassLoader());
      MethodHandle count =
          MethodHandles.publicLookup()
              .findVirtual(counter, "getCount", MethodType.methodType(long.class))
              .bindTo(metric);
      LateCounters.register(t, operator, name, count);
    } catch (ReflectiveOperationException e) {
      throw new Mirror.NoSuchMember(COUNTER, e);
    }
  }
}
