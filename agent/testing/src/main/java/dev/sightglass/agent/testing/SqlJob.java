package dev.sightglass.agent.testing;

import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.table.api.Schema;
import org.apache.flink.table.api.bridge.java.StreamStatementSet;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.types.Row;

/** A job whose middle is SQL: two statements in one set over a stream that becomes a table, and a stream of changes out of it. */
public final class SqlJob {
  private SqlJob() {}

  public static void main(String[] arguments) throws Exception {
    int records = Integer.parseInt(arguments[0]);
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.createLocalEnvironment(2, configuration());
    StreamTableEnvironment tables = StreamTableEnvironment.create(env);
    DataStream<Row> orders =
        env.fromSequence(0, records - 1)
            .map(i -> Row.of(i, "c" + i % 5, i % 7))
            .returns(
                Types.ROW_NAMED(
                    new String[] {"id", "customer", "amount"},
                    Types.LONG, Types.STRING, Types.LONG))
            .name("to-row");
    tables.createTemporaryView(
        "orders",
        orders,
        Schema.newBuilder()
            .column("id", "BIGINT")
            .column("customer", "STRING")
            .column("amount", "BIGINT")
            .columnByExpression("at", "PROCTIME()")
            .build());
    tables.executeSql(
        "CREATE TABLE totals (customer STRING, total BIGINT, PRIMARY KEY (customer) NOT ENFORCED)"
            + " WITH ('connector' = 'blackhole' /* 'password' = 'hunter2' */)");
    tables.executeSql(
        "CREATE TEMPORARY VIEW dear AS SELECT id, customer, amount FROM orders WHERE amount > 2");
    StreamStatementSet set = tables.createStatementSet();
    set.addInsertSql(
        "INSERT INTO totals SELECT customer, SUM(amount) AS total FROM dear GROUP BY customer");
    set.attachAsDataStream();
    tables
        .toChangelogStream(
            tables.sqlQuery(
                "SELECT l.id, UPPER(l.customer) AS who, r.amount * 2 AS twice"
                    + " FROM orders AS l JOIN dear AS r ON l.id = r.id"))
        .map(Row::toString)
        .name("to-text")
        .keyBy(s -> s.length())
        .map(s -> s)
        .sinkTo(new DiscardingSink<>());
    env.execute("sql");
    System.out.println("ends {}");
  }

  private static Configuration configuration() {
    Map<String, String> m = new TreeMap<>();
    m.put("execution.checkpointing.interval", "200ms");
    m.put("taskmanager.memory.network.min", "32m");
    m.put("taskmanager.memory.network.max", "32m");
    m.put("taskmanager.memory.managed.size", "32m");
    return Configuration.fromMap(m);
  }
}
