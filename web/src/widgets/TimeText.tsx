import { age } from "../base/quantity";
import { bareTime, clockTime, dateTime, type Instant, millisOf, sameDay, toRfc3339, wallFromMillis } from "../base/time";
import { useNow, useZone } from "./clock";

type Props = {
	readonly t: Instant;
	readonly digits?: 0 | 3 | 6;
	/** Without the zone, where a column head has it. */
	readonly bare?: boolean;
	readonly className?: string;
};

/** A time of day with its zone, and its date where that is not today's. */
export function TimeText({ t, digits = 3, bare = false, className }: Props) {
	const zone = useZone();
	const today = sameDay(t, wallFromMillis(Date.now()), zone);
	const shown = bare ? bareTime(t, zone, digits) : today ? clockTime(t, zone, digits) : dateTime(t, zone, digits);
	return (
		<time className={className ?? "mono"} dateTime={toRfc3339(t)} title={dateTime(t, zone, 6)}>
			{shown}
		</time>
	);
}

/** How long ago it was, kept up to date. */
export function Age({ t, className }: { readonly t: Instant; readonly className?: string }) {
	const now = useNow();
	return <span className={className ?? "dim"}>{age(now - millisOf(t))}</span>;
}
