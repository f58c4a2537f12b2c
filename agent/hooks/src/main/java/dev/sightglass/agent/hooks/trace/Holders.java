package dev.sightglass.agent.hooks.trace;

import dev.sightglass.agent.hooks.flink.Mirror;
import java.util.List;
import java.util.Map;

/** Finds the input that a combined watermark waits for: the lowest of those that count. */
final class Holders {
  private Holders() {}

  /**
   * @param combined a {@code StatusWatermarkValve}, {@code WatermarkOutputMultiplexer} or {@code
   *     IndexedCombinedWatermarkStatus}
   * @param own takes the input's own watermark
   * @return its index, or the id of the split; null: all are idle
   */
  static Object of(Object combined, long[] own) {
    switch (combined.getClass().getSimpleName()) {
      case "StatusWatermarkValve":
        return ofValve((List<?>) Mirror.field(combined, "subpartitionStatuses"), own);
      case "WatermarkOutputMultiplexer":
        return ofSplits((Map<?, ?>) Mirror.field(combined, "watermarkPerOutputId"), own);
      default:
        return ofInputs((Object[]) Mirror.field(combined, "partialWatermarks"), own);
    }
  }

  private static Object ofValve(List<?> channels, long[] own) {
    Integer lowest = null;
    for (int i = 0; i < channels.size(); i++) {
      for (Object status : ((Map<?, ?>) channels.get(i)).values()) {
        long w = (Long) Mirror.field(status, "watermark");
        if ((Boolean) Mirror.field(status, "isWatermarkAligned")
            && (lowest == null || w < own[0])) {
          lowest = i;
          own[0] = w;
        }
      }
    }
    return lowest;
  }

  private static Object ofSplits(Map<?, ?> splits, long[] own) {
    Object lowest = null;
    for (Map.Entry<?, ?> e : splits.entrySet()) {
      long w = (Long) Mirror.field(e.getValue(), "watermark");
      if (!(Boolean) Mirror.field(e.getValue(), "idle") && (lowest == null || w < own[0])) {
        lowest = e.getKey();
        own[0] = w;
      }
    }
    return lowest;
  }

  private static Object ofInputs(Object[] inputs, long[] own) {
    Integer lowest = null;
    for (int i = 0; i < inputs.length; i++) {
      long w = (Long) Mirror.field(inputs[i], "watermark");
      if (!(Boolean) Mirror.field(inputs[i], "idle") && (lowest == null || w < own[0])) {
        lowest = i;
        own[0] = w;
      }
    }
    return lowest;
  }
}
