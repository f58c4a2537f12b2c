// As Kotlin's conventions have it, the folders leave out what all packages begin with.
package e2e.visits

import java.time.Duration
import org.apache.flink.api.common.functions.OpenContext
import org.apache.flink.api.common.state.StateTtlConfig
import org.apache.flink.api.common.state.ValueState
import org.apache.flink.api.common.state.ValueStateDescriptor
import org.apache.flink.streaming.api.functions.KeyedProcessFunction
import org.apache.flink.util.Collector

data class Visit(val page: String, val number: Long, val seconds: Int)

/** What is kept of a page. */
data class Total(var page: String = "", var visits: Int = 0, var seconds: Long = 0)

fun visitOf(number: Long, seconds: Int = 10 + (number % 7).toInt()): Visit =
    Visit("page-${number % 3}", number, seconds)

/** Counts the visits of a page, with what Kotlin's compiler puts in from elsewhere. */
class CountVisits : KeyedProcessFunction<Long, Long, String>() {
    @Transient private lateinit var total: ValueState<Total>

    override fun open(context: OpenContext) {
        val descriptor = ValueStateDescriptor("total", Total::class.java)
        descriptor.enableTimeToLive(StateTtlConfig.newBuilder(Duration.ofDays(1)).build())
        total = runtimeContext.getState(descriptor)
    }

    override fun processElement(number: Long, context: Context, out: Collector<String>) {
        val visit = visitOf(number)
        val before = total.value() ?: Total(visit.page)
        val weights = visit.parts().map { part -> part * 2 }
        var seconds = 0L
        eachOf(weights) { weight ->
            seconds += weight
        }
        val kind = when {
            number % 5 == 0L -> "fifth"
            visit.seconds > 12 -> "long"
            else -> "usual"
        }
        val later: (Long) -> Long = { more ->
            before.seconds + more
        }
        val after = before.copy(visits = before.visits + 1, seconds = later(seconds))
        total.update(after)
        context.timerService().registerEventTimeTimer(context.timestamp() + 1000)
        out.collect("$kind ${after.page} ${after.visits} ${after.seconds}")
    }

    override fun onTimer(at: Long, context: OnTimerContext, out: Collector<String>) {
        val kept = total.value()
        out.collect("timer ${kept.page} ${kept.visits}")
    }
}
