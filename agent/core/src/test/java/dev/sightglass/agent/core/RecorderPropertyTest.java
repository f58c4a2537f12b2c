package dev.sightglass.agent.core;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Random lives of an attempt: what is decoded from the blocks is what was recorded. */
class RecorderPropertyTest {
  private static final int STEPS = 6_000;

  private Random random;
  private Oracle oracle;
  private int[] written;
  private int[] channels;
  private int[] splits;
  private int[] paths;
  private int text;

  @ParameterizedTest
  @CsvSource({
    "1,LZ4", "2,LZ4", "3,LZ4", "4,NONE", "5,NONE", "6,AUTO", "7,LZ4", "8,LZ4", "9,LZ4", "10,LZ4"
  })
  void decodedRowsAreWhatWasRecorded(long seed, Codec codec) {
    random = new Random(seed);
    oracle = new Oracle(new Origin(new byte[16], seed), codec);
    tables(seed % 2 == 0 ? 400 : 5);
    long invocation = 1;
    long wall = 1_700_000_000_000_000L;
    long checkpoint = 0;
    for (int i = 0; i < STEPS; i++) {
      if (random.nextInt(10) == 0) {
        wall += random.nextInt(5_000) - 100;
        oracle.stamp(wall);
      }
      int n = 1 + random.nextInt(4);
      if (random.nextInt(400) == 0) {
        checkpoint(invocation, ++checkpoint);
      } else if (random.nextInt(1_500) == 0) {
        lose(invocation);
      } else {
        step(invocation, n);
      }
      invocation += n;
      oracle.recorder.tick(i * 1_000_000L);
    }
    oracle.recorder.end();
    verify();
  }

  private void tables(int subpartitions) {
    AttemptRecorder r = oracle.recorder;
    r.describe(r.define(DefinitionKind.ATTEMPT, "{\"attempt\":1}"));
    int definition = r.define(DefinitionKind.PARTITION, "{\"partition\":1}");
    written =
        new int[] {
          oracle.partition(11, subpartitions, definition), oracle.partition(12, 3, -1),
        };
    List<Integer> list = new ArrayList<>();
    for (int p = 0; p < 300; p++) {
      int partition = oracle.partition(1_000 + p, 0, AttemptRecorder.NONE);
      list.add(oracle.channel(partition, p % 3, p % 2, p / 2));
    }
    channels = list.stream().mapToInt(i -> i).toArray();
    splits = new int[9];
    for (int i = 0; i < splits.length; i++) {
      splits[i] = r.define(DefinitionKind.SPLIT, "{\"partition\":" + i + "}");
    }
    paths = new int[] {AttemptRecorder.NONE, r.definePath("0(>0)"), r.definePath("0(1(>0>0))")};
    text = r.define(DefinitionKind.STRING, "checkpoint %s");
  }

  private Note note(long inv, int op, int n, int split, int text) {
    Note note = new Note();
    note.kind = EventKind.TIMER_REGISTERED + random.nextInt(6);
    note.invocation = inv - random.nextInt(3);
    note.operator = op;
    note.ordinal = n;
    if (random.nextBoolean()) {
      note.time = inv * 9;
      note.number = random.nextLong();
      note.number2 = -inv;
    }
    note.what = random.nextInt(3);
    note.reason = random.nextInt(3) * random.nextInt(2);
    note.flags = random.nextInt(2);
    note.text = random.nextBoolean() ? text : AttemptRecorder.NONE;
    note.state = random.nextBoolean() ? split : AttemptRecorder.NONE;
    for (Note.Stretch s : List.of(note.key, note.namespace, note.mapKey, note.value, note.before)) {
      byte[] b = value();
      if (b != null) {
        int skipped = Math.min(random.nextInt(3), b.length);
        s.set(b, skipped, b.length - skipped);
      }
    }
    note.withheld = random.nextInt(9) == 0;
    return note;
  }

  private void step(long inv, int n) {
    int op = random.nextInt(4) - 1;
    int path = paths[random.nextInt(paths.length)];
    int channel = channels[random.nextInt(random.nextInt(4) == 0 ? channels.length : 3)];
    int split = splits[random.nextInt(splits.length)];
    long time = random.nextInt(4) == 0 ? AttemptRecorder.NO_TIME : random.nextInt(1 << 20);
    switch (random.nextInt(15)) {
      case 0:
      case 1:
      case 2:
      case 3:
        int p = random.nextInt(2);
        int sub = 1 + random.nextInt(p == 0 ? 5 : 3);
        if (random.nextInt(9) == 0) {
          oracle.skip(written[p], random.nextInt(p == 0 ? 5 : 3), random.nextInt(40));
        }
        oracle.out(EventKind.RECORD, inv, op, written[p], sub, time, value());
        break;
      case 4:
        if (random.nextInt(5) == 0) {
          int kind = random.nextBoolean() ? EventKind.WATERMARK : EventKind.LATENCY_MARKER;
          oracle.out(kind, inv, -1, written[random.nextInt(2)], 0, inv * 7, value());
        }
        break;
      case 5:
      case 6:
      case 7:
        oracle.elements(inv, n, 0, channel, path);
        break;
      case 8:
        oracle.timer(EventKind.EVENT_TIMER, inv, n, op, inv * 3, path);
        oracle.flow(random.nextInt(3), random.nextInt(9), random.nextInt(9));
        break;
      case 9:
        oracle.mail(inv, n, text, path);
        oracle.callback(inv + 1, 1, inv, text, AttemptRecorder.NONE);
        break;
      case 10:
        oracle.source(inv, 0, split, inv * 2, time, n, value(), value(), value());
        oracle.sourceRun(inv, 1, 0, path);
        break;
      case 11:
        oracle.sourceRun(inv, 1 + random.nextInt(9), 0, split, inv * 3, random.nextInt(3));
        oracle.reference(inv, 0, random.nextInt(9) == 0 ? -1 : split, inv, time);
        break;
      case 12:
        if (random.nextInt(6) == 0) {
          oracle.writeFailed(inv, op, 1, split, text);
        } else {
          WrittenRecord record =
              random.nextInt(4) == 0
                  ? WrittenRecord.NONE
                  : new WrittenRecord(value(), value(), value(), random.nextBoolean());
          int ordinal = random.nextInt(3);
          oracle.written(inv - random.nextInt(20), op, ordinal, split, inv, time, record);
        }
        break;
      case 13:
        int lane = List.of(Lane.TRACE, Lane.STATE, Lane.ENV).get(random.nextInt(3));
        oracle.note(lane, note(inv, op, n, split, text));
        break;
      default:
        oracle.watermarkIn(inv, random.nextInt(2), inv * 5);
        oracle.job(EventKind.TASK_STATE, inv, "{\"to\":\"RUNNING\"}", text);
        oracle.log(EventKind.EXCEPTION, inv, op, "{\"class\":\"x\"}");
        break;
    }
  }

  private byte[] value() {
    int shape = random.nextInt(200);
    if (shape == 0) {
      return null;
    }
    byte[] b = new byte[shape == 1 ? random.nextInt(200_000) : random.nextInt(60)];
    if (shape % 2 == 0) {
      random.nextBytes(b);
    }
    return b;
  }

  private void checkpoint(long inv, long checkpoint) {
    int flags = random.nextInt(4);
    for (int channel : channels) {
      if (random.nextBoolean()) {
        oracle.barrierIn(inv, channel, checkpoint, flags);
      }
    }
    oracle.checkpointRow(inv, checkpoint, flags);
    for (int channel : channels) {
      oracle.barrierAtSnapshot(checkpoint, channel, flags);
    }
    for (int partition : written) {
      oracle.barrierOut(checkpoint, partition, flags);
    }
    oracle.recorder.checkpoint(checkpoint);
  }

  private void lose(long inv) {
    oracle.resync(inv);
    for (int channel : channels) {
      if (random.nextInt(20) == 0) {
        oracle.consumed(channel, oracle.recorder.det().consumed(channel) + random.nextInt(900));
      }
    }
    oracle.sent(written[0], 2, inv * 1_000 + random.nextInt(900));
  }

  private void verify() {
    CollectingSink sink = oracle.sink;
    List<Object> barriersOut = new ArrayList<>();
    Map<String, Long> flows = new HashMap<>();
    for (int lane = 1; lane < Lane.COUNT; lane++) {
      List<Map<String, Object>> rows = new ArrayList<>();
      long number = 0;
      for (DecodedBlock b : sink.decoded(lane)) {
        assertEquals(number++, b.headerLong("number"));
        assertEquals(b.zone("definitions").contains(sinkId(0)), true);
        ZoneCheck.verify(b);
        rows.addAll(b.rows);
        barriersOut.addAll(b.zone("barriers"));
        assertEquals(
            1
                >= b.zone("barriers").stream()
                    .map(e -> ((Map<?, ?>) e).get("checkpoint"))
                    .distinct()
                    .count(),
            true);
        for (Object o : b.zone("counts")) {
          Map<?, ?> e = (Map<?, ?>) o;
          if ((long) e.get("kind") >= EventKind.ENTERED) {
            flows.merge(e.get("operator") + "/" + e.get("kind"), (long) e.get("count"), Long::sum);
          }
        }
      }
      assertEquals(oracle.rows(lane), rows, "lane " + lane);
    }
    assertEquals(sorted(oracle.barriers), sorted(barriersOut));
    oracle.flows.values().removeIf(v -> v == 0);
    assertEquals(oracle.flows, flows);
    assertEquals(1, sink.ended.size());
  }

  private String sinkId(int definition) {
    return Keys.hex(oracle.recorder.definitionId(definition));
  }

  private static List<String> sorted(List<Object> list) {
    List<String> texts = new ArrayList<>();
    list.forEach(o -> texts.add(o.toString()));
    texts.sort(null);
    return texts;
  }
}
