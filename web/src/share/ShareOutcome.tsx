import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect, useRef, useState } from "react";
import type { FetchedFile } from "../api/door";
import { type ProblemError, toProblem } from "../api/problem";
import { linksQuestion, type MadeLink, revokeLink } from "../api/share";
import { size, written } from "../base/quantity";
import { link } from "../model/address";
import { EndButton } from "../widgets/EndButton";
import { Icon } from "../widgets/Icon";
import { Failed, Lines } from "../widgets/states";
import { TimeText } from "../widgets/TimeText";
import styles from "./Share.module.css";
import type { Sharing } from "./useShare";

type Props = { readonly of: Sharing; readonly onCancel: () => void };

/** What became of what was asked for. */
export function ShareOutcome({ of, onCancel }: Props) {
	switch (of.at) {
		case "asked":
		case "previewed":
			return null;
		case "previewing":
			return <Waits onCancel={onCancel}>The recording is read; nothing leaves</Waits>;
		case "fetching":
			return of.of === 0 ? (
				<Waits onCancel={onCancel}>The file is made</Waits>
			) : (
				<Waits onCancel={onCancel}>
					<progress value={of.bytes / of.of} aria-label="The file" /> {written(size(BigInt(of.bytes)))} of {written(size(BigInt(of.of)))}
				</Waits>
			);
		case "linking":
			return <Waits onCancel={onCancel}>The file is made, and stays on the server</Waits>;
		case "fetched":
			return <Fetched file={of.file} />;
		case "linked":
			return <Linked made={of.made} />;
		case "failed":
			return <Failed what="The file" head={of.head} trouble={of.trouble} />;
		case "cancelled":
			return (
				<p role="status" className="mid">
					<Icon name="close" /> Cancelled: {of.what}.
				</p>
			);
	}
}

function Waits({ children, onCancel }: { readonly children: ReactNode; readonly onCancel: () => void }) {
	const button = useRef<HTMLButtonElement>(null);
	useEffect(() => button.current?.focus(), []);
	return (
		<div className={styles.waits}>
			<span role="status" className="row">
				<Icon name="wait" size="s" className="c-acc" />
				{children}
			</span>
			<button ref={button} type="button" className="btn" onClick={onCancel}>
				Cancel
			</button>
		</div>
	);
}

/** The file is here; the browser saves it where its reader wants it. */
function Fetched({ file }: { readonly file: FetchedFile }) {
	const [address, setAddress] = useState<string>();
	const save = useRef<HTMLAnchorElement>(null);
	useEffect(() => {
		const made = URL.createObjectURL(file.content);
		setAddress(made);
		return () => URL.revokeObjectURL(made);
	}, [file]);
	useEffect(() => {
		if (address !== undefined) save.current?.focus();
	}, [address]);
	return (
		<section className={styles.made} aria-label="The file">
			<p role="status">
				<Icon name="ok" className="c-ok" /> The file is whole: {written(size(BigInt(file.content.size)))}. Whoever gets it looks at it with{" "}
				<code>sightglass open {file.name}</code>.
			</p>
			{address !== undefined && (
				<a ref={save} className={`btn main ${styles.make}`} href={address} download={file.name}>
					<Icon name="down" size="s" />
					Save {file.name}
				</a>
			)}
		</section>
	);
}

/** A link with its address, this once, and a way to end it at once. */
function Linked({ made }: { readonly made: MadeLink }) {
	const client = useQueryClient();
	const head = useRef<HTMLHeadingElement>(null);
	useEffect(() => head.current?.focus(), []);
	const [ended, setEnded] = useState(false);
	const [trouble, setTrouble] = useState<ProblemError>();
	const end = async () => {
		try {
			await revokeLink(made.link.id);
			setEnded(true);
			setTrouble(undefined);
		} catch (e) {
			setTrouble(toProblem(e));
		}
		await client.invalidateQueries({ queryKey: linksQuestion.queryKey });
	};
	if (ended) {
		return (
			<p role="status" className="mid">
				<Icon name="close" /> The link opens nothing any more, and its file is gone.
			</p>
		);
	}
	return (
		<section className={styles.made} aria-label="The link">
			<h3 ref={head} tabIndex={-1}>
				<Icon name="ok" className="c-ok" /> Copy the link now: it is kept nowhere and is not shown again
			</h3>
			<Lines label="the link" lines={[made.url ?? window.location.origin + made.path]} />
			<p>
				Until <TimeText t={made.link.expires} digits={0} /> it gives {written(size(made.link.bytes))} to whoever has it
				{made.mode === "login" && " and is logged in here"}.
			</p>
			{trouble !== undefined && <Failed what="The link" head="It was not revoked" trouble={trouble} />}
			<div className="row">
				<EndButton label="Revoke the link" word="Revoke" sure="Revoke it" onEnd={end} />
				<a className="btn quiet" href={link({ screen: "recordings" })}>
					All links
				</a>
			</div>
		</section>
	);
}
