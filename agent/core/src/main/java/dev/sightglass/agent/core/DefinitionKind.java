package dev.sightglass.agent.core;

/** Kinds of definitions: {@code spec/recording.md}, section 3. Wire format. */
public final class DefinitionKind {
  public static final int STRING = 1;
  public static final int PROCESS = 2;
  public static final int PARTITION = 3;
  public static final int SERIALIZER = 4;
  public static final int STATE = 5;
  public static final int SCHEMA = 6;
  public static final int ATTEMPT = 7;
  public static final int SPLIT = 8;
  public static final int PATH = 9;
  public static final int GRAPH = 10;
  public static final int SUBCLASS = 11;

  private DefinitionKind() {}
}
