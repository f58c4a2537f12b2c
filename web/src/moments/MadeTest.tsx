import { useEffect, useRef, useState } from "react";
import type { TestExport } from "../api/testExport";
import { plural, size, written } from "../base/quantity";
import { Icon } from "../widgets/Icon";
import styles from "./Moments.module.css";

/** A test that was made: when it passes, what it does not prove, and the zip to save. */
export function MadeTest({ test: t }: { readonly test: TestExport }) {
	const name = `${t.class.split(".").at(-1)}.zip`;
	const address = useAddressOf(t.zip);
	const save = useRef<HTMLAnchorElement>(null);
	// What comes next has the focus; the button that had it is off while the test is made.
	useEffect(() => {
		if (address !== undefined) save.current?.focus();
	}, [address]);
	return (
		<section className={styles.made} aria-label="The test">
			<p role="status">
				<Icon name="ok" className="c-ok" /> <b className="mono">{t.class}</b> {t.expects}. {plural(t.records, "record")}, Flink {t.flink}.
			</p>
			<div>
				<h3>What it does not prove</h3>
				<ul aria-label="What it does not prove" className={styles.unproven}>
					{t.unproven.map((u) => (
						<li key={u}>
							<Icon name="warning" size="s" className="c-late" /> {u}
						</li>
					))}
				</ul>
			</div>
			<details>
				<summary>{plural(t.files.length, "file")}</summary>
				<ul className={`mono ${styles.files}`}>
					{t.files.map((f) => (
						<li key={f.path}>
							{f.path} <span className="dim">{written(size(f.bytes))}</span>
						</li>
					))}
				</ul>
			</details>
			{address !== undefined && (
				<a ref={save} className={`btn main ${styles.make}`} href={address} download={name}>
					<Icon name="down" size="s" />
					Save {name}
				</a>
			)}
		</section>
	);
}

/** An address that the browser saves bytes from, for as long as it is shown. */
function useAddressOf(bytes: Uint8Array<ArrayBuffer>): string | undefined {
	const [address, setAddress] = useState<string>();
	useEffect(() => {
		const made = URL.createObjectURL(new Blob([bytes], { type: "application/zip" }));
		setAddress(made);
		return () => URL.revokeObjectURL(made);
	}, [bytes]);
	return address;
}
