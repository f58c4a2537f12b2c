import { Popover } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type ProblemError, toProblem } from "../api/problem";
import { principalQuestion } from "../api/questions";
import { planQuestion, type ReplayPlan, replayAction, replaysQuestion, startReplay } from "../api/replay";
import type { ReplayWish } from "../api/schema";
import { count, plural } from "../base/quantity";
import { link } from "../model/address";
import { go } from "../model/navigation";
import { Icon } from "../widgets/Icon";
import { Failed, SkeletonRows } from "../widgets/states";
import { Findings } from "./Findings";
import styles from "./Replays.module.css";
import { ReplayVerdict } from "./ReplayVerdict";
import { Senders } from "./Senders";

type Props = {
	readonly rec: string;
	/** operator.subtask.attempt.invocation, or key#invocation. */
	readonly position: string;
	/** The position stands for its attempt alone: there is no "here". */
	readonly attempt?: boolean;
	readonly quiet?: boolean;
};

/** Says what a replay of the task at a position needs, and runs it. */
export function ReplayButton({ rec, position, attempt = false, quiet = false }: Props) {
	const [opened, setOpened] = useState(false);
	return (
		<Popover opened={opened} onChange={setOpened} position="top-end" trapFocus returnFocus shadow="md" withinPortal>
			<Popover.Target>
				<button type="button" className={quiet ? "btn quiet" : "btn"} aria-expanded={opened} onClick={() => setOpened(!opened)}>
					<Icon name="restart" size="s" />
					{attempt ? "Replay" : "Replay from here"}
				</button>
			</Popover.Target>
			<Popover.Dropdown aria-label="Replay" p={0}>
				{opened && <Ask rec={rec} position={position} attempt={attempt} />}
			</Popover.Dropdown>
		</Popover>
	);
}

function Ask({ rec, position, attempt }: Required<Pick<Props, "rec" | "position" | "attempt">>) {
	const client = useQueryClient();
	const principal = useQuery(principalQuestion);
	const plan = useQuery(planQuestion(rec, position));
	const [busy, setBusy] = useState(false);
	const [trouble, setTrouble] = useState<ProblemError>();
	const actions = principal.data?.actions;
	// Of whom nothing is known yet, the server knows.
	const may = actions === undefined || actions.includes(replayAction);
	const start = async (wish: ReplayWish) => {
		setBusy(true);
		setTrouble(undefined);
		try {
			const started = await startReplay(rec, { position, ...wish });
			await client.invalidateQueries({ queryKey: replaysQuestion.queryKey });
			go(link({ screen: "replay", id: started.id }));
		} catch (e) {
			setTrouble(toProblem(e));
			setBusy(false);
		}
	};
	if (plan.data === undefined) {
		if (plan.isError) return <Failed what="The plan" trouble={toProblem(plan.error)} onRetry={() => void plan.refetch()} />;
		return <SkeletonRows rows={4} label="what is needed" />;
	}
	const p = plan.data;
	const here = attempt ? undefined : invocationOf(position);
	const near = here === undefined ? undefined : p.starts.filter((s) => s.invocation < here).at(-1);
	const usable = p.replayable && may && !busy;
	return (
		<div className={styles.ask}>
			<p>
				<b>{p.task}</b> <span className="mono dim">#{p.subtask}</span>, attempt {p.attempt}, runs again on the server with what was
				recorded, and is held against it. Nothing is written anywhere.
			</p>
			<p className="mid">{facts(p)}</p>
			{p.senders.length > 0 && <Senders of={p.senders} />}
			{p.findings.length > 0 && <Findings of={p.findings} />}
			{!may && (
				<p className="c-late" role="status">
					Who reads this may not replay: it needs the right <code>{replayAction}</code>.
				</p>
			)}
			{trouble !== undefined && <Failed what="The replay" head="It was not started" trouble={trouble} />}
			{p.replayable && (
				<div className={styles.buttons}>
					{here !== undefined && (
						<button
							type="button"
							className="btn main"
							disabled={!usable}
							onClick={() => void start({ to: "here", ...(near === undefined ? {} : { checkpoint: "nearest" }) })}
						>
							Up to here{near === undefined ? "" : `, from checkpoint ${near.checkpoint}`}
						</button>
					)}
					<button type="button" className={here === undefined ? "btn main" : "btn"} disabled={!usable} onClick={() => void start({})}>
						The whole attempt
					</button>
					{busy && (
						<span role="status" className="mid">
							<Icon name="wait" size="s" /> it is put in the queue
						</span>
					)}
				</div>
			)}
			{p.before.length > 0 && (
				<ul className={styles.findings} aria-label="Replays of this attempt">
					{p.before.slice(0, 3).map((r) => (
						<li key={r.id}>
							<a className="link mono" href={link({ screen: "replay", id: r.id })}>
								{r.id}
							</a>{" "}
							<ReplayVerdict of={r} />
						</li>
					))}
				</ul>
			)}
		</div>
	);
}

/** The number that ends a position. */
export function invocationOf(position: string): bigint | undefined {
	const digits = /[.#](\d+)$/.exec(position)?.[1];
	return digits === undefined ? undefined : BigInt(digits);
}

function facts(p: ReplayPlan): string {
	const start = p.restored ? "from the state of a checkpoint" : "from an empty state";
	const sandbox = p.sandbox === undefined ? "without a sandbox" : `in a sandbox (${p.sandbox})`;
	return `${plural(p.last, "invocation")} ${start}; Flink ${p.flink}, Java ${p.java_here ?? "not found"}, ${sandbox}${
		p.reaches > 0n && p.reaches < p.last ? `; up to invocation ${count(p.reaches)}` : ""
	}`;
}
