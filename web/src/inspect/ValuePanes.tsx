import { type ReactNode, useId, useMemo } from "react";
import type { View } from "../api/view";
import { fromBase64 } from "../base/bytes";
import { count, plural, size, written } from "../base/quantity";
import { HexDump } from "../widgets/HexDump";
import { Icon } from "../widgets/Icon";
import { Segmented } from "../widgets/Segmented";
import { nodeAt, pathAtByte, type TreeNode, ValueTree } from "../widgets/ValueTree";
import type { Part } from "./parts";
import styles from "./ValuePanes.module.css";

type Props = {
	readonly parts: readonly Part[];
	/** The id of the part that is shown; absent, or of none: the first. */
	readonly part: string | undefined;
	/** The selected field of the part, as addresses write it. */
	readonly field: string | undefined;
	/** What the values are of, where a part does not say it. */
	readonly name: string | undefined;
	/** In place of a value where there is none. */
	readonly none: ReactNode;
	readonly onPart: (id: string) => void;
	readonly onField: (field: string) => void;
	/** The third pane. */
	readonly children: ReactNode;
};

/** The field that an address names; the value itself has a word, as an empty parameter is none. */
const root = "root";

export function chosenPart(parts: readonly Part[], id: string | undefined): Part | undefined {
	return parts.find((p) => p.id === id) ?? parts[0];
}

/** Values decoded, their bytes, and a third pane beside them. A selected field marks its bytes, a byte its field. */
export function ValuePanes({ parts, part: id, field, name, none, onPart, onField, children }: Props) {
	const part = chosenPart(parts, id);
	const view = part?.view;
	const bytes = useMemo(() => (view?.bytes === undefined ? undefined : fromBase64(view.bytes)), [view]);
	const path = field === root ? "" : field;
	const chosen = part?.tree === undefined || path === undefined ? undefined : nodeAt(part.tree, path);
	const choose = (to: string) => onField(to === "" ? root : to);
	return (
		<div className={styles.panes}>
			<Decoded parts={parts} part={part} name={part?.name ?? name} none={none} field={path} onField={choose} onPart={onPart} />
			<Bytes
				view={view}
				bytes={bytes}
				chosen={chosen}
				onByte={(at) => {
					const to = part?.tree === undefined ? undefined : pathAtByte(part.tree, at);
					if (to !== undefined) choose(to);
				}}
			/>
			{children}
		</div>
	);
}

type PaneProps = { readonly title: string; readonly about?: ReactNode; readonly end?: ReactNode; readonly children: ReactNode };

/** One of the panes: a head and what fills the rest. */
export function Pane({ title, about, end, children }: PaneProps) {
	const id = useId();
	return (
		<section className={styles.pane} aria-labelledby={id}>
			<header className="phead">
				<h2 id={id}>{title}</h2>
				{about}
				<span className="end">{end}</span>
			</header>
			{children}
		</section>
	);
}

/** Buttons under a pane. */
export function PaneActions({ children }: { readonly children: ReactNode }) {
	return <div className={styles.actions}>{children}</div>;
}

type DecodedProps = {
	readonly parts: readonly Part[];
	readonly part: Part | undefined;
	readonly name: string | undefined;
	readonly none: ReactNode;
	readonly field: string | undefined;
	readonly onField: (path: string) => void;
	readonly onPart: (id: string) => void;
};

/** A value as a tree, alone where its bytes do not matter. */
export function Decoded({ parts, part, name, none, field, onField, onPart }: DecodedProps) {
	return (
		<Pane
			title="Decoded"
			about={name !== undefined && <code className="cut mid">{name}</code>}
			end={
				parts.length > 1 && (
					<Segmented label="Part" value={part?.id ?? ""} choices={parts.map((p) => ({ value: p.id, label: p.word }))} onChange={onPart} />
				)
			}
		>
			{part === undefined ? (
				none
			) : (
				<>
					{part.view?.reason !== undefined && (
						<p className={styles.reason}>
							<Icon name="warning" size="s" className="c-late" /> Not decoded whole: {part.view.reason}
						</p>
					)}
					{part.tree === undefined ? (
						<p className={styles.note}>
							<code>{part.view?.text ?? ""}</code>
						</p>
					) : (
						<ValueTree root={part.tree} label={`Decoded ${part.word}`} selected={field} onSelect={onField} />
					)}
				</>
			)}
		</Pane>
	);
}

type BytesProps = {
	readonly view: View | undefined;
	readonly bytes: Uint8Array | undefined;
	readonly chosen: TreeNode | undefined;
	readonly onByte: (at: number) => void;
};

const hexadecimal = (n: number) => `0x${n.toString(16).padStart(2, "0")}`;

function Bytes({ view, bytes, chosen, onByte }: BytesProps) {
	const formats: Readonly<Record<View["format"], string>> = {
		flink: "Flink serializer",
		json: "JSON",
		avro: "Avro",
		protobuf: "Protobuf",
		msgpack: "MessagePack",
		cbor: "CBOR",
		number: "number",
		text: "text",
		bytes: "bytes",
	};
	const about =
		view === undefined
			? ""
			: [formats[view.format], view.type.split(".").at(-1), written(size(view.size))].filter((x) => x !== "").join(", ");
	return (
		<Pane
			title="Bytes"
			about={
				<span className="mid cut" title={view?.type}>
					{about}
				</span>
			}
			end={
				view !== undefined &&
				view.masked.length > 0 && (
					<span className="c-mask">
						<Icon name="mask" size="s" /> {plural(view.masked.length, "field")} masked
					</span>
				)
			}
		>
			{bytes === undefined ? (
				<p className={styles.note}>{view === undefined ? "No value, no bytes." : "The policy shows no bytes of this value."}</p>
			) : (
				<HexDump
					bytes={bytes}
					label="Bytes; arrow keys move, the field of a byte is selected"
					marked={chosen}
					hidden={view?.hidden ?? []}
					onChoose={onByte}
				/>
			)}
			<footer className={styles.foot}>
				{chosen === undefined || chosen.len === 0 ? (
					<span className="dim">
						{chosen === undefined ? "Select a field or a byte." : (chosen.reason ?? "The place of this field is not known.")}
					</span>
				) : (
					<>
						<i className={styles.swatch} />
						<b>{chosen.name ?? "value"}</b>
						<span className="mono mid cut">
							bytes {hexadecimal(chosen.off)} to {hexadecimal(chosen.off + chosen.len - 1)}
							{chosen.type === undefined ? `, ${chosen.kind}` : `, ${chosen.type}`}
						</span>
					</>
				)}
				{view?.bytes_cut === true && <span className="c-late">cut: {count(view.size)} bytes in all</span>}
			</footer>
		</Pane>
	);
}
