package com.example.shop;

import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;

/**
 * The totals that are worth a look, in SQL.
 *
 * <p>Arguments: {@code --bootstrap HOST:PORT}, {@code --limit-cents N}, {@code --parallelism N},
 * {@code --per-minute true} to add the totals of a merchant up to a minute before comparing.
 */
public final class MerchantAlerts {
  private MerchantAlerts() {}

  public static void main(String[] arguments) {
    Arguments parameters = new Arguments(arguments);
    String bootstrap = parameters.text("bootstrap", "localhost:9092");
    long limit = parameters.number("limit-cents", 500_000);

    TableEnvironment tables = TableEnvironment.create(EnvironmentSettings.inStreamingMode());
    tables.getConfig().set("pipeline.name", "merchant-alerts");
    tables.getConfig().set("parallelism.default", parameters.text("parallelism", "2"));
    tables
        .getConfig()
        .set(
            "execution.checkpointing.interval",
            parameters.text("checkpoint-millis", "3000") + " ms");

    tables.executeSql(
        "CREATE TABLE merchant_totals ("
            + " merchantId STRING, windowStart BIGINT, windowEnd BIGINT,"
            + " orders BIGINT, items BIGINT, totalCents BIGINT,"
            + " closed AS TO_TIMESTAMP_LTZ(windowEnd, 3),"
            + " WATERMARK FOR closed AS closed - INTERVAL '10' SECOND"
            + ") WITH ('connector' = 'kafka', 'topic' = 'merchant-totals',"
            + " 'properties.bootstrap.servers' = '"
            + bootstrap
            + "',"
            + " 'properties.group.id' = 'merchant-alerts',"
            + " 'scan.startup.mode' = 'earliest-offset', 'format' = 'json')");
    tables.executeSql(
        "CREATE TABLE alerts ("
            + " merchantId STRING, windowEnd BIGINT, totalCents BIGINT, averageCents BIGINT"
            + ") WITH ('connector' = 'kafka', 'topic' = 'alerts',"
            + " 'properties.bootstrap.servers' = '"
            + bootstrap
            + "',"
            + " 'key.format' = 'raw', 'key.fields' = 'merchantId',"
            + " 'value.format' = 'json')");

    tables.executeSql(
        parameters.text("per-minute", "false").equals("true") ? perMinute(limit) : perTotal(limit));
  }

  private static String perTotal(long limit) {
    return "INSERT INTO alerts"
        + " SELECT merchantId, windowEnd, totalCents, totalCents / orders"
        + " FROM merchant_totals WHERE totalCents > "
        + limit;
  }

  private static String perMinute(long limit) {
    return "INSERT INTO alerts"
        + " SELECT merchantId, MAX(windowEnd), SUM(totalCents), SUM(totalCents) / SUM(orders)"
        + " FROM TABLE(TUMBLE(TABLE merchant_totals, DESCRIPTOR(closed), INTERVAL '1' MINUTE))"
        + " GROUP BY merchantId, window_start, window_end HAVING SUM(totalCents) > "
        + limit;
  }
}
