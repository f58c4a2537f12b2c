import { useQuery } from "@tanstack/react-query";
import type { Job } from "../api/job";
import { isRestarting } from "../api/live";
import { agentsQuestion, jobQuestion, jobsQuestion } from "../api/questions";
import type { RunState } from "../api/recording";
import { percent, plural, sizePerSecond, written } from "../base/quantity";
import { shortId } from "../base/reference";
import { type Address, clusterOf, link, type Page, partsOfEntity, recordingOf, type Screen } from "../model/address";
import { changePreferences, usePreferences } from "../model/preferences";
import { Chip, type Tone } from "../widgets/Chip";
import { Icon, type IconName } from "../widgets/Icon";
import { Segmented } from "../widgets/Segmented";
import { NotificationBell } from "./NotificationBell";
import styles from "./TopBar.module.css";
import { UserMenu } from "./UserMenu";

type Props = { readonly address: Address; readonly scheme: "dark" | "light"; readonly onPalette: () => void };

export function TopBar({ address, scheme, onPalette }: Props) {
	const { zone } = usePreferences();
	return (
		<header className={styles.top}>
			<Crumbs address={address} />
			<button type="button" className={styles.jump} title="Search or jump to" onClick={onPalette}>
				<Icon name="search" />
				<span className="cut">Search or jump to</span>
				<kbd>Ctrl K</kbd>
			</button>
			<Recorder address={address} />
			<div className={styles.who}>
				<Segmented
					label="Time zone"
					value={zone}
					choices={[
						{ value: "utc", label: "UTC" },
						{ value: "local", label: "local" },
					]}
					onChange={(next) => changePreferences({ zone: next })}
				/>
				<button
					type="button"
					className="btn quiet icon"
					aria-label={scheme === "dark" ? "Light theme" : "Dark theme"}
					onClick={() => changePreferences({ theme: scheme === "dark" ? "light" : "dark" })}
				>
					<Icon name={scheme === "dark" ? "sun" : "moon"} />
				</button>
				<NotificationBell here={address.page.screen === "notifications"} />
				<UserMenu />
			</div>
		</header>
	);
}

function Crumbs({ address: { page } }: { readonly address: Address }) {
	const rec = recordingOf(page) ?? (page.screen === "graph" ? page.job : undefined);
	const job = useQuery({ ...jobQuestion(rec ?? ""), enabled: rec !== undefined });
	const cluster = clusterOf(page);
	if (page.screen === "entity") return <EntityCrumbs id={page.id} />;
	if (cluster !== undefined) return <ClusterCrumbs page={page} cluster={cluster} />;
	const fleet = <a href={link({ screen: "fleet" })}>Fleet</a>;
	const name = job.data?.name ?? shortId(rec ?? "");
	if (rec === undefined) {
		const words: Partial<Record<Screen, string>> = {
			fleet: "Fleet",
			recordings: "Recordings",
			agents: "Agents",
			policy: "Recording policy",
			tokens: "Tokens and sessions",
			grants: "Grants",
			notifications: "Notifications",
			contracts: "Contracts",
			contract: "Contracts",
			violation: "Contracts",
			subjects: "Schemas",
			subject: "Schemas",
			impacts: "Impact",
			impact: "Impact",
			replays: "Replays",
			replay: "Replay",
			audit: "Audit",
			clusters: "Topics",
			catalog: "Catalog",
			lost: "Not found",
		};
		return (
			<nav className={styles.crumbs} aria-label="Where you are">
				<b>{words[page.screen] ?? "All recordings"}</b>
			</nav>
		);
	}
	return (
		<nav className={styles.crumbs} aria-label="Where you are">
			{fleet}
			<span className={styles.sep}>/</span>
			{page.screen === "graph" ? (
				<b className="cut">{name}</b>
			) : (
				<>
					<a className="cut" href={link({ screen: "graph", job: rec })}>
						{name}
					</a>
					<span className={styles.sep}>/</span>
					<b className="cut">recording {shortId(job.data?.id ?? rec)}</b>
				</>
			)}
			{job.data !== undefined && <StateChip job={job.data} />}
		</nav>
	);
}

function ClusterCrumbs({ page, cluster }: { readonly page: Page; readonly cluster: string }) {
	const kind = page.screen === "groups" || page.screen === "group" ? "Groups" : page.screen === "brokers" ? "Brokers" : undefined;
	const name = page.screen === "topic" ? page.topic : page.screen === "group" ? page.group : undefined;
	const last = name ?? kind;
	return (
		<nav className={styles.crumbs} aria-label="Where you are">
			<a href={link({ screen: "clusters" })}>Topics</a>
			<span className={styles.sep}>/</span>
			{last === undefined ? <b className="cut">{cluster}</b> : <a href={link({ screen: "topics", cluster })}>{cluster}</a>}
			{kind !== undefined && name !== undefined && (
				<>
					<span className={styles.sep}>/</span>
					<a href={link({ screen: "groups", cluster })}>{kind}</a>
				</>
			)}
			{last !== undefined && (
				<>
					<span className={styles.sep}>/</span>
					<b className="cut">{last}</b>
				</>
			)}
		</nav>
	);
}

/** Catalog / cluster / name, as the id has them: what is shown need not have come yet. */
function EntityCrumbs({ id }: { readonly id: string }) {
	const { cluster, name } = partsOfEntity(id);
	return (
		<nav className={styles.crumbs} aria-label="Where you are">
			<a href={link({ screen: "catalog" })}>Catalog</a>
			<span className={styles.sep}>/</span>
			{cluster !== undefined && (
				<>
					<span className="cut">{cluster}</span>
					<span className={styles.sep}>/</span>
				</>
			)}
			<b className="cut">{name}</b>
		</nav>
	);
}

const stateTones: Readonly<Record<RunState, readonly [Tone, IconName]>> = {
	running: ["ok", "live"],
	failed: ["drop", "failed"],
	finished: ["plain", "ok"],
	canceled: ["plain", "wait"],
	"last-seen": ["plain", "wait"],
};

const restarting: readonly [Tone, IconName] = ["drop", "restart"];

function StateChip({ job }: { readonly job: Job }) {
	const again = isRestarting(job);
	const [tone, icon] = again ? restarting : stateTones[job.state];
	return (
		<Chip tone={tone} icon={icon}>
			{again ? job.flink_state : job.state === "running" ? "live" : job.state}
		</Chip>
	);
}

function shares(of: readonly { readonly cpu_share?: number | undefined }[] | undefined): readonly number[] {
	return (of ?? []).flatMap((p) => (p.cpu_share === undefined ? [] : [p.cpu_share]));
}

/** What recording costs and what it lost: of the run on the screen, or of all that run. */
function Recorder({ address: { page } }: { readonly address: Address }) {
	const rec = recordingOf(page) ?? (page.screen === "graph" ? page.job : undefined);
	const one = useQuery({ ...jobQuestion(rec ?? ""), enabled: rec !== undefined });
	const all = useQuery({ ...jobsQuestion(), enabled: rec === undefined });
	const agents = useQuery({ ...agentsQuestion, enabled: rec === undefined });
	const jobs: readonly Job[] | undefined = rec === undefined ? all.data : one.data === undefined ? undefined : [one.data];
	if (jobs === undefined) return <div className={styles.cost} />;
	// Jobs share processes: for all of them the processes are summed, not the jobs.
	const known = rec === undefined ? shares(agents.data) : shares(jobs.map((j) => j.cost));
	const bytes = jobs.reduce((sum, j) => sum + j.cost.bytes_per_s, 0);
	const lost = jobs.reduce((sum, j) => sum + j.cost.lost, 0n);
	const gaps = jobs.reduce((sum, j) => sum + j.gaps, 0);
	const gapText = `${plural(gaps, "gap")}, ${lost === 0n ? "0 lost" : `${plural(lost, "event")} lost`}`;
	return (
		<div className={styles.cost} role="group" aria-label="Recorder">
			<span title="Processor time of the recorder, as a share of one core">
				<Icon name="recording" />
				{known.length === 0 ? "CPU not known" : `${written(percent(known.reduce((a, b) => a + b, 0)))} CPU`}
			</span>
			<span title="Bytes recorded per second">{written(sizePerSecond(bytes))}</span>
			{gaps === 0 && lost === 0n ? (
				<span title="Everything that was to be recorded was recorded">0 lost</span>
			) : rec === undefined ? (
				<span className="c-late">
					<Icon name="gap" />
					{gapText}
				</span>
			) : (
				<a className="c-late" href={link({ screen: "gaps", rec })}>
					<Icon name="gap" />
					{gapText}
				</a>
			)}
		</div>
	);
}
