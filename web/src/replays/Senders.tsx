import type { ReplaySender } from "../api/replay";
import { count } from "../base/quantity";
import { link } from "../model/address";
import styles from "./Replays.module.css";
import { VerdictChip } from "./ReplayVerdict";

/** Replays that give what another one takes in, where the recording does not have it. */
export function Senders({ of }: { readonly of: readonly ReplaySender[] }) {
	return (
		<ul className={styles.findings} aria-label="Replays of what sent its input">
			{of.map((s) => (
				<li key={s.attempt_key + (s.replay ?? "")}>
					{s.replay === undefined ? (
						"runs first:"
					) : (
						<a className="link mono" href={link({ screen: "replay", id: s.replay })}>
							{s.replay}
						</a>
					)}{" "}
					<b>{s.task}</b> <span className="mono dim">#{s.subtask}</span>, attempt {s.attempt}
					{s.checkpoint > 0n && `, behind checkpoint ${s.checkpoint}`}
					{s.to > 0n && `, to invocation ${count(s.to)}`} {s.verdict !== undefined && <VerdictChip verdict={s.verdict} />}
				</li>
			))}
		</ul>
	);
}
