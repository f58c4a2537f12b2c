package dev.sightglass.agent.hooks;

import dev.sightglass.agent.core.JsonWriter;
import dev.sightglass.agent.hooks.drain.Tally;
import dev.sightglass.agent.hooks.flink.FlinkHooks;
import dev.sightglass.agent.hooks.flink.FlinkInspector;
import dev.sightglass.agent.hooks.flink.ProcessIdentity;
import dev.sightglass.agent.hooks.weave.Hook;
import dev.sightglass.agent.hooks.weave.Weaver;
import dev.sightglass.agent.wire.Telemetry;
import dev.sightglass.bootstrap.Clock;
import dev.sightglass.bootstrap.Hooks;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** Keeps what became of each hook, and tells it together with the agent's own counters. */
final class SelfTest implements Telemetry, Weaver.Listener {
  private static final String WAITING = "waiting";
  private static final String INSTALLED = "installed";
  private static final String MISSING = "missing";
  private static final String FAILED = "failed";
  private static final String THREADS = "sightglass-";

  private final ProcessIdentity process;
  private final List<Hook> hooks;
  private final Tally tally;
  private final boolean verbose;

  /** By hook: null while its class was not loaded, empty when it is in, else why it is not. */
  private final AtomicReferenceArray<String> reasons;

  private volatile Runnable changed = () -> {};
  private volatile LongSupplier refused = () -> 0;
  private volatile FlinkInspector inspector;
  private volatile Consumer<JsonWriter> more = members -> {};

  /** What user code reads from outside. */
  final ReadReport reads = new ReadReport(() -> changed.run());

  SelfTest(ProcessIdentity process, List<Hook> hooks, Tally tally, boolean verbose) {
    this.process = process;
    this.hooks = hooks;
    this.tally = tally;
    this.verbose = verbose;
    this.reasons = new AtomicReferenceArray<>(hooks.size());
  }

  /** Called when a state changed. */
  void onChange(Runnable r) {
    changed = r;
  }

  /** How many values serializers would not write. */
  void onRefused(LongSupplier count) {
    refused = count;
  }

  /** Adds members to each STATUS. */
  void add(Consumer<JsonWriter> more) {
    this.more = more;
  }

  @Override
  public void status(JsonWriter members) {
    more.accept(members);
  }

  /** CPU time of the agent's threads by what they do, and what hooks took on those of tasks. */
  void spent(JsonWriter members) {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    members.name("spent").beginObject();
    if (threads.isThreadCpuTimeSupported() && threads.isThreadCpuTimeEnabled()) {
      for (ThreadInfo t : threads.getThreadInfo(threads.getAllThreadIds())) {
        if (t != null && t.getThreadName().startsWith(THREADS)) {
          members.name(t.getThreadName().substring(THREADS.length()).replace('-', '_') + "_ns");
          members.value(Math.max(0, threads.getThreadCpuTime(t.getThreadId())));
        }
      }
    }
    members.name("hooks_ns").value(hookNanos());
    members.endObject();
  }

  /** What hooks took on the threads of tasks, as samples of their calls tell. */
  long hookNanos() {
    long sum = 0;
    Set<String> counted = new HashSet<>();
    for (int i = 0; i < hooks.size(); i++) {
      // What came through is known by id, and the places of one id cost about the same.
      if (Hooks.cost(i) > 0 && counted.add(hooks.get(i).id())) {
        sum += fired(i, reasons.get(i)) * Hooks.cost(i);
      }
    }
    return sum;
  }

  /** Told when tasks cannot be recorded on this Flink. */
  void onUnfit(FlinkInspector inspector) {
    this.inspector = inspector;
  }

  @Override
  public void installed(int hook, ClassLoader loader) {
    reasons.set(hook, "");
    say("hook " + hooks.get(hook).id() + " installed in " + name(hook));
  }

  @Override
  public void missing(int hook, ClassLoader loader, String reason) {
    reasons.set(hook, reason.isEmpty() ? "it does not fit" : reason);
    String id = hooks.get(hook).id();
    FlinkInspector i = inspector;
    if (i != null && FlinkHooks.isNeeded(id)) {
      String why = "no task is recorded: hook " + id + " does not fit this Flink: " + reason;
      if (i.refusal().isEmpty()) {
        System.err.println("[sightglass] " + why);
      }
      i.unfit(why);
    }
    say("hook " + id + " missing in " + name(hook) + ": " + reason);
  }

  private void say(String line) {
    if (verbose) {
      System.err.println("[sightglass] " + line);
    }
    changed.run();
  }

  private String name(int hook) {
    return hooks.get(hook).className().replace('/', '.');
  }

  @Override
  public void hello(JsonWriter members) {
    process.writeTo(members);
    members.name("clock_granularity_us").value(Clock.PERIOD_MILLIS * 1000);
  }

  @Override
  public void hooks(JsonWriter array) {
    for (int i = 0; i < hooks.size(); i++) {
      String reason = reasons.get(i);
      String fault = Hooks.fault(i);
      long fired = fired(i, reason);
      String state =
          fault != null
              ? FAILED
              : reason == null
                  ? WAITING
                  : !reason.isEmpty() ? MISSING : fired > 0 ? "fired" : INSTALLED;
      array.beginObject();
      array.name("id").value(hooks.get(i).id());
      array.name("state").value(state);
      array.name("class").value(name(i));
      array.name("fired").value(fired);
      String told = reason == null ? "" : reason.isEmpty() ? detail(i) : reason;
      array.name("detail").value(fault != null ? fault : told);
      int cost = Hooks.cost(i);
      if (cost >= 0) {
        array.name("ns").value(cost);
      }
      if (Hooks.failures(i) > 0) {
        array.name("errors").value(Hooks.failures(i));
      }
      array.endObject();
    }
    reads.writeTo(array, tally.of(ReadReport.ID));
  }

  /** What there is to say of a hook that is in. */
  private String detail(int hook) {
    long n = hooks.get(hook).id().equals("state.create") ? refused.getAsLong() : 0;
    return n == 0 ? Hooks.rests(hook) : n + " values are not recorded: their serializers threw";
  }

  /**
   * Rare hooks count every call. Of the others it is known in place only that they ran; how much
   * came through all of one id is known to the drain.
   */
  private long fired(int hook, String reason) {
    long here = Hooks.fired().get(hook);
    return here == 0 || reason == null ? 0 : Math.max(here, tally.of(hooks.get(hook).id()));
  }

  @Override
  public long errors() {
    return Hooks.errors();
  }

  @Override
  public long lostEvents() {
    return tally.lostEvents();
  }

  @Override
  public long lostBytes() {
    return tally.lostBytes();
  }

  @Override
  public long cpuNanos() {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    if (!threads.isThreadCpuTimeSupported() || !threads.isThreadCpuTimeEnabled()) {
      return 0;
    }
    long sum = 0;
    for (ThreadInfo t : threads.getThreadInfo(threads.getAllThreadIds())) {
      if (t != null && t.getThreadName().startsWith(THREADS)) {
        sum += Math.max(0, threads.getThreadCpuTime(t.getThreadId()));
      }
    }
    return sum;
  }

  @Override
  public boolean off() {
    return Hooks.off;
  }

  @Override
  public String offReason() {
    FlinkInspector i = inspector;
    return Hooks.reason().isEmpty() && i != null ? i.refusal() : Hooks.reason();
  }
}
