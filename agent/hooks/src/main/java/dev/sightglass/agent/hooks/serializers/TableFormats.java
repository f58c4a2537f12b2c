package dev.sightglass.agent.hooks.serializers;

import java.util.List;
import java.util.Map;

/** The table stack: binary rows, arrays and maps, and what SQL operators keep in state. */
final class TableFormats {
  private static final String TABLE = "org.apache.flink.table.runtime.typeutils.";
  private static final String VIEW = "org.apache.flink.table.dataview.";
  private static final String MULTISET =
      "org.apache.flink.table.runtime.sequencedmultisetstate.linked.";

  private TableFormats() {}

  static void addTo(Map<String, Format> formats) {
    formats.put(TABLE + "RowDataSerializer", TableFormats::row);
    formats.put(TABLE + "BinaryRowDataSerializer", TableFormats::binaryRow);
    formats.put(TABLE + "ArrayDataSerializer", TableFormats::array);
    formats.put(TABLE + "MapDataSerializer", TableFormats::map);
    formats.put(TABLE + "DecimalDataSerializer", TableFormats::decimal);
    formats.put(TABLE + "TimestampDataSerializer", TableFormats::timestamp);
    formats.put(TABLE + "StringDataSerializer", Format.plain("stringdata"));
    formats.put(TABLE + "RawValueDataSerializer", Format.around("rawdata", "s", "serializer"));
    formats.put(TABLE + "ExternalSerializer", TableFormats::external);
    formats.put(
        TABLE + "AbstractMapSerializer",
        Format.pair("map", "k", "keySerializer", "v", "valueSerializer"));
    formats.put(TABLE + "LinkedListSerializer", TableFormats::linkedList);
    formats.put(
        TABLE + "WindowKeySerializer",
        (to, s, top) -> {
          to.struct(s, null).field(0, "window", "{\"t\":\"millis\"}");
          to.field(1, "key", Members.field(s, "keySerializer")).raw("]}");
        });
    formats.put(VIEW + "ListViewSerializer", Format.same("listSerializer"));
    formats.put(VIEW + "MapViewSerializer", Format.same("mapSerializer"));
    formats.put(VIEW + "NullSerializer", Format.plain("void"));
    formats.put(VIEW + "NullAwareMapSerializer", TableFormats::nullAwareMap);
    formats.put(
        "org.apache.flink.table.runtime.operators.sink.SortedLongSerializer",
        Format.plain("sortedlong"));
    formats.put(MULTISET + "RowDataKeySerializer", Format.same("serializer"));
    formats.put(MULTISET + "MetaSqnInfoSerializer", named("highSqn", "size"));
    formats.put(MULTISET + "RowSqnInfoSerializer", named("firstSqn", "lastSqn"));
    formats.put(
        MULTISET + "NodeSerializer",
        named("row", "sqn", "prevSqn", "nextSqn", "nextSqnForRecord", "timestamp"));
  }

  /** A composite whose fields have these names. */
  private static Format named(String... names) {
    return (to, s, top) -> {
      Object[] serializers = Members.array(s, "fieldSerializers");
      to.struct(s, null);
      for (int i = 0; i < serializers.length; i++) {
        to.field(i, i < names.length ? names[i] : "f" + i, serializers[i]);
      }
      to.raw("]}");
    };
  }

  /** What is written is the internal form; unlike its serializer the type knows the names. */
  private static void external(SerializerDescriber to, Object s, boolean top) {
    Object internal = Members.field(s, "internalSerializer");
    Object type = Members.field(s, "dataType");
    Object logical = type == null ? null : Members.call(type, "getLogicalType");
    Object names = logical == null ? null : Members.call(logical, "getFieldNames");
    boolean row =
        internal != null && internal.getClass().getName().equals(TABLE + "RowDataSerializer");
    if (row && names instanceof List) {
      row(to, internal, ((List<?>) names).stream().map(String::valueOf).toArray(String[]::new));
    } else {
      to.node(internal, top);
    }
  }

  private static void row(SerializerDescriber to, Object s, boolean top) {
    row(to, s, top ? to.rowNames() : null);
  }

  private static void row(SerializerDescriber to, Object s, String[] names) {
    LogicalTypes types = to.types();
    DescriptorText out = to.begin("rowdata", s, null).raw(",\"fields\":[");
    Object[] fieldTypes = Members.array(s, "types");
    boolean named = names != null && names.length == fieldTypes.length;
    for (int i = 0; i < fieldTypes.length; i++) {
      out.raw(i == 0 ? "" : ",").raw("{\"name\":").text(named ? names[i] : "f" + i);
      out.raw(",\"type\":");
      types.write(fieldTypes[i]);
      out.raw("}");
    }
    out.raw("]}");
  }

  /** It knows how many fields a row has, not their types; the length in front is all there is. */
  private static void binaryRow(SerializerDescriber to, Object s, boolean top) {
    to.begin("rawdata", s, null).raw(",\"s\":{\"t\":\"opaque\"");
    to.raw(",\"of\":\"BinaryRowData\",\"why\":\"its serializer does not know the types\"}}");
  }

  private static void array(SerializerDescriber to, Object s, boolean top) {
    DescriptorText out = to.begin("arraydata", s, null).raw(",\"type\":{\"t\":\"ARRAY\",\"e\":");
    to.types().write(Members.field(s, "eleType"));
    out.raw("}}");
  }

  private static void map(SerializerDescriber to, Object s, boolean top) {
    DescriptorText out = to.begin("mapdata", s, null).raw(",\"type\":{\"t\":\"MAP\",\"k\":");
    to.types().write(Members.field(s, "keyType"));
    out.raw(",\"v\":");
    to.types().write(Members.field(s, "valueType"));
    out.raw("}}");
  }

  private static void decimal(SerializerDescriber to, Object s, boolean top) {
    DescriptorText out = to.begin("decimaldata", s, null);
    out.raw(",\"p\":").number(number(s, "precision"));
    out.raw(",\"s\":").number(number(s, "scale")).raw("}");
  }

  private static void timestamp(SerializerDescriber to, Object s, boolean top) {
    to.begin("timestampdata", s, null).raw(",\"p\":").number(number(s, "precision")).raw("}");
  }

  private static void linkedList(SerializerDescriber to, Object s, boolean top) {
    boolean mask = Boolean.TRUE.equals(Members.field(s, "hasNullMask"));
    to.wrap(mask ? "masklist" : "list", s, null, "e", Members.field(s, "elementSerializer"));
    to.raw("}");
  }

  private static void nullAwareMap(SerializerDescriber to, Object s, boolean top) {
    to.begin("map", s, null).raw(",\"k\":{\"t\":\"nullable\",\"s\":");
    to.node(Members.field(s, "keySerializer"), false);
    to.raw("}");
    to.child("v", Members.field(s, "valueSerializer")).raw("}");
  }

  private static int number(Object s, String field) {
    Object v = Members.field(s, field);
    return v instanceof Number ? ((Number) v).intValue() : 0;
  }
}
