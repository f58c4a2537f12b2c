import { Modal } from "@mantine/core";
import { Fragment, type KeyboardEvent, useState } from "react";
import { type Command, type CommandId, chordOf, commands, conflicts, keysOf } from "../model/keyboard";
import { changePreferences, usePreferences } from "../model/preferences";
import { Keys, keyWord } from "../widgets/Keys";
import styles from "./KeyHelp.module.css";

const groups = ["Everywhere", "Go to", "Lists", "Pictures and time", "Steps through code"] as const;

type Props = { readonly opened: boolean; readonly onClose: () => void };

/** All keys; each may be changed or switched off, and so may all of them. */
export function KeyHelp({ opened, onClose }: Props) {
	const { keys, keysOn } = usePreferences();
	const [changing, setChanging] = useState<CommandId>();
	const clash = conflicts(keys);
	const give = (id: CommandId, key: string) => {
		changePreferences({ keys: { ...keys, [id]: key } });
		setChanging(undefined);
	};
	return (
		<Modal
			opened={opened}
			onClose={onClose}
			title="Keys"
			size={720}
			yOffset="8vh"
			closeButtonProps={{ "aria-label": "Close" }}
			closeOnEscape={changing === undefined}
		>
			<div className={styles.tools}>
				<label>
					<input type="checkbox" checked={keysOn} onChange={(e) => changePreferences({ keysOn: e.currentTarget.checked })} /> Keys are on
				</label>
				<span className="dim">Press a key's button to change it; Backspace switches it off.</span>
				<button type="button" className="btn" disabled={Object.keys(keys).length === 0} onClick={() => changePreferences({ keys: {} })}>
					As it was
				</button>
			</div>
			<div className={styles.groups}>
				{groups.map((g) => (
					<section key={g} aria-label={g}>
						<h3>{g}</h3>
						<ul>
							{commands
								.filter((c) => c.group === g)
								.map((c) => (
									<Line
										key={c.id}
										command={c}
										shown={keysOf(c, keys)}
										clashes={clash.some((pair) => pair.includes(c.id))}
										changing={changing === c.id}
										onChange={() => setChanging(c.id)}
										onKey={(key) => give(c.id, key)}
										onCancel={() => setChanging(undefined)}
									/>
								))}
						</ul>
					</section>
				))}
			</div>
		</Modal>
	);
}

type LineProps = {
	readonly command: Command;
	readonly shown: readonly string[];
	readonly clashes: boolean;
	readonly changing: boolean;
	readonly onChange: () => void;
	/** Empty: none. */
	readonly onKey: (key: string) => void;
	readonly onCancel: () => void;
};

function Line({ command, shown, clashes, changing, onChange, onKey, onCancel }: LineProps) {
	const onKeyDown = (e: KeyboardEvent) => {
		if (!changing) return;
		e.preventDefault();
		e.stopPropagation();
		if (e.key === "Escape") return onCancel();
		if (e.key === "Backspace") return onKey("");
		const chord = chordOf(e);
		if (chord !== undefined) onKey(chord);
	};
	// The name begins with what is seen on the button.
	const said = changing ? "press a key" : shown.length === 0 ? "none" : shown.map(keyWord).join(" ");
	return (
		<li>
			<span>
				{command.title}
				{clashes && <span className="c-late"> · the same key twice</span>}
			</span>
			<button
				type="button"
				className={styles.key}
				aria-label={`${said}: change the key of ${command.title}`}
				onClick={onChange}
				onKeyDown={onKeyDown}
			>
				{changing ? (
					<em>press a key</em>
				) : shown.length === 0 ? (
					<span className="dim">none</span>
				) : (
					shown.map((k, i) => (
						<Fragment key={k}>
							{i > 0 && " "}
							<Keys keys={k} />
						</Fragment>
					))
				)}
			</button>
		</li>
	);
}
