import { classes } from "../../base/classes";
import { count, percent, plural, written } from "../../base/quantity";
import { bareTime, clockTime } from "../../base/time";
import { useZone } from "../../widgets/clock";
import styles from "./Contracts.module.css";
import { countOf, type Minute } from "./minutes";
import { recordHref } from "./words";

type Props = {
	readonly minutes: readonly Minute[];
	readonly name: string;
	readonly cluster: string;
	readonly topic: string;
	/** Of the hour's records, those that were looked at; undefined: not known. */
	readonly coverage: number | undefined;
};

const said = { bad: "broken", ok: "kept", gap: "not looked at", none: "nothing came" } as const;

/** A bar a minute: what its records came to. */
export function HourStrip({ minutes, name, cluster, topic, coverage }: Props) {
	const zone = useZone();
	const worst = minutes.findLast((m) => m.verdict === "bad");
	const summary = [
		`${countOf(minutes, "bad")} broken`,
		`${countOf(minutes, "ok")} kept`,
		`${countOf(minutes, "gap")} not looked at`,
		`${countOf(minutes, "none")} without records`,
	].join(", ");
	const ends = [minutes[0], minutes.at(-1)];
	return (
		<div className={styles.hour}>
			<div className={styles.strip} role="img" aria-label={`Last hour of ${name}, minutes: ${summary}`}>
				{minutes.map((m) => (
					<i
						key={String(m.at)}
						className={classes(styles.minute, styles[m.verdict])}
						title={`${clockTime(m.at, zone, 0)} ${said[m.verdict]}: ${m.bad > 0n ? `${count(m.bad)} of ` : ""}${plural(m.records, "record")}`}
					/>
				))}
			</div>
			<div className={styles.legend}>
				<span className="mono">{ends[0] === undefined ? "" : bareTime(ends[0].at, zone, 0)}</span>
				<span className="mid">
					{worst === undefined ? (
						"nothing broken in the last hour"
					) : (
						<span className="c-drop">
							{bareTime(worst.at, zone, 0)} broken
							{worst.first !== undefined && (
								<>
									{" at "}
									<a className="link mono" href={recordHref(cluster, topic, worst.first.partition, worst.first.offset)}>
										{topic}/{worst.first.partition}@{String(worst.first.offset)}
									</a>
								</>
							)}
						</span>
					)}
					{coverage !== undefined && <span className={coverage < 1 ? "c-late" : "dim"}> coverage {written(percent(coverage))}</span>}
				</span>
				<span className="mono">{ends[1] === undefined ? "" : bareTime(ends[1].at, zone, 0)}</span>
			</div>
		</div>
	);
}
