package dev.sightglass.agent.hooks.weave;

/** One change of a class that a hook makes. */
interface Edit {
  /**
   * Checks the shape and makes the adapters; nothing of the class changes until the result runs.
   *
   * @return puts the change in
   */
  Runnable plan(Adapters adapters) throws Mismatch;
}
