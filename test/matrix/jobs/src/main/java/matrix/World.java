package matrix;

import java.nio.file.Path;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.connector.datagen.source.GeneratorFunction;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;

/** What shapes are made from. */
final class World {
  /** A source waits for so many checkpoints on its way. */
  private static final int CHECKPOINTS = 4;

  final StreamExecutionEnvironment env;
  private final Path folder;

  World(StreamExecutionEnvironment env, Path folder) {
    this.env = env;
    this.folder = folder;
  }

  DataStream<Item> punctual(String name) {
    return source(name, Item::punctual);
  }

  DataStream<Item> often(String name) {
    return source(name, Item::often);
  }

  /**
   * One subtask, and a watermark behind each item that is newer than all before: what is late
   * follows from the items alone.
   */
  private DataStream<Item> source(String name, GeneratorFunction<Long, Item> maker) {
    return env.fromSource(
            new DataGeneratorSource<>(
                maker,
                Item.COUNT,
                RateLimiterStrategy.perCheckpoint((int) (Item.COUNT / CHECKPOINTS)),
                TypeInformation.of(Item.class)),
            WatermarkStrategy.<Item>forGenerator(context -> new Newest())
                .withTimestampAssigner((item, before) -> item.at),
            name)
        .uid(name)
        .setParallelism(1);
  }

  void write(DataStream<String> lines) {
    lines
        .map(new Lines(folder))
        .name("lines")
        .uid("lines")
        .sinkTo(new DiscardingSink<>())
        .name("discard")
        .uid("discard");
  }

  private static final class Newest implements WatermarkGenerator<Item> {
    private long newest = Long.MIN_VALUE;

    @Override
    public void onEvent(Item item, long time, WatermarkOutput output) {
      if (time > newest) {
        newest = time;
        output.emitWatermark(new Watermark(time - 1));
      }
    }

    @Override
    public void onPeriodicEmit(WatermarkOutput output) {}
  }
}
