package dev.sightglass.agent.wire;

import java.util.Map;

/** Carries out what the server tells the agent to do. Called by the reader thread. */
public interface Commands {
  /**
   * Carries out one command.
   *
   * @param command {@code stop}, {@code start}, {@code policy} or {@code lookback}
   * @param arguments the other members of the CONTROL frame, or of WELCOME
   * @return null when it is done, else one line that says why not
   */
  String run(String command, Map<String, Object> arguments);
}
