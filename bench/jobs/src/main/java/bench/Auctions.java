package bench;

import java.util.Map;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.table.api.Schema;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.types.Row;

/**
 * Queries over an auction house in SQL, in the manner of NEXMark. Arguments: the query, the
 * parallelism, the job's name, and events per second (0: as fast as it goes).
 */
public final class Auctions {
  private static final Map<String, String> QUERIES =
      Map.of(
          "stateless",
          "SELECT auction, person, price * 908 / 1000 AS price, UPPER(text) AS text, due"
              + " FROM bids WHERE category <> 3",
          "window",
          "SELECT auction, COUNT(*) AS bids, MAX(price) AS price, MAX(due) AS due FROM"
              + " TABLE(TUMBLE(TABLE bids, DESCRIPTOR(`at`), INTERVAL '10' SECOND))"
              + " GROUP BY auction, window_start, window_end",
          "join",
          "SELECT b.auction, b.price, a.category, a.text, b.due FROM bids b"
              + " JOIN auctions a ON b.auction = a.auction"
              + " AND b.`at` BETWEEN a.`at` AND a.`at` + INTERVAL '10' SECOND",
          // Lots, not auctions: the state of a long run must not grow until it measures the
          // collector of garbage.
          "topn",
          "SELECT lot, auction, person, price, due FROM (SELECT *, ROW_NUMBER() OVER"
              + " (PARTITION BY lot ORDER BY `at` DESC) AS place"
              + " FROM (SELECT *, MOD(auction, 5000) AS lot FROM bids)) WHERE place <= 10",
          "dedup",
          "SELECT lot, category, person, price, text, due FROM (SELECT *, ROW_NUMBER() OVER"
              + " (PARTITION BY lot, category ORDER BY `at` DESC) AS place"
              + " FROM (SELECT *, MOD(auction, 5000) AS lot FROM bids)) WHERE place = 1");

  private Auctions() {}

  public static void main(String[] arguments) throws Exception {
    String query = QUERIES.get(arguments[0]);
    if (query == null) {
      throw new IllegalArgumentException("no query " + arguments[0] + ", only " + QUERIES.keySet());
    }
    int parallelism = Integer.parseInt(arguments[1]);
    String name = arguments[2];
    double rate = Double.parseDouble(arguments[3]);
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    env.setParallelism(parallelism);
    env.enableCheckpointing(5000);
    env.getConfig().enableObjectReuse();
    StreamTableEnvironment tables = StreamTableEnvironment.create(env);
    DataStream<Event> events =
        env.fromSequence(0, Long.MAX_VALUE - 1)
            .map(new Generator(rate / parallelism))
            .returns(Event.class)
            .name("generate");
    tables.createTemporaryView(
        "events",
        events,
        Schema.newBuilder()
            .column("kind", "INT")
            .column("auction", "BIGINT")
            .column("person", "BIGINT")
            .column("category", "INT")
            .column("price", "BIGINT")
            .column("text", "STRING")
            .column("at", "TIMESTAMP_LTZ(3)")
            .column("due", "BIGINT")
            .watermark("at", "`at` - INTERVAL '1' SECOND")
            .build());
    tables.executeSql(
        "CREATE TEMPORARY VIEW auctions AS SELECT auction, person, category, price, text, `at`"
            + " FROM events WHERE kind = 1");
    tables.executeSql(
        "CREATE TEMPORARY VIEW bids AS SELECT auction, person, category, price, text, `at`, due"
            + " FROM events WHERE kind = 2");
    DataStream<Row> results = tables.toChangelogStream(tables.sqlQuery(query));
    results.map(new Latency()).name("latency").sinkTo(new DiscardingSink<>()).name("discard");
    env.execute(name);
  }
}
