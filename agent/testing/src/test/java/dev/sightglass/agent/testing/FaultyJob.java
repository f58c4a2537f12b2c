package dev.sightglass.agent.testing;

import dev.sightglass.bootstrap.Hooks;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A job that runs under the agent once for each hook, with that hook failing at every call. Prints
 * for each what the job's ends saw and how often the hook failed, after a line for the run in which
 * none fails.
 */
public final class FaultyJob {
  private static final String[] ARGUMENTS = {"1500", "unaligned", "-1", "5"};

  private FaultyJob() {}

  public static void main(String[] arguments) throws Exception {
    // The first hooks of each id, and what places they have.
    Map<String, List<Integer>> hooks = new LinkedHashMap<>();
    for (int i = 0; i < Hooks.MAX_HOOKS && Hooks.id(i) != null; i++) {
      hooks.computeIfAbsent(Hooks.id(i), k -> new ArrayList<>()).add(i);
    }
    List<String> wanted = Arrays.asList(arguments);
    System.out.println("none " + TopologyJob.run(ARGUMENTS));
    // What fires only now and then, such as at a log line, need not do so in its turn.
    Map<String, Integer> fired = new HashMap<>();
    hooks.forEach((id, all) -> fired.put(id, all.stream().mapToInt(Hooks.fired()::get).sum()));
    for (Map.Entry<String, List<Integer>> e : hooks.entrySet()) {
      if (!wanted.isEmpty() && !wanted.contains(e.getKey())) {
        continue;
      }
      Hooks.inject(e.getValue().get(0));
      String ends = TopologyJob.run(ARGUMENTS);
      int failed = e.getValue().stream().mapToInt(Hooks::failures).sum();
      System.out.println(
          "hook " + e.getKey() + " " + (fired.get(e.getKey()) > 0) + " " + failed + " " + Hooks.off + " " + ends);
      Hooks.start();
    }
  }
}
