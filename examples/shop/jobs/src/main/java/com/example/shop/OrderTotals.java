package com.example.shop;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.serialization.SerializationSchema;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.formats.json.JsonDeserializationSchema;
import org.apache.flink.formats.json.JsonSerializationSchema;
import org.apache.flink.streaming.api.datastream.BroadcastStream;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.windowing.assigners.TumblingEventTimeWindows;

/**
 * What each merchant sold, in euros, per ten seconds of the orders' own time.
 *
 * <p>Arguments: {@code --bootstrap HOST:PORT}, {@code --delivery at-least-once|exactly-once},
 * {@code --parallelism N}, {@code --checkpoint-millis N}, {@code --dedup-seconds N}.
 */
public final class OrderTotals {
  private OrderTotals() {}

  public static void main(String[] arguments) throws Exception {
    Arguments parameters = new Arguments(arguments);
    String bootstrap = parameters.text("bootstrap", "localhost:9092");

    Configuration configuration = new Configuration();
    configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
    configuration.set(
        RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, Integer.MAX_VALUE);
    configuration.set(
        RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofSeconds(5));
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(configuration);
    env.setParallelism((int) parameters.number("parallelism", 4));
    env.enableCheckpointing(parameters.number("checkpoint-millis", 3000));

    DataStream<Order> orders =
        env.fromSource(
                source(bootstrap, "orders", Order.class),
                WatermarkStrategy.<Order>forBoundedOutOfOrderness(Duration.ofSeconds(5))
                    .withTimestampAssigner((order, timestamp) -> order.eventTime)
                    .withIdleness(Duration.ofSeconds(15)),
                "orders")
            .uid("orders");

    BroadcastStream<FxRate> rates =
        env.fromSource(
                source(bootstrap, "fx-rates", FxRate.class),
                WatermarkStrategy.forGenerator(context -> new AlwaysInTime<>()),
                "fx-rates")
            .uid("fx-rates")
            .setParallelism(1)
            .broadcast(ConvertToEuro.RATES);

    orders
        .keyBy(order -> order.orderId)
        .process(new DropDuplicates(Duration.ofSeconds(parameters.number("dedup-seconds", 60))))
        .name("drop duplicates")
        .uid("drop-duplicates")
        .connect(rates)
        .process(new ConvertToEuro())
        .name("convert to euro")
        .uid("convert-to-euro")
        .keyBy(sale -> sale.merchantId)
        .window(TumblingEventTimeWindows.of(Duration.ofSeconds(10)))
        .aggregate(new AddUp(), new NameWindow())
        .name("totals per merchant")
        .uid("totals-per-merchant")
        .sinkTo(sink(bootstrap, parameters.text("delivery", "at-least-once")))
        .name("merchant-totals")
        .uid("merchant-totals");

    env.execute("order-totals");
  }

  private static <T> KafkaSource<T> source(String bootstrap, String topic, Class<T> type) {
    return KafkaSource.<T>builder()
        .setBootstrapServers(bootstrap)
        .setTopics(topic)
        .setGroupId("order-totals")
        .setStartingOffsets(OffsetsInitializer.earliest())
        .setValueOnlyDeserializer(new JsonDeserializationSchema<>(type))
        .build();
  }

  private static KafkaSink<MerchantTotal> sink(String bootstrap, String delivery) {
    SerializationSchema<MerchantTotal> key =
        total -> total.merchantId.getBytes(StandardCharsets.UTF_8);
    return KafkaSink.<MerchantTotal>builder()
        .setBootstrapServers(bootstrap)
        .setRecordSerializer(
            KafkaRecordSerializationSchema.<MerchantTotal>builder()
                .setTopic("merchant-totals")
                .setKeySerializationSchema(key)
                .setValueSerializationSchema(new JsonSerializationSchema<>())
                .build())
        .setDeliveryGuarantee(guarantee(delivery))
        .setTransactionalIdPrefix("order-totals")
        // Brokers refuse Flink's default of an hour.
        .setProperty("transaction.timeout.ms", "600000")
        .build();
  }

  private static DeliveryGuarantee guarantee(String name) {
    switch (name) {
      case "at-least-once":
        return DeliveryGuarantee.AT_LEAST_ONCE;
      case "exactly-once":
        return DeliveryGuarantee.EXACTLY_ONCE;
      default:
        throw new IllegalArgumentException("--delivery is at-least-once or exactly-once");
    }
  }
}
