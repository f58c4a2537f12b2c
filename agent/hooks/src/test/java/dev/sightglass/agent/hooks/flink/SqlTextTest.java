package dev.sightglass.agent.hooks.flink;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sightglass.agent.hooks.secrets.Secrets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SqlTextTest {
  private static boolean sensitive(String key) {
    return key.toLowerCase().contains("password") || key.contains("token");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "WITH ('password' = 'p')|WITH ('password' = '******')",
        "WITH ('a.password'='p''q', 'b' = 'c')|WITH ('a.password'='******', 'b' = 'c')",
        "SELECT 'password', 'x' FROM t|SELECT 'password', 'x' FROM t",
        "WHERE a = 'x' AND 'password' <> 'y'|WHERE a = 'x' AND 'password' <> 'y'",
        "FROM t /*+ OPTIONS('token'='t') */|FROM t /*+ OPTIONS('token'='******') */",
        "a /* it's 'password' = 'p' */ b 'token'='t'|a /* it's 'password'='******' */ b 'token'='******'",
        "/* 'token' = 'p''q' */ b|/* 'token'='******' */ b",
        "SET password = hunter2;|SET password = ******;",
        "SET 'password' = 'hunter2';|SET 'password' = '******';",
        "SET pipeline.name = x|SET pipeline.name = x",
        "'url'='jdbc:x://me:p@h/db'|'url'='jdbc:x://******@h/db'",
        "SELECT `it's`, 'token' = 'x'|SELECT `it's`, 'token' = '******'",
        "'token' = 'never ended|'token' = '******'",
      })
  void valuesOfSensitiveOptionsAreHidden(String text, String shown) {
    assertEquals(shown, SqlText.statement(text, SqlTextTest::sensitive));
  }

  @Test
  void whatThePolicyCallsSecretIsHidden() {
    Secrets secrets = new Secrets(k -> false, List.of("*.pin"));
    assertEquals(
        "WITH ('card.pin'='******', 'api-key'='******', 'topic'='t')",
        SqlText.statement(
            "WITH ('card.pin'='1234', 'api-key'='k', 'topic'='t')", secrets::isSensitive));
  }

  @Test
  void aLineCommentEndsWithItsLine() {
    assertEquals(
        "-- 'token'='******'\nWITH ('token'='******', 'k'='v')",
        SqlText.statement("-- 'token' = 'a'\nWITH ('token'='b', 'k'='v')", SqlTextTest::sensitive));
  }

  @Test
  void hintsInDescriptionsAreHiddenAlike() {
    assertEquals(
        "Scan(fields=[a], hints=[[[OPTIONS options:{a=1, token=******}]]])",
        SqlText.description(
            "Scan(fields=[a], hints=[[[OPTIONS options:{a=1, token=x}]]])",
            SqlTextTest::sensitive));
    // What follows a comma without a key may belong to a value that is hidden.
    assertEquals(
        "options:{token=******, ******}",
        SqlText.description("options:{token=x, y}", SqlTextTest::sensitive));
    assertEquals("Calc(select=[a])", SqlText.description("Calc(select=[a])", k -> true));
  }

  @Test
  void aCutLeavesNoHalfCharacter() {
    assertEquals("ab", SqlText.cut("ab", 2));
    assertEquals("a", SqlText.cut("a\ud83d\ude00b", 2));
    assertEquals("a\ud83d\ude00", SqlText.cut("a\ud83d\ude00b", 3));
  }
}
