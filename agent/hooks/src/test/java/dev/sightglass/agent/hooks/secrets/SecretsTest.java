package dev.sightglass.agent.hooks.secrets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class SecretsTest {
  private final Secrets secrets = new Secrets(k -> k.equals("of.flink"), List.of("my.*.thing"));

  @Test
  void namesOfFlinkOfOurOwnAndOfThePolicyAreSensitive() {
    for (String name :
        new String[] {
          "s3.secret-key",
          "SSL_PASSWORD",
          "sasl.jaas.config",
          "apiKey",
          "of.flink",
          "my.big.THING",
          "fs.azure.account.key.x"
        }) {
      assertTrue(secrets.isSensitive(name), name);
    }
    for (String name : new String[] {"parallelism.default", "my.things", "url"}) {
      assertFalse(secrets.isSensitive(name), name);
    }
    assertFalse(secrets.isSensitiveField("tokenizer"));
    assertTrue(secrets.isSensitiveField("dbPassword"));
  }

  @Test
  void argumentsLoseWhatStandsBehindASensitiveName() {
    assertEquals(
        List.of("--db-password", "******", "--in", "x", "-Dssl.key.password=******", "--verbose"),
        secrets.arguments(
            List.of(
                "--db-password", "hunter2", "--in", "x", "-Dssl.key.password=a b", "--verbose")));
    assertEquals(
        List.of("--token", "--in", "x"), secrets.arguments(List.of("--token", "--in", "x")));
  }

  @Test
  void listsOfArgumentsInOneTextAreLookedThrough() {
    assertEquals("--in;f;--db-password;******;x", secrets.option("--in;f;--db-password;p1;x"));
    assertEquals("a;b", secrets.option("a;b"));
    assertEquals("password=******", secrets.option("password=p"));
  }

  @Test
  void textsLoseWhatTheyAssign() {
    assertEquals(
        "jdbc:postgresql://u:******@h/db?ssl=true&password=******&x=1",
        Secrets.clean("jdbc:postgresql://u:pw1@h/db?ssl=true&password=pw2&x=1"));
    assertEquals(
        "PlainLoginModule required username=\"a\" password=******;",
        Secrets.clean("PlainLoginModule required username=\"a\" password=\"p;q\";"));
    assertEquals("'password' = ******, 'k'='v'", Secrets.clean("'password' = 'p', 'k'='v'"));
    for (String s : new String[] {"a: b", "token={}", "password=%s", "", "http://h/x"}) {
      assertEquals(s, Secrets.clean(s));
    }
  }
}
