import { useId, useState } from "react";
import type { SharedLinks } from "../api/share";
import { size, written } from "../base/quantity";
import { Choose } from "./Choose";
import styles from "./Share.module.css";
import { lasts } from "./wish";

/** A browser gathers a file before it saves it. */
const mostBytes = 1_000_000_000n;

type Props = {
	readonly bytes: bigint;
	/** Who may open a link; undefined: it is not known yet. */
	readonly mode: SharedLinks["mode"] | undefined;
	readonly busy: boolean;
	readonly onFile: () => void;
	readonly onLink: (lasts: string) => void;
};

/** The two ways out, once it is shown what leaves. */
export function Leave({ bytes, mode, busy, onFile, onLink }: Props) {
	const id = useId();
	const [chosen, setChosen] = useState<keyof typeof lasts>("7d");
	const large = bytes > mostBytes;
	return (
		<fieldset className={styles.leave} disabled={busy} aria-label="Let it leave">
			<button type="button" className="btn main" disabled={large} onClick={onFile}>
				Make the file
			</button>
			<span className={styles.link}>
				<button type="button" className="btn" disabled={mode === "off"} onClick={() => onLink(chosen)}>
					Make a link
				</button>
				<label htmlFor={id}>that lasts</label>
				<Choose id={id} value={chosen} choices={lasts} disabled={mode === "off"} onChange={setChosen} />
			</span>
			{large && (
				<p className="mid">A browser takes no file beyond {written(size(mostBytes))}: take it by the command below, or make a link.</p>
			)}
			{mode === "off" && (
				<p className="mid">
					Links are turned off on this server (setting <code>share-links</code>).
				</p>
			)}
			{mode === "login" && <p className="mid">A link gives the file to whoever has it and is logged in here.</p>}
			{mode === "open" && <p className="c-late">A link gives the file to whoever has it, without a login.</p>}
		</fieldset>
	);
}
