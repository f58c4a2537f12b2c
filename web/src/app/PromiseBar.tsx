import { type Address, formatAddress, link, type Screen } from "../model/address";
import { CopyButton } from "../widgets/CopyButton";
import styles from "./RecordingBar.module.css";

const contracts: readonly Screen[] = ["contracts", "contract", "violation"];
const schemas: readonly Screen[] = ["subjects", "subject"];
const impact: readonly Screen[] = ["impacts", "impact"];

/** Screens about what streams promise. */
export const promiseScreens: ReadonlySet<Screen> = new Set([...contracts, ...schemas, ...impact]);

/** What streams promise: contracts, schemas, and who breaks when one changes. */
export function PromiseBar({ address }: { readonly address: Address }) {
	const { screen } = address.page;
	const views = [
		{ word: "Contracts", href: link({ screen: "contracts" }), here: contracts.includes(screen) },
		{ word: "Schemas", href: link({ screen: "subjects" }), here: schemas.includes(screen) },
		{ word: "Impact", href: link({ screen: "impacts" }), here: impact.includes(screen) },
	];
	return (
		<div className={styles.sub}>
			<nav className={styles.tabs} aria-label="What streams promise">
				{views.map((v) => (
					<a key={v.word} href={v.href} aria-current={v.here ? "page" : undefined}>
						{v.word}
					</a>
				))}
			</nav>
			<div className={styles.pos}>
				<CopyButton
					icon="link"
					word="Copy link"
					label="Copy the link to this view"
					text={() => window.location.origin + formatAddress(address)}
				/>
			</div>
		</div>
	);
}
