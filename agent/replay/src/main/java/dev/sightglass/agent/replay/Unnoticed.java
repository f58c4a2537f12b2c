package dev.sightglass.agent.replay;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.api.common.functions.Function;
import org.apache.flink.api.common.state.State;
import org.apache.flink.api.common.typeinfo.TypeInformation;
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
    return function == null ? "" : function(function, DEEPEST);
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

  /** Why a function, as one of the job's or one of Flink's around it, cannot; else empty. */
  static String function(Object f, int deep) throws IllegalAccessException {
    if (deep <= 0) {
      return f.getClass().getName() + " lies too deep to be looked at";
    }
    if (f instanceof CheckpointedFunction || isListCheckpointed(f.getClass())) {
      return f.getClass().getName() + " takes part in checkpoints";
    }
    for (Class<?> c = f.getClass(); c != null && c != Object.class; c = c.getSuperclass()) {
      for (Field field : c.getDeclaredFields()) {
        String why = field(f, field, deep);
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

  private static String field(Object of, Field field, int deep) throws IllegalAccessException {
    if (Modifier.isStatic(field.getModifiers()) || field.getType().isPrimitive()) {
      return "";
    }
    if (!field.trySetAccessible()) {
      return named(field) + " cannot be looked at";
    }
    Object v = field.get(of);
    boolean lasting = Modifier.isFinal(field.getModifiers());
    if (v instanceof Function
        && (lasting || field.getDeclaringClass().getName().startsWith(FLINK))) {
      return function(v, deep - 1);
    }
    return v == null || isTold(v, lasting) || isHarmless(v, lasting, deep - 1)
        ? ""
        : named(field) + " may hold more than a snapshot tells";
  }

  /** Whether the value is told with the snapshot, and given back; a final one need not be. */
  private static boolean isTold(Object v, boolean lasting) {
    Class<?> c = v.getClass();
    if (c.isArray()) {
      Class<?> of = c.getComponentType();
      return Array.getLength(v) <= MAX_ARRAY
          && of.isPrimitive()
          && of != boolean.class
          && of != char.class;
    }
    if (v instanceof String) {
      return lasting || ((String) v).length() <= MAX_TEXT;
    }
    return v instanceof Enum
        || v instanceof Number && c.getName().startsWith("java.lang.")
        || v instanceof Boolean
        || v instanceof Character
        || v instanceof AtomicLong
        || v instanceof AtomicInteger
        || v instanceof AtomicBoolean
        || c == Random.class;
  }

  /**
   * Whether what a field holds cannot change, or is Flink's own, as state, metrics and types are.
   */
  private static boolean isHarmless(Object v, boolean lasting, int deep)
      throws IllegalAccessException {
    String name = v.getClass().getName();
    if (name.startsWith(FLINK)
        || v instanceof OutputTag
        || v instanceof TypeInformation
        || v instanceof State) {
      return true;
    }
    if (!lasting || deep <= 0) {
      return false;
    }
    if (name.startsWith("java.")) {
      return name.startsWith("java.time.") && !name.contains("Clock") || LASTING.contains(name);
    }
    if (v.getClass().isArray()) {
      return false;
    }
    for (Class<?> c = v.getClass(); c != null && c != Object.class; c = c.getSuperclass()) {
      for (Field f : c.getDeclaredFields()) {
        boolean fixed = Modifier.isStatic(f.getModifiers()) || Modifier.isFinal(f.getModifiers());
        if (!fixed || !field(v, f, deep).isEmpty()) {
          return false;
        }
      }
    }
    return true;
  }

  private static String named(Field f) {
    return f.getDeclaringClass().getName() + "." + f.getName();
  }
}
