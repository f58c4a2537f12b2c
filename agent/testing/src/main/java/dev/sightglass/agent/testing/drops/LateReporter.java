package dev.sightglass.agent.testing.drops;

import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentSkipListMap;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Metric;
import org.apache.flink.metrics.MetricConfig;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.reporter.MetricReporter;
import org.apache.flink.metrics.reporter.MetricReporterFactory;

/** Keeps Flink's own counters of late records, to compare with. */
public final class LateReporter implements MetricReporter {
  private static final Map<String, Counter> COUNTERS = new ConcurrentSkipListMap<>();

  /** Found by {@code META-INF/services}. */
  public static final class Factory implements MetricReporterFactory {
    @Override
    public MetricReporter createMetricReporter(Properties properties) {
      return new LateReporter();
    }
  }

  /** One line a counter: {@code counter <operator> <metric> <count>}. */
  static void print() {
    COUNTERS.forEach((name, c) -> System.out.println("counter " + name + " " + c.getCount()));
  }

  @Override
  public void open(MetricConfig config) {
    // Nothing to set up.
  }

  @Override
  public void close() {
    // Counters are read after that.
  }

  @Override
  public void notifyOfAddedMetric(Metric metric, String name, MetricGroup group) {
    String low = name.toLowerCase(Locale.ROOT);
    if (metric instanceof Counter && low.contains("late") && low.contains("drop")) {
      String operator = group.getAllVariables().getOrDefault("<operator_name>", "?");
      COUNTERS.put(operator.replace(' ', '_') + " " + name, (Counter) metric);
    }
  }

  @Override
  public void notifyOfRemovedMetric(Metric metric, String name, MetricGroup group) {
    // The last value counts.
  }
}
