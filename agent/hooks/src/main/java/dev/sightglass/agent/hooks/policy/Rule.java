package dev.sightglass.agent.hooks.policy;

/** One rule of a policy; what it does not say is -1, 0 or null. */
final class Rule {
  Glob job;
  Glob operator;

  /** Tag of a side output, or {@code main}: the rule is about what leaves there. */
  Glob output;

  /** The rule is about what is read from and written to topics. */
  Glob topic;

  int level = -1;
  int payload = -1;
  int logs = -1;
  int lookback = -1;
  long take;
  long of;
  String why = "";

  boolean fits(String[] names, String name) {
    if (job != null) {
      boolean any = false;
      for (String n : names) {
        any |= job.fits(n);
      }
      if (!any) {
        return false;
      }
    }
    return operator == null || operator.fits(name) || operator.fits(Policy.slug(name));
  }
}
