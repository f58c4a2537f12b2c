package dev.sightglass.agent.oracle;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.runtime.typeutils.RowDataSerializer;
import org.apache.flink.table.types.logical.BigIntType;

/** The linked multiset that SQL sinks and changelog normalisation keep on 2.3. */
final class MultisetKinds {
  private static final String PACKAGE =
      "org.apache.flink.table.runtime.sequencedmultisetstate.linked.";

  private MultisetKinds() {}

  static List<Kind> all() {
    List<Kind> k = new ArrayList<>();
    k.add(pair("MetaSqnInfo", "highSqn", "size", true));
    k.add(pair("RowSqnInfo", "firstSqn", "lastSqn", false));
    k.add(node());
    return k;
  }

  private static Kind pair(String name, String first, String second, boolean positive) {
    Object s = ByName.create(PACKAGE + name + "Serializer", new Class<?>[0]);
    return new Kind(
        name,
        (TypeSerializer<?>) s,
        r -> {
          long a = Values.number(r);
          long b = positive ? r.nextInt(1000) : Math.max(a, Values.number(r));
          Object v = ByName.create(PACKAGE + name, new Class<?>[] {long.class, long.class}, a, b);
          return new Sample(v, Json.object(first, Values.i(a), second, Values.i(b)));
        });
  }

  private static Kind node() {
    RowDataSerializer rows = new RowDataSerializer(new BigIntType());
    Object s = ByName.create(PACKAGE + "NodeSerializer", new Class<?>[] {TypeSerializer.class}, rows);
    return new Kind(
        "Node of a multiset",
        (TypeSerializer<?>) s,
        r -> {
          long id = Values.number(r);
          Long[] links = {r.nextBoolean() ? Values.number(r) : null, r.nextBoolean() ? Values.number(r) : null, null};
          long sqn = Values.number(r);
          long at = Values.number(r);
          Object row = org.apache.flink.table.data.GenericRowData.of(id);
          Object v =
              ByName.create(
                  PACKAGE + "Node",
                  new Class<?>[] {RowData.class, long.class, Long.class, Long.class, Long.class, Long.class},
                  row,
                  sqn,
                  links[0],
                  links[1],
                  links[2],
                  at);
          return new Sample(
              v,
              Json.object(
                  "row",
                  Json.row("+I", "f0", Values.i(id)),
                  "sqn",
                  Values.i(sqn),
                  "prevSqn",
                  orNull(links[0]),
                  "nextSqn",
                  orNull(links[1]),
                  "nextSqnForRecord",
                  orNull(links[2]),
                  "timestamp",
                  Values.i(at)));
        });
  }

  private static String orNull(Long v) {
    return v == null ? "null" : Values.i(v);
  }
}
