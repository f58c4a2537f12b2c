import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { principalQuestion } from "../api/questions";
import { linksQuestion } from "../api/share";
import { exportAction } from "../api/testExport";
import { toRfc3339 } from "../base/time";
import { shareCommand } from "../model/commandLine";
import { Lines } from "../widgets/states";
import { Leave } from "./Leave";
import styles from "./Share.module.css";
import type { Shared } from "./ShareButton";
import { ShareForm } from "./ShareForm";
import { ShareOutcome } from "./ShareOutcome";
import { SharePreview } from "./SharePreview";
import { useShare } from "./useShare";
import { type Fields, keyMistake, mistake, wishOf } from "./wish";

function fieldsOf({ position, stretch }: Shared): Fields {
	return {
		extent: position !== undefined ? "around" : stretch !== undefined ? "stretch" : "all",
		around: position ?? "",
		from: stretch === undefined ? "" : toRfc3339(stretch.from),
		to: stretch === undefined ? "" : toRfc3339(stretch.to),
		as: "",
		state: false,
		jars: false,
		program: false,
		expires: "",
		keys: "",
	};
}

/** Asks what is to leave, and for whom; shows what that is; and only then gives the file, or a link to it. */
export function ShareDialog(shared: Shared) {
	const { rec } = shared;
	const principal = useQuery(principalQuestion).data;
	const mode = useQuery(linksQuestion).data?.mode;
	// Of whom nothing is known yet, the server knows.
	const may = principal === undefined || principal.actions.includes(exportAction);
	const [fields, setFields] = useState<Fields>(() => fieldsOf(shared));
	const { sharing, preview, busy, look, fetchFile, link, cancel, forget } = useShare(rec);
	const form = useRef<HTMLButtonElement>(null);
	// The button that was pressed was off meanwhile, and lost the focus; what was made has one of its own.
	const ended = sharing.at === "failed" || sharing.at === "cancelled";
	useEffect(() => {
		if (ended) form.current?.focus();
	}, [ended]);
	const wish = wishOf(fields);
	const wrong = mistake(fields);
	return (
		<div className={styles.dialog}>
			<p>
				One signed file for somebody without access: masked for who will read it, shown anywhere by <code>sightglass open</code>. First you
				see what it would hold; nothing leaves before.
			</p>
			{!may && (
				<p className="c-late" role="alert">
					Who reads this may not share: it needs the right <code>{exportAction}</code>.
				</p>
			)}
			<ShareForm
				fields={fields}
				own={principal?.roles ?? []}
				busy={busy}
				may={may}
				wrong={wrong}
				button={form}
				onChange={(change) => {
					setFields({ ...fields, ...change });
					forget();
				}}
				onLook={() => void look(wish)}
			/>
			{preview !== undefined && <SharePreview of={preview} keys={wish.for?.length ?? 0} focus={sharing.at === "previewed"} />}
			{preview !== undefined && sharing.at !== "fetched" && sharing.at !== "linked" && (
				<Leave
					bytes={preview.bytes}
					mode={mode}
					busy={busy}
					onFile={() => void fetchFile(wish)}
					onLink={(lasts) => void link(wish, lasts)}
				/>
			)}
			<ShareOutcome of={sharing} onCancel={cancel} />
			{/* What is no key has no place in a shell's history. */}
			{keyMistake(fields.keys) === undefined && (
				<div>
					<span className="dim">as command</span>
					<Lines label="the command" lines={[shareCommand(rec, { ...wish, for: wish.for ?? [] })]} />
				</div>
			)}
		</div>
	);
}
