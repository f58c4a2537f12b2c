package dev.sightglass.agent.oracle;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.avro.Schema;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;

/** The vectors of spec/vectors/serializers: a few values of each type, and Avro's own forms. */
final class Vectors {
  private final Main to;
  private final Random random;

  Vectors(Main to, Random random) {
    this.to = to;
    this.random = random;
  }

  void write() throws Exception {
    for (Kind k : Kinds.single(random)) {
      to.write(k, random, 3);
    }
    for (List<Kind> group : Kinds.groups(random)) {
      for (Kind k : group.subList(0, Math.min(group.size(), 30))) {
        to.write(k, random, 1);
      }
    }
    new Elements(to).write(random, 7);
    for (int i = 0; i < 30; i++) {
      avroBinary(AvroKinds.record(random, 3));
    }
    avroContainer();
  }

  /** Avro's own binary form, as it follows a schema id in Kafka. */
  private void avroBinary(Schema s) throws Exception {
    Sample v = AvroKinds.sample(s, random, 6);
    ByteArrayOutputStream b = new ByteArrayOutputStream();
    // One encoder writes blocks with sizes (negative counts), the other without.
    BinaryEncoder e =
        random.nextBoolean()
            ? EncoderFactory.get().binaryEncoder(b, null)
            : new EncoderFactory().configureBlockSize(64).blockingBinaryEncoder(b, null);
    new GenericDatumWriter<GenericRecord>(s).write((GenericRecord) v.value, e);
    e.flush();
    to.begin("avro-binary", avro(s), null);
    to.value(b.toByteArray(), v.expect);
  }

  private void avroContainer() throws Exception {
    Schema s = AvroKinds.chain();
    ByteArrayOutputStream b = new ByteArrayOutputStream();
    List<String> x = new ArrayList<>();
    try (DataFileWriter<GenericRecord> w = new DataFileWriter<>(new GenericDatumWriter<GenericRecord>(s))) {
      w.create(s, b, new byte[16]); // a fixed marker keeps the file the same in every run
      for (int i = 0; i < 3; i++) {
        Sample v = AvroKinds.sample(s, random, 4);
        w.append((GenericRecord) v.value);
        x.add(v.expect);
        if (i == 1) {
          w.sync();
        }
      }
    }
    to.begin("avro-container", avro(s), null);
    to.value(b.toByteArray(), Json.list(x));
  }

  private static String avro(Schema s) {
    return "{\"t\":\"avro\",\"schema\":" + Json.text(s.toString()) + "}";
  }
}
