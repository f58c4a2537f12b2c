package dev.sightglass.agent.replay;

import dev.sightglass.bootstrap.LineProbe;
import dev.sightglass.bootstrap.ServeProbe;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.api.common.functions.Function;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.state.State;
import org.apache.flink.api.common.state.StateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.metrics.Metric;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.MissingNode;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.operators.AbstractUdfStreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperator;
import org.apache.flink.streaming.runtime.tasks.SourceOperatorStreamTask;
import org.apache.flink.streaming.runtime.tasks.StreamTask;
import org.apache.flink.util.OutputTag;

/**
 * Whether a task can be snapshotted where the recorded one was not, and be built again from that,
 * without a difference: no code of the job, nor of an operator that does more than keep state, may
 * run for it, and what the job's functions hold beside their state must be what {@code
 * spec/recording.md} section 8 tells. When in doubt it cannot.
 */
final class Unnoticed {
  private static final String FLINK = "org.apache.flink.";
  private static final String OPERATORS = FLINK + "streaming.api.operators.";

  /** What these do for a snapshot is the writing of state and timers. */
  private static final Set<String> PLAIN =
      Set.of(
          OPERATORS + "AbstractStreamOperator",
          OPERATORS + "AbstractStreamOperatorV2",
          OPERATORS + "AbstractUdfStreamOperator");

  /** Their objects do not change. */
  private static final Set<String> LASTING =
      Set.of(
          "java.lang.Class",
          "java.math.BigInteger",
          "java.math.BigDecimal",
          "java.util.UUID",
          "java.util.Locale",
          "java.util.regex.Pattern");

  static final int DEEPEST = 6;

  // What is told of arrays and texts: FieldDump of the agent.
  private static final int MAX_ARRAY = 64;
  private static final int MAX_TEXT = 256;

  private Unnoticed() {}

  static List<StreamOperator<?>> operators(StreamTask<?, ?> task) throws Exception {
    List<StreamOperator<?>> all = new ArrayList<>();
    Object chain = Members.get(task, "operatorChain");
    for (Object w : (Iterable<?>) Members.call(chain, "getAllOperators")) {
      all.add((StreamOperator<?>) Members.call(w, "getStreamOperator"));
    }
    return all;
  }

  /** Why a task cannot; empty: it can. */
  static String why(StreamTask<?, ?> task) throws Exception {
    if (task instanceof SourceOperatorStreamTask || Members.get(task, "inputProcessor") == null) {
      return "it reads no channels";
    }
    if (LineProbe.statics() != null) {
      return LineProbe.statics() + " is a static field that changes, which no snapshot has";
    }
    for (StreamOperator<?> o : operators(task)) {
      String why = operator(o);
      if (!why.isEmpty()) {
        return why;
      }
    }
    return "";
  }

  /** Whether barriers of a checkpoint came in that are not all there. */
  static boolean alignsCheckpoint(StreamTask<?, ?> task) throws Exception {
    for (Object input : Transients.inputs(task)) {
      Object gate = Members.optional(input, "checkpointedInputGate");
      Object barriers = gate == null ? null : Members.get(gate, "barrierHandler");
      if (barriers != null && (Boolean) Members.call(barriers, "isCheckpointPending")) {
        return true;
      }
    }
    return false;
  }

  private static String operator(StreamOperator<?> o) throws Exception {
    Class<?> c = o.getClass();
    if (!c.getName().startsWith(FLINK)) {
      return c.getName() + " is an operator of the job's own";
    }
    for (String name : new String[] {"snapshotState", "prepareSnapshotPreBarrier"}) {
      String at = does(c, name);
      if (!at.isEmpty()) {
        return at + " does more for a snapshot than write its state";
      }
    }
    Object handler = Members.optional(o, "stateHandler");
    Object keyed = handler == null ? null : Members.optional(handler, "keyedStateBackend");
    if (keyed != null && keyed.getClass().getName().contains("Changelog")) {
      return "its state backend keeps a changelog";
    }
    Object function =
        o instanceof AbstractUdfStreamOperator
            ? ((AbstractUdfStreamOperator<?, ?>) o).getUserFunction()
            : null;
    return function == null ? "" : function(function, DEEPEST, true);
  }

  /** The class, not one of the plain ones, in which such a method is; empty: there is none. */
  private static String does(Class<?> of, String name) {
    for (Class<?> c = of; c != null; c = c.getSuperclass()) {
      for (Method m : c.getDeclaredMethods()) {
        if (m.getName().equals(name) && !m.isBridge()) {
          if (!PLAIN.contains(c.getName())) {
            return c.getName();
          }
        }
      }
    }
    return "";
  }

  /**
   * Why a function, as one of the job's or one of Flink's around it, cannot; else empty.
   *
   * @param told the agent tells its simple fields beside a snapshot; else none of them may change
   */
  static String function(Object f, int deep, boolean told) throws IllegalAccessException {
    if (deep <= 0) {
      return f.getClass().getName() + " lies too deep to be looked at";
    }
    if (f instanceof CheckpointedFunction || isListCheckpointed(f.getClass())) {
      return f.getClass().getName() + " takes part in checkpoints";
    }
    for (Class<?> c = f.getClass(); c != null && c != Object.class; c = c.getSuperclass()) {
      for (Field field : c.getDeclaredFields()) {
        String why = field(f, field, deep, told);
        if (!why.isEmpty()) {
          return why;
        }
      }
    }
    return "";
  }

  /** The interface is gone from Flink 2. */
  private static boolean isListCheckpointed(Class<?> of) {
    for (Class<?> c = of; c != null; c = c.getSuperclass()) {
      for (Class<?> i : c.getInterfaces()) {
        if (i.getSimpleName().equals("ListCheckpointed")) {
          return true;
        }
      }
    }
    return false;
  }

  private static String field(Object of, Field field, int deep, boolean told)
      throws IllegalAccessException {
    boolean lasting = Modifier.isFinal(field.getModifiers());
    boolean flinks = field.getDeclaringClass().getName().startsWith(FLINK);
    if (Modifier.isStatic(field.getModifiers())) {
      return ""; // a class that changes one is told by LineProbe
    }
    String more = named(field) + " may hold more than a snapshot tells";
    if (field.getType().isPrimitive()) {
      return lasting || flinks || told ? "" : more;
    }
    if (!field.trySetAccessible()) {
      return named(field) + " cannot be looked at";
    }
    Object v = field.get(of);
    if (v instanceof Function && (lasting || flinks)) {
      // Of wrappers of Flink's the agent tells what they are around.
      return function(v, deep - 1, told && flinks);
    }
    boolean none = v == null;
    if (none ? lasting || flinks || isMeans(field.getType()) : isMeans(v.getClass())) {
      return "";
    }
    if (told && (none ? isSimple(field.getType()) : isTold(v, lasting))
        || !none && flinks && v.getClass().getName().startsWith(FLINK)
        || !none && lasting && isFixed(v, deep - 1)) {
      return "";
    }
    return more;
  }

  /** What Flink gives a function to work with: it is there again when the function is opened. */
  private static boolean isMeans(Class<?> c) {
    for (Class<?> means :
        new Class<?>[] {
          State.class,
          StateDescriptor.class,
          OutputTag.class,
          TypeInformation.class,
          TypeSerializer.class,
          RuntimeContext.class,
          Metric.class,
          MetricGroup.class
        }) {
      if (means.isAssignableFrom(c)) {
        return true;
      }
    }
    return false;
  }

  /** Whether a field of the type is told and given back, whatever comes to be in it. */
  private static boolean isSimple(Class<?> type) {
    return type == String.class
        || type.isEnum()
        || type == Boolean.class
        || type == Character.class
        || Number.class.isAssignableFrom(type) && type.getName().startsWith("java.lang.")
        || type.isArray() && isNumber(type.getComponentType());
  }

  private static boolean isNumber(Class<?> type) {
    return type.isPrimitive() && type != boolean.class && type != char.class;
  }

  /** Whether the value is told with the snapshot, and given back; a final one need not be. */
  private static boolean isTold(Object v, boolean lasting) {
    Class<?> c = v.getClass();
    if (c.isArray()) {
      return Array.getLength(v) <= MAX_ARRAY && isNumber(c.getComponentType());
    }
    if (v instanceof String) {
      return lasting || ((String) v).length() <= MAX_TEXT;
    }
    return isSimple(c)
        || v instanceof Enum
        || v instanceof AtomicLong
        || v instanceof AtomicInteger
        || v instanceof AtomicBoolean
        || c == Random.class;
  }

  /** Whether nothing in what a field holds can change. */
  private static boolean isFixed(Object v, int deep) throws IllegalAccessException {
    Class<?> is = v.getClass();
    String name = is.getName();
    if (is.isArray() || deep <= 0) {
      return false;
    }
    if (isSimple(is) || v instanceof Enum || isMeans(is)) {
      return true;
    }
    if (name.startsWith("java.")) {
      return name.startsWith("java.time.") && !name.contains("Clock") || LASTING.contains(name);
    }
    for (Class<?> c = is; c != null && c != Object.class; c = c.getSuperclass()) {
      for (Field f : c.getDeclaredFields()) {
        boolean fixed = Modifier.isStatic(f.getModifiers()) || Modifier.isFinal(f.getModifiers());
        if (!fixed || !field(v, f, deep, false).isEmpty()) {
          return false;
        }
      }
    }
    return true;
  }

  /**
   * The first field of the functions that changes and of which the agent told no more than that it
   * is there, or nothing; empty: all are told.
   */
  static String untold(StreamTask<?, ?> task, JsonNode transients) throws Exception {
    if (transients.path("cut").asBoolean()) {
      return "what the task holds beside its state is more than is told";
    }
    Map<Integer, JsonNode> told = new HashMap<>();
    for (JsonNode o : transients.path("operators")) {
      told.put(o.path("index").asInt(-1), o.path("function"));
    }
    for (StreamOperator<?> o : operators(task)) {
      Object f = ServeProbe.function(o);
      if (f == null || f == o) {
        continue;
      }
      JsonNode fields = told.getOrDefault(ServeProbe.operator(o), MissingNode.getInstance());
      String why = untold(f, fields);
      if (!why.isEmpty()) {
        return why;
      }
    }
    return "";
  }

  static String untold(Object function, JsonNode fields) throws IllegalAccessException {
    for (Class<?> c = function.getClass();
        c != null && c != Object.class && !c.getName().startsWith(FLINK);
        c = c.getSuperclass()) {
      for (Field f : c.getDeclaredFields()) {
        if (Modifier.isStatic(f.getModifiers()) || !f.trySetAccessible()) {
          continue;
        }
        Object v = f.get(function);
        boolean lasting = Modifier.isFinal(f.getModifiers());
        boolean changes =
            v == null
                ? !lasting && isSimple(f.getType())
                : isTold(v, lasting)
                    && !(lasting && (isSimple(v.getClass()) && !v.getClass().isArray()))
                    && !(lasting && v instanceof Enum);
        JsonNode x = fields.path(c == function.getClass() ? f.getName() : named(f));
        if (changes && (x.isMissingNode() || x.isObject() && x.isEmpty())) {
          return named(f) + " is not told beside a snapshot";
        }
      }
    }
    return "";
  }

  private static String named(Field f) {
    return f.getDeclaringClass().getName() + "." + f.getName();
  }
}
