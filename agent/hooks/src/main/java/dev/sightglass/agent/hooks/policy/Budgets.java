package dev.sightglass.agent.hooks.policy;

/** What recording may cost in one process. */
public final class Budgets {
  static final Budgets NONE = new Budgets(0, 0, 0);

  /** Share of one core; 0 = not bounded. */
  public final double cpu;

  /** Bytes of blocks a second; 0 = not bounded. */
  public final long bytesPerSecond;

  /** Bytes of memory that wait to become blocks or to be sent; 0 = as the options bound it. */
  public final long memory;

  Budgets(double cpu, long bytesPerSecond, long memory) {
    this.cpu = cpu;
    this.bytesPerSecond = bytesPerSecond;
    this.memory = memory;
  }
}
