package matrix;

import java.util.List;
import java.util.Map;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.Schema;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.types.Row;

/**
 * Shapes in SQL. A line begins with the row's kind; what a reader keeps of all lines is the result.
 */
final class TableShapes {
  private TableShapes() {}

  static List<Shape> all() {
    return List.of(
        new Shape(
            "sql-window",
            1,
            Map.of("window-aggregate-late", Item.lateItems()),
            world ->
                sql(
                    world,
                    world.often("items"),
                    Map.of("table.optimizer.agg-phase-strategy", "ONE_PHASE"),
                    "SELECT key, window_end, COUNT(*), SUM(n) FROM"
                        + " TABLE(TUMBLE(TABLE items, DESCRIPTOR(`time`), INTERVAL '1' SECOND))"
                        + " GROUP BY key, window_start, window_end")),
        new Shape(
            "sql-group",
            1,
            world ->
                sql(
                    world,
                    world.punctual("items"),
                    Map.of(
                        "table.exec.mini-batch.enabled", "true",
                        "table.exec.mini-batch.allow-latency", "50 ms",
                        "table.exec.mini-batch.size", "100"),
                    "SELECT key, COUNT(*), SUM(n), MAX(text) FROM items GROUP BY key")),
        new Shape(
            "sql-join",
            1,
            world ->
                sql(
                    world,
                    world.punctual("items"),
                    Map.of(),
                    "SELECT a.n, b.n, b.text FROM items a LEFT JOIN items b"
                        + " ON a.n = b.n * 3 AND b.key < 10")),
        new Shape(
            "sql-top",
            1,
            world ->
                sql(
                    world,
                    world.punctual("items"),
                    Map.of(),
                    "SELECT key, n, place FROM (SELECT key, n, ROW_NUMBER() OVER"
                        + " (PARTITION BY key ORDER BY MOD(n * 7919, 2003) DESC) AS place FROM items)"
                        + " WHERE place <= 3")));
  }

  private static void sql(
      World world, DataStream<Item> items, Map<String, String> settings, String query) {
    StreamTableEnvironment tables = StreamTableEnvironment.create(world.env);
    settings.forEach((key, value) -> tables.getConfig().set(key, value));
    tables.createTemporaryView(
        "items",
        items,
        Schema.newBuilder()
            .column("n", "BIGINT")
            .column("key", "INT")
            .column("at", "BIGINT")
            .column("text", "STRING")
            .columnByMetadata("time", DataTypes.TIMESTAMP_LTZ(3), "rowtime")
            .watermark("time", "SOURCE_WATERMARK()")
            .build());
    DataStream<Row> rows = tables.toChangelogStream(tables.sqlQuery(query));
    world.write(rows.map(Row::toString).name("text"));
  }
}
