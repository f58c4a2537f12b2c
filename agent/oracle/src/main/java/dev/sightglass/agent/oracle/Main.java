package vectors;

import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.avro.Schema;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.flink.api.common.ExecutionConfig;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.base.IntSerializer;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.apache.flink.api.java.typeutils.GenericTypeInfo;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.runtime.jobgraph.OperatorID;
import org.apache.flink.streaming.api.watermark.InternalWatermark;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.LatencyMarker;
import org.apache.flink.streaming.runtime.streamrecord.RecordAttributes;
import org.apache.flink.streaming.runtime.streamrecord.StreamElement;
import org.apache.flink.streaming.runtime.streamrecord.StreamElementSerializer;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;

/** Writes all vectors of one Flink line to a file. */
public final class Main {
  private final String flink;
  private final PrintWriter out;

  private Main(String flink, PrintWriter out) {
    this.flink = flink;
    this.out = out;
  }

  public static void main(String[] args) throws Exception {
    Path file = Paths.get(args[1]);
    Files.createDirectories(file.getParent());
    try (PrintWriter w = new PrintWriter(Files.newBufferedWriter(file, StandardCharsets.US_ASCII))) {
      new Main(args[0], w).run();
    }
  }

  private void run() throws Exception {
    Random r = new Random(20260801);
    List<Kind> basic = BasicKinds.all();
    for (Kind k : basic) {
      write(k, r, 8);
    }
    for (Kind k : BasicKinds.others()) {
      write(k, r, k.name.startsWith("null-") ? 1 : 3);
    }
    for (Kind k : PojoKinds.all(flink.startsWith("2"))) {
      write(k, r, 8);
    }
    Kind string = basic.get(8);
    write(ComposedKinds.tuple0(), r, 1);
    write(ComposedKinds.union(string, basic.get(3)), r, 4);
    write(ComposedKinds.row(new ArrayList<>(), true, false), r, 2);
    for (int i = 0; i < 120; i++) {
      write(ComposedKinds.any(r, basic, 3), r, 2);
    }
    for (int arity : new int[] {0, 1, 2, 3, 8, 55, 56, 57, 64, 120}) {
      write(TableKinds.rowData(r, arity), r, 2);
    }
    for (int i = 0; i < 40; i++) {
      write(TableKinds.rowData(r, 1 + r.nextInt(6)), r, 2);
    }
    for (Kind k : TableKinds.others(r)) {
      write(k, r, 2);
    }
    write(AvroKinds.kind(AvroKinds.chain(), 4), r, 4);
    for (int i = 0; i < 60; i++) {
      write(AvroKinds.kind(AvroKinds.record(r, 3), 6), r, 2);
    }
    for (int i = 0; i < 30; i++) {
      avroBinary(AvroKinds.record(r, 3), r);
    }
    avroContainer(r);
    elements(string, r);
    elements(ComposedKinds.any(r, basic, 3), r);
    opaque();
    Scala.write(this, basic, r);
  }

  void write(Kind k, Random r, int times) throws Exception {
    for (int i = 0; i < times; i++) {
      Sample s = k.sample.apply(r);
      line(k.name.length() > 40 ? k.name.substring(0, 40) : k.name, k.descriptor, bytes(k.serializer, s.value), s.expect);
    }
  }

  private static byte[] bytes(TypeSerializer<Object> s, Object value) throws Exception {
    DataOutputSerializer d = new DataOutputSerializer(64);
    s.serialize(value, d);
    return d.getCopyOfBuffer();
  }

  private void line(String name, String descriptor, byte[] bytes, String expect) {
    out.print("{\"name\":" + Json.text(name) + ",\"flink\":\"" + flink + "\",\"descriptor\":" + descriptor + ",\"hex\":\"" + Json.hex(bytes)
        + "\",\"expect\":" + expect + "}\n");
  }

  /** Avro's own binary form, as it follows a schema id in Kafka. */
  private void avroBinary(Schema s, Random r) throws Exception {
    Sample v = AvroKinds.sample(s, r, 6);
    ByteArrayOutputStream b = new ByteArrayOutputStream();
    // One encoder writes blocks with sizes (negative counts), the other without.
    BinaryEncoder e = r.nextBoolean() ? EncoderFactory.get().binaryEncoder(b, null)
        : new EncoderFactory().configureBlockSize(64).blockingBinaryEncoder(b, null);
    new GenericDatumWriter<GenericRecord>(s).write((GenericRecord) v.value, e);
    e.flush();
    line("avro-binary", "{\"t\":\"avro\",\"schema\":" + Json.text(s.toString()) + "}", b.toByteArray(), v.expect);
  }

  private void avroContainer(Random r) throws Exception {
    Schema s = AvroKinds.chain();
    ByteArrayOutputStream b = new ByteArrayOutputStream();
    List<String> x = new ArrayList<>();
    try (DataFileWriter<GenericRecord> w = new DataFileWriter<>(new GenericDatumWriter<GenericRecord>(s))) {
      w.create(s, b, new byte[16]); // a fixed marker keeps the file the same in every run
      for (int i = 0; i < 3; i++) {
        Sample v = AvroKinds.sample(s, r, 4);
        w.append((GenericRecord) v.value);
        x.add(v.expect);
        if (i == 1) {
          w.sync();
        }
      }
    }
    line("avro-container", "{\"t\":\"avro\",\"schema\":" + Json.text(s.toString()) + "}", b.toByteArray(), Json.list(x));
  }

  private void elements(Kind k, Random r) throws Exception {
    StreamElementSerializer<Object> s = new StreamElementSerializer<>(k.serializer);
    Sample v = k.sample.apply(r);
    element(s, k, new StreamRecord<>(v.value, 1785592931482L), "\"tag\":0,\"ts\":1785592931482,\"value\":" + v.expect);
    element(s, k, new StreamRecord<>(v.value), "\"tag\":1,\"value\":" + v.expect);
    element(s, k, new Watermark(1785592931482L), "\"tag\":2,\"ts\":1785592931482");
    element(s, k, Watermark.MAX_WATERMARK, "\"tag\":2,\"ts\":" + Long.MAX_VALUE);
    element(s, k, new LatencyMarker(17L, new OperatorID(-5L, 6L), 3), "\"tag\":3,\"ts\":17,\"op\":[-5,6],\"index\":3");
    element(s, k, WatermarkStatus.IDLE, "\"tag\":4,\"idle\":true");
    element(s, k, WatermarkStatus.ACTIVE, "\"tag\":4,\"idle\":false");
    element(s, k, new RecordAttributes(true), "\"tag\":5,\"backlog\":true");
    element(s, k, new InternalWatermark(99L, 7), "\"tag\":6,\"ts\":99,\"index\":7");
  }

  private void element(StreamElementSerializer<Object> s, Kind k, StreamElement e, String expect) throws Exception {
    DataOutputSerializer d = new DataOutputSerializer(64);
    s.serialize(e, d);
    line("element/" + k.name, Kind.with("streamelement", s, "\"s\":" + k.descriptor), d.getCopyOfBuffer(), "{" + expect + "}");
  }

  /** What cannot be decoded is named, and what stands before it is kept. */
  @SuppressWarnings({"unchecked", "rawtypes"})
  private void opaque() throws Exception {
    TypeSerializer kryo = new GenericTypeInfo<>(java.util.BitSet.class).createSerializer(new ExecutionConfig().getSerializerConfig());
    line("kryo", Kind.with("kryo", kryo, "\"of\":\"java.util.BitSet\""), bytes(kryo, new java.util.BitSet(9)), Json.one("opaque", "java.util.BitSet"));
    org.apache.flink.api.java.typeutils.runtime.TupleSerializer<?> t = new org.apache.flink.api.java.typeutils.runtime.TupleSerializer(
        org.apache.flink.api.java.tuple.Tuple3.class, new TypeSerializer[] {StringSerializer.INSTANCE, kryo, IntSerializer.INSTANCE});
    line("tuple-with-kryo", Kind.with("tuple", t, "\"fields\":[{\"name\":\"f0\",\"s\":{\"t\":\"string\"}},{\"name\":\"f1\",\"s\":{\"t\":\"kryo\",\"of\":\"java.util.BitSet\"}},"
        + "{\"name\":\"f2\",\"s\":{\"t\":\"int\"}}]"), bytes((TypeSerializer) t, org.apache.flink.api.java.tuple.Tuple3.of("before", new java.util.BitSet(9), 7)),
        "{\"obj\":[[\"f0\",\"before\"],[\"f1\"," + Json.one("opaque", "java.util.BitSet") + "]]}");
  }
}
