package dev.sightglass.agent.hooks.flink;

import dev.sightglass.agent.hooks.drain.Attempt;
import dev.sightglass.agent.hooks.trace.TaskTrace;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** What the inspector keeps of a task between its calls: the identity of a task context. */
final class TrackedTask {
  final Attempt attempt;

  /** Recording id, 32 hex digits. */
  final String recording;

  final long key;
  final Object execution;
  final Object info;

  /** Partition keys by output; set when the task starts. */
  long[] outputs = {};

  List<Object> writers = List.of();
  ChainReader chain;

  /** By chain index, from when the task is described until it ends; an entry may be null. */
  OperatorParts[] parts = {};

  /** Loader of the job's classes, until the task is described. */
  ClassLoader user;

  String jobName = "";

  /** Names by chain index, null for none; null until the task starts. */
  volatile String[] operators;

  /** For asynchronous operators, made with the first result; by the task's thread alone. */
  final List<ResultWriter> results = new ArrayList<>();

  /** Writes what the task's source gives; null = what leaves the task is the same. */
  ValueBytes sourceValues;

  /** By output: chain index of the operator that sends there, and the tag; set before the names. */
  int[] senders = {};

  String[] tags = {};

  String invokable = "";
  long restored;

  /** When files of a snapshot were copied last, by the clock of {@code nanoTime}; 0 = never. */
  long snapshotCopied;

  /** What is told of it at level trace; made when Flink first makes something of that kind. */
  TaskTrace trace;

  /** It cannot be traced. */
  boolean untraced;

  boolean described;

  /** The operator that is made or opened now, by the task's thread; -1 = none. */
  int compiling = -1;

  /** All operators are open. */
  volatile boolean running;

  /** A replay of which no more is told than replays need. */
  volatile boolean quiet;

  /** By operator: hashes of the code that it was told of. */
  private final Map<Integer, Set<Long>> code = new HashMap<>();

  /** Subclasses of POJOs that were told, by base class and their own. */
  private final Set<String> subclasses = ConcurrentHashMap.newKeySet();

  TrackedTask(Attempt attempt, String recording, long key, Object execution, Object info) {
    this.attempt = attempt;
    this.recording = recording;
    this.key = key;
    this.execution = execution;
    this.info = info;
  }

  /** Chain index of the operator with that id, or -1. */
  int operator(String id) {
    if (chain != null) {
      for (ChainedOperator o : chain.chain()) {
        if (o.id.equals(id)) {
          return o.index;
        }
      }
    }
    return -1;
  }

  /** Chain index of the operator that one is chained to, or -1. */
  int parent(int operator) {
    if (chain != null) {
      for (ChainedOperator o : chain.chain()) {
        if (o.index == operator) {
          return o.parent;
        }
      }
    }
    return -1;
  }

  /** Whether it was not told before that an operator runs that code. */
  boolean firstCode(int operator, long hash) {
    synchronized (code) {
      return code.computeIfAbsent(operator, k -> new HashSet<>()).add(hash);
    }
  }

  /** Whether the subclass was asked for before; beyond some thousand of them every one was. */
  boolean knowsSubclass(String base, String type) {
    return subclasses.size() >= 4096 || !subclasses.add(base + ' ' + type);
  }
}
