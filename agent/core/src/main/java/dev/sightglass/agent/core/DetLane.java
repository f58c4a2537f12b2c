package dev.sightglass.agent.core;

/**
 * Lane 2: what a task did, in order. A row stands for a run of {@code n} invocations from {@code
 * first}; the caller joins equal ones. {@code operator} is a chain index, {@code path} and {@code
 * text} are definitions; each may be {@link AttemptRecorder#NONE}.
 */
public interface DetLane {
  /**
   * {@code n} invocations, each one element of {@code channel}; they take the channel's numbers.
   */
  void elements(long first, int n, int operator, int channel, int path);

  /**
   * As {@link #elements}, out of channel state at a restore; not counted in the channel's numbers.
   */
  void recovered(long first, int n, int operator, int channel, int path);

  /** {@code n} invocations, each one record of {@link SourceLane}. */
  void source(long first, int n, int operator, int path);

  /**
   * {@code n} firings of an operator's timer at {@code time}, ms.
   *
   * @param kind {@link EventKind#EVENT_TIMER} or {@link EventKind#PROCESSING_TIMER}
   */
  void timer(int kind, long first, int n, int operator, long time, int path);

  /**
   * What is recorded from {@code invocation} on.
   *
   * @param text definition of kind 1, {@code spec/recording.md} section 7
   */
  void level(long invocation, int text);

  /** {@code n} mails of one description. */
  void mail(long first, int n, int text, int path);

  /** A processing-time callback at {@code time}, ms. */
  void callback(long first, int n, long time, int text, int path);

  /** A barrier arrived on a channel. */
  void barrierIn(long invocation, int channel, long checkpoint, int flags);

  /**
   * The task took its snapshot. Then come {@link #barrier} per channel, then the recorder's
   * checkpoint.
   */
  void checkpoint(long invocation, long checkpoint, int flags);

  /** The channel's elements were all recovered; its live ones count from 0. */
  void endOfRecovery(long invocation, int channel);

  /** The channel ended. */
  void endOfChannel(long invocation, int channel);

  /** The combined watermark of an input after this invocation, ms. */
  void watermark(long invocation, int input, long time);

  /** How many elements of a channel were consumed when the task took its snapshot; zone 6. */
  void barrier(long checkpoint, int channel, int flags);

  /** As {@link #barrier(long, int, int)} with the count taken by the caller. */
  void barrier(long checkpoint, int channel, long consumed, int flags);

  /** Sets how many live elements of a channel were consumed so far in this attempt. */
  void consumed(int channel, long elements);

  /** How many live elements of a channel were consumed so far, as counted here. */
  long consumed(int channel);

  /** Adds records that entered and left an operator of the chain; zone 1, kinds 128 and 129. */
  void flow(int operator, long entered, long passed);
}
