package dev.sightglass.bootstrap;

/** What the JobManager knows of a job. Every call is rare and goes straight to the other side. */
public final class JobProbe {
  private JobProbe() {}

  public static void job(String what, Object self, Object a, Object b, Object c) {
    Inspector in = Hooks.inspector();
    if (in != null) {
      in.job(what, self, a, b, c);
    }
  }

  /** {@link #job} when a change of state took place. */
  public static void transition(
      boolean changed, String what, Object self, Object a, Object b, Object c) {
    if (changed) {
      job(what, self, a, b, c);
    }
  }
}
