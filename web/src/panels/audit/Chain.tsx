import { useQuery } from "@tanstack/react-query";
import { type AuditStatus, auditStatusQuestion } from "../../api/audit";
import { count, plural } from "../../base/quantity";
import { Chip, type Tone } from "../../widgets/Chip";
import type { IconName } from "../../widgets/Icon";
import { TimeText } from "../../widgets/TimeText";

const looks: Readonly<Record<AuditStatus["chain"], readonly [Tone, IconName, string]>> = {
	whole: ["ok", "ok", "chain whole"],
	broken: ["drop", "failed", "chain broken"],
	checking: ["plain", "wait", "chain is being checked"],
	unknown: ["late", "unknown", "chain not checked"],
};

/** Whether the log is whole, up to which entry its end was signed, and what takes it elsewhere. */
export function Chain() {
	const query = useQuery(auditStatusQuestion);
	const s = query.data;
	if (s === undefined) return null;
	const [tone, icon, word] = looks[s.chain];
	const failing = s.sinks.filter((k) => k.state === "failing");
	return (
		<>
			<Chip tone={tone} icon={icon} title={s.detail ?? `key ${s.fingerprint}`}>
				{word}
			</Chip>
			<span className="mid" role="status">
				{s.chain === "broken" ? (
					<span className="c-drop">{s.detail}</span>
				) : (
					<>
						read to {count(s.checked_to)} of {count(s.end)}
						{s.checked !== undefined && (
							<>
								{" "}
								at <TimeText t={s.checked} digits={0} />
							</>
						)}
						{s.head === undefined ? "; not signed yet" : `; signed to ${count(s.head.seq)}`}
						{(s.removed ?? 0n) > 0n && `; retention removed up to ${count(s.removed ?? 0n)}`}
					</>
				)}
			</span>
			{s.errors > 0n && <span className="c-drop">{plural(s.errors, "write")} failed: what they would have shown was refused</span>}
			{failing.map((k) => (
				<span key={k.takes + k.name} className="c-late">
					{k.name} takes no {k.takes}: {k.error ?? "it does not answer"}
				</span>
			))}
		</>
	);
}
