import type { Replay, VerdictWord } from "../api/replay";
import { Chip, type Tone } from "../widgets/Chip";
import type { IconName } from "../widgets/Icon";

const looks: Readonly<Record<VerdictWord, readonly [Tone, IconName, string]>> = {
	exact: ["ok", "equal", "exact"],
	"exact-solved": ["ok", "equal", "exact, order solved"],
	"equal-per-key": ["late", "equal", "equal per key"],
	"equal-counts": ["late", "equal", "equal counts"],
	"path-equal": ["late", "equal", "path equal"],
	diverged: ["drop", "failed", "diverged"],
	nothing: ["plain", "unknown", "nothing to compare"],
	"not-replayable": ["drop", "close", "not replayable"],
	unchanged: ["plain", "equal", "no difference"],
};

const states: Readonly<Record<Exclude<Replay["state"], "done">, readonly [Tone, IconName]>> = {
	queued: ["plain", "wait"],
	running: ["acc", "live"],
	failed: ["drop", "failed"],
	cancelled: ["plain", "close"],
};

export function VerdictChip({ verdict }: { readonly verdict: VerdictWord }) {
	const [tone, icon, word] = looks[verdict];
	return (
		<Chip tone={tone} icon={icon}>
			{word}
		</Chip>
	);
}

/** What a replay proves; how it stands when it has no verdict. */
export function ReplayVerdict({ of }: { readonly of: Replay }) {
	if (of.verdict !== undefined)
		return (
			<>
				{of.kind !== "replay" && <Chip tone="acc">{of.kind}</Chip>}
				<VerdictChip verdict={of.verdict.verdict} />
			</>
		);
	if (of.state === "done") return null;
	const [tone, icon] = states[of.state];
	return (
		<Chip tone={tone} icon={icon}>
			{of.state === "queued" && of.ahead > 0 ? `waits behind ${of.ahead}` : of.state}
		</Chip>
	);
}
