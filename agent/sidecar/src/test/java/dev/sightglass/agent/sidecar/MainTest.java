package dev.sightglass.agent.sidecar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Flink itself is not here: make test-oracle has it. */
class MainTest {
  @Test
  void withoutFlinkEveryQuestionIsRefused() throws IOException {
    ByteArrayOutputStream questions = new ByteArrayOutputStream();
    DataOutputStream ask = new DataOutputStream(questions);
    for (int i = 0; i < 2; i++) {
      ask.writeInt(3);
      ask.write(new byte[3]);
      ask.writeInt(i);
      ask.write(new byte[i]);
    }
    ByteArrayOutputStream answers = new ByteArrayOutputStream();
    serve(questions.toByteArray(), answers);
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(answers.toByteArray()));
    assertEquals("SGS1", new String(in.readNBytes(4)));
    for (int i = 0; i < 2; i++) {
      byte[] answer = in.readNBytes(in.readInt());
      assertEquals(1, answer[0]);
      assertEquals(
          "Flink's own jars are not among the jars of the job",
          new String(answer, 5, answer.length - 5));
    }
    assertEquals(-1, in.read());
  }

  @Test
  void questionsThatMakeNoSenseEndIt() {
    ByteArrayOutputStream answers = new ByteArrayOutputStream();
    assertThrows(
        IOException.class, () -> serve(new byte[] {127, 0, 0, 0}, answers), "a block of 2 GiB");
    assertThrows(IOException.class, () -> serve(new byte[] {-1, 0, 0, 0}, answers));
  }

  private static void serve(byte[] questions, ByteArrayOutputStream answers) throws IOException {
    Main.serve(
        new Decoding(ClassLoader.getPlatformClassLoader()),
        new ByteArrayInputStream(questions),
        answers);
  }
}
