package e2e.visits

/** An extension: its object is a parameter to the JVM. */
fun Visit.parts(): List<Int> {
    val half = seconds / 2
    return listOf(half, seconds - half)
}

/** Put in where it is called, its block too. */
inline fun eachOf(all: List<Int>, block: (Int) -> Unit) {
    var done = 0
    for (one in all) {
        block(one)
        done++
    }
    checkCount(all, done)
}

inline fun checkCount(all: List<Int>, done: Int) {
    val left = all.size - done
    check(left == 0)
}
