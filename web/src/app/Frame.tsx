import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useEffect, useState } from "react";
import { auditAction } from "../api/audit";
import { subscribeAction } from "../api/notification";
import { principalQuestion } from "../api/questions";
import { clustersQuestion, topicListAction } from "../api/topic";
import { classes } from "../base/classes";
import { parseRecord } from "../base/reference";
import { type Address, clusterOf, formatAddress, link, positionOf, recordingOf } from "../model/address";
import { useCommand } from "../model/commandBus";
import { commandLine } from "../model/commandLine";
import { go } from "../model/navigation";
import { changePreferences, usePreferences } from "../model/preferences";
import { copyText } from "../widgets/CopyButton";
import { Icon, type IconName } from "../widgets/Icon";
import { useScheme } from "./App";
import { ClusterBar } from "./ClusterBar";
import { CommandBar } from "./CommandBar";
import styles from "./Frame.module.css";
import { GrantNote } from "./GrantNote";
import { KeyHelp } from "./KeyHelp";
import { OpenedFileNote } from "./OpenedFileNote";
import { Palette } from "./Palette";
import { PromiseBar, promiseScreens } from "./PromiseBar";
import { RecordingBar } from "./RecordingBar";
import { TopBar } from "./TopBar";

type Props = { readonly address: Address; readonly children: ReactNode };

/** What stands around every screen: places to go, where one is, what recording costs, the same as a command. */
export function Frame({ address, children }: Props) {
	const [overlay, setOverlay] = useState<"palette" | "help">();
	const { zone, theme } = usePreferences();
	const scheme = useScheme(theme);
	const { page } = address;
	const at = positionOf(address);
	useCommand("palette", () => setOverlay("palette"));
	useCommand("help", () => setOverlay("help"));
	useCommand("zone", () => changePreferences({ zone: zone === "utc" ? "local" : "utc" }));
	useCommand("theme", () => changePreferences({ theme: scheme === "dark" ? "light" : "dark" }));
	useCommand("copy-link", () => void copyText(window.location.origin + formatAddress(address)));
	useCommand("copy-command", () => void copyText(commandLine(address)));
	useCommand("go-fleet", () => go(link({ screen: "fleet" })));
	useCommand("go-recordings", () => go(link({ screen: "recordings" })));
	useCommand("go-agents", () => go(link({ screen: "agents" })));
	useCommand("go-replays", () => go(link({ screen: "replays" })));
	useCommand("go-contracts", () => go(link({ screen: "contracts" })));
	useCommand("go-schemas", () => go(link({ screen: "subjects" })));
	useCommand("go-impact", () => go(link({ screen: "impacts" })));
	useCommand("go-tokens", () => go(link({ screen: "tokens" })));
	useCommand("go-grants", () => go(link({ screen: "grants" })));
	const principal = useQuery(principalQuestion);
	const maySubscribe = principal.data?.actions.includes(subscribeAction) === true;
	useCommand("go-notifications", () => go(link({ screen: "notifications" })), maySubscribe);
	const mayAudit = principal.data?.actions.includes(auditAction) === true;
	useCommand("go-audit", () => go(link({ screen: "audit" })), mayAudit);
	useCommand("go-policy", () => go(link({ screen: "policy" })));
	const topics = useTopics();
	useCommand("go-topics", () => go(link({ screen: "clusters" })), topics);
	useCommand("go-catalog", () => go(link({ screen: "catalog" })));
	const run = recordingOf(page) ?? (page.screen === "graph" ? page.job : undefined);
	useCommand("go-graph", () => run !== undefined && go(link({ screen: "graph", job: run })), run !== undefined);
	useCommand("go-events", () => run !== undefined && go(link({ screen: "events", rec: run })), run !== undefined);
	useCommand("go-timeline", () => run !== undefined && go(link({ screen: "timeline", rec: run })), run !== undefined);
	useCommand("go-gaps", () => run !== undefined && go(link({ screen: "gaps", rec: run })), run !== undefined);
	useCommand("go-sql", () => run !== undefined && go(link({ screen: "sql", rec: run })), run !== undefined);
	useCommand(
		"go-key",
		() => run !== undefined && go(link({ screen: "key", rec: run }, at === undefined ? {} : { of: at })),
		run !== undefined,
	);
	useCommand(
		"go-watermarks",
		() => run !== undefined && go(link({ screen: "watermarks", rec: run }, at === undefined ? {} : { at })),
		run !== undefined,
	);
	const position = stepsOf(at);
	useCommand(
		"go-step",
		() => run !== undefined && position !== undefined && go(link({ screen: "step", rec: run, position })),
		run !== undefined && position !== undefined,
	);
	useCommand("go-inflight", () => run !== undefined && go(link({ screen: "inflight", rec: run })), run !== undefined);
	useCommand(
		"go-journey",
		() => {
			if (run === undefined) return;
			const record = page.screen === "journey" ? page.record : at;
			go(link(record === undefined ? { screen: "journey", rec: run } : { screen: "journey", rec: run, record }));
		},
		run !== undefined,
	);
	useEffect(() => {
		document.title = `${titleOf(address)} - Sightglass`;
	}, [address]);
	return (
		<div className={styles.app}>
			<button type="button" className={styles.skip} onClick={() => document.getElementById("main")?.focus()}>
				Skip to content
			</button>
			<Rail address={address} mayAudit={mayAudit} topics={topics} />
			<TopBar address={address} scheme={scheme} onPalette={() => setOverlay("palette")} />
			{recordingOf(page) !== undefined && <RecordingBar address={address} />}
			{clusterOf(page) !== undefined && <ClusterBar address={address} />}
			{promiseScreens.has(page.screen) && <PromiseBar address={address} />}
			<main id="main" className={styles.main} tabIndex={-1}>
				<OpenedFileNote />
				<GrantNote />
				{children}
			</main>
			<CommandBar address={address} onHelp={() => setOverlay("help")} />
			<Palette opened={overlay === "palette"} onClose={() => setOverlay(undefined)} address={address} />
			<KeyHelp opened={overlay === "help"} onClose={() => setOverlay(undefined)} />
		</div>
	);
}

/** Steps go through an invocation: a time or a record is none. */
function stepsOf(at: string | undefined): string | undefined {
	return at !== undefined && parseRecord(at)?.kind === "position" ? at : undefined;
}

function titleOf({ page }: Address): string {
	switch (page.screen) {
		case "fleet":
			return "Fleet";
		case "graph":
			return `Graph of ${page.job}`;
		case "recordings":
			return "Recordings";
		case "events":
			return `Events of ${page.rec}`;
		case "journey":
			return page.record === undefined ? `Journey in ${page.rec}` : `Journey of ${page.record}`;
		case "timeline":
			return `Timeline of ${page.rec}`;
		case "gaps":
			return `Gaps of ${page.rec}`;
		case "sql":
			return `SQL of ${page.rec}`;
		case "key":
			return `Key in ${page.rec}`;
		case "watermarks":
			return `Watermarks of ${page.rec}`;
		case "inflight":
			return `In flight in ${page.rec}`;
		case "step":
			return `Step at ${page.position}`;
		case "agents":
			return "Agents";
		case "policy":
			return "Recording policy";
		case "grants":
			return "Grants";
		case "notifications":
			return "Notifications";
		case "contracts":
			return "Contracts";
		case "contract":
			return `Contract ${page.contract}`;
		case "violation":
			return `Violation of ${page.contract}`;
		case "subjects":
			return "Schemas";
		case "subject":
			return `Schema ${page.subject}`;
		case "impacts":
			return "Impact";
		case "impact":
			return `Impact ${page.id}`;
		case "tokens":
			return "Tokens and sessions";
		case "replays":
			return "Replays";
		case "replay":
			return `Replay ${page.id}`;
		case "audit":
			return "Audit";
		case "clusters":
			return "Topics";
		case "topics":
			return `Topics of ${page.cluster}`;
		case "topic":
			return `Topic ${page.topic}`;
		case "groups":
			return `Groups of ${page.cluster}`;
		case "group":
			return `Group ${page.group}`;
		case "brokers":
			return `Brokers of ${page.cluster}`;
		case "catalog":
			return "Catalog";
		case "entity":
			return `Catalog, ${page.id}`;
		case "lost":
			return "Not found";
	}
}

type Place = { readonly href: string; readonly icon: IconName; readonly word: string; readonly here: boolean };

/** Topics are a place to go for who may list some, where a cluster is looked into. */
function useTopics(): boolean {
	const principal = useQuery(principalQuestion);
	const may = principal.data?.actions.includes(topicListAction) === true;
	const clusters = useQuery({ ...clustersQuestion, enabled: may });
	return may && (clusters.data?.length ?? 0) > 0;
}

type RailProps = { readonly address: Address; readonly mayAudit: boolean; readonly topics: boolean };

function Rail({ address: { page }, mayAudit, topics }: RailProps) {
	const places: readonly Place[] = [
		{ href: link({ screen: "fleet" }), icon: "fleet", word: "Fleet", here: page.screen === "fleet" || page.screen === "graph" },
		{
			href: link({ screen: "recordings" }),
			icon: "recording",
			word: "Recordings",
			here: page.screen === "recordings" || page.screen === "journey" || recordingOf(page) !== undefined,
		},
		...(topics
			? [
					{
						href: link({ screen: "clusters" }),
						icon: "topic",
						word: "Topics",
						here: page.screen === "clusters" || clusterOf(page) !== undefined,
					} as const,
				]
			: []),
		{
			href: link({ screen: "catalog" }),
			icon: "catalog",
			word: "Catalog",
			here: page.screen === "catalog" || page.screen === "entity",
		},
		{
			href: link({ screen: "replays" }),
			icon: "restart",
			word: "Replays",
			here: page.screen === "replays" || page.screen === "replay",
		},
		{ href: link({ screen: "contracts" }), icon: "mark", word: "Contracts", here: promiseScreens.has(page.screen) },
		{ href: link({ screen: "agents" }), icon: "agent", word: "Agents", here: page.screen === "agents" },
		{ href: link({ screen: "policy" }), icon: "policy", word: "Policy", here: page.screen === "policy" },
		...(mayAudit ? [{ href: link({ screen: "audit" }), icon: "file", word: "Audit", here: page.screen === "audit" } as const] : []),
	];
	return (
		<nav className={styles.rail} aria-label="Main">
			<a className={styles.logo} href={link({ screen: "fleet" })} aria-label="Sightglass, fleet">
				<Icon name="logo" />
			</a>
			{places.map((p) => (
				<a key={p.href} href={p.href} aria-current={p.here ? "page" : undefined} className={classes(styles.place)}>
					<Icon name={p.icon} size="l" />
					{p.word}
				</a>
			))}
		</nav>
	);
}
