package dev.sightglass.bootstrap;

/** Stands in an added field where nothing is to be recorded, so that it is not looked for again. */
final class Nothing {
  static final Object HERE = new Nothing();

  private Nothing() {}
}
