package e2e;

import com.google.protobuf.Timestamp;
import java.util.List;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.Schema;
import org.apache.flink.table.api.bridge.java.StreamStatementSet;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.types.Row;

/**
 * Sends numbers through values that only classes of this jar can read, each over a real exchange: a
 * Kryo serializer of its own, a message of Protobuf through Kryo, a serializer of its own. What
 * comes out is summed up by a statement of SQL. Ends by itself.
 */
public final class OwnValues {
  private OwnValues() {}

  public static void main(String[] arguments) throws Exception {
    long count = Long.parseLong(arguments[0]);
    Configuration configuration = new Configuration();
    configuration.set(
        PipelineOptions.SERIALIZATION_CONFIG,
        List.of(
            "e2e.Parcel: {type: kryo, kryo-type: registered, class: e2e.Parcel$Wire}",
            "com.google.protobuf.Timestamp: {type: kryo, kryo-type: default, class:"
                + " com.twitter.chill.protobuf.ProtobufSerializer}"));
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(configuration);
    env.setParallelism(2);
    DataStream<Tuple2<Parcel, Long>> parcels =
        step(
            env.fromSequence(1, count),
            "to parcel",
            number -> Tuple2.of(new Parcel(number), -number),
            Types.TUPLE(Types.GENERIC(Parcel.class), Types.LONG));
    DataStream<Timestamp> messages =
        step(
            parcels,
            "to message",
            parcel -> Timestamp.newBuilder().setSeconds(parcel.f0.number).setNanos(7).build(),
            Types.GENERIC(Timestamp.class));
    DataStream<Coin> coins =
        step(
            messages,
            "to coin",
            message -> new Coin(message.getSeconds(), "mint-" + message.getSeconds()),
            new Coin.Type());
    DataStream<Row> rows =
        step(
            coins,
            "to row",
            coin -> Row.of(coin.cents % 3, coin.cents),
            Types.ROW_NAMED(new String[] {"third", "cents"}, Types.LONG, Types.LONG));

    StreamTableEnvironment tables = StreamTableEnvironment.create(env);
    tables.createTemporaryView(
        "coins",
        rows,
        Schema.newBuilder().column("third", "BIGINT").column("cents", "BIGINT").build());
    tables.executeSql(
        "CREATE TABLE sums (third BIGINT, cents BIGINT, PRIMARY KEY (third) NOT ENFORCED)"
            + " WITH ('connector' = 'blackhole')");
    StreamStatementSet set = tables.createStatementSet();
    set.addInsertSql(
        "INSERT INTO sums SELECT third, SUM(cents) AS cents FROM coins GROUP BY third");
    set.attachAsDataStream();
    env.execute("own-values");
  }

  private static <I, O> DataStream<O> step(
      DataStream<I> in, String name, MapFunction<I, O> map, TypeInformation<O> type) {
    return in.map(map).returns(type).name(name).uid(name.replace(' ', '-')).rebalance();
  }
}
