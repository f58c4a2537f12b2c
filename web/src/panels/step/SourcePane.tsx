import { useMemo } from "react";
import type { StepPlace, StepSource } from "../../api/step";
import { classes } from "../../base/classes";
import { refine } from "../../model/navigation";
import { type Breakpoint, toggleBreak, writeBreaks } from "../../model/steps";
import { Chip, type Tone } from "../../widgets/Chip";
import { CodeLines } from "../../widgets/CodeLines";
import { Icon } from "../../widgets/Icon";
import { Empty } from "../../widgets/states";
import { CameFrom } from "./CameFrom";
import styles from "./StepPanel.module.css";

const origins: Readonly<Record<StepSource["from"], readonly [Tone, string, string]>> = {
	folder: ["plain", "source folder", "from the server's folder of sources; whether it is what the job was built from is not checked"],
	jar: ["plain", "sources jar", "from a jar of sources beside the job's jars; whether it is what the job was built from is not checked"],
	generated: ["ok", "generated, as recorded", "the code that Flink generated for this job"],
	decompiled: ["late", "decompiled", "made out of the job's classes by a decompiler: lines and names differ from the source"],
};

type Props = { readonly rec: string; readonly place: StepPlace; readonly frame: number; readonly breaks: readonly Breakpoint[] };

/** The text of the call that is looked at, with its line. */
export function SourcePane({ rec, place, frame, breaks }: Props) {
	const call = place.frames[frame];
	const source = place.source;
	const ran = useMemo(() => new Set(source?.ran ?? []), [source]);
	const file = call?.path ?? "";
	/** Lines of a decompiled text are others than the class's, by which breakpoints go. */
	const toText = useMemo(() => new Map(source?.lines?.map((l) => [l.class, l.text])), [source]);
	const toClass = useMemo(() => new Map(source?.lines?.map((l) => [l.text, l.class])), [source]);
	const set = useMemo(() => {
		const here = breaks.filter((b) => b.file === file);
		return new Map(
			here.flatMap((b) => {
				const line = source?.lines === undefined ? b.line : toText.get(b.line);
				return line === undefined ? [] : [[line, b.condition] as const];
			}),
		);
	}, [breaks, file, source, toText]);
	if (call === undefined) {
		return (
			<section className={styles.source} aria-label="Source">
				<Empty title="No code of the job ran in this invocation">
					<p>What happened in it is at the right. The next and the previous invocation in which code ran are a step away.</p>
				</Empty>
			</section>
		);
	}
	const toggle = (line: number) => {
		const own = source?.lines === undefined ? line : toClass.get(line);
		if (own !== undefined) refine({ breaks: writeBreaks(toggleBreak(breaks, file, own)) });
	};
	const origin = source === undefined ? undefined : origins[source.from];
	return (
		<section className={styles.source} aria-label="Source">
			<header className="phead">
				<Icon name="file" className="dim" />
				<h2 className="mono cut">{file.split("/").at(-1)}</h2>
				<span className="dim cut">{call.method}</span>
				<span className="end">
					{origin !== undefined && (
						<Chip tone={origin[0]} title={origin[2]}>
							{origin[1]}
						</Chip>
					)}
					{source !== undefined && <code className="dim cut">{source.path}</code>}
				</span>
			</header>
			{source === undefined ? (
				<Empty title="The text of this class is not here">
					<p>
						<code>{file}</code>
						{call.line > 0 ? `, line ${call.line}` : ""}. The server looks in the folder of its setting <code>user-jars</code>: below{" "}
						<code>sources</code>, in jars that end with <code>-sources.jar</code>, and decompiles with a <code>vineflower-*.jar</code>{" "}
						there.
					</p>
					<p>Steps, variables and state are there all the same.</p>
				</Empty>
			) : (
				<div className={classes(styles.text, source.sql !== undefined && styles.beside)}>
					<CodeLines
						language={source.source.language}
						text={source.source.text}
						label={`Source of ${call.class}`}
						current={source.line}
						ran={ran}
						breaks={set}
						onBreak={toggle}
					/>
					{source.sql !== undefined && <CameFrom rec={rec} sql={source.sql} />}
				</div>
			)}
			<footer className={styles.legend}>
				<span>
					<i className={styles.swatch} />
					ran in this invocation
				</span>
				{call.no_lines && <span className="c-late">the class says nothing of lines: one steps from call to call</span>}
				{source !== undefined && source.source.masked.length > 0 && (
					<span className="c-mask">
						<Icon name="mask" size="s" /> literals hidden
					</span>
				)}
			</footer>
		</section>
	);
}
