package dev.sightglass.bootstrap;

/** A method that tells its lines. */
public final class LineMethod {
  public final String className;
  public final String name;
  public final String descriptor;

  /** Name of the source file, empty = the class does not say. */
  public final String source;

  /**
   * {@code SourceDebugExtension} of the class, which says where inlined lines are from; or empty.
   */
  public final String map;

  /** Names and descriptors of its variables, by the index that {@link LineProbe#local} gets. */
  public final String[] names;

  public final String[] descriptors;

  /** It has a line table. */
  public final boolean lines;

  public LineMethod(
      String className,
      String name,
      String descriptor,
      String source,
      String map,
      String[] names,
      String[] descriptors,
      boolean lines) {
    this.className = className;
    this.name = name;
    this.descriptor = descriptor;
    this.source = source;
    this.map = map;
    this.names = names;
    this.descriptors = descriptors;
    this.lines = lines;
  }
}
