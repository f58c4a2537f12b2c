import type { Drop } from "../../api/event";
import { duration, written } from "../../base/quantity";
import { link } from "../../model/address";
import { howLate, reasonWords } from "../../timeline/drops";
import { TimeText } from "../../widgets/TimeText";
import styles from "./EventList.module.css";

/** One line about a dropped record: why, by how much, and the times that were compared. */
export function DropWords({ drop: d }: { readonly drop: Drop }) {
	const late = howLate(d);
	return (
		<>
			<span className={d.kept ? "c-late" : "c-drop"}>{reasonWords(d.reason)}</span>
			{late !== "" && <span className={styles.kafka}>{late}</span>}
			{d.event_time !== undefined && (
				<span className="dim">
					event time <TimeText t={d.event_time} bare className="" />
				</span>
			)}
			{d.against !== undefined && (
				<span className="dim">
					{d.against_what ?? "against"} <TimeText t={d.against} bare className="" />
				</span>
			)}
			{d.allowed_ms > 0n && <span className="dim">allowed {written(duration(Number(d.allowed_ms)))}</span>}
			{d.cause !== undefined && d.cause_position === undefined && <span className="mono dim">{d.cause}</span>}
		</>
	);
}

/** The same as facts, with the way to what raised the watermark. */
export function DropFacts({ rec, drop: d }: { readonly rec: string; readonly drop: Drop }) {
	const late = howLate(d);
	return (
		<>
			<dt>{d.kept ? "Late" : "Dropped"}</dt>
			<dd className={d.kept ? "c-late" : "c-drop"}>
				{reasonWords(d.reason)}
				{late !== "" && `, ${late}`}
			</dd>
			{d.event_time !== undefined && (
				<>
					<dt>Its time</dt>
					<dd>
						<TimeText t={d.event_time} />
					</dd>
				</>
			)}
			{d.against !== undefined && (
				<>
					<dt>Compared with</dt>
					<dd>
						{d.against_what} <TimeText t={d.against} />
						{d.allowed_ms > 0n && `, allowed ${written(duration(Number(d.allowed_ms)))}`}
					</dd>
				</>
			)}
			{d.cause !== undefined && (
				<>
					<dt>{d.cause_position === undefined ? "Cause" : "Raised by"}</dt>
					<dd className="mono">
						{d.cause_position === undefined ? d.cause : <a href={link({ screen: "events", rec }, { at: d.cause_position })}>{d.cause}</a>}
					</dd>
				</>
			)}
		</>
	);
}
