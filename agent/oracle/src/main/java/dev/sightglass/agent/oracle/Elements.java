package dev.sightglass.agent.oracle;

import dev.sightglass.agent.hooks.serializers.SerializerDescriber;
import java.util.List;
import java.util.Random;
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

/** Stream elements of each tag, around values of some kinds. */
final class Elements {
  private final Main to;

  Elements(Main to) {
    this.to = to;
  }

  void write(Random r, int values) throws Exception {
    List<Kind> basic = BasicKinds.all();
    write(BasicKinds.STRING, r, values);
    write(ComposedKinds.any(r, basic, 3), r, values);
  }

  void write(Kind k, Random r, int values) throws Exception {
    StreamElementSerializer<Object> s = new StreamElementSerializer<>(k.serializer);
    String descriptor = SerializerDescriber.describe(s, null);
    for (int tag = 0; tag <= 6; tag++) {
      to.begin("element/" + tag, descriptor, s);
      DataOutputSerializer d = new DataOutputSerializer(64);
      for (int i = 0; i < Math.max(1, values / 7); i++) {
        Sample one = element(tag, k, r);
        d.clear();
        s.serialize((StreamElement) one.value, d);
        to.value(d.getCopyOfBuffer(), "{\"tag\":" + tag + one.expect + "}");
      }
    }
  }

  private static Sample element(int tag, Kind k, Random r) {
    long at = Values.number(r);
    switch (tag) {
      case 0:
        Sample timed = k.sample.apply(r);
        return new Sample(new StreamRecord<>(timed.value, at), ",\"ts\":" + at + ",\"value\":" + timed.expect);
      case 1:
        Sample plain = k.sample.apply(r);
        return new Sample(new StreamRecord<>(plain.value), ",\"value\":" + plain.expect);
      case 2:
        return new Sample(new Watermark(at), ",\"ts\":" + at);
      case 3:
        long lower = r.nextLong();
        long upper = r.nextLong();
        int subtask = r.nextInt(1000);
        return new Sample(
            new LatencyMarker(at, new OperatorID(lower, upper), subtask),
            ",\"ts\":" + at + ",\"op\":[" + lower + "," + upper + "],\"index\":" + subtask);
      case 4:
        boolean idle = r.nextBoolean();
        return new Sample(idle ? WatermarkStatus.IDLE : WatermarkStatus.ACTIVE, ",\"idle\":" + idle);
      case 5:
        boolean backlog = r.nextBoolean();
        return new Sample(new RecordAttributes(backlog), ",\"backlog\":" + backlog);
      default:
        int subpartition = r.nextInt(1000);
        return new Sample(new InternalWatermark(at, subpartition), ",\"ts\":" + at + ",\"index\":" + subpartition);
    }
  }
}
