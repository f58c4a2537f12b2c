package dev.sightglass.agent.testing.drops;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.formats.common.TimestampFormat;
import org.apache.flink.formats.csv.CsvRowDataDeserializationSchema;
import org.apache.flink.formats.json.JsonParserRowDataDeserializationSchema;
import org.apache.flink.formats.json.JsonRowDataDeserializationSchema;
import org.apache.flink.formats.json.canal.CanalJsonDeserializationSchema;
import org.apache.flink.formats.json.debezium.DebeziumJsonDeserializationSchema;
import org.apache.flink.formats.json.maxwell.MaxwellJsonDeserializationSchema;
import org.apache.flink.formats.json.ogg.OggJsonDeserializationSchema;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.runtime.typeutils.InternalTypeInfo;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.util.Collector;

/** Formats that are told to ignore what they cannot read, one behind the other. */
final class FormatDrops {
  /** The older line has one more. */
  private static final String JSON_ROW =
      "org.apache.flink.formats.json.JsonRowDeserializationSchema$Builder";

  private static final TimestampFormat ISO = TimestampFormat.ISO_8601;

  private final StreamExecutionEnvironment env;

  FormatDrops(StreamExecutionEnvironment env) {
    this.env = env;
  }

  void build() throws ReflectiveOperationException {
    DataType type = DataTypes.ROW(DataTypes.FIELD("a", DataTypes.BIGINT()));
    RowType row = (RowType) type.getLogicalType();
    TypeInformation<RowData> info = InternalTypeInfo.of(row);
    Script script = new Script("formats");
    json(script, "json");
    jsonParser(script);
    debezium(script);
    canal(script);
    maxwell(script);
    ogg(script);
    // A quote that is not closed; and what is behind a closed one.
    script
        .message("csv", "1")
        .unreadable("csv", "\"1", "JsonParseException")
        .unreadable("csv", "\"1\"2", "JsonParseException");
    boolean older = older();
    if (older) {
      json(script, "json-row");
    }

    DataStream<Planted> s = script.records(env).rebalance();
    s = parse(s, "json", new JsonRowDataDeserializationSchema(row, info, false, true, ISO));
    s =
        parse(
            s,
            "json-parser",
            new JsonParserRowDataDeserializationSchema(row, info, false, true, ISO));
    s =
        parse(
            s,
            "debezium",
            new DebeziumJsonDeserializationSchema(
                type, Collections.emptyList(), info, false, true, ISO));
    s =
        parse(
            s,
            "canal",
            CanalJsonDeserializationSchema.builder(type, Collections.emptyList(), info)
                .setIgnoreParseErrors(true)
                .setTimestampFormat(ISO)
                .build());
    // A task tells so many records in one go with their bytes, and no more: another task.
    s =
        ((SingleOutputStreamOperator<Planted>)
                parse(
                    s,
                    "maxwell",
                    new MaxwellJsonDeserializationSchema(
                        type, Collections.emptyList(), info, true, ISO)))
            .startNewChain();
    s =
        parse(
            s,
            "ogg",
            new OggJsonDeserializationSchema(type, Collections.emptyList(), info, true, ISO));
    s =
        parse(
            s,
            "csv",
            new CsvRowDataDeserializationSchema.Builder(row, info)
                .setIgnoreParseErrors(true)
                .build());
    if (older) {
      s = parse(s, "json-row", jsonRow());
    }
    StreamDrops.end(s, "formats");
  }

  private static boolean older() {
    try {
      Class.forName(JSON_ROW);
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }

  private static DeserializationSchema<?> jsonRow() throws ReflectiveOperationException {
    Class<?> builder = Class.forName(JSON_ROW);
    Object b =
        builder
            .getConstructor(TypeInformation.class)
            .newInstance(Types.ROW_NAMED(new String[] {"a"}, Types.LONG));
    builder.getMethod("ignoreParseErrors").invoke(b);
    return (DeserializationSchema<?>) builder.getMethod("build").invoke(b);
  }

  // ---- messages

  private static void json(Script script, String format) {
    script
        .message(format, "{\"a\": 1}")
        .unreadable(format, "{\"a\": 1", "JsonEOFException")
        .unreadable(format, "[", "JsonEOFException")
        .message(format, "{\"a\": 2}");
  }

  /** Of an object that is cut off this one makes null, without an error. */
  private static void jsonParser(Script script) {
    script
        .message("json-parser", "{\"a\": 1}")
        .unreadable("json-parser", "a: 1", "JsonParseException")
        .unreadable("json-parser", "7", "JsonMappingException");
  }

  private static void debezium(Script script) {
    script
        .message("debezium", "{\"before\": null, \"after\": {\"a\": 1}, \"op\": \"c\"}")
        .unreadable("debezium", "{\"before\": null, \"after\"", "JsonEOFException")
        .unreadable("debezium", "{\"before\": null, \"after\": {\"a\": 1}, \"op\": \"x\"}", "-")
        .unreadable(
            "debezium",
            "{\"before\": null, \"after\": {\"a\": 1}, \"op\": \"u\"}",
            "IllegalStateException")
        .unreadable("debezium", "{\"after\": {\"a\": 1}}", "NullPointerException");
  }

  private static void canal(Script script) {
    script
        .message("canal", "{\"data\": [{\"a\": 1}], \"type\": \"INSERT\"}")
        .unreadable("canal", "{\"data\": [{\"a\"", "JsonEOFException")
        .unreadable("canal", "{\"data\": [{\"a\": 1}], \"type\": \"MOVE\"}", "-")
        .unreadable(
            "canal", "{\"data\": [{\"a\": 1}], \"type\": \"UPDATE\"}", "NullPointerException");
  }

  private static void maxwell(Script script) {
    script
        .message("maxwell", "{\"data\": {\"a\": 1}, \"type\": \"insert\"}")
        .unreadable("maxwell", "{\"data\": {\"a\"", "JsonEOFException")
        .unreadable("maxwell", "{\"data\": {\"a\": 1}, \"type\": \"move\"}", "-")
        .unreadable("maxwell", "{\"data\": {\"a\": 1}}", "NullPointerException");
  }

  private static void ogg(Script script) {
    script
        .message("ogg", "{\"after\": {\"a\": 1}, \"op_type\": \"I\"}")
        .unreadable("ogg", "{\"after\": {\"a\"", "JsonEOFException")
        .unreadable("ogg", "{\"after\": {\"a\": 1}, \"op_type\": \"X\"}", "-")
        .unreadable("ogg", "{\"after\": {\"a\": 1}, \"op_type\": \"U\"}", "IllegalStateException");
  }

  // ---- reading

  private static DataStream<Planted> parse(
      DataStream<Planted> s, String format, DeserializationSchema<?> schema) {
    return s.process(new Parse(format, schema)).name(format);
  }

  /** Reads as a source does, in a place where a test needs no broker; hands everything on. */
  private static final class Parse extends ProcessFunction<Planted, Planted> {
    private static final long serialVersionUID = 1;
    private final String format;
    private final DeserializationSchema<?> schema;

    Parse(String format, DeserializationSchema<?> schema) {
      this.format = format;
      this.schema = schema;
    }

    @Override
    public void open(OpenContext context) throws Exception {
      schema.open(null);
    }

    @Override
    public void processElement(Planted p, Context c, Collector<Planted> out) throws Exception {
      int space = p.key.indexOf(' ');
      if (p.key.substring(0, space).equals(format)) {
        byte[] message = p.key.substring(space + 1).getBytes(StandardCharsets.UTF_8);
        int rows = read(schema, message);
        if (p.fate.equals("kept") != rows > 0) {
          throw new IllegalStateException(p.key + " gave " + rows + " rows");
        }
      }
      out.collect(p);
    }

    private static <T> int read(DeserializationSchema<T> schema, byte[] message) throws Exception {
      List<T> rows = new ArrayList<>();
      schema.deserialize(
          message,
          new Collector<T>() {
            @Override
            public void collect(T row) {
              rows.add(row);
            }

            @Override
            public void close() {
              // Nothing is open.
            }
          });
      return rows.size();
    }
  }
}
