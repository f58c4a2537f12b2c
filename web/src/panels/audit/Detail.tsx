import type { AuditEntry } from "../../api/audit";
import { count, duration, written } from "../../base/quantity";
import { link } from "../../model/address";
import { writeAuditTerms } from "../../model/auditTerms";
import { CopyButton } from "../../widgets/CopyButton";
import { Panel } from "../../widgets/Panel";
import { TimeText } from "../../widgets/TimeText";
import styles from "./AuditPanel.module.css";
import { Classes, OutcomeChip } from "./columns";

/** Everything that one entry says. */
export function Detail({ of: e }: { readonly of: AuditEntry }) {
	const recording = /^recording\/([0-9a-f]{32})$/.exec(e.resource)?.[1];
	return (
		<Panel
			title={`Entry ${e.seq}`}
			about={e.phase === "event" ? "an event" : e.phase === "file" ? "a file begins" : e.action}
			className={styles.side ?? ""}
		>
			<dl className={`kv ${styles.facts}`}>
				<dt>Who</dt>
				<dd>
					<a className="link" href={link({ screen: "audit" }, { filter: writeAuditTerms({ who: e.principal }) })}>
						{e.principal}
					</a>
					{e.roles.length > 0 && <span className="mid">, {e.roles.join(", ")}</span>}
				</dd>
				<dt>From</dt>
				<dd className="mono">{e.client === "" ? "not known" : e.client}</dd>
				<dt>Action</dt>
				<dd className="mono">{e.action}</dd>
				<dt>On</dt>
				<dd className="mono">
					{recording === undefined ? (
						e.resource
					) : (
						<a className="link" href={link({ screen: "events", rec: recording })}>
							{e.resource}
						</a>
					)}
				</dd>
				<dt>What of it</dt>
				<dd>
					{e.ranges.length === 0 ? (
						<span className="dim">all</span>
					) : (
						<ul className={styles.ranges}>
							{e.ranges.map((r) => (
								<li key={r}>{r}</li>
							))}
						</ul>
					)}
				</dd>
				{e.filter !== undefined && (
					<>
						<dt>Filter</dt>
						<dd className="mono">{e.filter}</dd>
					</>
				)}
				<dt>Outcome</dt>
				<dd className="row">
					<OutcomeChip of={e.outcome} />
					{e.ended !== undefined && <span className="mid">after {written(duration(Number((e.ended - e.time) / 1000n)))}</span>}
				</dd>
				<dt>Records</dt>
				<dd>{count(e.records)}</dd>
				<dt>Shown clear</dt>
				<dd className="row">
					<Classes of={e.classes} />
					{e.classes.length === 0 && e.records > 0n && <span>: values were masked</span>}
				</dd>
				{e.reason !== undefined && (
					<>
						<dt>Reason</dt>
						<dd>{e.reason}</dd>
					</>
				)}
				{e.grant !== undefined && (
					<>
						<dt>Grant</dt>
						<dd className="mono">{e.grant}</dd>
					</>
				)}
				{e.decoder !== undefined && (
					<>
						<dt>Decoder</dt>
						<dd className="mono">{e.decoder}</dd>
					</>
				)}
				{e.policy !== undefined && (
					<>
						<dt>Policy</dt>
						<dd className="mono">{e.policy}</dd>
					</>
				)}
				<dt>Began</dt>
				<dd>
					<TimeText t={e.time} digits={6} />
				</dd>
				<dt>Hash</dt>
				<dd className={`mono ${styles.hash}`}>
					{e.hash}
					<CopyButton text={() => e.hash} label="Copy the hash" />
				</dd>
				<dt>Tied to</dt>
				<dd className={`mono ${styles.hash} dim`}>{e.prev_hash}</dd>
			</dl>
		</Panel>
	);
}
