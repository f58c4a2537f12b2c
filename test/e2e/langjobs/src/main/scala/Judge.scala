// Folders of Scala's sources need not be those of packages, and a package may be given in parts.
package e2e
package readings

import org.apache.flink.api.common.functions.OpenContext
import org.apache.flink.api.common.state.{ValueState, ValueStateDescriptor}
import org.apache.flink.streaming.api.functions.KeyedProcessFunction
import org.apache.flink.util.Collector

case class Reading(sensor: String, value: Long)

sealed trait Verdict
case object Low extends Verdict
case class High(by: Long) extends Verdict

object Rules {
  val Limit = 40L

  object Names {
    def of(verdict: Verdict): String = verdict match {
      case High(by) =>
        "high by " + by
      case Low =>
        "low"
    }
  }
}

/** Judges texts that end with a number, with what Scala's compiler makes of closures and matches. */
class JudgeReadings extends KeyedProcessFunction[String, String, String] {
  @transient private var last: ValueState[Reading] = _

  override def open(context: OpenContext): Unit =
    last = getRuntimeContext.getState(new ValueStateDescriptor("last", classOf[Reading]))

  override def processElement(
      text: String,
      context: KeyedProcessFunction[String, String, String]#Context,
      out: Collector[String]): Unit = {
    val words = text.split(" ").toList
    val reading = words match {
      case "timer" :: page :: _ =>
        Reading(page, 0)
      case _ :: page :: rest =>
        Reading(page, rest.map(word => word.toLong).sum)
      case _ =>
        Reading("none", -1)
    }
    val before = Option(last.value())
    val verdict = before match {
      case Some(Reading(_, value)) if reading.value - value > Rules.Limit =>
        High(reading.value - value)
      case _ =>
        Low
    }
    val name = Rules.Names.of(verdict)
    last.update(reading)
    before.foreach { was =>
      val grown = reading.value - was.value
      out.collect(s"$name ${reading.sensor} $grown")
    }
  }
}
