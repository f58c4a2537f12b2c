package dev.sightglass.agent.oracle;

import java.io.ObjectInput;
import java.io.ObjectOutput;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.avro.Conversion;
import org.apache.avro.Conversions;
import org.apache.avro.Schema;
import org.apache.avro.data.TimeConversions;
import org.apache.avro.generic.GenericEnumSymbol;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificFixed;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.formats.avro.typeutils.AvroSerializer;

/** Records of classes as Avro generates them, and of a plain class that Avro looks into. */
public final class AvroClasses {
  private static final Schema STATE =
      Schema.createEnum("State", null, "dev.sightglass.agent.oracle.AvroClasses$", List.of("OPEN", "PAID"));
  private static final Schema HASH =
      Schema.createFixed("Hash", null, "dev.sightglass.agent.oracle.AvroClasses$", 4);

  private AvroClasses() {}

  /** An enum of Avro's. */
  public enum State implements GenericEnumSymbol<State> {
    OPEN,
    PAID;

    @Override
    public Schema getSchema() {
      return STATE;
    }
  }

  /** A fixed of Avro's. */
  public static final class Hash extends SpecificFixed {
    @Override
    public Schema getSchema() {
      return HASH;
    }

    @Override
    public void writeExternal(ObjectOutput out) throws java.io.IOException {
      out.write(bytes());
    }

    @Override
    public void readExternal(ObjectInput in) throws java.io.IOException {
      in.readFully(bytes());
    }
  }

  /** A record of Avro's, with logical types that it converts. */
  public static final class Payment extends SpecificRecordBase {
    public static final Schema SCHEMA$ =
        new Schema.Parser()
            .parse(
                ("{'type':'record','name':'Payment','namespace':'dev.sightglass.agent.oracle.AvroClasses$','fields':["
                        + "{'name':'id','type':'long'},{'name':'note','type':['null','string']},{'name':'state','type':"
                        + STATE
                        + "},{'name':'hash','type':"
                        + HASH
                        + "},{'name':'amount','type':{'type':'bytes','logicalType':'decimal','precision':20,'scale':2}},"
                        + "{'name':'at','type':{'type':'long','logicalType':'timestamp-millis'}},"
                        + "{'name':'tags','type':{'type':'map','values':'string'}},"
                        + "{'name':'after','type':['null','Payment']}]}")
                    .replace('\'', '"'));
    private static final SpecificData MODEL = model();
    private final Object[] values = new Object[8];

    private static SpecificData model() {
      SpecificData m = new SpecificData();
      m.addLogicalTypeConversion(new Conversions.DecimalConversion());
      m.addLogicalTypeConversion(new TimeConversions.TimestampMillisConversion());
      return m;
    }

    @Override
    public SpecificData getSpecificData() {
      return MODEL;
    }

    @Override
    public Schema getSchema() {
      return SCHEMA$;
    }

    @Override
    public Object get(int i) {
      return values[i];
    }

    @Override
    public void put(int i, Object v) {
      values[i] = v;
    }

    @Override
    public Conversion<?> getConversion(int i) {
      return i == 4
          ? new Conversions.DecimalConversion()
          : i == 5 ? new TimeConversions.TimestampMillisConversion() : null;
    }
  }

  /** A class that Avro reads by reflection. */
  public static class Visit {
    public String page;
    public int seconds;
    public List<String> links;
  }

  static List<Kind> all() {
    List<Kind> k = new ArrayList<>();
    k.add(new Kind("Avro specific", new AvroSerializer<>(Payment.class), r -> payment(r, 2)));
    k.add(new Kind("Avro reflect", new AvroSerializer<>(Visit.class), AvroClasses::visit));
    return k;
  }

  private static Sample payment(Random r, int depth) {
    Payment p = new Payment();
    long id = Values.number(r);
    String note = r.nextBoolean() ? Values.string(r) : null;
    State state = State.values()[r.nextInt(2)];
    Hash hash = new Hash();
    byte[] h = new byte[4];
    r.nextBytes(h);
    hash.bytes(h);
    BigDecimal amount = Values.decimal(r, 20, 2);
    Instant at = Instant.ofEpochMilli(r.nextLong() >> 22);
    Map<String, String> tags = new LinkedHashMap<>();
    List<String> x = new ArrayList<>();
    for (int n = r.nextInt(3); n > 0; n--) {
      String v = Values.string(r);
      tags.put("t" + n, v);
      x.add("[\"t" + n + "\"," + Values.s(v) + "]");
    }
    Sample after = depth == 0 || r.nextBoolean() ? Sample.NULL : payment(r, depth - 1);
    Object[] values = {id, note, state, hash, amount, at, tags, after.value};
    for (int i = 0; i < values.length; i++) {
      p.put(i, values[i]);
    }
    return new Sample(
        p,
        Json.object(
            "id",
            Values.i(id),
            "note",
            note == null ? "null" : Values.s(note),
            "state",
            Values.symbol(state.name()),
            "hash",
            Values.hex(h),
            "amount",
            Values.dec(amount),
            "at",
            Values.instantOf(at),
            "tags",
            Json.map(x),
            "after",
            after.expect));
  }

  /** Avro puts the fields in the order of their names. */
  private static Sample visit(Random r) {
    Visit v = new Visit();
    v.page = Values.string(r);
    v.seconds = r.nextInt();
    v.links = new ArrayList<>();
    List<String> x = new ArrayList<>();
    for (int n = r.nextInt(3); n > 0; n--) {
      v.links.add("l" + n);
      x.add("\"l" + n + "\"");
    }
    return new Sample(
        v, Json.object("links", Json.list(x), "page", Values.s(v.page), "seconds", Values.i(v.seconds)));
  }
}
