package dev.sightglass.agent.hooks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sightglass.agent.core.Codec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OptionsTest {
  @Test
  void addressAloneMeansAllDefaults() throws Exception {
    Options o = Options.parse("sightglass.example:7171");
    assertEquals("sightglass.example", o.host);
    assertEquals(7171, o.port);
    assertEquals(64L << 20, o.memory);
    assertEquals(Codec.AUTO, o.codec);
    assertTrue(o.sendSerializers);
    assertEquals(Set.of(), o.off);
    assertFalse(o.verbose);
  }

  @Test
  void everyOptionIsTaken(@TempDir Path folder) throws Exception {
    Path token = folder.resolve("token");
    Files.writeString(token, "s3cret\nsecond line\n");
    Options o =
        Options.parse(
            "[::1]:1,token-file="
                + token
                + ",tls=on,pin="
                + "ab:".repeat(31)
                + "ab,memory=8m,buffer=2g,codec=lz4,serializers=described,off=mail,timer,sink.kafka,verbose");
    assertEquals("::1", o.host);
    assertEquals(8L << 20, o.memory);
    assertEquals(Codec.LZ4, o.codec);
    assertFalse(o.sendSerializers);
    assertEquals(Set.of("mail", "timer", "sink.kafka"), o.off);
    assertTrue(o.verbose);
    o.uplink();
    assertEquals(Set.of("mail", "in"), Options.parse("h:1,off=mail+in").off);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "host",
        ":7171",
        "host:0",
        "host:port",
        "host:70000",
        "host:1,colour=red",
        "host:1,tls=maybe",
        "host:1,pin=abc",
        "host:1,tls-cert=a.pem",
        "host:1,tls-key=a.pem",
        "host:1,memory=lots",
        "host:1,memory=1k",
        "host:1,memory=-5m",
        "host:1,memory=99999999999g",
        "host:1,codec=zip",
        "host:1,serializers=no",
        "host:1,token-file=/does/not/exist",
        "host:1,token-file="
      })
  void whatCannotBeFollowedIsNamed(String arguments) {
    Options.BadOption e = assertThrows(Options.BadOption.class, () -> Options.parse(arguments));
    assertFalse(e.getMessage().isEmpty());
  }

  @Test
  void noArgumentsAtAllIsNamedToo() {
    assertThrows(Options.BadOption.class, () -> Options.parse(null));
  }
}
