package dev.sightglass.agent.testing.drops;

import static org.apache.flink.types.RowKind.DELETE;
import static org.apache.flink.types.RowKind.INSERT;
import static org.apache.flink.types.RowKind.UPDATE_AFTER;

import java.time.ZoneOffset;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.Schema;
import org.apache.flink.table.api.Table;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.table.connector.ChangelogMode;

/** Pipelines of SQL. Each has a table environment of its own, since options differ. */
final class TableDrops {
  private static final long NONE = Script.NONE;
  private static final String SECOND = "INTERVAL '1' SECOND";

  /** Classes of the newer line, which drops in more places and keeps in others. */
  static final boolean NEW = exists("org.apache.flink.table.functions.ProcessTableFunction");

  /** States that answer later, which only the newer line has. */
  private static final String ASYNC = "table.exec.async-state.enabled=true";

  private final StreamExecutionEnvironment env;

  TableDrops(StreamExecutionEnvironment env) {
    this.env = env;
  }

  private static boolean exists(String className) {
    try {
      Class.forName(className);
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }

  void build() {
    joins();
    windows();
    over();
    sort();
    firstRows();
    rowTimes();
    changelogs();
    processFunction();
  }

  /** Tables, options and a query of one pipeline. */
  private final class Pipeline {
    private final String name;
    private final StreamTableEnvironment tables = StreamTableEnvironment.create(env);

    Pipeline(String name, String... options) {
      this.name = name;
      tables.getConfig().setLocalTimeZone(ZoneOffset.UTC);
      // An option goes on into the environment, and from there to the pipelines behind.
      set(
          "table.exec.mini-batch.enabled=false",
          "table.exec.deduplicate.mini-batch.compact-changes-enabled=false",
          "table.optimizer.agg-phase-strategy=AUTO",
          "table.exec.async-state.enabled=false");
      set(options);
    }

    private void set(String... options) {
      for (String o : options) {
        int eq = o.indexOf('=');
        tables.getConfig().set(o.substring(0, eq), o.substring(eq + 1));
      }
    }

    private Schema.Builder columns() {
      return Schema.newBuilder()
          .column("id", DataTypes.BIGINT())
          .column("k", DataTypes.STRING())
          .column("fate", DataTypes.STRING());
    }

    /** {@code rt} is the record's time, {@code pt} the clock. */
    Pipeline table(String table, Script s) {
      tables.createTemporaryView(
          table,
          tables.fromDataStream(
              s.rows(env),
              columns()
                  .columnByMetadata("rt", DataTypes.TIMESTAMP_LTZ(3), "rowtime")
                  .columnByExpression("pt", "PROCTIME()")
                  .watermark("rt", "SOURCE_WATERMARK()")
                  .build()));
      return this;
    }

    /** The time is a column like others, which may be null. */
    Pipeline tableOfColumns(String table, Script s) {
      tables.createTemporaryView(
          table,
          tables.fromDataStream(
              s.rows(env),
              columns()
                  .column("ts", DataTypes.TIMESTAMP_LTZ(3))
                  .watermark("ts", "SOURCE_WATERMARK()")
                  .build()));
      return this;
    }

    Pipeline changelog(String table, Script s, ChangelogMode mode, boolean key) {
      Schema.Builder b =
          Schema.newBuilder()
              .column("id", DataTypes.BIGINT())
              .column("k", DataTypes.STRING().notNull())
              .column("fate", DataTypes.STRING())
              .columnByMetadata("rt", DataTypes.TIMESTAMP_LTZ(3), "rowtime")
              .watermark("rt", "SOURCE_WATERMARK()");
      if (key) {
        b.primaryKey("k");
      }
      tables.createTemporaryView(table, tables.fromChangelogStream(s.rows(env), b.build(), mode));
      return this;
    }

    void query(String sql) {
      StreamDrops.end(tables.toChangelogStream(tables.sqlQuery(sql)), name);
    }

    void query(String sql, Schema sink, ChangelogMode mode) {
      Table t = tables.sqlQuery(sql);
      StreamDrops.end(tables.toChangelogStream(t, sink, mode), name);
    }
  }

  private static String tvf(String table) {
    return "TABLE(TUMBLE(TABLE " + table + ", DESCRIPTOR(rt), " + SECOND + "))";
  }

  // ---- joins

  private void joins() {
    new Pipeline("interval-join-sql")
        .table(
            "L",
            new Script("interval-join-sql")
                .keep("a", 10_000)
                .watermark(20_000)
                .await(18_000)
                .drop("join-time-passed", "a", 5_000, 20_000, 1000)
                .keep("a", 19_500))
        .table(
            "R",
            new Script("interval-join-sql")
                .keep("a", 10_500)
                .watermark(20_000)
                .await(18_000)
                .drop("join-time-passed", "b", 6_000, 20_000, 2000))
        .query(
            "SELECT L.id, R.id, L.fate, R.fate FROM L JOIN R ON L.k = R.k AND L.rt BETWEEN R.rt - "
                + SECOND
                + " AND R.rt + INTERVAL '2' SECOND");

    windowJoin("window-join");
    if (NEW) {
      windowJoin("window-join-async", ASYNC);
    }

    new Pipeline("temporal-join")
        .table(
            "P",
            new Script("temporal-join")
                .keep("a", 2000)
                .watermark(5000)
                .await(5000)
                .drop("temporal-join-no-version", "a", 500, 6000, NONE)
                .drop("temporal-join-no-version", "x", 5500, 6000, NONE)
                .watermark(6000))
        .changelog(
            "V",
            new Script("temporal-join")
                .keep("a", 1000)
                .watermark(5000)
                .await(5000)
                .drop("temporal-join-build-late", "a", 4000, 5000, NONE)
                .watermark(6000),
            ChangelogMode.all(),
            true)
        .query(
            "SELECT P.id, V.id, P.fate, V.fate FROM P JOIN V FOR SYSTEM_TIME AS OF P.rt ON P.k = V.k");
  }

  /** One row in time, and one when the window that ends at {@code end} has fired. */
  private static Script lateForJoin(String name, long at, long late, long end) {
    return new Script(name)
        .keep("a", at)
        .watermark(5000)
        .await(5000)
        .drop("window-join-late", INSERT, "a", late, end, 5000, NONE);
  }

  private void windowJoin(String name, String... options) {
    new Pipeline(name, options)
        .table("L", lateForJoin(name, 100, 1500, 2000))
        .table("R", lateForJoin(name, 200, 2500, 3000))
        .query(
            "SELECT L.id, R.id, L.fate, R.fate FROM (SELECT * FROM "
                + tvf("L")
                + ") L JOIN (SELECT * FROM "
                + tvf("R")
                + ") R ON L.k = R.k AND L.window_start = R.window_start"
                + " AND L.window_end = R.window_end");
  }

  // ---- windows

  private Script window(String name) {
    return new Script(name)
        .keep("a", 1500)
        .watermark(5000)
        .drop("window-aggregate-late", INSERT, "a", 500, 1000, 5000, NONE)
        .drop("window-aggregate-late", INSERT, "b", 4999, 5000, 5000, NONE)
        .keep("b", 5000);
  }

  private void windows() {
    String aggregate =
        "SELECT k, MAX(id), MAX(fate), COUNT(*) FROM " + tvf("T") + " GROUP BY window_start, window_end, k";
    new Pipeline("window-aggregate", "table.optimizer.agg-phase-strategy=ONE_PHASE")
        .table("T", window("window-aggregate"))
        .query(aggregate);
    if (NEW) {
      new Pipeline("window-aggregate-async", "table.optimizer.agg-phase-strategy=ONE_PHASE", ASYNC)
          .table("T", window("window-aggregate-async"))
          .query(aggregate);
    }

    // Two records, which meet before they are dropped: the partial aggregate is one.
    new Pipeline("window-two-phase", "table.optimizer.agg-phase-strategy=TWO_PHASE")
        .table(
            "T",
            new Script("window-two-phase")
                .keep("a", 1500)
                .watermark(5000)
                .await(5000)
                .plant("window-aggregate-late", 1000, 5000, NONE)
                .keep("a", 500)
                .keep("a", 600)
                .watermark(6000))
        .query(aggregate);

    new Pipeline("window-rank")
        .table("T", window("window-rank"))
        .query(
            "SELECT id, k, fate FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY window_start,"
                + " window_end, k ORDER BY id DESC) AS n FROM "
                + tvf("T")
                + ") WHERE n <= 2");

    new Pipeline("window-deduplicate")
        .table("T", window("window-deduplicate"))
        .query(
            "SELECT id, k, fate FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY window_start,"
                + " window_end, k ORDER BY rt DESC) AS n FROM "
                + tvf("T")
                + ") WHERE n <= 1");

    new Pipeline("group-window")
        .table(
            "T",
            new Script("group-window")
                .keep("a", 1500)
                .watermark(5000)
                .drop("group-window-late", "a", 500, 5000, 0)
                .keep("a", 5001))
        .query(
            "SELECT k, MAX(id), MAX(fate), COUNT(*) FROM T GROUP BY TUMBLE(rt, " + SECOND + "), k");

    new Pipeline("window-function")
        .tableOfColumns(
            "T",
            new Script("window-function")
                .keep("a", 1500)
                .drop("null-row-time", INSERT, "a", NONE, NONE, NONE, NONE)
                .keep("a", 1600))
        .query(
            "SELECT id, k, fate, window_end FROM TABLE(TUMBLE(TABLE T, DESCRIPTOR(ts), "
                + SECOND
                + "))");
  }

  // ---- over, sort

  private void over() {
    Script late = new Script("over-rows").keep("a", 1000).watermark(2000).await(2000);
    over("over-rows", late.drop("over-late", "a", 1500, 2000, NONE), "ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW");
    late = new Script("over-range").keep("a", 1000).watermark(2000).await(2000);
    over("over-range", late.drop("over-late", "a", 1500, 2000, NONE), "RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW");
    // Bounded ones compare with what was given out last, not with the watermark.
    late = new Script("over-rows-bounded").keep("a", 1000).watermark(2000).await(2000);
    late.drop("over-late", "a", 900, 1000, NONE).keep("a", 1500);
    over("over-rows-bounded", late, "ROWS BETWEEN 2 PRECEDING AND CURRENT ROW");
    late = new Script("over-range-bounded").keep("a", 1000).watermark(2000).await(2000);
    late.drop("over-late", "a", 900, 1000, NONE).keep("a", 1500);
    over("over-range-bounded", late, "RANGE BETWEEN " + SECOND + " PRECEDING AND CURRENT ROW");
  }

  private void over(String name, Script script, String frame) {
    new Pipeline(name)
        .table("T", script)
        .query("SELECT id, fate, COUNT(*) OVER (PARTITION BY k ORDER BY rt " + frame + ") FROM T");
  }

  private void sort() {
    new Pipeline("sort")
        .table(
            "T",
            new Script("sort")
                .keep("a", 1000)
                .watermark(2000)
                .await(2000)
                .drop("sort-late", "a", 900, 1000, NONE)
                .keep("a", 1500))
        .query("SELECT id, k, fate, rt FROM T ORDER BY rt");
  }

  // ---- deduplication

  private static String first(String order) {
    return "SELECT id, k, fate FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY "
        + order
        + ") AS n FROM T) WHERE n = 1";
  }

  private static final String[] BUNDLES = {
    "table.exec.mini-batch.enabled=true", "table.exec.mini-batch.allow-latency=1 h"
  };

  private static String[] bundles(String... more) {
    String[] all = java.util.Arrays.copyOf(BUNDLES, BUNDLES.length + more.length);
    System.arraycopy(more, 0, all, BUNDLES.length, more.length);
    return all;
  }

  private static Script duplicates(String name) {
    return new Script(name)
        .keep("a", 1)
        .drop("duplicate", INSERT, "a", 2, NONE, NONE, NONE)
        .keep("b", 3)
        .drop("duplicate", INSERT, "a", 4, NONE, NONE, NONE)
        .drop("duplicate", INSERT, "b", 5, NONE, NONE, NONE)
        .keep("c", 6);
  }

  private void firstRows() {
    new Pipeline("deduplicate").table("T", duplicates("deduplicate")).query(first("pt ASC"));
    new Pipeline("deduplicate-bundles", bundles("table.exec.mini-batch.size=3"))
        .table("T", duplicates("deduplicate-bundles"))
        .query(first("pt ASC"));
  }

  private void rowTimes() {
    Script keepFirst =
        new Script("deduplicate-rowtime-first")
            .keep("a", 1000)
            .drop("duplicate", "a", 1500, 1000, NONE)
            .watermark(2000)
            .await(2000);
    if (NEW) {
      keepFirst
          .drop("duplicate", "a", 2500, NONE, NONE)
          .drop("deduplicate-late", "a", 1800, 2000, NONE);
    } else {
      keepFirst
          .drop("duplicate", "a", 2500, 1000, NONE)
          .drop("duplicate", "a", 1800, 1000, NONE);
    }
    new Pipeline("deduplicate-rowtime-first").table("T", keepFirst).query(first("rt ASC"));

    new Pipeline("deduplicate-rowtime-last")
        .table("T", older("deduplicate-rowtime-last"))
        .query(first("rt DESC"));
    if (NEW) {
      new Pipeline("deduplicate-rowtime-async", ASYNC)
          .table("T", older("deduplicate-rowtime-async"))
          .query(first("rt DESC"));
    }
    new Pipeline("deduplicate-rowtime-bundles", bundles("table.exec.mini-batch.size=100"))
        .table("T", older("deduplicate-rowtime-bundles"))
        .query(first("rt DESC"));
    new Pipeline(
            "deduplicate-rowtime-compact",
            bundles(
                "table.exec.mini-batch.size=3",
                "table.exec.deduplicate.mini-batch.compact-changes-enabled=true"))
        .table("T", older("deduplicate-rowtime-compact").drop("duplicate", "a", 1700, 2000, NONE))
        .query(first("rt DESC"));
  }

  private static Script older(String name) {
    return new Script(name)
        .keep("a", 1000)
        .keep("a", 2000)
        .drop("duplicate", "a", 1500, 2000, NONE);
  }

  // ---- changelogs, sinks

  private void changelogs() {
    for (boolean bundled : new boolean[] {false, true}) {
      String name = bundled ? "normalize-bundles" : "normalize";
      new Pipeline(name, bundled ? bundles("table.exec.mini-batch.size=2") : new String[0])
          .changelog(
              "T",
              new Script(name)
                  .keep(UPDATE_AFTER, "a", 1)
                  .drop("delete-of-unknown-row", DELETE, "b", 2, NONE, NONE, NONE)
                  .keep(DELETE, "a", 3),
              ChangelogMode.upsert(),
              true)
          .query("SELECT id, k, fate FROM T");
    }
    Schema sink =
        Schema.newBuilder()
            .column("id", DataTypes.BIGINT())
            .column("k", DataTypes.STRING().notNull())
            .column("fate", DataTypes.STRING())
            .primaryKey("k")
            .build();
    new Pipeline("upsert", "table.exec.sink.upsert-materialize=FORCE")
        .changelog(
            "T",
            new Script("upsert")
                .keep(INSERT, "a", 1)
                .drop("retract-of-unknown-row", DELETE, "a", 2, NONE, NONE, NONE)
                .keep(INSERT, "b", 3),
            ChangelogMode.all(),
            false)
        .query("SELECT id, k, fate FROM T", sink, ChangelogMode.upsert());

    Schema strict =
        Schema.newBuilder()
            .column("id", DataTypes.BIGINT())
            .column("k", DataTypes.STRING().notNull())
            .column("fate", DataTypes.STRING())
            .build();
    new Pipeline("not-null", "table.exec.sink.not-null-enforcer=DROP")
        .table(
            "T",
            new Script("not-null")
                .keep("a", 1)
                .drop("null-in-not-null-column", INSERT, null, 2, NONE, NONE, NONE)
                .keep("b", 3))
        .query("SELECT id, k, fate FROM T", strict, ChangelogMode.insertOnly());
  }

  // ---- process table functions

  private void processFunction() {
    if (!NEW) {
      return;
    }
    Pipeline p =
        new Pipeline("process-table-function")
            .table(
                "T",
                new Script("process-table-function")
                    .keep("a", 1000)
                    .watermark(2000)
                    .await(2000)
                    .drop("process-table-function-late", "a", 1500, 2000, NONE)
                    .keep("a", 2500));
    p.tables.executeSql(
        "CREATE TEMPORARY SYSTEM FUNCTION inOrder AS 'dev.sightglass.agent.testing.drops.InOrder'");
    p.query("SELECT * FROM inOrder(r => TABLE T PARTITION BY k ORDER BY rt, on_time => DESCRIPTOR(rt))");
  }
}
