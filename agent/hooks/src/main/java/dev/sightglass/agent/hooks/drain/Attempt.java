package dev.sightglass.agent.hooks.drain;

import dev.sightglass.agent.core.AttemptRecorder;
import dev.sightglass.agent.core.EventKind;
import dev.sightglass.agent.core.GapReason;
import dev.sightglass.agent.core.JsonWriter;
import dev.sightglass.agent.core.Lane;
import dev.sightglass.bootstrap.Clock;
import dev.sightglass.bootstrap.Lost;
import dev.sightglass.bootstrap.TaskContext;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;

/** A task attempt that is recorded: its context on one side, its recorder on the other. */
public final class Attempt extends Recording {
  /** Records read in one go, so that no task keeps the drain from the others. */
  private static final int BATCH = 8192;

  /** How long acknowledgements of external writes are waited for after the task ended, µs. */
  private static final long LATE = 200_000;

  /** How long things on their way are waited for after the task ended, µs. */
  private static final long HELD = 10_000_000;

  /** Where hooks tell what recording can go on without. */
  private static final int[] NOTED = {Lane.TRACE, Lane.STATE, Lane.ENV, Lane.JOB};

  private final Tally tally;
  private final Supplier<AttemptRecorder> keeper;
  private TaskContext context;
  private TapeReader reader;
  private volatile AttemptDescription description;
  private final ConcurrentLinkedQueue<PendingDefinition> definitions =
      new ConcurrentLinkedQueue<>();
  private volatile boolean switchedOff;
  private volatile String state = "";
  private boolean described;
  private boolean over;
  private boolean broken;
  private long endedAt;

  /**
   * @param keeper makes the recorder of what is kept and not sent
   */
  public Attempt(AttemptRecorder recorder, Supplier<AttemptRecorder> keeper, Tally tally) {
    super(recorder);
    this.keeper = keeper;
    this.tally = tally;
  }

  /** Before it is handed to the drain. */
  public void setContext(TaskContext context) {
    this.context = context;
    this.reader = new TapeReader(context, recorder, tally, keeper);
  }

  public TaskContext context() {
    return context;
  }

  /** Says what the attempt is; before its first element. Any thread, once. */
  public void describe(AttemptDescription d) {
    description = d;
  }

  /** A definition that rows to come refer to. Any thread. */
  public void define(PendingDefinition d) {
    definitions.add(d);
  }

  /** The state that the task is in. Any thread. */
  public void setState(String state) {
    this.state = state;
  }

  /** Recording stops, the task runs on. Any thread. */
  public void switchOff() {
    switchedOff = true;
    context.abandon(null);
  }

  /** Recording stops since something of the agent failed; the task runs on. Any thread. */
  public void fault(String why) {
    context.abandon(why);
  }

  /** A hook tells nothing more; recording goes on without it. Any thread. */
  public void without(String why) {
    long now = Clock.read();
    for (int lane : NOTED) {
      recorder.gaps().lost(lane, GapReason.AGENT_FAULT, 0, 0, 0, 0, now, now, why);
    }
  }

  @Override
  boolean poll() {
    boolean ended = context.ended();
    boolean any = false;
    if (!described && description != null) {
      described = true;
      reader.describe(description);
      PendingDefinition attempt = description.attempt;
      JsonWriter body =
          new JsonWriter().beginObject().name("definition").value(attempt.id()).endObject();
      event(EventKind.TASK_STARTED, body, attempt);
    }
    define();
    if (writeBodies(Clock.read())) {
      any = true;
      reader.resume();
    }
    any |= reader.read(BATCH);
    any |= reader.readCompletions();
    if (ended && !any) {
      long now = Clock.read();
      if (endedAt == 0) {
        endedAt = now;
      }
      over = now - endedAt > (isHeld() ? HELD : LATE) || now < endedAt;
    }
    return any;
  }

  private void define() {
    for (PendingDefinition d; (d = definitions.poll()) != null; ) {
      recorder.define(d.kind, d.body);
    }
  }

  @Override
  void fail() {
    broken = true;
    over = true;
    context.abandon(null);
  }

  @Override
  void tick(long nanos) {
    super.tick(nanos);
    if (reader.lookBack() != null) {
      reader.lookBack().tick(nanos);
    }
  }

  @Override
  boolean isOver() {
    return over;
  }

  @Override
  void end() {
    if (!context.ended()) {
      // The process ends while the task runs.
      context.abandon(null);
    }
    define();
    if (!broken) {
      while (reader.read(BATCH)) {
        // Until the tape is empty.
      }
      reader.readCompletions();
    }
    long now = Clock.read();
    if (context.fault() != null) {
      recorder.gaps().lost(0, GapReason.AGENT_FAULT, 0, 0, 0, 0, now, now, context.fault());
    } else if (switchedOff) {
      recorder.gaps().lost(0, GapReason.SWITCHED_OFF, 0, 0, 0, 0, now, now, null);
    }
    for (int lane = 1; lane < context.lanes(); lane++) {
      Lost l = context.lost(lane);
      if (l != null) {
        reader.lost(lane, l.first, l.last, l.events, l.bytes, l.from, l.to);
      }
    }
    event(
        EventKind.TASK_ENDED,
        new JsonWriter()
            .beginObject()
            .name("state")
            .value(state)
            .name("invocations")
            .value(context.invocations())
            .endObject(),
        null);
    writeBodies(now);
    if (reader.lookBack() != null) {
      reader.lookBack().end();
    }
    recorder.end();
    context.release();
  }
}
