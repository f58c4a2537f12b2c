package dev.sightglass.agent.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class IdleCpuTest {
  @Test
  void compressionStopsAtFullLoadAndComesBackLater() {
    assertTrue(IdleCpu.judge(0.90, true));
    assertFalse(IdleCpu.judge(0.97, true));
    assertFalse(IdleCpu.judge(0.90, false));
    assertTrue(IdleCpu.judge(0.70, false));
  }

  @Test
  void aLoadThatIsNotKnownIsNoReasonToStop() {
    assertTrue(IdleCpu.judge(-1, false));
    assertTrue(IdleCpu.judge(Double.NaN, false));
  }

  @Test
  void codecsDoWhatTheySay() {
    for (Codec codec : new Codec[] {Codec.LZ4, Codec.NONE}) {
      Oracle o = new Oracle(new Origin(new byte[16], 1), codec);
      byte[] repeated = new byte[1_000];
      int p = o.partition(1, 1, AttemptRecorder.NONE);
      o.out(EventKind.RECORD, 1, 0, p, 1, AttemptRecorder.NO_TIME, repeated);
      o.out(EventKind.RECORD, 2, 0, p, 1, AttemptRecorder.NO_TIME, Samples.random(50, 1));
      o.recorder.flush();
      DecodedBlock b = o.sink.decoded(Lane.OUT).get(0);
      assertEquals(codec == Codec.LZ4 ? 1L : 0L, b.sections.get(2).get("codec"));
      assertEquals(0L, b.sections.get(0).get("codec"), "a small section stays as it is");
    }
  }
}
