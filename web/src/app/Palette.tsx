import { Modal } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useEffect, useId, useMemo, useState } from "react";
import { catalogGuessQuestion, type Hit } from "../api/catalog";
import { jobsQuestion } from "../api/questions";
import { classes } from "../base/classes";
import { parseRecord, shortId } from "../base/reference";
import { useSettled } from "../catalog/useSettled";
import { kindLooks } from "../catalog/words";
import { type Address, link, recordingOf } from "../model/address";
import { runCommand, useAvailableCommands } from "../model/commandBus";
import { commands, keysOf } from "../model/keyboard";
import { go } from "../model/navigation";
import { usePreferences } from "../model/preferences";
import { Icon, type IconName } from "../widgets/Icon";
import { Keys } from "../widgets/Keys";
import styles from "./Palette.module.css";

type Entry = {
	readonly id: string;
	readonly icon: IconName;
	readonly title: string;
	readonly about: string;
	readonly keys?: string;
	readonly run: () => void;
};

/** What a typed name may mean: a record or a position of the recording on the screen, or of any. */
function named(query: string, address: Address): readonly Entry[] {
	const name = parseRecord(query.trim());
	if (name === undefined) return [];
	const text = query.trim();
	const page = address.page;
	const rec = recordingOf(page) ?? (page.screen === "graph" ? page.job : "any");
	// A record of Kafka may be in several recordings; an element and a position are of one.
	const where = name.kind === "kafka" ? "any" : rec;
	const journey: Entry = {
		id: "record",
		icon: "journey",
		title: `Journey of ${text}`,
		about: where === "any" ? "in all recordings" : `in recording ${shortId(where)}`,
		run: () => go(link({ screen: "journey", rec: where, record: text })),
	};
	if (name.kind !== "position" || rec === "any") return rec === "any" && name.kind !== "kafka" ? [] : [journey];
	return [
		{
			id: "position",
			icon: "mark",
			title: `Events at ${text}`,
			about: `in recording ${shortId(rec)}`,
			run: () => go(link({ screen: "events", rec }, { at: text })),
		},
		journey,
	];
}

/** Anything typed may be a key of the recording on the screen: "key user-42", or a word that names nothing else. */
function keyed(query: string, address: Address): readonly Entry[] {
	const page = address.page;
	const rec = recordingOf(page) ?? (page.screen === "graph" ? page.job : undefined);
	const said = /^key\s+(.+)$/i.exec(query.trim())?.[1];
	const text = said ?? query.trim();
	if (rec === undefined || text === "" || (said === undefined && parseRecord(text) !== undefined)) return [];
	return [
		{
			id: "key",
			icon: "search",
			title: `History of the key ${text}`,
			about: `in recording ${shortId(rec)}`,
			run: () => go(link({ screen: "key", rec }, { key: text })),
		},
	];
}

/** What the catalog has by these words, and the search itself. */
function cataloged(query: string, hits: readonly Hit[]): readonly Entry[] {
	const text = query.trim();
	if (text.length < least || hits.length === 0) return [];
	return [
		...hits.map((h) => ({
			id: `c-${h.id}`,
			icon: kindLooks[h.kind].icon,
			title: h.name,
			about: `catalog, ${kindLooks[h.kind].one}${h.cluster === undefined ? "" : ` of ${h.cluster}`}`,
			run: () => go(link({ screen: "entity", id: h.id })),
		})),
		{
			id: "catalog",
			icon: "catalog",
			title: `Search the catalog for ${text}`,
			about: "streams, fields, owners",
			run: () => go(link({ screen: "catalog" }, { filter: text })),
		},
	];
}

/** Fewer letters are in too much. */
const least = 2;

function fits(text: string, query: string): boolean {
	const low = text.toLowerCase();
	return query
		.toLowerCase()
		.split(/\s+/)
		.every((word) => low.includes(word));
}

type Props = { readonly opened: boolean; readonly onClose: () => void; readonly address: Address };

/** Search or jump: jobs, their recordings, records by name, and every command that does something here. */
export function Palette({ opened, onClose, address }: Props) {
	return (
		<Modal
			opened={opened}
			onClose={onClose}
			withCloseButton={false}
			size={560}
			yOffset="12vh"
			attributes={{ content: { "aria-label": "Search or jump to" } }}
		>
			{opened && <Search onClose={onClose} address={address} />}
		</Modal>
	);
}

function Search({ onClose, address }: Omit<Props, "opened">) {
	const [query, setQuery] = useState("");
	const [at, setAt] = useState(0);
	const listId = useId();
	const jobs = useQuery(jobsQuestion());
	const words = useSettled(query.trim());
	const guess = useQuery({ ...catalogGuessQuestion(words), enabled: words.length >= least });
	const available = useAvailableCommands();
	const { keys } = usePreferences();
	const entries = useMemo(() => {
		const runs = (jobs.data ?? []).flatMap((j): Entry[] => [
			{ id: `j-${j.id}`, icon: "graph", title: j.name, about: `graph, ${j.state}`, run: () => go(link({ screen: "graph", job: j.id })) },
			{
				id: `e-${j.id}`,
				icon: "recording",
				title: j.name,
				about: `events of recording ${shortId(j.id)}`,
				run: () => go(link({ screen: "events", rec: j.id })),
			},
		]);
		const actions = commands.flatMap((c): Entry[] => {
			if (!available.has(c.id) || c.id === "palette" || c.id === "close") return [];
			const key = keysOf(c, keys)[0];
			return [
				{
					id: c.id,
					icon: "right",
					title: c.title,
					about: c.group,
					...(key === undefined ? {} : { keys: key }),
					run: () => void runCommand(c.id),
				},
			];
		});
		const found = [...runs, ...actions].filter((e) => fits(`${e.title} ${e.about}`, query));
		const known = guess.data ?? [];
		return [...named(query, address), ...found, ...cataloged(query, known), ...keyed(query, address)];
	}, [jobs.data, guess.data, available, keys, query, address]);
	const chosen = Math.min(at, entries.length - 1);
	// biome-ignore lint/correctness/useExhaustiveDependencies: another query begins at the top
	useEffect(() => setAt(0), [query]);
	useEffect(() => {
		document.getElementById(`${listId}-${chosen}`)?.scrollIntoView({ block: "nearest" });
	}, [listId, chosen]);
	const start = (e: Entry | undefined) => {
		if (e === undefined) return;
		onClose();
		e.run();
	};
	const onKeyDown = (e: KeyboardEvent) => {
		if (e.key === "ArrowDown") setAt(Math.min(chosen + 1, entries.length - 1));
		else if (e.key === "ArrowUp") setAt(Math.max(chosen - 1, 0));
		else if (e.key === "Enter") start(entries[chosen]);
		else return;
		e.preventDefault();
	};
	return (
		<div className={styles.palette}>
			<div className={styles.field}>
				<Icon name="search" />
				<input
					data-autofocus
					role="combobox"
					aria-label="Search or jump to"
					aria-expanded="true"
					aria-controls={listId}
					aria-activedescendant={entries.length === 0 ? undefined : `${listId}-${chosen}`}
					placeholder="a job, a command, or a record: orders/2@88121"
					value={query}
					onChange={(e) => setQuery(e.currentTarget.value)}
					onKeyDown={onKeyDown}
				/>
			</div>
			<div className={styles.list} id={listId} role="listbox" aria-label="Found">
				{entries.map((e, i) => (
					// The field above keeps the focus and takes the keys.
					// biome-ignore lint/a11y/useKeyWithClickEvents: see above
					<div
						key={e.id}
						id={`${listId}-${i}`}
						role="option"
						aria-selected={i === chosen}
						className={classes(styles.entry, i === chosen && styles.chosen)}
						onClick={() => start(e)}
						onMouseMove={() => setAt(i)}
					>
						<Icon name={e.icon} />
						<span className="cut">{e.title}</span>
						<span className="dim cut">{e.about}</span>
						{e.keys !== undefined && <Keys keys={e.keys} />}
					</div>
				))}
				{entries.length === 0 && (
					<p className={styles.none} role="status">
						Nothing has that name. A record is written orders/2@88121, a position drop-duplicates.3.0.118204.
					</p>
				)}
			</div>
		</div>
	);
}
