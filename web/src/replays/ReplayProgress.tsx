import type { Replay } from "../api/replay";
import { count, percent, written } from "../base/quantity";

/** How far a replay is, in words and as a bar. */
export function ReplayProgress({ of }: { readonly of: Replay }) {
	if (of.state === "queued") return <span className="dim">waits</span>;
	if (of.state !== "running") return null;
	if (of.phase !== "running") return <span className="mid">{of.phase ?? "begins"}</span>;
	return (
		<span className="row">
			<progress aria-label={`Progress of replay ${of.id}`} value={of.share} max={1} />
			<span className="mono mid">
				{written(percent(of.share))}, invocation {count(of.reached)}
			</span>
		</span>
	);
}
